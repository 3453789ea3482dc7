"""Which version of VRRP an instance speaks, over which family of addresses, from where and to whom.

keepalived reads a file from top to bottom: the first address of an instance decides on the family of all others. So
does this, word by word. What does not live here: lines of virtual_ipaddress (addresses.py).
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from alived.ipc.model.links import Ipvlan
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Family, UnicastPeer
from alived.supervisor.config.addresses import instance_addresses
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.instance_subject import Subject
from alived.supervisor.config.routing import Routing
from alived.supervisor.config.sections import Entry

V2, V3 = 2, 3
DEFAULT_INTERFACE = "eth0"
"""Where addresses go that name no interface, if their instance has none and default_interface is not given."""
GROUPS = {Family.IPV4: ("vrrp_mcast_group4", "224.0.0.18"), Family.IPV6: ("vrrp_mcast_group6", "ff02::12")}
"""The word of global_defs that says which group is joined, and the group if it is not given."""
NUMBERS = {Family.IPV4: 4, Family.IPV6: 6}
LINK_LOCAL_SCOPE = 2
"""Of a multicast address (RFC 4291 section 2.7)."""


@dataclass(slots=True)
class Addressing:
    """What was found."""

    family: Family = Family.IPV4
    version: int = 0
    mcast_src_ip: str = ""
    unicast_src_ip: str = ""
    mcast_group: str = ""
    """As given for this instance."""
    peers: list[UnicastPeer] = field(default_factory=list)
    addresses: tuple[VirtualAddress, ...] = ()
    excluded: tuple[VirtualAddress, ...] = ()
    ipvlan: Ipvlan | None = None
    native_ipv6: bool = False

    def attributes(self) -> dict[str, object]:
        """What of it stands in VrrpInstance as it is."""
        return {
            "family": self.family,
            "version": self.version,
            "native_ipv6": self.native_ipv6,
            "unicast_peers": tuple(self.peers),
            "addresses": self.addresses,
            "excluded": self.excluded,
        }

    @property
    def source(self) -> str:
        """Source address of adverts; empty: the interface's own."""
        return self.unicast_src_ip or self.mcast_src_ip


def read_addressing(subject: Subject, interface: str, routing: Routing) -> Addressing:
    """Go through the words of an instance that say something about addresses, in the order of the file."""
    return _Reader(subject, interface, routing).read()


def group_of(family: Family, subject: Subject) -> str:
    """The multicast group of instances that name none."""
    word, otherwise = GROUPS[family]
    return subject.settings.find(word, str) or otherwise


class _Reader:
    def __init__(self, subject: Subject, interface: str, routing: Routing) -> None:
        self._subject = subject
        self._section = subject.section
        self._interface = interface or subject.settings.find("default_interface", str) or DEFAULT_INTERFACE
        self._routing = routing
        self._family: Family | None = None
        self._found = Addressing()
        self._addressed = False

    def read(self) -> Addressing:
        """All of them."""
        for word in dict.fromkeys(self._section.order):
            if read := _BY_WORD.get(word):
                read(self, word)
        self.read_virtual("virtual_ipaddress_excluded")
        found = self._found
        found.family = self._family or Family.IPV4
        found.version = self._settled_version(found.family)
        return found

    def _settled_version(self, family: Family) -> int:
        version = self._found.version
        if family is Family.IPV4:
            return version or self._subject.settings.find("vrrp_version", int) or V2
        if version == V2 and self._subject.strict:
            self._subject.conflict("VRRP version 2 does not know IPv6", "version 3 is used", "version")
            return V3
        return version or V3

    def _fits(self, address: str) -> bool:
        """Whether an address is of the instance's family; the first one decides."""
        family = Family.IPV6 if ":" in address else Family.IPV4
        self._family = self._family or family
        return family is self._family

    def _alien(self, what: str, entry: Entry, index: int = 0) -> None:
        message = f"{what} of an {self._family} instance must be an {self._family} address"
        self._subject.report.error(Code.CONFLICT, message, entry.place(index), "it is left out")

    def read_version(self, word: str) -> None:
        for entry in self._section.given(word):
            before = self._found.version or (V3 if self._family is Family.IPV6 else entry.value)
            if entry.value != before:
                message = f"version {entry.value} contradicts what was said before: this is version {before}"
                self._subject.report.error(Code.CONFLICT, message, entry.place(0), "it is ignored")
            else:
                self._found.version = entry.value

    def read_native_ipv6(self, word: str) -> None:
        if self._family is Family.IPV4:
            message = "`native_ipv6` does not go with IPv4 addresses"
            self._subject.report.error(Code.CONFLICT, message, self._section.where(word), "it is ignored")
            return
        self._family = Family.IPV6
        self._found.version = V3
        self._found.native_ipv6 = True

    def read_source(self, word: str) -> None:
        for entry in self._section.given(word):
            if not self._fits(entry.value):
                self._alien("the source address", entry)
            elif word == "unicast_src_ip":
                self._found.mcast_src_ip, self._found.unicast_src_ip = "", entry.value
            else:
                self._found.mcast_src_ip, self._found.unicast_src_ip = entry.value, ""

    def read_group(self, word: str) -> None:
        for entry in self._section.given(word):
            group = ipaddress.ip_address(entry.value)
            if not self._fits(entry.value):
                self._alien("the multicast group", entry)
            elif group.version == NUMBERS[Family.IPV6] and group.packed[1] & 0xF != LINK_LOCAL_SCOPE:
                message = "the multicast group must be link-local, as ff02::12"
                self._subject.report.error(Code.BAD_VALUE, message, entry.place(0), "it is left out")
            else:
                self._found.mcast_group = entry.value

    def read_peers(self, word: str) -> None:
        for entry in self._section.entries(word):
            if self._fits(entry.value.address):
                self._found.peers.append(entry.value)
            else:
                self._alien("a peer", entry)

    def read_ipvlan(self, word: str) -> None:
        given = self._section.given(word)
        for other in given[1:]:
            message = "`use_ipvlan` is given already"
            self._subject.report.error(Code.DUPLICATE, message, other.place(), "the first one holds")
        if not given:
            return
        ipvlan: Ipvlan = given[0].value
        address = ipvlan.address.partition("/")[0]
        if address and not self._fits(address):
            self._alien("the address of the ipvlan", given[0])
            ipvlan = replace(ipvlan, address="")
        elif address and not self._found.source:
            self._found.mcast_src_ip = address
        self._found.ipvlan = ipvlan

    def read_virtual(self, word: str) -> None:
        """Both lists at once, where virtual_ipaddress stands, else at the end."""
        del word
        if self._addressed:
            return
        self._addressed = True
        family = NUMBERS[self._family] if self._family else 0
        read = instance_addresses(self._section, self._interface, self._routing, self._subject.report, family)
        self._found.addresses, self._found.excluded = read.addresses, read.excluded
        if read.addresses:
            self._family = self._family or (Family.IPV6 if ":" in read.addresses[0].address else Family.IPV4)


_BY_WORD: dict[str, Callable[[_Reader, str], None]] = {
    "version": _Reader.read_version,
    "native_ipv6": _Reader.read_native_ipv6,
    "mcast_src_ip": _Reader.read_source,
    "unicast_src_ip": _Reader.read_source,
    "mcast_dst_ip": _Reader.read_group,
    "unicast_peer": _Reader.read_peers,
    "use_ipvlan": _Reader.read_ipvlan,
    "virtual_ipaddress": _Reader.read_virtual,
}
"""Who reads a word that says something about addresses."""
