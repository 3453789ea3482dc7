"""Bytes of the rtnetlink messages that make, change and describe interfaces (rtnetlink(7), linux/if_link.h).

PURE. What does not live here: which interfaces are made (link_plan.py), and the order of things (links.py).
"""

import struct
from typing import NamedTuple

from alived.ipc.model.links import IpvlanMode
from alived.workers.vrrp.kernel.link_plan import VIRTUAL_MAC, Kind, MadeLink
from alived.workers.vrrp.kernel.nlmessage import (
    AF_INET6,
    AF_UNSPEC,
    NLM_F_ACK,
    NLM_F_CREATE,
    NLM_F_DUMP,
    NLM_F_EXCL,
    NLM_F_REPLACE,
    NLM_F_REQUEST,
    Received,
    attribute,
    attributes,
    message,
    nested,
    number,
    string,
    text,
    u8,
    u16,
    u32,
)

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_GETADDR = 20, 22

IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINK, IFLA_MASTER = 1, 3, 4, 5, 10
IFLA_LINKINFO, IFLA_IFALIAS, IFLA_AF_SPEC, IFLA_GROUP = 18, 20, 26, 27
IFLA_INFO_KIND, IFLA_INFO_DATA = 1, 2
IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE = 1, 1
IFLA_IPVLAN_MODE, IFLA_IPVLAN_FLAGS, IPVLAN_MODE_L2 = 1, 2, 0
IPVLAN_FLAGS = {IpvlanMode.BRIDGE: 0, IpvlanMode.PRIVATE: 1, IpvlanMode.VEPA: 2}
IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE = 8, 1
IFA_ADDRESS, IFA_LOCAL, IFA_CACHEINFO = 1, 2, 6
IFA_F_NODAD = 0x02

IFF_UP = 0x1
SCOPE_LINK = 253
FOREVER = 2**32 - 1

_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")

CHANGE = NLM_F_REQUEST | NLM_F_ACK


class Facts(NamedTuple):
    """An interface as it is."""

    ifindex: int
    name: str
    kind: str = ""
    """As of `ip link add type`; empty: hardware."""
    mac: bytes = b""
    up: bool = False
    """Administratively."""
    parent: int = 0
    """Index of the interface below."""
    master: int = 0
    mtu: int = 0
    group: int = 0
    alias: str = ""
    mode: int = 0
    """Of a macvlan or ipvlan."""
    flags: int = 0
    """Of an ipvlan."""


class OwnAddress(NamedTuple):
    """An address of an interface, of one family."""

    ifindex: int
    address: bytes
    scope: int


def create(link: MadeLink, base: Facts, group: int, sequence: int) -> bytes:
    """Make an interface, down; EEXIST if its name is taken."""
    attributes_ = [
        attribute(IFLA_IFNAME, text(link.name)),
        attribute(IFLA_LINK, u32(base.ifindex)),
        attribute(IFLA_GROUP, u32(group)),
    ]
    if link.identity.kind is Kind.MACVLAN:
        attributes_.append(attribute(IFLA_ADDRESS, link.mac))
        data = [attribute(IFLA_MACVLAN_MODE, u32(MACVLAN_MODE_PRIVATE))]
    else:
        data = [
            attribute(IFLA_IPVLAN_MODE, u16(IPVLAN_MODE_L2)),
            attribute(IFLA_IPVLAN_FLAGS, u16(IPVLAN_FLAGS[link.mode])),
        ]
    kind = attribute(IFLA_INFO_KIND, text(link.identity.kind.value))
    attributes_.append(nested(IFLA_LINKINFO, kind, nested(IFLA_INFO_DATA, *data)))
    return _link_message(RTM_NEWLINK, CHANGE | NLM_F_CREATE | NLM_F_EXCL, sequence, 0, b"".join(attributes_))


def remove(ifindex: int, sequence: int) -> bytes:
    """Remove an interface that was made; ENODEV if it is gone."""
    return _link_message(RTM_DELLINK, CHANGE, sequence, ifindex)


def set_up(ifindex: int, sequence: int) -> bytes:
    """Bring an interface up; EADDRINUSE if another one above the same base has its MAC address."""
    body = _LINK.pack(AF_UNSPEC, 0, ifindex, IFF_UP, IFF_UP)
    return message(RTM_NEWLINK, CHANGE, sequence, body)


def set_alias(ifindex: int, alias: str, sequence: int) -> bytes:
    """Note something at an interface, for whoever looks at it."""
    return _link_message(RTM_NEWLINK, CHANGE, sequence, ifindex, attribute(IFLA_IFALIAS, alias.encode()))


def set_mtu(ifindex: int, mtu: int, sequence: int) -> bytes:
    """Change the MTU."""
    return _link_message(RTM_NEWLINK, CHANGE, sequence, ifindex, attribute(IFLA_MTU, u32(mtu)))


def set_group(ifindex: int, group: int, sequence: int) -> bytes:
    """Change the link group; the kernel announces the interface even if it is the same."""
    return _link_message(RTM_NEWLINK, CHANGE, sequence, ifindex, attribute(IFLA_GROUP, u32(group)))


def set_master(ifindex: int, master: int, sequence: int) -> bytes:
    """Put an interface under a VRF; 0: take it out."""
    return _link_message(RTM_NEWLINK, CHANGE, sequence, ifindex, attribute(IFLA_MASTER, u32(master)))


def without_own_addresses(ifindex: int, sequence: int) -> bytes:
    """Have the kernel make no link-local address of the MAC address (RFC 9568 section 7.4)."""
    mode = attribute(IFLA_INET6_ADDR_GEN_MODE, u8(IN6_ADDR_GEN_MODE_NONE))
    spec = nested(IFLA_AF_SPEC, nested(AF_INET6, mode))
    return _link_message(RTM_NEWLINK, CHANGE, sequence, ifindex, spec)


def get_named(name: str, sequence: int) -> bytes:
    """Ask for one interface; ENODEV if there is none."""
    return _link_message(RTM_GETLINK, NLM_F_REQUEST, sequence, 0, attribute(IFLA_IFNAME, text(name)))


def get_index(ifindex: int, sequence: int) -> bytes:
    """The same by its index."""
    return _link_message(RTM_GETLINK, NLM_F_REQUEST, sequence, ifindex)


def get_all(sequence: int) -> bytes:
    """Ask for all interfaces."""
    return _link_message(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, sequence, 0)


def get_addresses(ifindex: int, family: int, sequence: int) -> bytes:
    """Ask for the addresses of one interface; an older kernel tells those of all."""
    return message(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, sequence, _ADDRESS.pack(family, 0, 0, 0, ifindex))


def add_address(ifindex: int, family: int, address: bytes, prefixlen: int, sequence: int) -> bytes:
    """Give an interface an address of its own, an IPv6 one as a source only for those who ask for it."""
    six = family == AF_INET6
    flags, scope = (IFA_F_NODAD, SCOPE_LINK if address[0] == 0xFE else 0) if six else (0, 0)
    found = attribute(IFA_LOCAL, address) + attribute(IFA_ADDRESS, address)
    if six:
        found += attribute(IFA_CACHEINFO, u32(0) + u32(FOREVER) + u32(0) + u32(0))
    body = _ADDRESS.pack(family, prefixlen, flags, scope, ifindex) + found
    return message(RTM_NEWADDR, CHANGE | NLM_F_CREATE | NLM_F_REPLACE, sequence, body)


def facts(got: Received) -> Facts | None:
    """What a message says of an interface; None: it does not speak of one."""
    if got.kind != RTM_NEWLINK or len(got.body) < _LINK.size:
        return None
    _, _, ifindex, flags, _ = _LINK.unpack_from(got.body)
    found = attributes(got.body, _LINK.size)
    info = attributes(found.get(IFLA_LINKINFO, b""))
    kind, data = string(info.get(IFLA_INFO_KIND, b"")), attributes(info.get(IFLA_INFO_DATA, b""))
    made = kind in (Kind.MACVLAN, Kind.IPVLAN)
    return Facts(
        ifindex=ifindex,
        name=string(found.get(IFLA_IFNAME, b"")),
        kind=kind,
        mac=found.get(IFLA_ADDRESS, b""),
        up=bool(flags & IFF_UP),
        parent=number(found.get(IFLA_LINK, b"")),
        master=number(found.get(IFLA_MASTER, b"")),
        mtu=number(found.get(IFLA_MTU, b"")),
        group=number(found.get(IFLA_GROUP, b"")),
        alias=string(found.get(IFLA_IFALIAS, b"")),
        mode=number(data.get(IFLA_MACVLAN_MODE, b"")) if made else 0,
        flags=number(data.get(IFLA_IPVLAN_FLAGS, b"")) if kind == Kind.IPVLAN else 0,
    )


def own_address(got: Received) -> OwnAddress | None:
    """What a message says of an address; None: it does not speak of one."""
    if got.kind != RTM_NEWADDR or len(got.body) < _ADDRESS.size:
        return None
    _, _, _, scope, ifindex = _ADDRESS.unpack_from(got.body)
    found = attributes(got.body, _ADDRESS.size)
    address = found.get(IFA_LOCAL) or found.get(IFA_ADDRESS, b"")
    return OwnAddress(ifindex, address, scope)


def fits(have: Facts, link: MadeLink, base: Facts) -> bool:
    """Whether an interface is what is to be made; a macvlan above a macvlan lies above the latter's base."""
    below = base.parent if base.kind == Kind.MACVLAN else base.ifindex
    if have.kind != link.identity.kind or have.parent != below:
        return False
    if link.identity.kind is Kind.MACVLAN:
        return have.mode == MACVLAN_MODE_PRIVATE and have.mac == link.mac
    return have.mode == IPVLAN_MODE_L2 and have.flags == IPVLAN_FLAGS[link.mode]


def is_virtual(mac: bytes) -> bool:
    """Whether it is the MAC address of a virtual router (RFC 9568 section 7.3)."""
    return mac[:5] in VIRTUAL_MAC.values()


def link_local(mac: bytes) -> bytes:
    """The link-local address of a MAC address by EUI-64 (RFC 4291 appendix A)."""
    return bytes.fromhex("fe80000000000000") + bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:6]


def _link_message(kind: int, flags: int, sequence: int, ifindex: int, found: bytes = b"") -> bytes:
    return message(kind, flags, sequence, _LINK.pack(AF_UNSPEC, 0, ifindex, 0, 0) + found)
