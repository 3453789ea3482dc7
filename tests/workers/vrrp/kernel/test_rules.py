"""Bytes of rules; test_routing_netns.py shows what the kernel makes of them."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.routing import Mark, Rule, RuleAction, Span
from alived.workers.vrrp.kernel import rules
from alived.workers.vrrp.kernel.nlmessage import attribute, attributes, message, number
from alived.workers.vrrp.kernel.rules import Place


def found(rule: Rule) -> dict[int, bytes]:
    return attributes(rules.adding(rule).body, 12)


def test_a_rule_is_what_iproute2_would_send() -> None:
    request = rules.adding(Rule(priority=100, table=7, source="10.0.0.0/8", destination="10.1.0.0/16", tos=16))
    assert request.flags == 0x600
    assert request.body.hex() == (
        "02100810070000" + "0100000000" + "0800060064000000" + "0500150012000000"
        "080002000a000000" + "080001000a010000" + "08000f0007000000"
    )


def test_deleting_names_the_same_rule() -> None:
    rule = Rule(priority=100, table=1000, family=6, invert=True)
    assert rules.deleting(rule) == (33, 0, rules.adding(rule).body)
    assert rules.adding(rule).body[:12].hex() == "0a0000000000000102000000"


def test_actions() -> None:
    actions = [rules.adding(Rule(priority=1, action=action)).body[7] for action in RuleAction]
    assert actions == [1, 1, 2, 3, 6, 7, 8]
    assert found(Rule(priority=1, action=RuleAction.L3MDEV))[19] == b"\1"
    assert number(found(Rule(priority=1, action=RuleAction.GOTO, goto=500))[4]) == 500


def test_matches() -> None:
    rule = Rule(
        priority=1,
        table=7,
        iif="eth0",
        oif="eth1",
        fwmark=Mark(mark=5, mask=255),
        ipproto=6,
        sport=Span(first=1, last=9),
        dport=Span(first=80, last=80),
        uidrange=Span(first=0, last=1000),
        tunnel_id=99,
        realms=7,
        suppress_prefixlength=0,
        suppress_ifgroup=3,
    )
    inside = found(rule)
    assert (inside[3], inside[17], inside[22]) == (b"eth0\0", b"eth1\0", b"\6")
    assert (inside[23], inside[24]) == (struct.pack("=HH", 1, 9), struct.pack("=HH", 80, 80))
    assert (inside[20], inside[12]) == (struct.pack("=II", 0, 1000), struct.pack(">Q", 99))
    assert [number(inside[kind]) for kind in (10, 16, 11, 13, 14)] == [5, 255, 7, 3, 0]
    assert 16 not in found(Rule(priority=1, fwmark=Mark(mark=5)))


def test_deletions_by_others_are_heard() -> None:
    body = bytes([10]) + bytes(11) + attribute(6, struct.pack("=I", 100))
    gone = message(33, 0, 0, body)
    assert list(rules.notices(gone, 5)) == [Place(10, 100)] == [rules.place_of(Rule(priority=100, family=6))]
    assert list(rules.notices(gone[:12] + struct.pack("=I", 5) + gone[16:], 5)) == []
    assert list(rules.notices(message(32, 0, 0, body) + message(33, 0, 0, b"\2"), 5)) == []


@given(st.binary(max_size=100))
def test_nothing_raises(body: bytes) -> None:
    list(rules.notices(message(33, 0, 0, body), 5))
