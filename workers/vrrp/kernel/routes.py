"""Routes in rtnetlink's bytes (rtnetlink(7), ip-route(8)).

PURE. The kernel is told whole routes and asked for none: adding one again answers whether it is still there. Of what
others do, only that something happened to a destination of ours is read, and so little of it that a full Internet
table in motion costs next to nothing. What does not live here: tunnels (encap.py) and who wants a route (holdings.py).
"""

import struct
from collections.abc import Callable, Container, Iterator
from typing import NamedTuple

from alived.ipc.model.routing import NextHop, Placing, Route, RouteType
from alived.workers.vrrp.kernel import nlmessage
from alived.workers.vrrp.kernel.encap import encode_encap
from alived.workers.vrrp.kernel.nlmessage import (
    AF_INET,
    AF_INET6,
    NLM_F_APPEND,
    NLM_F_CREATE,
    NLM_F_EXCL,
    NLM_F_REPLACE,
    Received,
    Request,
    attribute,
    attributes,
    nested,
    number,
    u8,
    u32,
)
from alived.workers.vrrp.translate import packed

RTM_NEWROUTE, RTM_DELROUTE = 24, 25

RTA_DST, RTA_SRC, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_PREFSRC, RTA_METRICS, RTA_MULTIPATH = 1, 2, 4, 5, 6, 7, 8, 9
RTA_FLOW, RTA_TABLE, RTA_VIA, RTA_PREF, RTA_EXPIRES, RTA_TTL_PROPAGATE = 11, 15, 18, 20, 23, 26

RTNH_F_ONLINK = 4
RTAX_LOCK, RTAX_FEATURES, RTAX_CC_ALGO = 1, 12, 16
RTAX_FEATURE_ECN = 1

RT_TABLE_COMPAT = 252
"""What the header of a message says for tables above 255."""
RT_SCOPE_LINK, RT_SCOPE_HOST = 253, 254

RTAX = {
    "mtu": 2,
    "window": 3,
    "rtt": 4,
    "rttvar": 5,
    "ssthresh": 6,
    "cwnd": 7,
    "advmss": 8,
    "reordering": 9,
    "hoplimit": 10,
    "initcwnd": 11,
    "rto_min": 13,
    "initrwnd": 14,
    "quickack": 15,
    "congctl": RTAX_CC_ALGO,
    "fastopen_no_cookie": 17,
}
"""Metric, as the model has it -> its number."""

_TYPES = {kind: number for number, kind in enumerate(RouteType, 1)}
_NARROWEST = {
    RouteType.LOCAL: RT_SCOPE_HOST,
    RouteType.BROADCAST: RT_SCOPE_LINK,
    RouteType.ANYCAST: RT_SCOPE_LINK,
}
"""The kernel refuses wider scopes for these types."""
_PLACING = {
    Placing.PREPEND: NLM_F_CREATE,
    Placing.ADD: NLM_F_CREATE | NLM_F_EXCL,
    Placing.APPEND: NLM_F_CREATE | NLM_F_APPEND,
}

_ROUTE = struct.Struct("=BBBBBBBBI")
_NEXTHOP = struct.Struct("=HBBi")


class Destination(NamedTuple):
    """Where routes lead, in one table: what tells that somebody's change may concern ours."""

    family: int
    table: int
    prefixlen: int
    network: bytes


class Filter(NamedTuple):
    """What the fixed head of a message says of a destination."""

    family: int
    prefixlen: int
    table: int
    """RT_TABLE_COMPAT for tables above 255."""


Resolve = Callable[[str], int]
"""Name of an interface -> its index. LookupError: there is none."""


def network_of(text: str) -> tuple[bytes, int]:
    """The network of ADDRESS/BITS, without the bits of hosts, and its length."""
    address, _, bits = text.partition("/")
    whole = packed(address)
    size = 8 * len(whole)
    length = int(bits) if bits else size
    kept = int.from_bytes(whole, "big") >> (size - length) << (size - length)
    return kept.to_bytes(len(whole), "big"), length


def destination_of(route: Route, table: int) -> Destination:
    """Where a route leads; `table` is the one it is put into."""
    network, length = network_of(route.destination)
    return Destination(_family(route), table, length, network)


def filter_of(destination: Destination) -> Filter:
    """How messages that may be about a destination begin."""
    table = destination.table if destination.table < 256 else RT_TABLE_COMPAT
    return Filter(destination.family, destination.prefixlen, table)


def adding(body: bytes, placing: Placing) -> Request:
    """Add a route; EEXIST if the very same is there, and with Placing.ADD if any is there to this destination."""
    return Request(RTM_NEWROUTE, _PLACING[placing], body)


def deleting(body: bytes) -> Request:
    """Delete exactly this route; ESRCH if it is not there."""
    return Request(RTM_DELROUTE, 0, body)


def encode(route: Route, destination: Destination, resolve: Resolve) -> bytes:
    """A route as it is added and deleted. LookupError: an interface that it names is not there."""
    table = destination.table
    source, source_length = network_of(route.source) if route.source else (b"", 0)
    head = _ROUTE.pack(
        destination.family,
        destination.prefixlen,
        source_length,
        route.tos,
        table if table < 256 else 0,
        route.protocol,
        max(route.scope, _NARROWEST.get(route.type, 0)) if destination.family == AF_INET else route.scope,
        _TYPES[route.type],
        RTNH_F_ONLINK if route.onlink else 0,
    )
    parts = [head, attribute(RTA_TABLE, u32(table)), attribute(RTA_DST, destination.network)]
    if source:
        parts.append(attribute(RTA_SRC, source))
    if route.src:
        parts.append(attribute(RTA_PREFSRC, packed(route.src)))
    if route.metric is not None:
        parts.append(attribute(RTA_PRIORITY, u32(route.metric)))
    parts += _way(route, destination.family, resolve)
    parts += _rest(route)
    return b"".join(parts)


def notices(data: bytes, own_port: int, wanted: Container[Filter]) -> Iterator[Destination]:
    """Destinations that lost or changed a route through others than ourselves, as far as they are `wanted`."""
    for got in nlmessage.received(data):
        if got.kind not in (RTM_NEWROUTE, RTM_DELROUTE) or got.port == own_port or len(got.body) < _ROUTE.size:
            continue
        if got.kind == RTM_NEWROUTE and not got.flags & NLM_F_REPLACE:
            continue
        family, prefixlen, table = got.body[0], got.body[1], got.body[4]
        if Filter(family, prefixlen, table) in wanted:
            yield _destination(got, family, prefixlen)


def _destination(got: Received, family: int, prefixlen: int) -> Destination:
    found = attributes(got.body, _ROUTE.size)
    table = number(found.get(RTA_TABLE, b"")) or got.body[4]
    return Destination(family, table, prefixlen, found.get(RTA_DST) or bytes(4 if family == AF_INET else 16))


def _family(route: Route) -> int:
    return AF_INET if route.family == 4 else AF_INET6


def _way(route: Route, family: int, resolve: Resolve) -> list[bytes]:
    parts: list[bytes] = []
    if route.via:
        parts.append(_gateway(route.via, family))
    if route.dev:
        parts.append(attribute(RTA_OIF, u32(resolve(route.dev))))
    if route.encap is not None:
        parts.append(encode_encap(route.encap))
    if route.nexthops:
        hops = (_nexthop(hop, family, onlink=route.onlink, resolve=resolve) for hop in route.nexthops)
        parts.append(attribute(RTA_MULTIPATH, b"".join(hops)))
    return parts


def _rest(route: Route) -> list[bytes]:
    parts: list[bytes] = []
    metrics = _metrics(route)
    if metrics:
        parts.append(nested(RTA_METRICS, metrics))
    if route.realms:
        parts.append(attribute(RTA_FLOW, u32(route.realms)))
    if route.expires is not None:
        parts.append(attribute(RTA_EXPIRES, u32(route.expires)))
    if route.pref is not None:
        parts.append(attribute(RTA_PREF, u8(route.pref)))
    if route.ttl_propagate is not None:
        parts.append(attribute(RTA_TTL_PROPAGATE, u8(route.ttl_propagate)))
    return parts


def _gateway(via: str, family: int) -> bytes:
    gateway = packed(via)
    own = AF_INET if len(gateway) == 4 else AF_INET6
    if own == family:
        return attribute(RTA_GATEWAY, gateway)
    return attribute(RTA_VIA, nlmessage.u16(own) + gateway)


def _nexthop(hop: NextHop, family: int, *, onlink: bool, resolve: Resolve) -> bytes:
    body = _gateway(hop.via, family) if hop.via else b""
    if hop.encap is not None:
        body += encode_encap(hop.encap)
    if hop.realms:
        body += attribute(RTA_FLOW, u32(hop.realms))
    flags = RTNH_F_ONLINK if hop.onlink or onlink else 0
    return _NEXTHOP.pack(_NEXTHOP.size + len(body), flags, hop.weight - 1, resolve(hop.dev) if hop.dev else 0) + body


def _metrics(route: Route) -> bytes:
    parts: list[bytes] = []
    if route.locked:
        locks = 0
        for name in route.locked:
            locks |= 1 << RTAX[name]
        parts.append(attribute(RTAX_LOCK, u32(locks)))
    for name, kind in RTAX.items():
        value = getattr(route, name)
        if kind == RTAX_CC_ALGO:
            parts += [attribute(kind, nlmessage.text(value))] if value else []
        elif value is not None:
            parts.append(attribute(kind, u32(value)))
    if route.features:
        parts.append(attribute(RTAX_FEATURES, u32(RTAX_FEATURE_ECN)))
    return b"".join(parts)
