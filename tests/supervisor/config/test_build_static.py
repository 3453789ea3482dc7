"""Addresses, routes and rules that stay on the machine."""

from alived.ipc.model.routing import Route, Rule, StaticRouting, VirtualAddress
from alived.supervisor.config.build_static import build_static
from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.forms.addresses import AddressLine
from alived.supervisor.config.forms.routes import RouteLine
from alived.supervisor.config.forms.rules import RuleLine
from alived.supervisor.config.parser import parse
from alived.supervisor.config.routing import Routing
from alived.supervisor.config.sections import Entry, Section
from alived.supervisor.config.source import Line
from tests.supervisor.config.conftest import FakeMachine
from tests.supervisor.config.lines import entries, spots


def read(
    addresses: tuple[str, ...] = (),
    routes: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
    default: str = "",
) -> tuple[StaticRouting | None, list[str]]:
    """What a file with a track_group G makes; routes are numbered from line 101, rules from line 201."""
    report = Report()
    top = Section(
        "",
        values={
            "static_ipaddress": entries(AddressLine(static=True), *addresses, report=report),
            "static_routes": entries(RouteLine(static=True), *routes, report=report, first=101),
            "static_rules": entries(RuleLine(static=True), *rules, report=report, first=201),
        },
    )
    settings = Section("global_defs")
    if default:
        (statement,) = parse([Line("x", 1, f"default_interface {default}")], frozenset(), report).statements
        settings.values["default_interface"] = [Entry(default, statement)]
    routing = Routing(FakeMachine({}, {}), report, exists={"eth0", "eth1"}.__contains__)
    return build_static(top, settings, frozenset({"G"}), routing), spots(report.diagnostics())


def address(dev: str, track_group: str = "") -> VirtualAddress:
    return VirtualAddress(address="10.0.0.1", prefixlen=24, dev=dev, track_group=track_group)


def test_nothing_static() -> None:
    assert read() == (None, [])


def test_addresses_routes_and_rules() -> None:
    found, said = read(("10.0.0.1/24",), ("10.1.0.0/24 dev eth1",), ("from 10.0.0.0/24 table 1 preference 3",))
    assert found == StaticRouting(
        addresses=(address("eth0"),),
        routes=(Route(destination="10.1.0.0/24", dev="eth1"),),
        rules=(Rule(priority=3, source="10.0.0.0/24", table=1),),
    )
    assert said == []


def test_the_default_interface() -> None:
    assert read(("10.0.0.1/24",), default="eth1") == (StaticRouting(addresses=(address("eth1"),)), [])
    assert read(("10.0.0.1/24", "10.0.0.1/24 dev eth0"), default="eth9") == (
        StaticRouting(addresses=(address("eth0"),)),
        ["1 no-interface 10.0.0.1/24"],
    )


def test_a_track_group_must_be_there() -> None:
    found, said = read(("10.0.0.1/24 track_group G", "10.0.0.1/24 dev eth1 track_group H"))
    assert found == StaticRouting(addresses=(address("eth0", "G"), address("eth1")))
    assert said == ["2 unknown-name H"]


def test_a_track_group_needs_an_interface() -> None:
    found, said = read(
        routes=("10.1.0.0/24 via 10.0.0.9 track_group G", "10.1.0.0/24 dev eth0 track_group G"),
        rules=("table 1 order 3 oif eth0 track_group G", "table 1 order 3 iif eth0 track_group G"),
    )
    assert found is not None
    assert [route.track_group for route in found.routes] == ["", "G"]
    assert [rule.track_group for rule in found.rules] == ["", "G"]
    assert said == ["101 conflict G", "201 conflict G"]


def test_the_same_static_address_twice_is_one() -> None:
    assert read(("10.0.0.1/24", "10.0.0.1/24")) == (
        StaticRouting(addresses=(address("eth0"),)),
        ["2 duplicate 10.0.0.1/24"],
    )
