"""Lines of addresses, routes and rules as objects of the model, and those as lines."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alived.ipc.model.routing import (
    FOREVER,
    Encap,
    EncapKind,
    Mark,
    NextHop,
    Placing,
    Route,
    RouteType,
    Rule,
    RuleAction,
    Span,
    VirtualAddress,
)
from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.forms.addresses import AddressLine
from alived.supervisor.config.forms.routes import RouteLine
from alived.supervisor.config.forms.rules import RuleLine
from alived.supervisor.config.routing import Routing, written
from tests.supervisor.config.conftest import FakeMachine
from tests.supervisor.config.lines import entries, spots

TEXTS = {"/etc/iproute2/rt_tables": "100 blue\n", "/etc/iproute2/rt_realms": "7 red\n"}


def routing(report: Report) -> Routing:
    return Routing(FakeMachine({}, {}, TEXTS), report, exists={"eth0", "eth1", "blue0"}.__contains__)


def routes(*lines: str) -> tuple[tuple[Route, ...], list[str]]:
    report = Report()
    return routing(report).routes(entries(RouteLine(), *lines, report=report)), spots(report.diagnostics())


def rules(*lines: str) -> tuple[tuple[Rule, ...], list[str]]:
    report = Report()
    return routing(report).rules(entries(RuleLine(), *lines, report=report)), spots(report.diagnostics())


def address(line: str, interface: str = "eth0") -> tuple[VirtualAddress | None, list[str]]:
    report = Report()
    (entry,) = entries(AddressLine(), line, report=report)
    return routing(report).address_of(entry, interface), spots(report.diagnostics())


# --- what depends on the machine --------------------------------------------------------------------------------------


def test_an_address_is_on_its_interface_or_on_the_instances() -> None:
    assert address("10.0.0.1/24") == (VirtualAddress(address="10.0.0.1", prefixlen=24, dev="eth0"), [])
    assert address("10.0.0.1/24 dev eth1") == (VirtualAddress(address="10.0.0.1", prefixlen=24, dev="eth1"), [])


def test_what_is_to_be_on_an_interface_that_is_missing_is_said_and_kept() -> None:
    later = VirtualAddress(address="10.0.0.1", prefixlen=24, dev="eth9")
    assert address("10.0.0.1/24 dev eth9") == (later, ["1 no-interface eth9"])
    assert routes("10.1.0.0/24 dev eth9") == ((Route(destination="10.1.0.0/24", dev="eth9"),), ["1 no-interface eth9"])
    (route,), said = routes("10.1.0.0/24 nexthop via 10.0.0.1 dev eth9")
    assert (route.nexthops[0].dev, said) == ("eth9", ["1 no-interface eth9"])
    (rule,), said = rules("nop order 4 iif eth9")
    assert (rule.iif, said) == ("eth9", ["1 no-interface eth9"])


def test_scopes_have_names() -> None:
    assert address("10.0.0.1/24 scope link") == (
        VirtualAddress(address="10.0.0.1", prefixlen=24, dev="eth0", scope=253),
        [],
    )
    assert address("10.0.0.1/24 scope near") == (
        VirtualAddress(address="10.0.0.1", prefixlen=24, dev="eth0"),
        ["1 bad-value near"],
    )
    assert address("fe80::1/64 scope link") == (
        VirtualAddress(address="fe80::1", prefixlen=64, dev="eth0"),
        ["1 conflict link"],
    )
    assert address("fe80::1/64 scope global")[1] == []


@pytest.mark.parametrize(
    ("line", "lifetime"),
    [
        ("2001:db8::1/64", FOREVER),
        ("2001:db8::1", 0),
        ("2001:db8::1 preferred_lft 7", 7),
        ("2001:db8::1 preferred_lft forever", FOREVER),
        ("10.0.0.1", FOREVER),
    ],
)
def test_how_long_an_address_is_preferred(line: str, lifetime: int) -> None:
    found, said = address(line)
    assert (found.preferred_lifetime if found else None, said) == (lifetime, [])


def test_names_in_routes_become_numbers() -> None:
    found, said = routes(
        "10.1.0.0/24 dev eth0 table blue scope link realms red/2 tos 0x10 nexthop via 10.0.0.1 realms red"
    )
    hops = (NextHop(via="10.0.0.1", realms=7),)
    expected = Route(
        destination="10.1.0.0/24", dev="eth0", table=100, scope=253, realms=7 << 16 | 2, tos=16, nexthops=hops
    )
    assert (found, said) == ((expected,), [])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("10.1.0.0/24 table nosuch", "1 bad-value nosuch"),
        ("10.1.0.0/24 realms 1/300", "1 bad-value 1/300"),
        ("10.1.0.0/24 nexthop via 10.0.0.1 encap ip id 1 tos nosuch", "1 bad-value nosuch"),
    ],
)
def test_a_route_that_names_what_is_not_there_is_left_out(line: str, said: str) -> None:
    assert routes("10.2.0.0/24 dev eth0", line) == (
        (Route(destination="10.2.0.0/24", dev="eth0"),),
        [said.replace("1 ", "2 ", 1)],
    )


def test_a_route_that_is_tracked_has_keepalived_s_protocol() -> None:
    found, said = routes(
        "10.1.0.0/24 protocol static", "10.1.0.0/24 protocol static no_track", "10.1.0.0/24 protocol 18"
    )
    assert [route.protocol for route in found] == [18, 4, 18]
    assert said == ["1 conflict static"]


def test_rules_without_preference_are_numbered_downwards() -> None:
    found, said = rules(
        "from 10.0.0.0/24 table 1",
        "to 10.0.0./24 table 1",
        "from 10.0.0.0/24 table 2",
        "from fe80::/64 table 1",
        "from 10.0.0.0/24 table 1 preference 9",
    )
    assert [rule.priority for rule in found] == [16384, 16383, 16384, 9]
    assert said == ["1 missing from", "2 bad-value 10.0.0./24", "3 missing from", "4 missing from"]


def test_names_in_rules_become_numbers() -> None:
    found, said = rules("from 10.0.0.0/24 iif eth0 ipproto udp fwmark 1/3 lookup blue realms red priority 5")
    expected = Rule(
        priority=5,
        source="10.0.0.0/24",
        iif="eth0",
        ipproto=17,
        fwmark=Mark(mark=1, mask=3),
        table=100,
        realms=7,
    )
    assert (found, said) == ((expected,), [])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("table 0 order 4", "1 bad-value 0"),
        ("table nosuch order 4", "1 bad-value nosuch"),
        ("nop order 4 tos 300", "1 bad-value 300"),
    ],
)
def test_a_rule_that_names_what_is_not_there_is_left_out(line: str, said: str) -> None:
    assert rules(line) == ((), [said])


def test_a_protocol_that_nobody_knows_is_not_matched() -> None:
    assert rules("nop order 4 ipproto nosuch") == (
        (Rule(priority=4, action=RuleAction.NOP),),
        ["1 bad-value nosuch"],
    )


def test_the_message_says_where_names_are_written() -> None:
    report = Report()
    routing(report).routes(entries(RouteLine(), "10.1.0.0/24 table nosuch", report=report))
    (found,) = report.diagnostics()
    assert found.message == "`nosuch` is not the name or number of a routing table"
    assert found.hint == "names are those of /etc/iproute2/rt_tables; the line is skipped"


# --- back to lines ----------------------------------------------------------------------------------------------------

V4 = st.ip_addresses(v=4).map(str)
V6 = st.ip_addresses(v=6).map(str)
WORD32 = st.integers(0, 2**32 - 1)
BYTE = st.integers(0, 255)
REALMS = st.builds(lambda source, to: source << 16 | to, BYTE, BYTE)
DEVICES = st.sampled_from(["eth0", "eth1"])
SPANS = st.builds(lambda ends: Span(first=min(ends), last=max(ends)), st.tuples(st.integers(0, 65535), BYTE))


def some(cls: type, needed: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries(needed, optional=optional).map(lambda values: cls(**values))


def prefixes(version: int) -> st.SearchStrategy[str]:
    host, bits = (V4, 32) if version == 4 else (V6, 128)
    return st.builds(lambda address, length: f"{address}/{length}", host, st.integers(1, bits))


ENCAPS = st.one_of(
    some(
        Encap,
        {"kind": st.just(EncapKind.MPLS), "labels": st.lists(st.integers(0, 99), min_size=1, max_size=16).map(tuple)},
    ),
    st.just(Encap(kind=EncapKind.ILA, locator="1:a:0:ffff")),
    some(Encap, {"kind": st.just(EncapKind.IP), "dst": V4}, src=V4, id=st.integers(0, 2**64 - 1), tos=BYTE, ttl=BYTE),
    some(Encap, {"kind": st.just(EncapKind.IP6), "id": WORD32}, src=V6, dst=V6, tos=BYTE, ttl=BYTE, flags=BYTE),
)
PLAIN = dict.fromkeys(
    ("metric", "mtu", "advmss", "rtt", "rttvar", "rto_min", "reordering", "window", "cwnd", "ssthresh", "initcwnd"),
    WORD32,
)


def hops(host: st.SearchStrategy[str], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[NextHop, ...]]:
    hop = some(
        NextHop, {"via": host}, dev=DEVICES, weight=st.integers(1, 256), onlink=st.booleans(), encap=ENCAPS, **more
    )
    return st.lists(hop, min_size=1, max_size=3).map(tuple)


def any_route(version: int) -> Any:
    host = V4 if version == 4 else V6
    of_family = (
        {"realms": REALMS, "nexthops": hops(host, realms=REALMS)}
        if version == 4
        else {"expires": WORD32, "pref": BYTE, "source": prefixes(6), "nexthops": hops(host)}
    )
    return some(
        Route,
        {"destination": prefixes(version)},
        type=st.sampled_from(list(RouteType)),
        src=host,
        via=host,
        dev=DEVICES,
        table=WORD32,
        scope=BYTE,
        tos=BYTE,
        onlink=st.booleans(),
        encap=ENCAPS,
        hoplimit=BYTE,
        congctl=st.just("reno"),
        locked=st.just(()),
        features=st.just("ecn"),
        quickack=st.integers(0, 1),
        fastopen_no_cookie=st.integers(0, 1),
        ttl_propagate=st.booleans(),
        placing=st.sampled_from(list(Placing)),
        track_group=st.just("G"),
        **PLAIN,
        **of_family,
    )


ADDRESSES = st.one_of(
    some(
        VirtualAddress,
        {"address": V4, "prefixlen": st.integers(0, 32), "dev": DEVICES},
        scope=BYTE,
        label=st.just("eth0:1"),
        broadcast=V4,
        use_vmac=st.booleans(),
        nodad=st.booleans(),
        no_track=st.booleans(),
    ),
    some(VirtualAddress, {"address": V4, "prefixlen": st.just(32), "dev": DEVICES, "peer": V4}),
    some(
        VirtualAddress,
        {"address": V6, "prefixlen": st.integers(0, 128), "dev": DEVICES},
        preferred_lft=WORD32,
        home=st.booleans(),
        mngtmpaddr=st.booleans(),
        noprefixroute=st.booleans(),
        autojoin=st.booleans(),
    ),
)
MATCHES: dict[str, st.SearchStrategy[Any]] = {
    "invert": st.booleans(),
    "iif": DEVICES,
    "oif": DEVICES,
    "fwmark": some(Mark, {"mark": WORD32}, mask=WORD32),
    "tos": BYTE,
    "ipproto": st.integers(0, 127),
    "sport": SPANS,
    "dport": SPANS,
    "uidrange": SPANS,
    "tunnel_id": st.integers(0, 2**64 - 1),
    "no_track": st.booleans(),
}
RULES = st.one_of(
    some(
        Rule,
        {"priority": WORD32, "table": st.integers(1, 2**32 - 1)},
        source=prefixes(4),
        destination=prefixes(4),
        realms=REALMS,
        suppress_prefixlength=BYTE,
        suppress_ifgroup=BYTE,
        **MATCHES,
    ),
    some(
        Rule,
        {
            "priority": WORD32,
            "family": st.just(6),
            "action": st.sampled_from([action for action in RuleAction if action not in ("table", "goto")]),
        },
        source=prefixes(6),
        destination=prefixes(6),
        **MATCHES,
    ),
    some(
        Rule,
        {
            "priority": BYTE,
            "action": st.just(RuleAction.GOTO),
            "goto": st.integers(256, 2**32 - 1),
            "no_track": st.just(value=True),
        },
        protocol=BYTE,
    ),
)


@given(ADDRESSES)
def test_an_address_is_written_and_read_again(item: VirtualAddress) -> None:
    text = AddressLine().write(written(item, "eth0"))
    assert address(text) == (item, [])


@given(st.one_of(any_route(4), any_route(6)))
@example(Route(destination="10.8.0.0/16", encap=Encap(kind=EncapKind.IP6, id=1), hoplimit=7))
def test_a_route_is_written_and_read_again(item: Route) -> None:
    report = Report()
    form = RouteLine(static=True)
    (entry,) = entries(form, form.write(written(item)), report=report)
    assert routing(report).routes([entry]) == (item,)
    assert spots(report.diagnostics()) == []


@given(RULES)
def test_a_rule_is_written_and_read_again(item: Rule) -> None:
    assert rules(RuleLine().write(written(item))) == ((item,), [])


def test_locked_metrics_are_written_as_such() -> None:
    (route,), _ = routes("10.1.0.0/24 dev eth0 mtu lock 1500 rtt lock 5 cwnd 4")
    assert route.locked == ("mtu", "rtt")
    assert RouteLine().write(written(route)) == "10.1.0.0/24 dev eth0 mtu lock 1500 rtt lock 5 cwnd 4"
