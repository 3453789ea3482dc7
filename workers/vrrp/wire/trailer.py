"""The trailer of auth_hmac (keepalived.conf(5); draft-cassen-vrrp-auth-hmac), as keepalived 2.4 appends it to adverts.

PURE. 28 bytes after the advert, of either version and family: type 1, key number, two zeros, a sequence number of 64
bits (seconds since the epoch, 2**-16 seconds, a counter), and the first half of an HMAC-SHA256. It covers a
pseudo-header of family, version, virtual router ID and source address, then advert and trailer, both checksum and HMAC
taken for zero. What does not live here: which adverts must have a trailer (judge.py), and the checksum, which over IPv6
covers the trailer too.
"""

import hmac
import struct
from collections.abc import Mapping
from typing import NamedTuple

from alived.workers.vrrp.wire.advert import unstamped
from alived.workers.vrrp.wire.rejection import Reason, Rejection

HMAC_SHA256 = 1
"""The one type that there is: HMAC-SHA256, shortened to 128 bits."""
DIGEST_SIZE = 16
SENDERS = 16
"""Sources whose last number is remembered, of a group; of unicast peers all are."""

_PREFIX = struct.Struct("!BBHQ")
SIZE = _PREFIX.size + DIGEST_SIZE
_NO_DIGEST = bytes(DIGEST_SIZE)
_WORD, _HALF = 1 << 64, 1 << 63


class Freshness(NamedTuple):
    """What is asked of the sequence number (`anti_replay`)."""

    window: int | None
    """Seconds that the clocks may differ (`time_window`); None: it has to grow, and that is all."""

    def stale(self, number: int, wall: float) -> bool:
        """Whether a number's time is too far from ours, before or after; wraps like the field."""
        return self.window is not None and abs(skew(number, wall)) > self.window


class Trailer(NamedTuple):
    """A trailer, read."""

    kind: int
    key: int
    reserved: int
    number: int
    digest: bytes


class Numbers:
    """The sequence numbers that an instance sends: the time, or one more than the last if that is not later."""

    def __init__(self) -> None:
        self._last: int | None = None

    def advance(self, wall: float, freshness: Freshness) -> int:
        """The next number; after a clock was set back beyond the window, the clock's, for others go by theirs."""
        last, clock = self._last, _clock(wall)
        follows = last is None or _later(clock, last) or freshness.stale(last, wall)
        self._last = number = clock if last is None or follows else (last + 1) % _WORD
        return number


class Marks:
    """The last sequence number of each source."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def accept(self, source: bytes, number: int, wall: float, freshness: Freshness, limit: int) -> bool:
        """Whether a number is later than the source's last, and then its last. Only for what is authentic."""
        last = self._numbers.get(source)
        # A mark outside the window only forbids what the window forbids; a sender whose clock was set right goes on.
        if last is not None and not freshness.stale(last, wall) and not _later(number, last):
            return False
        self._numbers.pop(source, None)
        while len(self._numbers) >= max(limit, 1):  # the source that was silent for longest goes
            del self._numbers[next(iter(self._numbers))]
        self._numbers[source] = number
        return True


def skew(number: int, wall: float) -> int:
    """Seconds that our clock is ahead of a number's time."""
    return ((int(wall) - (number >> 32) + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def pseudo_header(version: int, vrid: int, source: bytes) -> bytes:
    """What ties the HMAC to its virtual router and sender: 20 bytes."""
    family = 6 if len(source) == 16 else 4
    return bytes((family, version, vrid, 0)) + source.ljust(16, b"\0")


def sign(pseudo: bytes, message: bytes, key: int, secret: bytes, number: int) -> bytes:
    """The trailer of a message."""
    prefix = _PREFIX.pack(HMAC_SHA256, key, 0, number)
    return prefix + _digest(secret, pseudo, message, prefix)


def read(data: bytes) -> Trailer:
    """The fields of the 28 bytes of a trailer."""
    kind, key, reserved, number = _PREFIX.unpack_from(data)
    return Trailer(kind, key, reserved, number, data[_PREFIX.size :])


class Ring(NamedTuple):
    """The keys of an instance by number, each of which is accepted, and what it asks of sequence numbers."""

    secrets: Mapping[int, bytes]
    freshness: Freshness

    def verify(self, pseudo: bytes, message: bytes, data: bytes, wall: float) -> int | Rejection:
        """The sequence number of an authentic trailer. Whether it was there before is for `Marks` to say."""
        trailer = read(data)
        if trailer.kind != HMAC_SHA256 or trailer.reserved:
            return Rejection(Reason.HMAC_MALFORMED, f"type {trailer.kind}")
        if self.freshness.stale(trailer.number, wall):  # before the digest, which costs most
            return Rejection(Reason.HMAC_STALE, f"the clocks differ by {skew(trailer.number, wall)} s")
        secret = self.secrets.get(trailer.key)
        if secret is None:
            return Rejection(Reason.HMAC_KEY, f"key {trailer.key}")
        if not hmac.compare_digest(_digest(secret, pseudo, message, data[: _PREFIX.size]), trailer.digest):
            return Rejection(Reason.HMAC_DIGEST, f"key {trailer.key}")
        return trailer.number


def _digest(secret: bytes, pseudo: bytes, message: bytes, prefix: bytes) -> bytes:
    return hmac.digest(secret, pseudo + unstamped(message) + prefix + _NO_DIGEST, "sha256")[:DIGEST_SIZE]


def _clock(wall: float) -> int:
    return (int(wall * 65536) << 16) % _WORD


def _later(one: int, other: int) -> bool:
    """Serial number arithmetic (RFC 1982) of 64 bits."""
    return 0 < (one - other) % _WORD < _HALF
