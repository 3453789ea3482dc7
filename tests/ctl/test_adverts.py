"""adverts.py: what is wrong with an advert, and for whom."""

from dataclasses import replace
from typing import Any

import pytest

from alived.ctl import adverts
from alived.ctl.adverts import Monitor, Seen, line
from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.wire.inspection import Inspection, Seal

GOOD = Inspection(
    family=Family.IPV4,
    source="10.0.0.2",
    destination="224.0.0.18",
    ttl=255,
    version=2,
    vrid=51,
    priority=100,
    interval=1.0,
    addresses=("10.0.0.100",),
    seal=Seal.PASS,
)


def seen(time: float = 1000.0, interface: str = "eth0", *, outgoing: bool = False, **changes: Any) -> Seen:
    return Seen(time, interface, outgoing, b"packet", replace(GOOD, **changes))


def ours(**changes: Any) -> dict[str, Any]:
    return {
        "instance": "VI_1",
        "interface": "eth0",
        "virtual_router_id": 51,
        "version": 2,
        "family": "IPv4",
        "advert_int": 1.0,
        "authentication": "PASS",
        "peers": [],
        "devices": [],
        "priority": {"base": 150},
        "addresses": [{"address": "10.0.0.100/24"}],
        **changes,
    }


def problems(found: Seen, *instances: dict[str, Any], verdict: str | None = "") -> list[str]:
    monitor = Monitor(lambda _instance, _packet: verdict)
    monitor.update(instances)
    wrong: list[str] = monitor.judge(found)["problems"]
    return wrong


def test_a_good_advert_is_shown_with_the_instance_that_it_is_for() -> None:
    monitor = Monitor(lambda _instance, _packet: "")
    monitor.update([ours()])
    judged = monitor.judge(seen())
    assert (judged["instance"], judged["problems"]) == ("VI_1", [])
    assert line(judged, "10:00:00.000") == (
        "10:00:00.000  eth0  in  10.0.0.2 -> 224.0.0.18  VRRPv2 vrid 51 priority 100  every 1 s  PASS  10.0.0.100"
    )


def test_what_is_wrong_with_it_by_itself_comes_first() -> None:
    assert problems(seen(faults=("bad checksum",), interval=2.0), ours()) == [
        "bad checksum",
        "other interval than VI_1 here (1 s)",
    ]


@pytest.mark.parametrize(
    ("changes", "here", "problem"),
    [
        ({"version": 3}, {}, "version 3, but VI_1 here has version 2"),
        ({"interval": 2.0}, {}, "other interval than VI_1 here (1 s)"),
        ({"seal": Seal.NONE}, {}, "authentication none, but VI_1 here has PASS"),
        ({}, {"authentication": "none"}, "authentication PASS, but VI_1 here has none"),
        ({"addresses": ("10.0.0.9",)}, {}, "address list differs from VI_1 here: + 10.0.0.9, - 10.0.0.100"),
        ({}, {"peers": ["10.0.0.3"]}, "10.0.0.2 is no unicast_peer of VI_1 here"),
        (
            {"priority": 255},
            {"priority": {"base": 255}},
            "its sender owns the addresses (priority 255), and so does VI_1 here",
        ),
    ],
)
def test_what_an_instance_here_holds_against_it(changes: dict[str, Any], here: dict[str, Any], problem: str) -> None:
    assert problems(seen(**changes), ours(**here)) == [problem]


def test_addresses_that_adverts_do_not_list_are_not_looked_for() -> None:
    excluded = {"address": "10.0.0.200/24", "advertised": False}
    assert problems(seen(), ours(addresses=[{"address": "10.0.0.100/24", "advertised": True}, excluded])) == []


def test_what_only_the_daemon_knows_is_its_verdict() -> None:
    assert problems(seen(), ours(), verdict="wrong password") == ["VI_1 here does not accept it: wrong password"]
    assert problems(seen(), ours(), verdict=None) == []


def test_a_daemon_that_tells_less_is_asked_for_less() -> None:
    less = {key: value for key, value in ours().items() if key not in ("version", "family", "authentication", "peers")}
    assert problems(seen(version=3, seal=Seal.NONE), less) == []


@pytest.mark.parametrize(
    "other", [{"interface": "eth1"}, {"virtual_router_id": 52}, {"family": "IPv6"}], ids=["interface", "vrid", "family"]
)
def test_another_virtual_router_is_not_compared(other: dict[str, Any]) -> None:
    assert problems(seen(interval=9.0), ours(**other)) == []


def test_an_interface_that_was_made_for_the_instance_counts_as_its_own() -> None:
    here = ours(devices=[{"name": "vrrp.51"}])
    assert problems(seen(interface="vrrp.51", interval=9.0), here) == ["other interval than VI_1 here (1 s)"]


def test_our_own_adverts_are_not_compared_with_ourselves() -> None:
    assert problems(seen(outgoing=True, interval=9.0), ours()) == []


def heard(*adverts_heard: tuple[float, str, int]) -> list[list[str]]:
    """The problems of adverts with these times, sources and priorities."""
    monitor = Monitor(lambda _instance, _packet: None)
    return [
        monitor.judge(seen(time, source=source, priority=priority))["problems"]
        for time, source, priority in adverts_heard
    ]


def test_two_masters_that_take_turns() -> None:
    assert heard((0.0, "a", 100), (0.5, "b", 90), (1.0, "a", 100), (1.5, "b", 90)) == [
        [],
        [],
        ["two masters for vrid 51: b and a"],
        ["two masters for vrid 51: a and b"],
    ]


def test_one_that_takes_over_from_another_and_gives_back_is_no_second_master() -> None:
    assert not any(heard((0.0, "a", 100), (1.0, "a", 100), (4.6, "b", 90), (5.6, "b", 90), (6.0, "a", 100)))
    assert not any(heard((0.0, "a", 100), (0.5, "a", 0), (0.6, "b", 90), (1.6, "b", 90), (2.0, "a", 100)))


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adverts, "REMEMBERED", 1)
    monitor = Monitor(lambda _instance, _packet: None)
    for vrid in (1, 2, 1, 2):
        assert monitor.judge(seen(vrid=vrid))["problems"] == []


def test_what_could_not_be_read_is_shown_with_what_is_known() -> None:
    monitor = Monitor(lambda _instance, _packet: None)
    unread: dict[str, Any] = {
        "version": 0,
        "vrid": 0,
        "interval": 0.0,
        "addresses": (),
        "seal": Seal.NONE,
        "faults": ("truncated",),
    }
    judged = monitor.judge(seen(**unread))
    assert (judged["version"], judged["priority"], judged["problems"]) == (None, None, ["truncated"])
    assert line(judged, "now") == "now  eth0  in  10.0.0.2 -> 224.0.0.18  ! truncated"


def test_a_master_that_stops_and_one_that_is_our_own() -> None:
    monitor = Monitor(lambda _instance, _packet: None)
    shown = line(monitor.judge(seen(priority=0, outgoing=True, seal=Seal.NONE)), "now")
    assert shown == "now  eth0  out  10.0.0.2 -> 224.0.0.18  VRRPv2 vrid 51 priority 0 (stops)  every 1 s  10.0.0.100"
