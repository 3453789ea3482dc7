"""Bytes of VRRP adverts of both versions over both families: encoding, decoding, and what can be wrong with their form.

PURE. `Format` holds what differs as data. What does not live here: sums (checksum.py), IP headers (datagram.py), and
what an instance's configuration asks of an advert (judge.py).
"""

import math
import struct
from dataclasses import dataclass
from typing import NamedTuple

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.wire.checksum import Covers
from alived.workers.vrrp.wire.rejection import Reason, Rejection

ADVERTISEMENT = 1
"""The one type of message that there is (RFC 9568, 5.2.2)."""
NO_AUTHENTICATION, SIMPLE_PASSWORD, AUTHENTICATION_HEADER = 0, 1, 2
"""Authentication types of VRRPv2 (RFC 2338, 5.3.6)."""
ADDRESSES = 255
"""More addresses than the count of an advert can say are not named in it."""

_HEADER = struct.Struct("!BBBBHH")
_CHECKSUM = slice(6, 8)


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
    sums: tuple[Covers, ...]
    """What the checksum may be taken over, the first is usual."""

    def units(self, seconds: float) -> int:
        """The interval as it goes on the wire, rounded up, since a peer that waits too short a time takes over."""
        exact = round(seconds / self.interval_unit, 6)  # 0.07 s are 7 centiseconds, whatever binary fractions say
        return min(max(math.ceil(exact), 1), (1 << self.interval_bits) - 1)

    def seconds(self, units: int) -> float:
        """What an interval on the wire means; at most 255 s (v2) and 40.95 s (v3)."""
        return units / round(1 / self.interval_unit)


_EVERY = (Covers.PSEUDO_HEADER, Covers.MESSAGE, Covers.OLD_UNICAST)
V2 = Format(2, 4, interval_unit=1.0, interval_bits=8, trailer_size=8, sums=(Covers.MESSAGE,))
V3 = Format(3, 4, interval_unit=0.01, interval_bits=12, trailer_size=0, sums=_EVERY)
V2_IPV6 = Format(2, 16, interval_unit=1.0, interval_bits=8, trailer_size=0, sums=(Covers.PSEUDO_HEADER,))
"""In no RFC; keepalived speaks it when it is told to, without authentication data."""
V3_IPV6 = Format(3, 16, interval_unit=0.01, interval_bits=12, trailer_size=0, sums=(Covers.PSEUDO_HEADER,))

FORMATS: dict[tuple[int, Family], Format] = {
    (2, Family.IPV4): V2,
    (3, Family.IPV4): V3,
    (2, Family.IPV6): V2_IPV6,
    (3, Family.IPV6): V3_IPV6,
}


class Advert(NamedTuple):
    """A well-formed advert."""

    vrid: int
    priority: int
    interval: int
    """In units of the format."""
    addresses: tuple[bytes, ...]
    auth_type: int = NO_AUTHENTICATION
    """VRRPv2; the reserved bits of VRRPv3, which receivers ignore (RFC 9568, 5.2.6)."""
    auth_data: bytes = b""
    """VRRPv2 over IPv4: 8 bytes."""


def encode(layout: Format, advert: Advert) -> bytes:
    """A whole advert (RFC 3768, 5.1; RFC 9568, 5.1) whose checksum is still zero; `stamped` makes it."""
    kind = layout.version << 4 | ADVERTISEMENT
    timing = advert.auth_type << layout.interval_bits | advert.interval
    header = _HEADER.pack(kind, advert.vrid, advert.priority, len(advert.addresses), timing, 0)
    return header + b"".join(advert.addresses) + advert.auth_data.ljust(layout.trailer_size, b"\0")


def stamped(message: bytes, checksum: bytes) -> bytes:
    """The message with this checksum field."""
    return message[: _CHECKSUM.start] + checksum + message[_CHECKSUM.stop :]


def unstamped(message: bytes) -> bytes:
    """The message with a checksum of zero."""
    return stamped(message, b"\0\0")


def measure(layout: Format, payload: bytes) -> int | Rejection:
    """Bytes of the advert that a payload begins with (RFC 3768, 7.1; RFC 9568, 7.1); a trailer or padding follows."""
    if len(payload) < _HEADER.size:
        return Rejection(Reason.TRUNCATED, f"{len(payload)} bytes")
    kind, count = payload[0], payload[3]
    if kind >> 4 != layout.version:
        return Rejection(Reason.VERSION, f"version {kind >> 4}, ours is {layout.version}")
    if kind & 0x0F != ADVERTISEMENT:
        return Rejection(Reason.TYPE, f"type {kind & 0x0F}")
    end = _HEADER.size + count * layout.address_size + layout.trailer_size
    if len(payload) < end:
        return Rejection(Reason.TRUNCATED, f"{len(payload)} bytes, {count} addresses need {end}")
    return end


def parse(layout: Format, message: bytes) -> Advert:
    """The fields of a message that has been measured."""
    _, vrid, priority, count, timing, _ = _HEADER.unpack_from(message)
    size = layout.address_size
    trailer = _HEADER.size + count * size
    addresses = tuple([message[at : at + size] for at in range(_HEADER.size, trailer, size)])
    auth_type, interval = timing >> layout.interval_bits, timing & ((1 << layout.interval_bits) - 1)
    return Advert(vrid, priority, interval, addresses, auth_type, message[trailer:])
