"""The IP authentication header of VRRPv2 (RFC 2338, 5.3.6.3; RFC 2402, HMAC-MD5-96 of RFC 2403), as keepalived's.

PURE. Facts of keepalived that no RFC has: the index is the source address; the key is the password, 8 bytes; a single
counter is sent from and compared with, so that a new master goes on where the old one stopped; the TTL is covered in
multicast and is not in unicast. What does not live here: the advert inside (advert.py).
"""

import hashlib
import hmac
import struct

from alived.workers.vrrp.wire.checksum import PROTOCOL
from alived.workers.vrrp.wire.datagram import AH_PROTOCOL, Datagram, ipv4_header
from alived.workers.vrrp.wire.rejection import Reason, Rejection

KEY_SIZE = 8
DIGEST_SIZE = 12
"""96 bits (RFC 2403, 2)."""
LAST = 0xFFFFFFFE
"""keepalived sends no number above this one."""

_PREFIX = struct.Struct("!BBH4sI")
"""Next header, length, reserved, index, sequence number (RFC 2402, 2)."""
_LENGTH = (_PREFIX.size + DIGEST_SIZE) // 4 - 2
"""In words of 32 bits, less two (RFC 2402, 2.2)."""
SIZE = _PREFIX.size + DIGEST_SIZE

_BLOCK = 64
_INNER, _OUTER = bytes(0x36 ^ byte for byte in range(256)), bytes(0x5C ^ byte for byte in range(256))


class Counter:
    """The sequence number of a virtual router's master, whoever that is at the moment."""

    def __init__(self, number: int = 0) -> None:
        """`number` is the last one known; 0: any is accepted."""
        self.number = number

    def advance(self) -> int:
        """The number of the next advert that we send. After the last one it begins anew, and so must all peers."""
        self.number = self.number + 1 if self.number < LAST else 1
        return self.number

    def accept(self, number: int) -> bool:
        """Whether an advert is newer than all before it; this is the number to go on from, then."""
        if number <= self.number:
            return False
        self.number = number
        return True


class Key:
    """A password as key of HMAC-MD5 (RFC 2104). Not hmac.new: that fails where a policy forbids MD5 for security."""

    def __init__(self, password: bytes) -> None:
        padded = password[:KEY_SIZE].ljust(_BLOCK, b"\0")
        self._inner = hashlib.md5(padded.translate(_INNER), usedforsecurity=False)
        self._outer = hashlib.md5(padded.translate(_OUTER), usedforsecurity=False)

    def digest(self, data: bytes) -> bytes:
        """The integrity check value, 12 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()[:DIGEST_SIZE]


def enclose(
    message: bytes,
    key: Key,
    number: int,
    *,
    source: bytes,
    destination: bytes,
    ttl: int,
    identification: int,
    unicast: bool,
) -> bytes:
    """A whole IPv4 datagram with an advert in it. The identification is covered: 0 would be filled in by the kernel."""
    prefix = _PREFIX.pack(PROTOCOL, _LENGTH, 0, source, number)
    header = ipv4_header(
        source, destination, protocol=AH_PROTOCOL, ttl=ttl, identification=identification, size=SIZE + len(message)
    )
    digest = key.digest(_immutable(header, unicast=unicast) + prefix + bytes(DIGEST_SIZE) + message)
    return header + prefix + digest + message


def inside(datagram: Datagram) -> bytes | Rejection:
    """The payload behind an authentication header, which nobody has verified yet."""
    payload = datagram.payload
    if len(payload) < SIZE:
        return Rejection(Reason.TRUNCATED, f"{len(payload)} bytes of authentication header")
    if payload[0] != PROTOCOL:
        return Rejection(Reason.PROTOCOL, f"protocol {payload[0]} behind an authentication header")
    if payload[1] != _LENGTH:
        return Rejection(Reason.TRUNCATED, f"authentication header of {(payload[1] + 2) * 4} bytes, not {SIZE}")
    return payload[SIZE:]


def verify(datagram: Datagram, key: Key, counter: Counter, *, unicast: bool) -> Rejection | None:
    """What is wrong with the authentication header of a datagram that `inside` took; None: it is as it was sent."""
    payload = datagram.payload
    covered = payload[: _PREFIX.size] + bytes(DIGEST_SIZE) + payload[SIZE:]
    digest = key.digest(_immutable(datagram.header, unicast=unicast) + covered)
    if not hmac.compare_digest(digest, payload[_PREFIX.size : SIZE]):
        return Rejection(Reason.AH_DIGEST)
    _, _, _, index, number = _PREFIX.unpack_from(payload)
    if index != datagram.source:
        return Rejection(Reason.AH_SPI, index.hex())
    before = counter.number
    if not counter.accept(number):
        return Rejection(Reason.AH_REPLAY, f"{number}, the last was {before}")
    return None


def number_of(payload: bytes) -> int:
    """The sequence number in a payload that `inside` took."""
    return int(_PREFIX.unpack_from(payload)[4])


def _immutable(header: bytes, *, unicast: bool) -> bytes:
    """The IP header with its changing fields at zero: type of service, fragment, checksum, and in unicast the TTL."""
    ttl = b"\0" if unicast else header[8:9]
    return header[:1] + b"\0" + header[2:6] + b"\0\0" + ttl + header[9:10] + b"\0\0" + header[12:]
