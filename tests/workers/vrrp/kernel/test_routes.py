"""Bytes of routes; test_routing_netns.py shows what the kernel makes of them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.routing import Encap, EncapKind, NextHop, Placing, Route, RouteType
from alived.workers.vrrp.kernel import nlmessage, routes
from alived.workers.vrrp.kernel.nlmessage import attribute, attributes, message
from alived.workers.vrrp.kernel.routes import Destination, Filter

INDEXES = {"eth0": 2, "eth1": 3}
NETWORK = bytes([10, 20, 0, 0])


def encoded(route: Route, table: int = 254) -> bytes:
    return routes.encode(route, routes.destination_of(route, table), INDEXES.__getitem__)


def found(route: Route, table: int = 254) -> dict[int, bytes]:
    return attributes(encoded(route, table), 12)


def test_a_route_is_what_iproute2_would_send() -> None:
    route = Route(destination="10.20.0.0/16", via="10.0.0.9", dev="eth0", metric=5, src="10.0.0.1", onlink=True)
    assert encoded(route).hex() == (
        "02100000fe12000104000000"
        "08000f00fe000000" + "080001000a140000" + "080007000a000001" + "0800060005000000"
        "080005000a000009" + "0800040002000000"
    )


def test_networks_have_no_host_bits() -> None:
    assert routes.network_of("10.20.30.40/16") == (NETWORK, 16)
    assert routes.network_of("10.20.0.0") == (NETWORK, 32)
    assert routes.network_of("::1/0") == (bytes(16), 0)


def test_tables_above_255_are_not_in_the_head() -> None:
    route = Route(destination="10.20.0.0/16")
    assert encoded(route, 1000)[4] == 0
    assert found(route, 1000)[15] == struct.pack("=I", 1000)
    assert encoded(route)[4] == 254


@pytest.mark.parametrize(
    ("kind", "scope", "written"),
    [
        (RouteType.LOCAL, 0, 254),
        (RouteType.BROADCAST, 0, 253),
        (RouteType.ANYCAST, 254, 254),
        (RouteType.UNICAST, 0, 0),
    ],
)
def test_a_scope_is_no_wider_than_the_kernel_allows(kind: RouteType, scope: int, written: int) -> None:
    assert encoded(Route(destination="10.20.0.0/16", type=kind, scope=scope))[6] == written
    assert encoded(Route(destination="2001:db8::/32", type=kind, scope=scope))[6] == scope


def test_an_ipv6_route_may_depend_on_the_source_and_expire() -> None:
    route = Route(destination="2001:db8::/32", source="2001:db8:1::/48", expires=9, pref=3, ttl_propagate=False)
    assert encoded(route)[:3] == bytes([10, 32, 48])
    assert found(route)[2][:6].hex() == "20010db80001"
    assert (found(route)[23], found(route)[20], found(route)[26]) == (struct.pack("=I", 9), b"\3", b"\0")


def test_a_gateway_of_the_other_family() -> None:
    assert found(Route(destination="10.20.0.0/16", via="fe80::1"))[18][:4] == struct.pack("=H", 10) + b"\xfe\x80"


def test_next_hops() -> None:
    hops = (NextHop(via="10.0.0.9", dev="eth1", weight=3, realms=7), NextHop(dev="eth0", onlink=True))
    route = Route(destination="10.20.0.0/16", nexthops=hops)
    assert found(route)[9].hex() == ("1800000203000000" + "080005000a000009" + "08000b0007000000" + "0800040002000000")
    wrapped = NextHop(via="10.0.0.9", encap=Encap(kind=EncapKind.IP))
    inside = attributes(found(Route(destination="10.20.0.0/16", nexthops=(wrapped,), onlink=True))[9], 8)
    assert set(inside) == {5, 21, 22}


def test_metrics() -> None:
    route = Route(
        destination="::/0", mtu=1400, congctl="cubic", features="ecn", locked=("cwnd", "mtu"), cwnd=7, realms=5
    )
    inside = attributes(found(route)[8])
    number = nlmessage.number
    assert {kind: number(value) for kind, value in inside.items() if kind != 16} == {
        1: 1 << 2 | 1 << 7,
        2: 1400,
        7: 7,
        12: 1,
    }
    assert inside[16] == b"cubic\0"
    assert number(found(route)[11]) == 5
    assert 8 not in found(Route(destination="::/0"))
    assert set(found(Route(destination="::/0", encap=Encap(kind=EncapKind.IP)))) == {1, 15, 21, 22}


def test_an_unknown_interface_is_said() -> None:
    with pytest.raises(LookupError):
        encoded(Route(destination="10.20.0.0/16", dev="eth9"))


def test_where_a_route_goes_among_others() -> None:
    assert [routes.adding(b"", placing).flags for placing in Placing] == [0x400, 0x600, 0xC00]
    assert routes.deleting(b"x") == (25, 0, b"x")


def heard(kind: int, head: bytes, *, flags: int = 0, port: int = 9, table: int = 254) -> bytes:
    body = head + attribute(15, struct.pack("=I", table)) + attribute(1, NETWORK)
    data = message(kind, flags, 0, body)
    return data[:12] + struct.pack("=I", port) + data[16:]


def test_what_others_do_to_our_destinations_is_heard() -> None:
    head = struct.pack("=BBBBBBBBI", 2, 16, 0, 0, 254, 18, 0, 1, 0)
    ours = routes.destination_of(Route(destination="10.20.0.0/16"), 254)
    wanted = {routes.filter_of(ours)}
    assert list(routes.notices(heard(25, head), 5, wanted)) == [ours]
    assert list(routes.notices(heard(24, head, flags=0x100), 5, wanted)) == [ours]
    assert list(routes.notices(heard(24, head), 5, wanted)) == []  # one more does ours no harm
    assert list(routes.notices(heard(25, head, port=5), 5, wanted)) == []  # we did it ourselves
    assert list(routes.notices(heard(25, head), 5, {Filter(2, 24, 254)})) == []
    assert list(routes.notices(message(25, 0, 0, head[:8]) + message(16, 0, 0, b""), 5, wanted)) == []


def test_default_routes_have_no_destination_and_small_tables_no_attribute() -> None:
    for family, size in ((2, 4), (10, 16)):
        data = message(25, 0, 0, struct.pack("=BBBBBBBBI", family, 0, 0, 0, 254, 18, 0, 1, 0))
        assert list(routes.notices(data, 5, {Filter(family, 0, 254)})) == [Destination(family, 254, 0, bytes(size))]


def test_large_tables_are_all_one_in_the_head() -> None:
    assert routes.filter_of(Destination(2, 1000, 16, NETWORK)) == Filter(2, 16, 252)
    assert routes.destination_of(Route(destination="::/0"), 1000) == Destination(10, 1000, 0, bytes(16))


@given(st.sampled_from((24, 25)), st.binary(max_size=100))
def test_nothing_raises(kind: int, body: bytes) -> None:
    class Everything(set[Filter]):
        def __contains__(self, _: object) -> bool:
            return True

    list(routes.notices(message(kind, 0x100, 0, body), 5, Everything()))
