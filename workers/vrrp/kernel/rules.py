"""Rules that choose a routing table, in rtnetlink's bytes (ip-rule(8)).

PURE. What does not live here: who wants a rule (holdings.py).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from alived.ipc.model.routing import Rule, RuleAction, Span
from alived.workers.vrrp.kernel import nlmessage
from alived.workers.vrrp.kernel.nlmessage import (
    AF_INET,
    AF_INET6,
    NLM_F_CREATE,
    NLM_F_EXCL,
    Request,
    attribute,
    attributes,
    number,
    text,
    u8,
    u16,
    u32,
)
from alived.workers.vrrp.kernel.routes import network_of

RTM_NEWRULE, RTM_DELRULE = 32, 33

FRA_DST, FRA_SRC, FRA_IIFNAME, FRA_GOTO, FRA_PRIORITY, FRA_FWMARK, FRA_FLOW, FRA_TUN_ID = 1, 2, 3, 4, 6, 10, 11, 12
FRA_SUPPRESS_IFGROUP, FRA_SUPPRESS_PREFIXLEN, FRA_TABLE, FRA_FWMASK, FRA_OIFNAME = 13, 14, 15, 16, 17
FRA_L3MDEV, FRA_UID_RANGE, FRA_PROTOCOL, FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE = 19, 20, 21, 22, 23, 24

FIB_RULE_INVERT = 2

_ACTIONS = {
    RuleAction.TABLE: 1,
    RuleAction.L3MDEV: 1,
    RuleAction.GOTO: 2,
    RuleAction.NOP: 3,
    RuleAction.BLACKHOLE: 6,
    RuleAction.UNREACHABLE: 7,
    RuleAction.PROHIBIT: 8,
}

_RULE = struct.Struct("=BBBBBxxBI")


class Place(NamedTuple):
    """Where a rule stands among the others: what tells that somebody's change may concern ours."""

    family: int
    priority: int


def place_of(rule: Rule) -> Place:
    """Where a rule stands."""
    return Place(AF_INET if rule.family == 4 else AF_INET6, rule.priority)


def adding(rule: Rule) -> Request:
    """Add a rule; EEXIST if the very same is there."""
    return Request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, _body(rule))


def deleting(rule: Rule) -> Request:
    """Delete exactly this rule; ENOENT if it is not there."""
    return Request(RTM_DELRULE, 0, _body(rule))


def notices(data: bytes, own_port: int) -> Iterator[Place]:
    """Where others than ourselves have deleted a rule."""
    for got in nlmessage.received(data):
        if got.kind == RTM_DELRULE and got.port != own_port and len(got.body) >= _RULE.size:
            found = attributes(got.body, _RULE.size)
            yield Place(got.body[0], number(found.get(FRA_PRIORITY, b"")))


def _body(rule: Rule) -> bytes:
    source, source_length = network_of(rule.source) if rule.source else (b"", 0)
    destination, destination_length = network_of(rule.destination) if rule.destination else (b"", 0)
    parts = [
        _RULE.pack(
            place_of(rule).family,
            destination_length,
            source_length,
            rule.tos,
            rule.table if rule.table < 256 else 0,
            _ACTIONS[rule.action],
            FIB_RULE_INVERT if rule.invert else 0,
        ),
        attribute(FRA_PRIORITY, u32(rule.priority)),
        attribute(FRA_PROTOCOL, u8(rule.protocol)),
    ]
    if source:
        parts.append(attribute(FRA_SRC, source))
    if destination:
        parts.append(attribute(FRA_DST, destination))
    return b"".join([*parts, *_matches(rule), *_effects(rule)])


def _matches(rule: Rule) -> Iterator[bytes]:
    if rule.iif:
        yield attribute(FRA_IIFNAME, text(rule.iif))
    if rule.oif:
        yield attribute(FRA_OIFNAME, text(rule.oif))
    if rule.fwmark is not None:
        yield attribute(FRA_FWMARK, u32(rule.fwmark.mark))
        if rule.fwmark.mask is not None:
            yield attribute(FRA_FWMASK, u32(rule.fwmark.mask))
    if rule.ipproto is not None:
        yield attribute(FRA_IP_PROTO, u8(rule.ipproto))
    if rule.sport is not None:
        yield attribute(FRA_SPORT_RANGE, _ports(rule.sport))
    if rule.dport is not None:
        yield attribute(FRA_DPORT_RANGE, _ports(rule.dport))
    if rule.uidrange is not None:
        yield attribute(FRA_UID_RANGE, u32(rule.uidrange.first) + u32(rule.uidrange.last))
    if rule.tunnel_id:
        yield attribute(FRA_TUN_ID, rule.tunnel_id.to_bytes(8, "big"))


def _effects(rule: Rule) -> Iterator[bytes]:
    if rule.table:
        yield attribute(FRA_TABLE, u32(rule.table))
    if rule.action is RuleAction.L3MDEV:
        yield attribute(FRA_L3MDEV, u8(1))
    if rule.goto:
        yield attribute(FRA_GOTO, u32(rule.goto))
    if rule.realms:
        yield attribute(FRA_FLOW, u32(rule.realms))
    if rule.suppress_prefixlength is not None:
        yield attribute(FRA_SUPPRESS_PREFIXLEN, u32(rule.suppress_prefixlength))
    if rule.suppress_ifgroup is not None:
        yield attribute(FRA_SUPPRESS_IFGROUP, u32(rule.suppress_ifgroup))


def _ports(span: Span) -> bytes:
    return u16(span.first) + u16(span.last)
