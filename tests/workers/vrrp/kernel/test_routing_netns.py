"""Addresses, routes and rules with every option, as iproute2 shows them in a real kernel."""

from typing import Any

import pytest

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
from alived.workers.vrrp.kernel.holdings import Holdings
from tests.workers.vrrp.kernel.netns import Host, Netns

pytestmark = pytest.mark.netns

UNSUPPORTED = "lwt encapsulation type not supported"


@pytest.fixture
def netns(netns: Netns) -> Netns:
    netns.ip("address", "add", "10.9.0.1/24", "dev", "eth0")
    netns.ip("address", "add", "2001:db8::1/64", "dev", "eth0", "nodad")
    return netns


def includes(shown: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert {key: shown.get(key) for key in wanted} == wanted


ADDRESSES: list[tuple[VirtualAddress, dict[str, Any]]] = [
    (VirtualAddress(address="10.9.0.100", prefixlen=24, dev="eth0"), {"label": "eth0", "scope": "global"}),
    (
        VirtualAddress(
            address="10.8.0.1", prefixlen=24, dev="eth0", scope=253, label="eth0:vip", broadcast="10.8.0.255"
        ),
        {"scope": "link", "label": "eth0:vip", "broadcast": "10.8.0.255"},
    ),
    (VirtualAddress(address="10.7.0.1", prefixlen=30, dev="eth0", peer="10.7.0.2"), {"address": "10.7.0.2"}),
    (VirtualAddress(address="10.6.0.1", prefixlen=24, dev="eth0", noprefixroute=True), {"noprefixroute": True}),
    (VirtualAddress(address="239.9.9.9", prefixlen=32, dev="eth0", autojoin=True), {"autojoin": True}),
    (
        VirtualAddress(address="2001:db8::100", prefixlen=128, dev="eth0"),
        {"nodad": True, "deprecated": True, "preferred_life_time": 0, "valid_life_time": FOREVER},
    ),
    (
        VirtualAddress(address="2001:db8::101", prefixlen=128, dev="eth0", preferred_lft=FOREVER),
        {"nodad": True, "preferred_life_time": FOREVER},
    ),
    (
        VirtualAddress(
            address="2001:db8::102", prefixlen=64, dev="eth0", home=True, mngtmpaddr=True, noprefixroute=True
        ),
        {"home": True, "mngtmpaddr": True, "noprefixroute": True, "tentative": None},
    ),
    (VirtualAddress(address="2001:db8::103", prefixlen=64, dev="eth0", nodad=False), {"nodad": None}),
    (
        VirtualAddress(address="2001:db8::104", prefixlen=128, dev="eth0", peer="2001:db8:5::1"),
        {"address": "2001:db8:5::1"},
    ),
    (VirtualAddress(address="fe80::77", prefixlen=64, dev="eth0"), {"scope": "link"}),
]


def test_addresses(netns: Netns, host: Host) -> None:
    before = set(netns.addresses())
    outcome = host.holdings.hold("V", [virtual for virtual, _ in ADDRESSES])
    assert outcome.failures == ()
    shown = netns.addresses()
    for virtual, wanted in ADDRESSES:
        includes(shown[f"{virtual.address}/{virtual.prefixlen}"], wanted)
    _, known = host.requests.snapshot()
    assert sum(address.protocol == 18 for address in known) == len(ADDRESSES)
    host.holdings.release("V")
    assert set(netns.addresses()) == before


METRICS = Route(
    destination="0.0.0.0/0",
    via="10.9.0.9",
    mtu=1400,
    advmss=1300,
    hoplimit=9,
    rtt=80,
    rttvar=40,
    rto_min=200,
    reordering=5,
    window=1000,
    cwnd=7,
    ssthresh=9,
    initcwnd=10,
    initrwnd=11,
    congctl="cubic",
    features="ecn",
    quickack=1,
    fastopen_no_cookie=1,
)
SHOWN_METRICS = {
    "mtu": 1400, "advmss": 1300, "hoplimit": 9, "rtt": 10, "rttvar": 10, "rto_min": 200, "reordering": 5,
    "window": 1000, "cwnd": 7, "ssthresh": 9, "initcwnd": 10, "initrwnd": 11, "congestion": "cubic", "ecn": None,
    "quickack": 1, "fastopen_no_cookie": 1,
}  # fmt: skip
SIX_BY_SIX = (NextHop(via="2001:db8::9", dev="eth0", weight=2), NextHop(via="fe80::9", dev="eth1"))
FOUR_BY_FOUR = (
    NextHop(via="10.9.0.9", dev="eth0", weight=3, realms=0x10002),
    NextHop(via="192.0.2.1", dev="eth1", weight=256, onlink=True),
)

ROUTES: list[tuple[Route, dict[str, Any]]] = [
    (METRICS, {"type": "unicast", "gateway": "10.9.0.9", "metrics": [SHOWN_METRICS]}),
    (
        Route(destination="10.21.0.0/16", dev="eth0", src="10.9.0.1", metric=5, table=1000, scope=253, tos=0x10),
        {"prefsrc": "10.9.0.1", "metric": 5, "table": "1000", "scope": "link", "tos": "0x10", "dev": "eth0"},
    ),
    (Route(destination="10.22.0.0/16", type=RouteType.BLACKHOLE), {"type": "blackhole"}),
    (Route(destination="10.22.1.0/24", type=RouteType.UNREACHABLE), {"type": "unreachable"}),
    (Route(destination="10.22.2.0/24", type=RouteType.PROHIBIT), {"type": "prohibit"}),
    (Route(destination="10.22.3.0/24", type=RouteType.THROW), {"type": "throw"}),
    (Route(destination="10.22.4.4/32", type=RouteType.LOCAL, dev="lo", table=77), {"type": "local", "table": "77"}),
    (Route(destination="10.22.5.5/32", type=RouteType.BROADCAST, dev="eth0"), {"type": "broadcast"}),
    (Route(destination="10.22.6.0/24", type=RouteType.ANYCAST, dev="eth0"), {"type": "anycast"}),
    (Route(destination="239.0.0.0/8", type=RouteType.MULTICAST, dev="eth0"), {"type": "multicast"}),
    (
        Route(destination="10.23.0.0/16", nexthops=FOUR_BY_FOUR),
        {
            "nexthops": [
                {"gateway": "10.9.0.9", "flow": {"from": "1", "to": "2"}, "dev": "eth0", "weight": 3, "flags": []},
                {"gateway": "192.0.2.1", "dev": "eth1", "weight": 256, "flags": ["onlink"]},
            ]
        },
    ),
    (Route(destination="10.24.0.0/16", via="192.0.2.1", dev="eth0", onlink=True), {"flags": ["onlink"]}),
    (
        Route(destination="10.25.0.0/16", via="fe80::5", dev="eth0"),
        {"via": {"family": "inet6", "host": "fe80::5"}},
    ),
    (Route(destination="10.26.0.0/16", via="10.9.0.9", realms=0x10002), {"flow": {"from": "1", "to": "2"}}),
    (Route(destination="10.30.0.0/16", via="10.9.0.9", placing=Placing.APPEND), {}),
    (Route(destination="10.31.0.0/16", via="10.9.0.9", placing=Placing.ADD), {}),
    (
        Route(destination="2001:db8:7::/48", via="2001:db8::9", pref=1, hoplimit=7, expires=1000),
        {"pref": "high", "metrics": [{"hoplimit": 7}]},
    ),
    (
        Route(destination="2001:db8:8::/48", via="2001:db8::9", src="2001:db8::1", metric=77, pref=3),
        {"prefsrc": "2001:db8::1", "metric": 77, "pref": "low"},
    ),
    (
        Route(destination="2001:db8:a::/48", nexthops=SIX_BY_SIX),
        {
            "nexthops": [
                {"gateway": "2001:db8::9", "dev": "eth0", "weight": 2, "flags": []},
                {"gateway": "fe80::9", "dev": "eth1", "weight": 1, "flags": []},
            ]
        },
    ),
    (Route(destination="2001:db8:c::/48", type=RouteType.BLACKHOLE), {"type": "blackhole"}),
    (Route(destination="2001:db8:d::1/128", type=RouteType.LOCAL, dev="lo"), {"type": "local"}),
    (Route(destination="2001:db8:e::/48", via="2001:db8::9", ttl_propagate=True), {}),
    (Route(destination="::/0", via="fe80::9", dev="eth1"), {"gateway": "fe80::9"}),
]


def routes(netns: Netns) -> dict[str, dict[str, Any]]:
    return {("::/0" if family == "-6" and dst == "default" else dst): route
            for family in ("-4", "-6") for dst, route in netns.routes(family=family).items()}  # fmt: skip


def key(route: Route) -> str:
    return {"0.0.0.0/0": "default"}.get(route.destination, route.destination.removesuffix("/32").removesuffix("/128"))


def test_routes(netns: Netns, host: Host) -> None:
    outcome = host.holdings.hold("V", routes=[route for route, _ in ROUTES])
    assert outcome.failures == ()
    assert len(outcome.restored) == len(ROUTES)
    shown = routes(netns)
    assert len(shown) == len(ROUTES)
    for route, wanted in ROUTES:
        includes(shown[key(route)], wanted)
    host.holdings.doubt_all()
    assert host.holdings.complete("V").restored == ()  # the kernel knows each of them again
    assert len(routes(netns)) == len(ROUTES)
    host.holdings.release("V")
    assert routes(netns) == {}


def test_locked_metrics(netns: Netns, host: Host) -> None:
    host.holdings.hold("V", routes=[Route(destination="10.20.0.0/16", dev="eth0", mtu=1400, locked=("mtu",))])
    assert "mtu lock 1400" in netns.ip("route", "show", "10.20.0.0/16")


def test_source_specific_routes(netns: Netns, host: Host) -> None:
    route = Route(destination="2001:db8:9::/48", via="2001:db8::9", source="2001:db8:1::/64")
    outcome = host.holdings.hold("V", routes=[route])
    if any("not supported" in failure.text for failure in outcome.failures):
        pytest.skip(f"this kernel lacks CONFIG_IPV6_SUBTREES: {outcome.failures}")
    assert routes(netns)["2001:db8:9::/48"]["from"] == "2001:db8:1::/64"


@pytest.mark.parametrize(
    ("encap", "shown"),
    [
        (
            Encap(kind=EncapKind.IP, id=7, dst="10.0.0.5", src="10.0.0.1", tos=4, ttl=9),
            "encap ip id 7 src 10.0.0.1 dst 10.0.0.5 ttl 9 tos 4",
        ),
        (
            Encap(kind=EncapKind.IP6, id=7, dst="2001:db8::5", src="2001:db8::6", tos=4, ttl=9),
            "encap ip6 id 7 src 2001:db8::6 dst 2001:db8::5 hoplimit 9 tc 4",
        ),
    ],
    ids=lambda given: given.kind.value if isinstance(given, Encap) else "",
)
def test_tunnels(netns: Netns, host: Host, encap: Encap, shown: str) -> None:
    """Those of MPLS and ILA are in tests/uml/guest: ordinary kernels have them as modules, if at all."""
    route = Route(destination="10.27.0.0/16", via="10.9.0.9", encap=encap)
    assert host.holdings.hold("V", routes=[route]).failures == ()
    assert shown in " ".join(netns.ip("route", "show", "10.27.0.0/16").split())
    host.holdings.release("V")
    assert not netns.ip("route", "show", "10.27.0.0/16")


@pytest.mark.parametrize("kind", [RouteType.NAT, RouteType.XRESOLVE])
def test_types_that_the_kernel_has_no_more_are_explained(host: Host, kind: RouteType) -> None:
    (failure,) = host.holdings.hold("V", routes=[Route(destination="10.22.7.0/24", type=kind)]).failures
    assert failure.text == f"route {kind} 10.22.7.0/24 can't be added: Invalid argument (Invalid scope)"


def test_placing(netns: Netns, host: Host) -> None:
    netns.ip("route", "add", "10.20.0.0/16", "via", "10.9.0.8")
    first = Route(destination="10.20.0.0/16", via="10.9.0.7")
    last = Route(destination="10.20.0.0/16", via="10.9.0.9", placing=Placing.APPEND)
    alone = Route(destination="10.20.0.0/16", via="10.9.0.6", placing=Placing.ADD)
    outcome = host.holdings.hold("V", routes=[first, last, alone])
    assert [failure.text for failure in outcome.failures] == [
        "route 10.20.0.0/16 via 10.9.0.6 can't be added: File exists"
    ]
    shown = netns.json("route", "show", "10.20.0.0/16")
    assert [route["gateway"] for route in shown] == ["10.9.0.7", "10.9.0.8", "10.9.0.9"]
    host.holdings.release("V")
    assert len(netns.json("route", "show", "10.20.0.0/16")) == 1  # only what we added


RULES: list[tuple[Rule, dict[str, Any]]] = [
    (
        Rule(priority=100, table=7, source="10.0.0.0/8", destination="10.1.0.0/16", tos=0x10, invert=True),
        {"not": None, "src": "10.0.0.0", "srclen": 8, "dst": "10.1.0.0", "dstlen": 16, "tos": "0x10", "table": "7"},
    ),
    (
        Rule(
            priority=101, table=1000, iif="eth0", oif="nope", fwmark=Mark(mark=5, mask=0xFF), ipproto=6,
            sport=Span(first=1, last=9), dport=Span(first=80, last=80), uidrange=Span(first=0, last=1000),
        ),
        {
            "iif": "eth0", "oif": "nope", "fwmark": "0x5", "fwmask": "0xff", "ipproto": "tcp", "sport_start": 1,
            "sport_end": 9, "dport": 80, "uid_start": 0, "uid_end": 1000, "table": "1000",
        },
    ),
    (Rule(priority=102, action=RuleAction.GOTO, goto=32766), {"goto": 32766}),
    (Rule(priority=103, action=RuleAction.NOP), {"nop": None}),
    (Rule(priority=104, action=RuleAction.BLACKHOLE, source="10.3.0.0/16"), {"action": "blackhole"}),
    (Rule(priority=105, action=RuleAction.UNREACHABLE), {"action": "unreachable"}),
    (Rule(priority=106, action=RuleAction.PROHIBIT, family=6), {"action": "prohibit"}),
    (Rule(priority=107, action=RuleAction.L3MDEV), {"l3mdev": None}),
    (
        Rule(priority=108, table=7, family=6, source="2001:db8::/32", suppress_prefixlength=0, suppress_ifgroup=3),
        {"src": "2001:db8::", "srclen": 32, "suppress_prefixlen": 0, "suppress_ifgroup": "3"},
    ),
    (Rule(priority=109, table=7, tunnel_id=99), {"tun_id": 99}),
    (Rule(priority=110, table=7, realms=0x10002), {"flow_from": "1", "flow_to": "2"}),
    (Rule(priority=111, table=7, protocol=4, no_track=True), {"protocol": "static"}),
    (Rule(priority=112, table=7, fwmark=Mark(mark=5)), {"fwmark": "0x5", "protocol": "keepalived"}),
]  # fmt: skip


def rules(netns: Netns) -> dict[int, dict[str, Any]]:
    shown = [rule for family in ("-4", "-6") for rule in netns.json(family, "rule", "show")]
    return {rule["priority"]: rule for rule in shown if 0 < rule["priority"] < 32766}


def test_rules(netns: Netns, host: Host) -> None:
    outcome = host.holdings.hold("V", rules=[rule for rule, _ in RULES])
    assert outcome.failures == ()
    shown = rules(netns)
    for rule, wanted in RULES:
        assert wanted.items() <= shown[rule.priority].items()
    host.holdings.doubt_all()
    assert host.holdings.complete("V").restored == ()
    host.holdings.release("V")
    assert rules(netns) == {}


def test_a_successor_finds_all_there_and_removes_it_in_the_end(netns: Netns, host: Host) -> None:
    addresses = [virtual for virtual, _ in ADDRESSES]
    everything = addresses, [route for route, _ in ROUTES], [rule for rule, _ in RULES[:5]]
    before = set(netns.addresses())
    host.holdings.hold("V", *everything)
    heir = Holdings(host.requests, host.interfaces)
    outcome = heir.hold("V", *everything)
    assert (outcome.added, outcome.failures) == ((), ())
    heir.release("V")
    assert (set(netns.addresses()), routes(netns), rules(netns)) == (before, {}, {})


def test_an_heir_that_wants_nothing_of_it_removes_it(netns: Netns, host: Host) -> None:
    route, rule, virtual = ROUTES[0][0], RULES[0][0], ADDRESSES[0][0]
    host.holdings.hold("V", [virtual], [route], [rule])
    removed = Holdings(host.requests, host.interfaces).remove_leftovers([virtual], [route], [rule])
    assert removed == [
        "IPv4 rule 100 from 10.0.0.0/8 to 10.1.0.0/16 table 7",
        "route 0.0.0.0/0 via 10.9.0.9",
        "address 10.9.0.100/24 on eth0",
    ]
    assert (routes(netns), rules(netns)) == ({}, {})


def test_a_changed_route_is_replaced_with_its_new_content(netns: Netns, host: Host) -> None:
    for family, via, destination in (("-4", "10.9.0.9", "10.20.0.0/16"), ("-6", "2001:db8::9", "2001:db8:9::/48")):
        for mtu in (1400, 1300):
            route = Route(destination=destination, via=via, mtu=mtu)
            host.holdings.hold("V", routes=[route])
            (shown,) = netns.json(family, "route", "show", destination)
            assert shown["metrics"] == [{"mtu": mtu}]
