"""From an instance's configuration, and what is retained of it, to what the pure parts want to know.

PURE.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import NamedTuple

from alived.ipc.messages import InstanceState, State
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import InstanceRole, VrrpInstance
from alived.workers.vrrp.events import Resumed, Settings
from alived.workers.vrrp.priority import OWNER
from alived.workers.vrrp.timers import patience_of_peers
from alived.workers.vrrp.wire.packet import V2, Advert, Expected, encode


class Key(NamedTuple):
    """What makes two virtual addresses the same one."""

    dev: str
    address: bytes
    prefixlen: int


def packed(address: str) -> bytes:
    """An address in network order."""
    return ip_address(address).packed


def key_of(virtual: VirtualAddress) -> Key:
    """What tells this virtual address from others; label, scope and broadcast do not."""
    return Key(virtual.dev, packed(virtual.address), virtual.prefixlen)


def settings(config: VrrpInstance, address: bytes) -> Settings:
    """What the state machine needs; `address` is the interface's primary one."""
    return Settings(
        advert_int=config.advert_int,
        address=address,
        initially_master=config.role is InstanceRole.MASTER and config.priority == OWNER,
        nopreempt=config.nopreempt,
        preempt_delay=config.preempt_delay,
    )


def expected(config: VrrpInstance) -> Expected:
    """What adverts of this virtual router must look like."""
    return Expected(V2.interval(config.advert_int), *V2.authentication(config.auth_pass))


def message(config: VrrpInstance, priority: int) -> bytes:
    """The bytes of this virtual router's advert."""
    auth_type, auth_data = V2.authentication(config.auth_pass)
    advert = Advert(
        vrid=config.virtual_router_id,
        priority=priority,
        interval=V2.interval(config.advert_int),
        auth_type=auth_type,
        auth_data=auth_data,
        addresses=tuple(packed(virtual.address) for virtual in config.addresses),
    )
    return encode(V2, advert)


def resumption(config: VrrpInstance, last: InstanceState | None, silent_for: float) -> Resumed | None:
    """How an instance goes on after its predecessor's last state; None: as if there had been none.

    A master goes on as master only if no peer can have given it up: `silent_for` seconds ago it was known to be well.
    """
    if last is None or last.state not in (State.MASTER, State.BACKUP):
        return None
    if last.state is State.MASTER and silent_for >= patience_of_peers(config.advert_int):
        return None
    return Resumed(last.state, last.since)


def abandoned(configs: Iterable[VrrpInstance], last: Iterable[InstanceState]) -> tuple[VirtualAddress, ...]:
    """Addresses that predecessors held when they died and no configured instance has, each once."""
    wanted = {key_of(virtual) for config in configs for virtual in config.addresses}
    held = {key_of(virtual): virtual for state in last for virtual in state.held}
    return tuple(virtual for key, virtual in held.items() if key not in wanted)
