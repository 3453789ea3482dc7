"""Bytes of the few rtnetlink messages that the worker needs: links and addresses (rtnetlink(7)).

PURE. Only the attributes that matter here are read, so that the dump of some thousand addresses, which follows a lost
event, holds the adverts up for milliseconds. What does not live here: the sockets (netlink.py) and what is known of
the interfaces (interfaces.py).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

AF_UNSPEC, AF_INET = 0, 2

NLMSG_ERROR = 2
NLMSG_DONE = 3
RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22

NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_DUMP = 0x300
NLM_F_EXCL = 0x200
NLM_F_CREATE = 0x400

IFLA_ADDRESS, IFLA_IFNAME = 1, 3
IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_BROADCAST = 1, 2, 3, 4

IFF_UP = 0x1
IFF_RUNNING = 0x40
IFA_F_SECONDARY = 0x1

_HEADER = struct.Struct("=IHHII")
_ERROR = struct.Struct("=i")
_ATTRIBUTE = struct.Struct("=HH")
_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")


class Link(NamedTuple):
    """An interface, as the kernel reports it."""

    ifindex: int
    name: str
    mac: bytes
    up: bool
    """Administratively up and with a carrier: IFF_UP and IFF_RUNNING."""


class LinkGone(NamedTuple):
    """An interface is no more."""

    ifindex: int


class Address(NamedTuple):
    """An address on an interface."""

    ifindex: int
    address: bytes
    prefixlen: int
    secondary: bool = False
    scope: int = 0
    label: str = ""
    broadcast: bytes = b""


class AddressGone(NamedTuple):
    """An address was removed from an interface."""

    address: Address


class Ack(NamedTuple):
    """The kernel's answer to one request: 0 or an errno."""

    sequence: int
    error: int


class Done(NamedTuple):
    """End of a dump."""

    sequence: int


Report = Link | LinkGone | Address | AddressGone | Ack | Done


def dump_links(sequence: int) -> bytes:
    """Ask for all interfaces."""
    return _message(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, sequence, _LINK.pack(0, 0, 0, 0, 0))


def dump_addresses(sequence: int) -> bytes:
    """Ask for all IPv4 addresses."""
    return _message(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, sequence, _ADDRESS.pack(AF_INET, 0, 0, 0, 0))


def add_address(address: Address, sequence: int) -> bytes:
    """Put an address on an interface; EEXIST if it is there already."""
    return _message(
        RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sequence, _address_body(address)
    )


def delete_address(address: Address, sequence: int) -> bytes:
    """Take an address away; EADDRNOTAVAIL if it is not there."""
    return _message(RTM_DELADDR, NLM_F_REQUEST | NLM_F_ACK, sequence, _address_body(address))


def parse(data: bytes) -> Iterator[Report]:
    """The reports in a datagram of the kernel's; kinds that do not matter here are passed over."""
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, _, sequence, _ = _HEADER.unpack_from(data, at)
        if length < _HEADER.size or at + length > len(data):
            return
        body = data[at + _HEADER.size : at + length]
        at += _aligned(length)
        if kind == NLMSG_DONE:
            yield Done(sequence)
        elif kind == NLMSG_ERROR:
            yield Ack(sequence, -_ERROR.unpack_from(body)[0])
        elif kind in (RTM_NEWLINK, RTM_DELLINK) and body[0] == AF_UNSPEC:  # not a bridge's word about its port
            yield _link(kind, body)
        elif kind in (RTM_NEWADDR, RTM_DELADDR) and body[0] == AF_INET:
            yield _address(kind, body)


def _link(kind: int, body: bytes) -> Link | LinkGone:
    _, _, ifindex, flags, _ = _LINK.unpack_from(body)
    if kind == RTM_DELLINK:
        return LinkGone(ifindex)
    attributes = _attributes(body, _LINK.size)
    up = flags & (IFF_UP | IFF_RUNNING) == IFF_UP | IFF_RUNNING
    return Link(ifindex, _string(attributes.get(IFLA_IFNAME, b"")), attributes.get(IFLA_ADDRESS, b""), up)


def _address(kind: int, body: bytes) -> Address | AddressGone:
    _, prefixlen, flags, scope, ifindex = _ADDRESS.unpack_from(body)
    attributes = _attributes(body, _ADDRESS.size)
    address = Address(
        ifindex=ifindex,
        address=attributes.get(IFA_LOCAL, b""),
        prefixlen=prefixlen,
        secondary=bool(flags & IFA_F_SECONDARY),
        scope=scope,
        label=_string(attributes.get(IFA_LABEL, b"")),
        broadcast=attributes.get(IFA_BROADCAST, b""),
    )
    return address if kind == RTM_NEWADDR else AddressGone(address)


def _address_body(address: Address) -> bytes:
    attributes = _attribute(IFA_LOCAL, address.address) + _attribute(IFA_ADDRESS, address.address)
    if address.label:
        attributes += _attribute(IFA_LABEL, address.label.encode() + b"\0")
    if address.broadcast:
        attributes += _attribute(IFA_BROADCAST, address.broadcast)
    return _ADDRESS.pack(AF_INET, address.prefixlen, 0, address.scope, address.ifindex) + attributes


def _message(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, sequence, 0) + body


def _attribute(kind: int, value: bytes) -> bytes:
    length = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(length, kind) + value.ljust(_aligned(length) - _ATTRIBUTE.size, b"\0")


def _attributes(body: bytes, at: int) -> dict[int, bytes]:
    attributes: dict[int, bytes] = {}
    while at + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, at)
        if length < _ATTRIBUTE.size:
            break
        attributes[kind] = body[at + _ATTRIBUTE.size : at + length]
        at += _aligned(length)
    return attributes


def _string(value: bytes) -> str:
    return value.rstrip(b"\0").decode(errors="replace")


def _aligned(length: int) -> int:
    return (length + 3) & ~3
