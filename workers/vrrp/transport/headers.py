"""IP headers of the adverts that are sent.

PURE. Adverts are sent as whole datagrams: that costs less than to name source and TTL to the kernel for each of them,
and a virtual router may send from an address that is on another interface or (mcast_src_ip) on none. What the kernel
fills in is left 0: total length, identification and checksum of IPv4. What does not live here: the payload (packet.py),
and the headers of adverts that are authenticated with them (AH, which signs the identification too).
"""

import struct

INTERNETWORK_CONTROL = 0xC0
"""Type of service and traffic class of adverts, as keepalived's (RFC 791; RFC 2474, CS6)."""
VRRP = 112
"""IP protocol number."""

_IPV4 = struct.Struct("!BBHHHBBH4s4s")
_IPV6 = struct.Struct("!IHBB16s16s")


def datagram(source: bytes, destination: bytes, hops: int, payload: bytes, protocol: int = VRRP) -> bytes:
    """A datagram of the family that its addresses have; `hops` is the TTL or hop limit."""
    if len(source) == 4:
        return _IPV4.pack(0x45, INTERNETWORK_CONTROL, 0, 0, 0, hops, protocol, 0, source, destination) + payload
    first = 6 << 28 | INTERNETWORK_CONTROL << 20
    return _IPV6.pack(first, len(payload), protocol, hops, source, destination) + payload


def needs_scope(destination: bytes) -> bool:
    """Whether an IPv6 address means something on one interface only: link-local, and multicast of any scope."""
    return len(destination) == 16 and (destination[0] == 0xFF or destination[:2] in _LINK_LOCAL)


_LINK_LOCAL = frozenset(bytes((0xFE, second)) for second in range(0x80, 0xC0))
"""The first two bytes of fe80::/10."""
