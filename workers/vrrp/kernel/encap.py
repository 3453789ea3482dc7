"""Lightweight tunnels of routes in rtnetlink's bytes (ip-route(8), `encap`).

PURE. What does not live here: the route around it (routes.py).
"""

import struct

from alived.ipc.model.routing import Encap, EncapKind
from alived.workers.vrrp.kernel.nlmessage import attribute, nested, u8, u16
from alived.workers.vrrp.translate import packed

RTA_ENCAP_TYPE, RTA_ENCAP = 21, 22

LWTUNNEL_ENCAP_MPLS, LWTUNNEL_ENCAP_IP, LWTUNNEL_ENCAP_ILA, LWTUNNEL_ENCAP_IP6 = 1, 2, 3, 4
MPLS_IPTUNNEL_DST, MPLS_IPTUNNEL_TTL = 1, 2
LWTUNNEL_IP_ID, LWTUNNEL_IP_DST, LWTUNNEL_IP_SRC = 1, 2, 3
LWTUNNEL_IP_TTL, LWTUNNEL_IP_TOS, LWTUNNEL_IP_FLAGS = 4, 5, 6
ILA_ATTR_LOCATOR = 1

MPLS_BOTTOM = 0x100

_KINDS = {
    EncapKind.MPLS: LWTUNNEL_ENCAP_MPLS,
    EncapKind.IP: LWTUNNEL_ENCAP_IP,
    EncapKind.IP6: LWTUNNEL_ENCAP_IP6,
    EncapKind.ILA: LWTUNNEL_ENCAP_ILA,
}


def encode_encap(encap: Encap) -> bytes:
    """Attributes of a route or next hop for what its packets are wrapped in."""
    match encap.kind:
        case EncapKind.MPLS:
            inner = _mpls(encap)
        case EncapKind.ILA:
            groups = (int(group, 16) for group in encap.locator.split(":"))
            inner = attribute(ILA_ATTR_LOCATOR, struct.pack(">4H", *groups))
        case _:
            inner = _ip(encap)
    return attribute(RTA_ENCAP_TYPE, u16(_KINDS[encap.kind])) + nested(RTA_ENCAP, inner)


def label_stack(labels: tuple[int, ...]) -> bytes:
    """MPLS labels, the last one marked as the bottom of the stack (RFC 3032 section 2.1)."""
    last = len(labels) - 1
    entries = (label << 12 | (MPLS_BOTTOM if at == last else 0) for at, label in enumerate(labels))
    return b"".join(entry.to_bytes(4, "big") for entry in entries)


def _mpls(encap: Encap) -> bytes:
    inner = attribute(MPLS_IPTUNNEL_DST, label_stack(encap.labels))
    return inner if encap.ttl is None else inner + attribute(MPLS_IPTUNNEL_TTL, u8(encap.ttl))


def _ip(encap: Encap) -> bytes:
    """IPv4 and IPv6 have the same numbers: TTL is the hop limit, TOS the traffic class."""
    parts: list[bytes] = []
    if encap.id is not None:
        parts.append(attribute(LWTUNNEL_IP_ID, encap.id.to_bytes(8, "big")))
    if encap.dst:
        parts.append(attribute(LWTUNNEL_IP_DST, packed(encap.dst)))
    if encap.src:
        parts.append(attribute(LWTUNNEL_IP_SRC, packed(encap.src)))
    if encap.tos is not None:
        parts.append(attribute(LWTUNNEL_IP_TOS, u8(encap.tos)))
    if encap.ttl is not None:
        parts.append(attribute(LWTUNNEL_IP_TTL, u8(encap.ttl)))
    if encap.flags is not None:
        parts.append(attribute(LWTUNNEL_IP_FLAGS, encap.flags.to_bytes(2, "big")))
    return b"".join(parts)
