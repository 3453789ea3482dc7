"""Netlink's framing (netlink(7)): messages, attributes, numbers.

PURE. What comes from a socket is read within its bounds: a length that can't be right ends the reading, and nothing
raises. What does not live here: what messages of a family mean (rtnetlink.py and its neighbours), sockets (netlink.py).
"""

import struct
import sys
from collections.abc import Iterator
from typing import Literal, NamedTuple

AF_UNSPEC, AF_INET, AF_INET6, AF_MPLS = 0, 2, 10, 28

NLMSG_ERROR = 2
NLMSG_DONE = 3

NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_DUMP_INTR = 0x10
NLM_F_ROOT, NLM_F_DUMP = 0x100, 0x300
NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE, NLM_F_APPEND = 0x100, 0x200, 0x400, 0x800

NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
"""Of an answer: the request is not repeated in it; attributes follow."""
NLMSGERR_ATTR_MSG = 1

NLA_F_NESTED = 0x8000
NLA_TYPE_MASK = 0x3FFF

_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_U16, _U32 = struct.Struct("=H"), struct.Struct("=I")
_ORDER: Literal["little", "big"] = sys.byteorder

HEADER_SIZE = _HEADER.size


class Received(NamedTuple):
    """One message of the kernel's."""

    kind: int
    flags: int
    sequence: int
    body: bytes
    port: int = 0
    """Port of the socket whose request this is an answer to, or whose change it reports; 0: the kernel's own doing."""


class Request(NamedTuple):
    """A change that the kernel is asked for; whoever sends it adds NLM_F_REQUEST, NLM_F_ACK and a sequence number."""

    kind: int
    flags: int
    body: bytes


class Ack(NamedTuple):
    """The kernel's answer to one request: 0 or an errno, and what it says about it besides."""

    sequence: int
    error: int
    words: str = ""


class Done(NamedTuple):
    """End of a dump; an errno says that it is not a whole one."""

    sequence: int
    error: int = 0


def message(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    """One whole message; `flags` as they are, NLM_F_REQUEST included."""
    length = _HEADER.size + len(body)
    return _HEADER.pack(length, kind, flags, sequence, 0) + body + bytes(-length & 3)


def attribute(kind: int, value: bytes = b"") -> bytes:
    """One attribute, padded to four bytes."""
    length = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + bytes(-length & 3)


def nested(kind: int, *inner: bytes) -> bytes:
    """An attribute that consists of attributes, marked NLA_F_NESTED as newer families of the kernel demand."""
    return attribute(kind | NLA_F_NESTED, b"".join(inner))


def u8(value: int) -> bytes:
    """An unsigned number of one byte."""
    return value.to_bytes(1, _ORDER)


def u16(value: int) -> bytes:
    """An unsigned number of two bytes in this machine's order."""
    return _U16.pack(value)


def u32(value: int) -> bytes:
    """An unsigned number of four bytes in this machine's order."""
    return _U32.pack(value)


def text(value: str) -> bytes:
    """A string with the NUL that the kernel ends names with."""
    return value.encode() + b"\0"


def number(value: bytes) -> int:
    """An unsigned number of whatever size in this machine's order; empty is 0."""
    return int.from_bytes(value, _ORDER)


def string(value: bytes) -> str:
    """A string, up to its NUL if it has one."""
    return value.partition(b"\0")[0].decode(errors="replace")


def received(data: bytes) -> Iterator[Received]:
    """The messages in a datagram, as long as their lengths are possible."""
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, flags, sequence, port = _HEADER.unpack_from(data, at)
        if length < _HEADER.size or at + length > len(data):
            return
        yield Received(kind, flags, sequence, data[at + _HEADER.size : at + length], port)
        at += length + 3 & ~3


def attributes(body: bytes, at: int = 0) -> dict[int, bytes]:
    """The attributes that begin at `at`, by kind without its flags; the last of a kind counts."""
    found: dict[int, bytes] = {}
    end = len(body)
    unpack = _ATTRIBUTE.unpack_from
    while at + 4 <= end:
        length, kind = unpack(body, at)
        if length < 4 or at + length > end:
            break
        found[kind & NLA_TYPE_MASK] = body[at + 4 : at + length]
        at += length + 3 & ~3
    return found


def answer(got: Received) -> Ack | Done | None:
    """What a message says about a request; None: it is another kind of message."""
    if got.kind not in (NLMSG_ERROR, NLMSG_DONE):
        return None
    error = -int.from_bytes(got.body[:4], _ORDER, signed=True)
    if got.kind == NLMSG_DONE:
        return Done(got.sequence, error)
    spoken = got.flags & (NLM_F_CAPPED | NLM_F_ACK_TLVS) == NLM_F_CAPPED | NLM_F_ACK_TLVS
    words = string(attributes(got.body, 4 + HEADER_SIZE).get(NLMSGERR_ATTR_MSG, b"")) if spoken else ""
    return Ack(got.sequence, error, words)
