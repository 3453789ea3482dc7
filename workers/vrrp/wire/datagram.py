"""IP headers around adverts: taken off what a raw socket or a capture delivers, made for a socket that adds none.

PURE. What does not live here: the authentication header (ah.py) and the advert (advert.py).
"""

import struct
from typing import NamedTuple

from alived.workers.vrrp.wire.checksum import PROTOCOL, field, ones_sum
from alived.workers.vrrp.wire.rejection import Reason, Rejection

AH_PROTOCOL = 51
"""IP protocol number of the authentication header (RFC 2402)."""
TTL = 255
"""RFC 3768, 5.2.3 and RFC 9568, 5.1.1.3: anything else came through a router."""
INTERNETWORK_CONTROL = 0xC0
"""Type of service of adverts, as keepalived's (RFC 791)."""
IPV4_HEADER_SIZE, IPV6_HEADER_SIZE = 20, 40

_IPV4 = struct.Struct("!BBHHHBB2s4s4s")
_FRAGMENT = 0x3FFF
"""More fragments, and the offset (RFC 791)."""
_IPV6 = struct.Struct("!IHBB16s16s")


class Datagram(NamedTuple):
    """What an IP header says, and what follows it."""

    source: bytes
    destination: bytes
    ttl: int
    """TTL or hop limit."""
    protocol: int
    payload: bytes
    header: bytes = b""
    """The IPv4 header itself, which AH covers."""

    @property
    def is_multicast(self) -> bool:
        """Whether it was sent to a group."""
        return self.destination[0] == 0xFF if len(self.destination) == 16 else self.destination[0] >> 4 == 0xE


def open_ipv4(packet: bytes) -> Datagram | Rejection:
    """The parts of an IPv4 datagram, options passed over; what follows its end is padding of the link."""
    if len(packet) < IPV4_HEADER_SIZE:
        return Rejection(Reason.TRUNCATED, f"{len(packet)} bytes of IP header")
    first, _, total, _, fragment, ttl, protocol, _, source, destination = _IPV4.unpack_from(packet)
    size = (first & 0x0F) * 4
    if first >> 4 != 4 or protocol not in (PROTOCOL, AH_PROTOCOL):
        return Rejection(Reason.PROTOCOL, f"IP version {first >> 4}, protocol {protocol}")
    if size < IPV4_HEADER_SIZE or not size <= total <= len(packet):
        return Rejection(Reason.TRUNCATED, f"{len(packet)} bytes of a datagram of {total}")
    if fragment & _FRAGMENT:
        return Rejection(Reason.TRUNCATED, "a fragment")
    return Datagram(source, destination, ttl, protocol, packet[size:total], packet[:size])


def open_ipv6(packet: bytes) -> Datagram | Rejection:
    """The parts of an IPv6 packet of a capture; from a raw socket, header and payload come apart already."""
    if len(packet) < IPV6_HEADER_SIZE:
        return Rejection(Reason.TRUNCATED, f"{len(packet)} bytes of IP header")
    first, length, protocol, hop_limit, source, destination = _IPV6.unpack_from(packet)
    if first >> 28 != 6 or protocol != PROTOCOL:
        return Rejection(Reason.PROTOCOL, f"IP version {first >> 28}, next header {protocol}")
    end = IPV6_HEADER_SIZE + length
    if end > len(packet):
        return Rejection(Reason.TRUNCATED, f"{len(packet)} bytes of a packet of {end}")
    return Datagram(source, destination, hop_limit, protocol, packet[IPV6_HEADER_SIZE:end])


def ipv4_header(source: bytes, destination: bytes, *, protocol: int, ttl: int, identification: int, size: int) -> bytes:
    """An IPv4 header without options before `size` bytes, its checksum made."""
    header = _IPV4.pack(
        0x45,
        INTERNETWORK_CONTROL,
        IPV4_HEADER_SIZE + size,
        identification,
        0,
        ttl,
        protocol,
        bytes(2),
        source,
        destination,
    )
    return header[:10] + field(ones_sum(header)) + header[12:]
