"""What one held thing is to the kernel, and how it is called."""

import pytest

from alived.ipc.model.routing import NextHop, Placing, Route, RouteType, Rule, RuleAction, VirtualAddress
from alived.workers.vrrp.kernel import rtnetlink
from alived.workers.vrrp.kernel.held import (
    Held,
    HeldAddress,
    HeldRoute,
    HeldRule,
    held,
    held_key,
    kernel_address,
    tracked,
)
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.nlmessage import attributes, number
from alived.workers.vrrp.kernel.rtnetlink import Address, Link
from alived.workers.vrrp.translate import packed

VIP = VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0")
KNOWN = Address(2, bytes([10, 9, 0, 100]), 32)
DEFAULT = Route(destination="0.0.0.0/0", via="10.9.0.254")


@pytest.fixture
def interfaces() -> Interfaces:
    table = Interfaces()
    table.take(Link(2, "eth0", b"", up=True))
    return table


def additions(item: Held, interfaces: Interfaces) -> list[tuple[int, bool]]:
    return [(step.request.kind, step.adds) for step in item.additions(interfaces)]


def deletions(item: Held) -> list[int]:
    return [step.request.kind for step in item.deletions()]


def test_an_address_is_added_once_and_deleted_if_it_is_ours(interfaces: Interfaces) -> None:
    item = HeldAddress(VIP)
    assert not item.settled(interfaces)
    assert additions(item, interfaces) == [(20, True)]
    assert deletions(item) == []
    item.ours = True
    assert deletions(item) == [21]
    interfaces.take(KNOWN)
    item.doubt()
    assert item.settled(interfaces)
    assert additions(item, interfaces) == [(21, False), (20, True)]  # wanted in another way


def test_an_address_that_another_host_has_is_not_settled(interfaces: Interfaces) -> None:
    interfaces.take(KNOWN._replace(flags=rtnetlink.IFA_F_DADFAILED))
    assert not HeldAddress(VIP).settled(interfaces)
    assert HeldAddress(VIP).find(Interfaces()) is None


@pytest.mark.parametrize(("protocol", "inherited", "ours"), [(0, False, False), (0, True, True), (18, False, True)])
def test_what_was_there_is_ours_if_marked_or_inherited(protocol: int, inherited: bool, ours: bool) -> None:
    item = HeldAddress(VIP)
    item.adopt(KNOWN._replace(protocol=protocol), inherited=inherited)
    assert item.ours is ours


def test_an_address_as_the_kernel_is_told() -> None:
    four = VirtualAddress(
        address="10.9.0.1", prefixlen=24, dev="x", scope=253, label="x:1", broadcast="10.9.0.255", peer="10.9.0.2",
        noprefixroute=True, autojoin=True, home=True,
    )  # fmt: skip
    assert kernel_address(four, 2) == Address(
        2, packed("10.9.0.1"), 24, 253, "x:1", packed("10.9.0.255"), packed("10.9.0.2"), flags=0x600, protocol=18
    )
    six = VirtualAddress(address="fe80::1", prefixlen=128, dev="x", home=True, mngtmpaddr=True, label="x:1", scope=9)
    assert kernel_address(six, 2) == Address(2, packed("fe80::1"), 128, flags=0x112, preferred=0, protocol=18)
    assert kernel_address(VirtualAddress(address="fe80::1", prefixlen=64, dev="x", nodad=False), 2).flags == 0


def test_an_ipv4_route_is_looked_for_by_adding_it(interfaces: Interfaces) -> None:
    item = HeldRoute(DEFAULT)
    assert deletions(item) == []
    assert additions(item, interfaces) == [(24, True)]
    item.sound = item.ours = True
    assert item.settled(interfaces)
    item.doubt()
    assert not item.settled(interfaces)
    assert additions(item, interfaces) == [(24, True)]
    assert deletions(item) == [25]


def test_an_ipv6_route_and_one_that_must_be_alone_are_deleted_first(interfaces: Interfaces) -> None:
    six = HeldRoute(Route(destination="::/0", dev="eth0"))
    assert additions(six, interfaces) == [(24, True)]
    six.ours = True
    assert additions(six, interfaces) == [(25, False), (24, True)]
    alone = HeldRoute(Route(destination="10.0.0.0/8", dev="eth0", placing=Placing.ADD))
    assert additions(alone, interfaces) == [(25, False), (24, True)]


def test_a_route_goes_into_the_table_of_its_vrf(interfaces: Interfaces) -> None:
    item = HeldRoute(Route(destination="10.0.0.0/8", type=RouteType.BLACKHOLE, vrf="red"))
    assert item.needs == ("red",)
    for _ in range(2):
        with pytest.raises(LookupError, match="there is no VRF red"):
            additions(item, interfaces)
        interfaces.take(Link(5, "red", b"", up=True))  # which is none
    interfaces.take(Link(5, "red", b"", up=True, vrf_table=1010))
    (step,) = item.additions(interfaces)
    assert number(attributes(step.request.body, 12)[15]) == 1010
    assert item.destination is not None
    assert item.destination.table == 1010


def test_a_rule(interfaces: Interfaces) -> None:
    item = HeldRule(Rule(priority=100, table=7))
    assert not item.settled(interfaces)
    assert additions(item, interfaces) == [(32, True)]
    assert deletions(item) == []
    item.sound = item.ours = True
    assert item.settled(interfaces)
    assert deletions(item) == [33]
    item.doubt()
    assert not item.settled(interfaces)


def test_what_things_depend_on() -> None:
    hops = (NextHop(via="10.0.0.1", dev="eth0"), NextHop(dev="eth1"))
    assert held(VIP).needs == ("eth0",)
    assert held(Rule(priority=1, iif="eth0")).needs == ()
    assert held(DEFAULT).needs == ("",)
    assert held(Route(destination="10.0.0.0/8", type=RouteType.BLACKHOLE)).needs == ()
    assert set(held(Route(destination="10.0.0.0/8", nexthops=hops, src="10.9.0.100")).needs) == {
        "eth0", "eth1", bytes([10, 9, 0, 100]),
    }  # fmt: skip


def test_what_holders_make_of_a_loss_makes_no_difference() -> None:
    route, rule = Route(destination="::/0", no_track=True), Rule(priority=1, track_group="T")
    assert held_key(route) == Route(destination="::/0") == held(route).key
    assert held_key(rule) == Rule(priority=1) == held(rule).key
    assert held_key(VIP) == held(VIP).key
    assert held_key(DEFAULT) is DEFAULT


def test_what_is_put_back() -> None:
    assert tracked(VIP)
    assert not tracked(VirtualAddress(address="10.0.0.1", prefixlen=32, dev="x", no_track=True))
    assert not tracked(Route(destination="::/0", expires=5))


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (VIP, "address 10.9.0.100/32 on eth0"),
        (DEFAULT, "route 0.0.0.0/0 via 10.9.0.254"),
        (
            Route(destination="10.0.0.0/8", type=RouteType.BLACKHOLE, metric=5, vrf="red"),
            "route blackhole 10.0.0.0/8 vrf red metric 5",
        ),
        (Route(destination="10.0.0.0/8", table=100), "route 10.0.0.0/8 table 100"),
        (
            Route(destination="::/0", nexthops=(NextHop(via="fe80::1", dev="eth0"), NextHop())),
            "route ::/0 nexthop via fe80::1 dev eth0 nexthop",
        ),
        (Rule(priority=100, table=7, source="10.0.0.0/8"), "IPv4 rule 100 from 10.0.0.0/8 table 7"),
        (Rule(priority=1, action=RuleAction.NOP, family=6, iif="eth0"), "IPv6 rule 1 from all iif eth0 nop"),
    ],
)
def test_words(wanted: VirtualAddress | Route | Rule, text: str) -> None:
    assert held(wanted).text == text
