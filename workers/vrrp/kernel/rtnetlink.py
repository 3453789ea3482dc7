"""Links and addresses in rtnetlink's bytes (rtnetlink(7)), and what a datagram of the kernel's reports.

PURE. Only the attributes that matter here are read, so that the dump of some thousand addresses, which follows a lost
event, holds the adverts up for milliseconds. What does not live here: the framing (nlmessage.py), routes and rules
(routes.py, rules.py), the sockets (netlink.py) and what is known of the interfaces (interfaces.py).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from alived.ipc.model.routing import FOREVER
from alived.workers.vrrp.kernel import nlmessage
from alived.workers.vrrp.kernel.nlmessage import (
    AF_INET,
    AF_INET6,
    AF_UNSPEC,
    NLM_F_CREATE,
    NLM_F_DUMP,
    NLM_F_EXCL,
    NLM_F_REQUEST,
    Ack,
    Done,
    Received,
    Request,
    attribute,
    attributes,
    number,
    string,
    u32,
)

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22

IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINK, IFLA_MASTER = 1, 3, 4, 5, 10
IFLA_OPERSTATE, IFLA_LINKINFO, IFLA_GROUP, IFLA_EXT_MASK, IFLA_CARRIER, IFLA_LINK_NETNSID = 16, 18, 27, 29, 33, 37
IFLA_INFO_KIND, IFLA_INFO_DATA = 1, 2
IFLA_VRF_TABLE = 1
RTEXT_FILTER_SKIP_STATS = 1 << 3
IF_OPER_UNKNOWN, IF_OPER_UP = 0, 6

IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_BROADCAST, IFA_CACHEINFO, IFA_FLAGS, IFA_PROTO = 1, 2, 3, 4, 6, 8, 11

IFF_UP = 0x1
IFF_RUNNING = 0x40

IFA_F_SECONDARY, IFA_F_NODAD, IFA_F_DADFAILED, IFA_F_HOMEADDRESS = 0x1, 0x2, 0x8, 0x10
IFA_F_DEPRECATED, IFA_F_TENTATIVE, IFA_F_PERMANENT = 0x20, 0x40, 0x80
IFA_F_MANAGETEMPADDR, IFA_F_NOPREFIXROUTE, IFA_F_MCAUTOJOIN = 0x100, 0x200, 0x400

_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")
_CACHEINFO = struct.Struct("=IIII")


class Link(NamedTuple):
    """An interface, as the kernel reports it."""

    ifindex: int
    name: str
    mac: bytes
    up: bool
    """Administratively up and with a carrier: IFF_UP and IFF_RUNNING."""
    flags: int = 0
    """IFF_ flags (netdevice(7))."""
    mtu: int = 0
    kind: str = ""
    """Of what is not hardware: veth, macvlan, ipvlan, vrf, bridge and so on."""
    parent: int = 0
    """Index of the interface that it is above, as macvlan and VLAN are; 0: none, or one in another namespace."""
    master: int = 0
    """Index of the bridge, bond or VRF that it belongs to."""
    group: int = 0
    operstate: int = IF_OPER_UNKNOWN
    """IF_OPER_ number of RFC 2863."""
    carrier: bool = True
    vrf_table: int = 0
    """Of a VRF: its routing table."""


class LinkGone(NamedTuple):
    """An interface is no more."""

    ifindex: int


class Address(NamedTuple):
    """An address on an interface."""

    ifindex: int
    address: bytes
    prefixlen: int
    scope: int = 0
    label: str = ""
    broadcast: bytes = b""
    peer: bytes = b""
    """The other end of a point-to-point link."""
    flags: int = 0
    """IFA_F_ flags."""
    preferred: int = FOREVER
    """Seconds that IPv6 still may use it as a source."""
    valid: int = FOREVER
    protocol: int = 0
    """Who put it there, as RTPROT_ numbers say it; kernels before 5.18 do not remember."""

    @property
    def secondary(self) -> bool:
        """IPv4: it goes with the first address of its subnet unless promote_secondaries is set. IPv6: temporary."""
        return bool(self.flags & IFA_F_SECONDARY)

    @property
    def tentative(self) -> bool:
        """Duplicate address detection is not over (RFC 4862 section 5.4): it can't be used yet."""
        return bool(self.flags & IFA_F_TENTATIVE)

    @property
    def duplicate(self) -> bool:
        """Duplicate address detection has found that somebody else has it."""
        return bool(self.flags & IFA_F_DADFAILED)


class AddressGone(NamedTuple):
    """An address was removed from an interface."""

    address: Address


Report = Link | LinkGone | Address | AddressGone | Ack | Done


def dump_links(sequence: int) -> bytes:
    """Ask for all interfaces, without their counters."""
    body = _LINK.pack(AF_UNSPEC, 0, 0, 0, 0) + attribute(IFLA_EXT_MASK, u32(RTEXT_FILTER_SKIP_STATS))
    return nlmessage.message(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, sequence, body)


def dump_addresses(sequence: int) -> bytes:
    """Ask for all addresses of both families."""
    return nlmessage.message(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, sequence, _ADDRESS.pack(AF_UNSPEC, 0, 0, 0, 0))


def adding(address: Address) -> Request:
    """Put an address on an interface; EEXIST if it is there already."""
    return Request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, _address_body(address))


def deleting(address: Address) -> Request:
    """Take an address away; EADDRNOTAVAIL if it is not there, ENODEV if the interface is not."""
    family, other = _ends(address)
    body = attribute(IFA_LOCAL, address.address) + attribute(IFA_ADDRESS, other)
    return Request(RTM_DELADDR, 0, _ADDRESS.pack(family, address.prefixlen, 0, 0, address.ifindex) + body)


def parse(data: bytes) -> Iterator[Report]:
    """The reports in a datagram of the kernel's; kinds that do not matter here are passed over."""
    for got in nlmessage.received(data):
        report = read(got)
        if report is not None:
            yield report


def read(got: Received) -> Report | None:
    """What one message reports; None: nothing that matters here."""
    kind, body = got.kind, got.body
    if kind in (RTM_NEWADDR, RTM_DELADDR):
        return _address(kind, body)
    if kind in (RTM_NEWLINK, RTM_DELLINK):
        return _link(kind, body)
    return nlmessage.answer(got)


def _link(kind: int, body: bytes) -> Link | LinkGone | None:
    if len(body) < _LINK.size or body[0] != AF_UNSPEC:  # a bridge's word about its port
        return None
    _, _, ifindex, flags, _ = _LINK.unpack_from(body)
    if kind == RTM_DELLINK:
        return LinkGone(ifindex)
    found = attributes(body, _LINK.size)
    info = attributes(found.get(IFLA_LINKINFO, b""))
    sort = string(info.get(IFLA_INFO_KIND, b""))
    vrf = attributes(info.get(IFLA_INFO_DATA, b"")) if sort == "vrf" else {}
    return Link(
        ifindex,
        string(found.get(IFLA_IFNAME, b"")),
        found.get(IFLA_ADDRESS, b""),
        up=flags & (IFF_UP | IFF_RUNNING) == IFF_UP | IFF_RUNNING,
        flags=flags,
        mtu=number(found.get(IFLA_MTU, b"")),
        kind=sort,
        parent=0 if IFLA_LINK_NETNSID in found else number(found.get(IFLA_LINK, b"")),
        master=number(found.get(IFLA_MASTER, b"")),
        group=number(found.get(IFLA_GROUP, b"")),
        operstate=number(found.get(IFLA_OPERSTATE, b"")),
        carrier=found.get(IFLA_CARRIER, b"\1") != b"\0",
        vrf_table=number(vrf.get(IFLA_VRF_TABLE, b"")),
    )


def _address(kind: int, body: bytes) -> Address | AddressGone | None:
    if len(body) < _ADDRESS.size or body[0] not in (AF_INET, AF_INET6):
        return None
    _, prefixlen, flags, scope, ifindex = _ADDRESS.unpack_from(body)
    found = attributes(body, _ADDRESS.size)
    other = found.get(IFA_ADDRESS, b"")
    own = found.get(IFA_LOCAL, other)
    wide = found.get(IFA_FLAGS)
    life = found.get(IFA_CACHEINFO, b"")
    preferred, valid = _CACHEINFO.unpack(life)[:2] if len(life) == _CACHEINFO.size else (FOREVER, FOREVER)
    address = Address(
        ifindex,
        own,
        prefixlen,
        scope,
        string(found.get(IFA_LABEL, b"")),
        found.get(IFA_BROADCAST, b""),
        other if other != own else b"",
        flags if wide is None else number(wide),
        preferred,
        valid,
        number(found.get(IFA_PROTO, b"")),
    )
    return address if kind == RTM_NEWADDR else AddressGone(address)


def _ends(address: Address) -> tuple[int, bytes]:
    return (AF_INET if len(address.address) == 4 else AF_INET6), address.peer or address.address


def _address_body(address: Address) -> bytes:
    family, other = _ends(address)
    parts = [
        _ADDRESS.pack(family, address.prefixlen, address.flags & 0xFF, address.scope, address.ifindex),
        attribute(IFA_LOCAL, address.address),
        attribute(IFA_ADDRESS, other),
    ]
    if address.label:
        parts.append(attribute(IFA_LABEL, nlmessage.text(address.label)))
    if address.broadcast:
        parts.append(attribute(IFA_BROADCAST, address.broadcast))
    if address.flags:
        parts.append(attribute(IFA_FLAGS, u32(address.flags)))
    if (address.preferred, address.valid) != (FOREVER, FOREVER):
        parts.append(attribute(IFA_CACHEINFO, _CACHEINFO.pack(address.preferred, address.valid, 0, 0)))
    if address.protocol:
        parts.append(attribute(IFA_PROTO, nlmessage.u8(address.protocol)))
    return b"".join(parts)
