"""Unsolicited neighbour advertisements: the bytes (RFC 4861, 4.4 and 7.2.6; RFC 9568, 6.4.2).

PURE. They are to IPv6 what gratuitous ARP (garp.py) is to IPv4, and go out on the same occasions. What does not live
here: when they are due (garp.py), how fast they follow each other (pace.py), and the packet socket (announcements.py).
"""

import struct

ALL_NODES = bytes.fromhex("ff02") + bytes(13) + b"\x01"
ALL_NODES_MAC = bytes.fromhex("333300000001")
"""Where ALL_NODES is sent on an Ethernet (RFC 2464, 7)."""

HOP_LIMIT = 255
"""RFC 4861, 7.1.2: anything else came through a router."""
ICMPV6 = 58
NEIGHBOUR_ADVERTISEMENT = 136
ROUTER, OVERRIDE = 0x80000000, 0x20000000
"""RFC 9568, 6.4.2 wants both flags, and the solicited flag clear. keepalived sets the first on a host that forwards."""
TARGET_LINK_LAYER_ADDRESS, OCTETS_OF_8 = 2, 1
"""The option's type, and its length in units of eight bytes."""

_ETHERNET_AND_IPV6 = struct.Struct("!6s6sHIHBB16s16s")
_ADVERTISEMENT = struct.Struct("!BBHI16sBB6s")
_PSEUDO_HEADER = struct.Struct("!16s16sII")
_WORDS = struct.Struct("!36H")
"""Pseudo-header and advertisement."""


def frame(mac: bytes, address: bytes) -> bytes:
    """Ethernet frame that tells all nodes that an address is at a MAC address now; its source is the address itself."""
    flags = ROUTER | OVERRIDE
    option = (TARGET_LINK_LAYER_ADDRESS, OCTETS_OF_8, mac)
    unsigned = _ADVERTISEMENT.pack(NEIGHBOUR_ADVERTISEMENT, 0, 0, flags, address, *option)
    pseudo_header = _PSEUDO_HEADER.pack(address, ALL_NODES, len(unsigned), ICMPV6)
    total: int = sum(_WORDS.unpack(pseudo_header + unsigned))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)  # the first fold may carry; the second can't
    signed = unsigned[:2] + (~total & 0xFFFF).to_bytes(2, "big") + unsigned[4:]
    header = _ETHERNET_AND_IPV6.pack(
        ALL_NODES_MAC, mac, 0x86DD, 6 << 28, len(signed), ICMPV6, HOP_LIMIT, address, ALL_NODES
    )
    return header + signed
