"""Bytes of VRRP adverts: encoding, decoding, and every check of RFC 3768, 7.1.

PURE. `Format` holds what differs between versions and address families as data. What does not live here: which instance
an advert belongs to and what it means to it (instance.py, fsm.py), and the sockets (sockets.py).

A received datagram passes three steps, and each may answer with a `Rejection`: `ipv4_payload` takes the IP header off,
`decode` reads the message, `Expected.objection` compares it with the instance's configuration.
"""

import hmac
import math
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

PROTOCOL = 112
"""IP protocol number of VRRP."""
TTL = 255
"""RFC 3768, 5.2.3: anything else came through a router."""
ADVERTISEMENT = 1
NO_AUTHENTICATION = 0
SIMPLE_PASSWORD = 1

_HEADER = struct.Struct("!BBBBHH")
_IPV4_HEADER = struct.Struct("!BxHxxxxBB")
_IPV4_HEADER_SIZE = 20


class Reason(StrEnum):
    """Why a packet was not accepted; the value is what operators see."""

    TRUNCATED = "truncated"
    PROTOCOL = "wrong protocol"
    TTL = "TTL is not 255"
    VERSION = "wrong version"
    TYPE = "unknown type"
    CHECKSUM = "bad checksum"
    VRID = "unknown virtual router ID"
    AUTH_TYPE = "wrong authentication type"
    PASSWORD = "wrong password"  # noqa: S105  (a message)
    INTERVAL = "other advertisement interval"
    OWN = "own advert came back"


class Rejection(NamedTuple):
    """A packet that was not accepted, and what was seen."""

    reason: Reason
    detail: str = ""


class Datagram(NamedTuple):
    """What an IP header says, and what follows it."""

    source: bytes
    destination: bytes
    ttl: int
    payload: bytes


class Advert(NamedTuple):
    """A well-formed advert."""

    vrid: int
    priority: int
    interval: int
    """In units of the format."""
    auth_type: int
    auth_data: bytes
    addresses: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """How adverts of one version and address family are laid out."""

    version: int
    address_size: int
    interval_unit: float
    """Seconds that one unit of the interval field means."""
    interval_bits: int
    """Width of that field; the authentication type (v2) or reserved bits (v3) stand above it, up to 16."""
    trailer_size: int
    """Bytes of authentication data after the addresses."""

    def authentication(self, password: bytes) -> tuple[int, bytes]:
        """Type and data of PASS authentication (RFC 2338, 5.3.6); an empty password: none."""
        return SIMPLE_PASSWORD if password else NO_AUTHENTICATION, password.ljust(self.trailer_size, b"\0")

    def interval(self, seconds: float) -> int:
        """The interval as it goes on the wire, rounded up, since a peer that waits too short a time takes over."""
        return min(max(math.ceil(seconds / self.interval_unit), 1), (1 << self.interval_bits) - 1)


V2 = Format(version=2, address_size=4, interval_unit=1.0, interval_bits=8, trailer_size=8)


def checksum(data: bytes) -> int:
    """Internet checksum (RFC 1071); 0 for data that carries its own right one."""
    padded = data + b"\0" if len(data) % 2 else data
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def encode(layout: Format, advert: Advert) -> bytes:
    """A whole advert with its checksum (RFC 3768, 5.1)."""
    kind = layout.version << 4 | ADVERTISEMENT
    timing = advert.auth_type << layout.interval_bits | advert.interval
    header = _HEADER.pack(kind, advert.vrid, advert.priority, len(advert.addresses), timing, 0)
    unsigned = header + b"".join(advert.addresses) + advert.auth_data
    return unsigned[:6] + checksum(unsigned).to_bytes(2, "big") + unsigned[8:]


def ipv4_payload(datagram: bytes) -> Datagram | Rejection:
    """Addresses and payload of an IPv4 datagram as a raw socket delivers it. What follows its end is padding."""
    if len(datagram) < _IPV4_HEADER_SIZE:
        return Rejection(Reason.TRUNCATED, f"{len(datagram)} bytes of IP header")
    first, total, ttl, protocol = _IPV4_HEADER.unpack_from(datagram)
    size = (first & 0x0F) * 4
    if first >> 4 != 4 or protocol != PROTOCOL:
        return Rejection(Reason.PROTOCOL, f"IP version {first >> 4}, protocol {protocol}")
    if size < _IPV4_HEADER_SIZE or not size <= total <= len(datagram):
        return Rejection(Reason.TRUNCATED, f"{len(datagram)} bytes of a datagram of {total}")
    return Datagram(datagram[12:16], datagram[16:20], ttl, datagram[size:total])


def decode(layout: Format, payload: bytes) -> Advert | Rejection:
    """Read an advert (RFC 3768, 7.1), all lengths checked; bytes after its end are taken for padding."""
    if len(payload) < _HEADER.size:
        return Rejection(Reason.TRUNCATED, f"{len(payload)} bytes")
    kind, vrid, priority, count, timing, _ = _HEADER.unpack_from(payload)
    if kind >> 4 != layout.version:
        return Rejection(Reason.VERSION, f"version {kind >> 4}")
    if kind & 0x0F != ADVERTISEMENT:
        return Rejection(Reason.TYPE, f"type {kind & 0x0F}")
    trailer = _HEADER.size + count * layout.address_size
    end = trailer + layout.trailer_size
    if len(payload) < end:
        return Rejection(Reason.TRUNCATED, f"{len(payload)} bytes, {count} addresses need {end}")
    message = payload[:end]
    if checksum(message):
        return Rejection(Reason.CHECKSUM, f"{message[6:8].hex()}")
    addresses = tuple(
        message[at : at + layout.address_size] for at in range(_HEADER.size, trailer, layout.address_size)
    )
    auth_type, interval = timing >> layout.interval_bits, timing & ((1 << layout.interval_bits) - 1)
    return Advert(vrid, priority, interval, auth_type, message[trailer:end], addresses)


@dataclass(frozen=True, slots=True)
class Expected:
    """What an instance's configuration says about adverts of its virtual router."""

    interval: int
    auth_type: int
    auth_data: bytes

    def objection(self, advert: Advert) -> Rejection | None:
        """What is wrong with an advert of this virtual router (RFC 3768, 7.1); None: it is accepted."""
        if advert.auth_type != self.auth_type:
            return Rejection(Reason.AUTH_TYPE, f"type {advert.auth_type}, ours is {self.auth_type}")
        if self.auth_type == SIMPLE_PASSWORD and not hmac.compare_digest(advert.auth_data, self.auth_data):
            return Rejection(Reason.PASSWORD)
        if advert.interval != self.interval:
            return Rejection(Reason.INTERVAL, f"interval {advert.interval}, ours is {self.interval}")
        return None
