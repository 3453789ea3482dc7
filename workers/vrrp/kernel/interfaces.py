"""What is known of the host's interfaces and their addresses.

PURE: fed with rtnetlink reports, asked by name, since that is what configurations speak of. What does not live here:
where the reports come from (netlink.py) and what follows from them (instance.py).
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import NamedTuple

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.kernel.rtnetlink import Address, AddressGone, Link, LinkGone, Report

AddressKey = tuple[bytes, int]
"""Address and prefix length: the same address with another prefix is another one to the kernel."""

LINK_LOCAL = bytes([0xFE, 0x80])
"""How IPv6 link-local addresses begin; the six bits that follow are zero in practice (RFC 4291 section 2.5.6)."""


class Source(NamedTuple):
    """Where adverts come from."""

    address: bytes
    """Empty: nothing that could be used."""
    lack: str = ""
    """Why there is none, in words."""


@dataclass(slots=True)
class Interface:
    """One interface of the host."""

    link: Link
    addresses: dict[AddressKey, Address] = field(default_factory=dict)
    """In the kernel's order, in which the first is what it would send from."""
    prefixes: dict[bytes, int] = field(default_factory=dict)
    """Address -> with how many prefixes it is there."""

    def source(self, virtual: Container[bytes], family: Family) -> Source:
        """Where adverts come from: the first of its own addresses that is usable.

        With IPv6 that is a link-local one (RFC 9568 section 5.1.2.2) which duplicate address detection has let pass.
        """
        if family is Family.IPV4:
            own = [one for one in self.addresses.values() if len(one.address) == 4 and one.address not in virtual]
            own.sort(key=lambda address: address.secondary)
        else:
            own = [
                one
                for one in self.addresses.values()
                if one.address[:2] == LINK_LOCAL and len(one.address) == 16 and one.address not in virtual
            ]
        for address in own:
            if not address.tentative and not address.duplicate:
                return Source(address.address)
        return Source(b"", self._lack(own, family))

    def _lack(self, unusable: list[Address], family: Family) -> str:
        name = self.link.name
        for address in unusable:
            state = "in use by another host" if address.duplicate else "tentative"
            return f"IPv6 address {ip_address(address.address)} of interface {name} is {state}"
        return f"interface {name} has no {'IPv4' if family is Family.IPV4 else 'IPv6 link-local'} address"


class Interfaces:
    """The table."""

    def __init__(self) -> None:
        self._by_index: dict[int, Interface] = {}
        self._by_name: dict[str, Interface] = {}
        self._tentative: dict[tuple[int, AddressKey], bytes] = {}

    def get(self, name: str) -> Interface | None:
        """The interface that bears this name now."""
        return self._by_name.get(name)

    def at(self, index: int) -> Interface | None:
        """The interface that has this index now: of a parent or a master, and of a packet that came in."""
        return self._by_index.get(index)

    def index(self, name: str) -> int:
        """The index of an interface. LookupError: there is none of this name; the error says so in words."""
        interface = self._by_name.get(name)
        if interface is None:
            raise LookupError(f"there is no interface {name}")
        return interface.link.ifindex

    def has_address(self, name: str, address: bytes) -> bool:
        """Whether an interface has an address, whatever its prefix."""
        interface = self._by_name.get(name)
        return interface is not None and address in interface.prefixes

    def where(self, address: bytes) -> list[str]:
        """Names of the interfaces that have an address; an IPv6 link-local one may be on several."""
        return [name for name, interface in self._by_name.items() if address in interface.prefixes]

    def tentative(self, address: bytes) -> bool:
        """Whether duplicate address detection is under way for an address on some interface."""
        return bool(self._tentative) and address in self._tentative.values()

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
        self._by_index, self._by_name, self._tentative = {}, {}, {}
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
        for key in interface.addresses:
            self._tentative.pop((index, key), None)
        name = interface.link.name
        if self._by_name.get(name) is interface:
            del self._by_name[name]
        return {name}

    def _take_address(self, address: Address) -> set[str]:
        interface = self._by_index.get(address.ifindex)
        if interface is None:
            return set()
        key = (address.address, address.prefixlen)
        known = interface.addresses.get(key)
        interface.addresses[key] = address
        if address.tentative:
            self._tentative[address.ifindex, key] = address.address
        else:
            self._tentative.pop((address.ifindex, key), None)
        if known is None:
            interface.prefixes[address.address] = interface.prefixes.get(address.address, 0) + 1
        elif _usable(known) == _usable(address):
            return set()
        return {interface.link.name}

    def _drop_address(self, address: Address) -> set[str]:
        interface = self._by_index.get(address.ifindex)
        key = (address.address, address.prefixlen)
        if interface is None or interface.addresses.pop(key, None) is None:
            return set()
        self._tentative.pop((address.ifindex, key), None)
        interface.prefixes[address.address] -= 1
        if not interface.prefixes[address.address]:
            del interface.prefixes[address.address]
        return {interface.link.name}


def _usable(address: Address) -> tuple[bool, bool, bool]:
    """What a change of is news: a lifetime that is counted down is not."""
    return address.secondary, address.tentative, address.duplicate
