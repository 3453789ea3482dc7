"""From an instance's configuration, and what is retained of it, to what the pure parts want to know.

PURE.
"""

from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from alived.ipc.messages import InstanceState, State
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import InstanceRole, VrrpInstance
from alived.workers.vrrp.events import Resumed, Settings
from alived.workers.vrrp.priority import OWNER
from alived.workers.vrrp.timers import patience_of_peers
from alived.workers.vrrp.wire.advert import FORMATS


class Key(NamedTuple):
    """What makes two virtual addresses the same one."""

    dev: str
    address: bytes
    prefixlen: int


@lru_cache(maxsize=1 << 16)
def packed(address: str) -> bytes:
    """An address in network order."""
    return ip_address(address).packed


def key_of(virtual: VirtualAddress) -> Key:
    """What tells this virtual address from others; label, scope and broadcast do not."""
    return Key(virtual.dev, packed(virtual.address), virtual.prefixlen)


def owns(config: VrrpInstance) -> bool:
    """Whether this router owns the addresses (RFC 9568, 6.1, Priority): they are its own whoever is master."""
    return config.priority == OWNER


def settings(config: VrrpInstance, address: bytes) -> Settings:
    """What the state machine needs; `address` is the one that adverts come from."""
    layout = FORMATS[config.version, config.family]
    return Settings(
        advert_int=layout.seconds(layout.units(config.advert_int)),
        address=address,
        initially_master=config.role is InstanceRole.MASTER and owns(config),
        nopreempt=config.nopreempt,
        preempt_delay=config.preempt_delay,
        version=config.version,
        down_timer_adverts=config.down_timer_adverts,
        lower_prio_no_advert=config.lower_prio_no_advert,
        higher_prio_send_advert=config.higher_prio_send_advert,
        owner_ignore_adverts=config.owner_ignore_adverts,
        timer_expired_backup=config.timer_expired_backup,
    )


def resumption(config: VrrpInstance, last: InstanceState | None, silent_for: float, until: float) -> Resumed | None:
    """How an instance goes on after its predecessor's last state; None: as if there had been none.

    A master goes on as master only if no peer can have given it up: `silent_for` seconds ago it was known to be well.
    `until` is when a startup delay ends, CLOCK_MONOTONIC seconds.
    """
    if last is None or last.state not in (State.MASTER, State.BACKUP):
        return None
    interval = settings(config, b"").advert_int
    if last.state is State.MASTER and silent_for >= patience_of_peers(interval, config.down_timer_adverts):
        return None
    return Resumed(last.state, last.since, until, last.history)
