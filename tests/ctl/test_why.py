"""why.py: one instance as an operator reads it."""

from typing import Any

import pytest

from alived.ctl.why import short, unknown, why


def instance(**changes: Any) -> dict[str, Any]:
    return {
        "instance": "VI_1",
        "state": "MASTER",
        "since": 900.0,
        "age": 100.0,
        "reason": "no master was heard",
        "interface": "ens33",
        "virtual_router_id": 51,
        "version": 3,
        "family": "IPv4",
        "advert_int": 0.1,
        "source": "10.0.0.1",
        "group": "224.0.0.18",
        "peers": [],
        "sync_group": "",
        "priority": {"effective": 100, "base": 100, "reasons": []},
        "faults": [],
        "last_advert": None,
        "next_due": {"what": "advert", "in": 0.035},
        "other_master": None,
        "addresses": [{"address": "10.0.0.100/24", "interface": "ens33", "present": True}],
        "routes": [],
        "rules": [],
        "devices": [],
        "history": [],
        **changes,
    }


def section(name: str, **changes: Any) -> list[str]:
    """The lines under a heading."""
    lines = why(instance(**changes)).splitlines()[1:]
    found: list[str] = []
    heading = ""
    for line in lines:
        heading = line[2:18].strip() or heading
        if heading == name:
            found.append(line[18:])
    return found


def test_all_of_a_quiet_master() -> None:
    assert why(instance()).splitlines() == [
        "VI_1: MASTER for 1m40s, no master was heard",
        "  virtual router  51 on ens33, VRRPv3, IPv4",
        "  adverts         every 0.1 s from 10.0.0.1 to 224.0.0.18",
        "  priority        100",
        "  faults          none",
        "  last heard      no advert of another router",
        "  next            its own advert, in 35ms",
        "  addresses       10.0.0.100/24 on ens33",
    ]


def test_every_contribution_to_the_priority_is_named() -> None:
    priority = {"effective": 75, "base": 100, "reasons": ["script web: -15", "interface eth1: -10"]}
    assert section("priority", priority=priority) == ["75, configured 100", "script web: -15", "interface eth1: -10"]


def test_every_fault_is_named() -> None:
    assert section("faults", faults=["ens33 is down", "script web"]) == ["ens33 is down", "script web"]


def test_the_last_five_transitions_the_newest_first() -> None:
    history = [{"state": "BACKUP", "at": 400.0 + 100 * i, "reason": f"reason {i}"} for i in range(7)]
    assert section("transitions", history=history) == [
        "   0.0s ago  BACKUP  reason 6",
        "  1m40s ago  BACKUP  reason 5",
        "  3m20s ago  BACKUP  reason 4",
        "  5m00s ago  BACKUP  reason 3",
        "  6m40s ago  BACKUP  reason 2",
    ]


def test_the_last_advert_and_what_is_awaited() -> None:
    advert = {"source": "10.0.0.2", "priority": 150, "interval": 1.0, "age": 0.25}
    assert section("last heard", last_advert=advert) == ["250ms ago from 10.0.0.2, priority 150, interval 1 s"]
    for skew, words in {3: "is 3 s behind ours", -2: "is 2 s ahead of ours", 0: "agrees with ours"}.items():
        (line,) = section("last heard", last_advert={**advert, "clock_skew": skew})
        assert line == f"250ms ago from 10.0.0.2, priority 150, interval 1 s, its clock {words}"
    assert section("last heard", last_advert={**advert, "clock_skew": None}) == [
        "250ms ago from 10.0.0.2, priority 150, interval 1 s"
    ]
    due = {"what": "master_down", "in": 3.4}
    assert section("next", next_due=due) == ["if nothing is heard, it becomes master, in 3.4s"]
    assert section("next", next_due={"what": "garp", "in": -0.1}) == ["garp, in 0ms"]
    assert section("next", next_due=None) == ["nothing is due"]


@pytest.mark.parametrize(("adverts", "words"), [(1, "1 advert"), (7, "7 adverts")])
def test_a_second_master_stands_out(adverts: int, words: str) -> None:
    other = {"source": "10.0.0.2", "priority": 90, "since_age": 7.0, "adverts": adverts}
    assert section("split brain", other_master=other) == [
        f"10.0.0.2 IS MASTER TOO, with priority 90, since 7.0s ago, {words}"
    ]


def test_a_second_master_whose_adverts_are_refused() -> None:
    other = {"source": "10.0.0.2", "priority": None, "refused": "wrong password", "since_age": 7.0, "adverts": 7}
    assert section("split brain", other_master=other) == [
        "10.0.0.2 IS MASTER TOO, its adverts are refused: wrong password, since 7.0s ago, 7 adverts"
    ]


def test_an_advert_that_was_not_accepted() -> None:
    refused = {"source": "10.0.0.2", "reason": "wrong password", "age": 0.5}
    assert section("last refused", last_refused=refused) == ["500ms ago from 10.0.0.2: wrong password"]


def test_where_adverts_go() -> None:
    assert section("adverts", peers=["10.0.0.2", "10.0.0.3"]) == ["every 0.1 s from 10.0.0.1 to 10.0.0.2, 10.0.0.3"]
    assert section("adverts", source="", group="", authentication="none") == ["every 0.1 s"]
    assert section("adverts", authentication="AH") == ["every 0.1 s from 10.0.0.1 to 224.0.0.18, AH"]
    assert section("virtual router", interface="", sync_group="G") == [
        "51 on whatever way the kernel routes, VRRPv3, IPv4, in sync group G"
    ]


def test_what_it_puts_into_the_kernel() -> None:
    assert section("addresses", addresses=[{"address": "::1/128", "interface": "lo", "present": False}]) == [
        "::1/128 on lo (not there)"
    ]
    excluded = {"address": "10.0.0.9/24", "interface": "eth1", "advertised": False, "present": True}
    assert section("addresses", addresses=[excluded]) == ["10.0.0.9/24 on eth1, not advertised"]
    macvlan = {"name": "vrrp.51", "kind": "macvlan", "mac": "00:00:5e:00:01:33", "base": "eth0", "present": True}
    ipvlan = {"name": "vrrp.52", "kind": "ipvlan", "mac": "", "base": "eth0", "present": False}
    assert section("devices", devices=[macvlan, ipvlan]) == [
        "vrrp.51 macvlan 00:00:5e:00:01:33 above eth0",
        "vrrp.52 ipvlan above eth0 (not there)",
    ]
    assert section("routes", routes=[{"route": "default via 10.0.0.9", "present": False}]) == [
        "default via 10.0.0.9 (not there)"
    ]
    assert section("rules", rules=[{"rule": "from 10.0.0.100 table 7", "present": True}]) == ["from 10.0.0.100 table 7"]


def test_a_daemon_that_tells_less_is_no_trouble() -> None:
    less = {
        key: value
        for key, value in instance().items()
        if key not in ("version", "family", "source", "group", "peers", "sync_group", "last_advert", "next_due")
        and key not in ("other_master", "routes", "rules", "devices", "history")
    }
    assert why(less).splitlines()[1:3] == ["  virtual router  51 on ens33", "  adverts         every 0.1 s"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "nor any other"),
        (("VI_10", "web"), "did you mean VI_10?"),
        (("web", "db"), "there are db, web"),
        ([f"router{i}" for i in range(10)], ", router7 and 2 more"),
    ],
)
def test_a_wrong_name_is_answered_with_those_that_there_are(names: tuple[str, ...], said: str) -> None:
    assert unknown("VI_1", names).startswith("there is no vrrp_instance VI_1")
    assert unknown("VI_1", names).endswith(said)


def test_a_name_that_a_reload_has_taken_away() -> None:
    gone = [
        {"name": "VI_1", "age": 12.3, "renamed_to": None},
        {"name": "VI_2", "age": 4000.0, "renamed_to": "WEB"},
    ]
    assert unknown("VI_1", ["VI_3"], gone) == "there is no vrrp_instance VI_1: a reload removed it 12.3s ago"
    assert unknown("VI_2", [], gone) == "there is no vrrp_instance VI_2: a reload called it WEB 1h06m ago"
    assert unknown("VI_4", ["VI_3"], gone) == "there is no vrrp_instance VI_4; did you mean VI_3?"


def test_short_times() -> None:
    assert (short(0.0004), short(0.999), short(1.0)) == ("0ms", "999ms", "1.0s")
