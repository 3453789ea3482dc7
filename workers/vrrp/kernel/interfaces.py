"""What is known of the host's interfaces and their IPv4 addresses.

PURE: fed with rtnetlink reports, asked by name, since that is what configurations speak of. What does not live here:
where the reports come from (netlink.py) and what follows from them (instance.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from alived.workers.vrrp.kernel.rtnetlink import Address, AddressGone, Link, LinkGone, Report

AddressKey = tuple[bytes, int]
"""Address and prefix length: the same address with another prefix is another one to the kernel."""


@dataclass(slots=True)
class Interface:
    """One interface of the host."""

    link: Link
    addresses: dict[AddressKey, Address] = field(default_factory=dict)
    """IPv4 addresses in the kernel's order, in which the first is what it would send from."""

    def primary(self, virtual: Iterable[bytes]) -> bytes:
        """The address that adverts come from: the first that is not a virtual one; empty: there is none."""
        excluded = set(virtual)
        own = [address for address in self.addresses.values() if address.address not in excluded]
        own.sort(key=lambda address: address.secondary)
        return own[0].address if own else b""


class Interfaces:
    """The table."""

    def __init__(self) -> None:
        self._by_index: dict[int, Interface] = {}
        self._by_name: dict[str, Interface] = {}

    def get(self, name: str) -> Interface | None:
        """The interface that bears this name now."""
        return self._by_name.get(name)

    def has_address(self, name: str, address: bytes) -> bool:
        """Whether an interface has an address, whatever its prefix."""
        interface = self._by_name.get(name)
        return interface is not None and any(address == key[0] for key in interface.addresses)

    def take(self, report: Report) -> set[str]:
        """Note what the kernel reports; returns the names of the interfaces that it changes."""
        match report:
            case Link():
                return self._take_link(report)
            case LinkGone():
                return self._drop_link(report.ifindex)
            case Address():
                return self._take_address(report)
            case AddressGone():
                return self._drop_address(report.address)
        return set()

    def replace(self, links: Iterable[Link], addresses: Iterable[Address]) -> set[str]:
        """Put a whole snapshot in place of what is known; returns the names of the interfaces that differ."""
        before = self._by_name
        self._by_index, self._by_name = {}, {}
        for link in links:
            self._take_link(link)
        for address in addresses:
            self._take_address(address)
        names = before.keys() | self._by_name.keys()
        return {name for name in names if before.get(name) != self._by_name.get(name)}

    def _take_link(self, link: Link) -> set[str]:
        known = self._by_index.get(link.ifindex)
        if known is None:
            interface = Interface(link)
            self._by_index[link.ifindex] = self._by_name[link.name] = interface
            return {link.name}
        if known.link == link:
            return set()
        before = known.link.name
        known.link = link
        if before != link.name and self._by_name.get(before) is known:
            del self._by_name[before]
        self._by_name[link.name] = known
        return {before, link.name}

    def _drop_link(self, index: int) -> set[str]:
        interface = self._by_index.pop(index, None)
        if interface is None:
            return set()
        name = interface.link.name
        if self._by_name.get(name) is interface:
            del self._by_name[name]
        return {name}

    def _take_address(self, address: Address) -> set[str]:
        interface = self._by_index.get(address.ifindex)
        if interface is None:
            return set()
        key = (address.address, address.prefixlen)
        known = key in interface.addresses
        interface.addresses[key] = address
        return set() if known else {interface.link.name}

    def _drop_address(self, address: Address) -> set[str]:
        interface = self._by_index.get(address.ifindex)
        if interface is None or interface.addresses.pop((address.address, address.prefixlen), None) is None:
            return set()
        return {interface.link.name}
