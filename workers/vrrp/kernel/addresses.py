"""Virtual addresses on the host's interfaces: which instance holds which.

An address is added when the first instance takes hold of it and deleted when the last one lets it go. One that is
there already is adopted: a predecessor left it behind. What does not live here: when an instance holds its addresses
(fsm.py) and how the kernel is told (netlink.py).
"""

import errno
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import NamedTuple, Protocol

from alived.ipc.model.routing import VirtualAddress
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.rtnetlink import Address, AddressGone
from alived.workers.vrrp.translate import Key, key_of, packed

log = logging.getLogger(__name__)


class Kernel(Protocol):
    """The part of netlink.Requests that is needed here."""

    def add(self, addresses: list[Address]) -> list[int]:
        """Add addresses; 0 or an errno for each."""

    def delete(self, addresses: list[Address]) -> list[int]:
        """Delete addresses; 0 or an errno for each."""


@dataclass(slots=True)
class _Held:
    address: Address
    holders: set[str] = field(default_factory=set)


class Outcome(NamedTuple):
    """What came of taking hold of addresses."""

    added: tuple[VirtualAddress, ...]
    """Those that were not there before."""
    failures: tuple[str, ...]
    """Those that could not be added, and why."""


class Addresses:
    """All virtual addresses of this host that some instance holds."""

    def __init__(self, kernel: Kernel, interfaces: Interfaces) -> None:
        self._kernel = kernel
        self._interfaces = interfaces
        self._held: dict[Key, _Held] = {}

    def present(self, virtual: VirtualAddress) -> bool:
        """Whether the address is on its interface."""
        interface = self._interfaces.get(virtual.dev)
        return interface is not None and (packed(virtual.address), virtual.prefixlen) in interface.addresses

    def hold(self, holder: str, addresses: Iterable[VirtualAddress]) -> Outcome:
        """Make addresses present and keep them so until they are released."""
        absent: list[tuple[VirtualAddress, Address]] = []
        failures: list[str] = []
        for virtual in addresses:
            interface = self._interfaces.get(virtual.dev)
            if interface is None:
                failures.append(f"address {_text(virtual)} can't be added: there is no interface {virtual.dev}")
                continue
            address = _address(virtual, interface.link.ifindex)
            held = self._held.setdefault(key_of(virtual), _Held(address))
            held.address = address
            held.holders.add(holder)
            if not self.present(virtual):
                absent.append((virtual, address))
        results = self._kernel.add([address for _, address in absent])
        added: list[VirtualAddress] = []
        for (virtual, address), error in zip(absent, results, strict=True):
            if error not in (0, errno.EEXIST):
                failures.append(f"address {_text(virtual)} can't be added: {os.strerror(error)}")
                continue
            self._interfaces.take(address)
            if not error:
                added.append(virtual)
        return Outcome(tuple(added), tuple(failures))

    def release(self, holder: str, addresses: Iterable[VirtualAddress]) -> None:
        """Let addresses go; those that nobody else holds are deleted."""
        unheld: list[Address] = []
        for virtual in addresses:
            held = self._held.get(key_of(virtual))
            if held is None or holder not in held.holders:
                continue
            held.holders.remove(holder)
            if not held.holders:
                del self._held[key_of(virtual)]
                unheld.append(held.address)
        self._delete(unheld)

    def remove_leftovers(self, addresses: Iterable[VirtualAddress]) -> list[str]:
        """Delete addresses that are there though nobody holds them: a dead predecessor's; returns what they were."""
        leftovers: dict[str, Address] = {}
        for virtual in addresses:
            interface = self._interfaces.get(virtual.dev)
            if interface is not None and self.present(virtual) and key_of(virtual) not in self._held:
                leftovers[_text(virtual)] = interface.addresses[packed(virtual.address), virtual.prefixlen]
        self._delete(list(leftovers.values()))
        return list(leftovers)

    def _delete(self, addresses: list[Address]) -> None:
        for address, error in zip(addresses, self._kernel.delete(addresses), strict=True):
            if error not in (0, errno.EADDRNOTAVAIL, errno.ENODEV):
                log.error("%s can't be removed: %s", ip_address(address.address), os.strerror(error))
            self._interfaces.take(AddressGone(address))


def _address(virtual: VirtualAddress, ifindex: int) -> Address:
    return Address(
        ifindex=ifindex,
        address=packed(virtual.address),
        prefixlen=virtual.prefixlen,
        scope=virtual.scope,
        label=virtual.label,
        broadcast=packed(virtual.broadcast) if virtual.broadcast else b"",
    )


def _text(virtual: VirtualAddress) -> str:
    return f"{virtual.address}/{virtual.prefixlen} on {virtual.dev}"
