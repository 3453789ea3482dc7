"""Whom reports of the kernel concern."""

import pytest

from alived.ipc.model.routing import Route, Rule, VirtualAddress
from alived.workers.vrrp.kernel.concerns import Concerns
from alived.workers.vrrp.kernel.held import HeldAddress, HeldRoute, HeldRule
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.routes import Destination, Filter
from alived.workers.vrrp.kernel.rtnetlink import Address, AddressGone, Link, LinkGone, Report
from alived.workers.vrrp.kernel.rules import Place
from alived.workers.vrrp.translate import packed

ETH0, ETH1 = Link(2, "eth0", b"", up=True), Link(3, "eth1", b"", up=True)
OWN = Address(2, packed("10.9.0.1"), 24)
SRC = Address(2, packed("10.9.0.100"), 32)
SIX = Address(2, packed("2001:db8::1"), 64)


class World:
    """Interfaces, and things of holders that are named after them."""

    def __init__(self) -> None:
        self.interfaces = Interfaces()
        self.concerns = Concerns(self.interfaces)
        self.items: dict[str, HeldRoute | HeldRule] = {}
        for report in (ETH0, ETH1, OWN, SRC, SIX):
            self.interfaces.take(report)
        self.hold("dev", HeldRoute(Route(destination="10.1.0.0/16", dev="eth0")))
        self.hold("other", HeldRoute(Route(destination="10.2.0.0/16", dev="eth1")))
        self.hold("any", HeldRoute(Route(destination="10.3.0.0/16", via="10.9.0.9")))
        self.hold("src", HeldRoute(Route(destination="10.4.0.0/16", dev="eth1", src="10.9.0.100")))
        self.hold("rule", HeldRule(Rule(priority=100, table=7)))

    def hold(self, holder: str, item: HeldRoute | HeldRule) -> None:
        item.holders.add(holder)
        list(item.additions(self.interfaces))
        item.sound = True
        self.concerns.enter(item)
        self.items[holder] = item

    def report(self, *reports: Report) -> set[str]:
        names: set[str] = set()
        for report in reports:
            names |= self.interfaces.take(report)
        return self.concerns.notice(reports, names)


@pytest.fixture
def world() -> World:
    return World()


def test_what_comes_or_stays_as_it_was_concerns_nobody(world: World) -> None:
    assert world.report(OWN, ETH0._replace(mtu=1400), Address(3, packed("10.7.0.1"), 24)) == set()


def test_a_link_that_goes_down_takes_its_routes(world: World) -> None:
    assert world.report(ETH0._replace(up=False)) == {"dev", "any"}


def test_a_link_that_is_gone_takes_its_routes(world: World) -> None:
    assert world.report(LinkGone(3)) == {"other", "src", "any"}


def test_a_source_address_takes_the_routes_that_suggest_it(world: World) -> None:
    assert world.report(AddressGone(SRC)) == {"src"}
    assert world.report(SRC) == {"src"}
    world.items["src"].sound = True
    assert world.report(SRC) == set()


def test_the_last_address_of_a_family_takes_all_of_the_interface(world: World) -> None:
    world.report(AddressGone(SRC))
    assert world.report(AddressGone(OWN)) == {"dev", "any"}
    assert world.report(AddressGone(Address(9, packed("10.0.0.1"), 24))) == {"any"}


def test_a_missing_address_concerns_its_holders(world: World) -> None:
    item = HeldAddress(VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0"), {"vip"})
    world.concerns.enter(item)
    assert world.report(OWN) == set()
    assert world.report(AddressGone(SRC)) == {"vip", "src"}
    world.concerns.leave(item)
    assert "vip" not in world.report(ETH0._replace(up=False))


def test_changed_routes_and_rules(world: World) -> None:
    there = Destination(2, 254, 16, packed("10.1.0.0"))
    assert world.concerns.routes_changed([there, there._replace(prefixlen=8)]) == {"dev"}
    assert world.concerns.rules_changed([Place(2, 100), Place(10, 100)]) == {"rule"}


def test_only_what_is_held_is_listened_to(world: World) -> None:
    calls: list[int] = []
    watched = world.concerns.watched
    watched.changed = lambda: calls.append(len(watched.filters) + len(watched.rule_families))
    assert watched.route_families == {2}
    assert watched.filters == {Filter(2, 16, 254): 4}
    six = HeldRoute(Route(destination="::/0", dev="eth0"))
    world.concerns.enter(six)  # its destination is not known yet
    assert calls == []
    list(six.additions(world.interfaces))
    for _ in range(2):
        world.concerns.enter(six)
    assert calls == [3]
    for item in (six, six, *world.items.values()):
        world.concerns.leave(item)
    world.concerns.leave(world.items["rule"])
    world.concerns.leave(HeldRoute(Route(destination="::/0")))
    assert calls == [3, 2, 1, 0]
    assert watched.route_families == set()
