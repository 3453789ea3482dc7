"""tables.py: what an operator reads."""

from typing import Any

import pytest

from alived.ctl import tables
from alived.ipc.messages import TrackerChanged


def test_columns_are_as_wide_as_they_need_to_be_and_nothing_is_a_dash() -> None:
    assert tables.table(("A", "LONG HEAD"), [("first", None), ("x", 0), ("", "b")]) == (
        "A      LONG HEAD\nfirst  -\nx      0\n-      b"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0.04, "0.0s"), (59.94, "59.9s"), (60, "1m00s"), (3599, "59m59s"), (7320, "2h02m"), (97200, "1d03h")],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert tables.duration(seconds) == text


def test_workers() -> None:
    document = {
        "workers": [
            {
                "name": "vrrp",
                "state": "ready",
                "pid": 7,
                "uptime": 61.0,
                "restarts": 2,
                "loop_lag": 0.0015,
                "cpu_seconds": 1.25,
                "memory": 12_300_000,
            },
            {"name": "lvs", "state": "given up", "pid": None, "uptime": None, "restarts": 0, "loop_lag": 0.0},
        ]
    }
    assert tables.workers(document).splitlines()[1:] == [
        "vrrp    ready     7    1m01s   2         1.25s  12.3MB  1.5ms",
        "lvs     given up  -    -       0         -      -       0.0ms",
    ]


def status(**changes: Any) -> dict[str, Any]:
    return {
        "version": "alived 1",
        "pid": 1,
        "ready": True,
        "config_file": "/etc/k.conf",
        "generation": 3,
        "reload_error": None,
        "workers": [],
        "instances": [],
        "virtual_servers": [],
        **changes,
    }


def test_status_of_nothing_is_short() -> None:
    assert tables.status(status()).splitlines()[:2] == [
        "alived 1, pid 1, ready",
        "configuration /etc/k.conf, generation 3",
    ]


def test_status_says_what_is_wrong() -> None:
    text = tables.status(
        status(
            ready=False,
            reload_error="2 errors in /etc/k.conf",
            instances=[{"name": "VI_1", "state": "FAULT", "seconds_in_state": 5.0, "reason": "ens33 is down"}],
            virtual_servers=[
                {"name": "10.0.0.1:80/TCP", "quorum_up": False, "weight": 0, "down": ["10.0.0.2:80", "10.0.0.3:80"]},
                {"name": "10.0.0.4:80/TCP", "down": []},
            ],
        )
    )
    assert "not ready" in text
    assert "LAST RELOAD REFUSED: 2 errors in /etc/k.conf" in text
    assert "VI_1      FAULT  5.0s  -         -       ens33 is down" in text
    assert "10.0.0.1:80/TCP  down    0       10.0.0.2:80 10.0.0.3:80" in text
    assert "10.0.0.4:80/TCP  -       -       -" in text


def instance(**changes: Any) -> dict[str, Any]:
    return {
        "instance": "VI_1",
        "state": "MASTER",
        "age": 5.0,
        "priority": {"effective": 85, "base": 100, "reasons": ["script web: -15"]},
        "interface": "ens33",
        "virtual_router_id": 51,
        "master": "10.0.0.2",
        "last_advert_age": None,
        "addresses": [{"address": "10.0.0.1/32", "present": True}, {"address": "10.0.0.9/32", "present": False}],
        "faults": [],
        "reason": "no master was heard",
        **changes,
    }


def last_line(text: str) -> str:
    return text.splitlines()[-1]


def test_a_master_without_its_address_stands_out() -> None:
    line = last_line(tables.vrrp({"instances": [instance()]}))
    assert "85 (script web: -15)" in line
    assert "10.0.0.9/32 ABSENT" in line


def test_a_backup_lists_its_addresses_and_the_last_advert() -> None:
    plain = {"effective": 100, "base": 100, "reasons": []}
    line = last_line(tables.vrrp({"instances": [instance(state="BACKUP", last_advert_age=0.5, priority=plain)]}))
    assert "0.5s ago" in line
    assert "10.0.0.1/32 10.0.0.9/32" in line


def test_a_second_master_and_the_group_stand_in_columns_of_their_own() -> None:
    other = {"source": "10.0.0.3", "priority": 90, "since_age": 1.0, "adverts": 1}
    head, line = tables.vrrp({"instances": [instance(sync_group="G1", other_master=other)]}).splitlines()
    assert line[head.index("ALSO MASTER") :].startswith("10.0.0.3 ")
    assert line[head.index("GROUP") :].startswith("G1 ")
    other |= {"priority": None, "refused": "wrong password"}
    head, line = tables.vrrp({"instances": [instance(sync_group="G1", other_master=other)]}).splitlines()
    assert line[head.index("ALSO MASTER") :].startswith("10.0.0.3 (refused) ")
    (_, line) = tables.vrrp({"instances": [instance(sync_group="", other_master=None)]}).splitlines()
    assert "10.0.0.3" not in line


def test_faults_are_the_reason() -> None:
    line = last_line(tables.vrrp({"instances": [instance(state="FAULT", faults=["ens33 is down", "no address"])]}))
    assert line.endswith("ens33 is down; no address")


def test_virtual_servers_and_what_is_behind_them() -> None:
    servers = [
        {"name": "a:1", "up": True, "kernel_weight": 2, "counters": {"connections": 7}, "checks": []},
        {"name": "b:1", "up": False, "kernel_weight": None, "counters": {}, "checks": [{"reason": "refused"}]},
    ]
    service = {
        "name": "v:1/TCP",
        "scheduler": "rr",
        "forwarding": "NAT",
        "quorum_up": True,
        "weight": 2,
        "counters": {},
    }
    lost = {**service, "quorum_up": False, "real_servers": []}
    text = tables.lvs({"backend": "ipvs", "virtual_servers": [{**service, "real_servers": servers}, lost]})
    assert text.splitlines()[0] == "data plane: ipvs"
    assert text.splitlines()[3:] == [
        "v:1/TCP  rr NAT  up         2       -            -",
        "  a:1    -       up         2       7            -",
        "  b:1    -       down       -       -            refused",
        "v:1/TCP  rr NAT  no quorum  2       -            -",
    ]


def test_checks() -> None:
    facts = {"since": 90.0, "last_started": 99.0, "next_due": 101.5, "local_error": "", "reason": "connected"}
    document = {
        "now": 100.0,
        "scripts": [
            {"script": "web", "up": None, **facts, "since": None, "last_started": None, "next_due": None},
            {"script": "db", "up": False, **facts, "local_error": "no process"},
        ],
        "real_servers": [{"virtual_server": "v", "checks": [{"check": "TCP_CHECK a:1", "up": True, **facts}]}],
    }
    assert [line.split("  ")[0] for line in tables.checks(document).splitlines()] == [
        "CHECK",
        "web",
        "db",
        "TCP_CHECK a:1",
    ]
    lines = tables.checks(document).splitlines()
    assert "not known" in lines[1]
    assert lines[2].endswith("no process")
    assert all(word in lines[3] for word in ("up", "10.0s", "1.0s ago", "in 1.5s", "connected"))


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"applied": True, "changes": [], "problems": []}, "nothing changed"),
        ({"applied": True, "changes": ["a: added"], "problems": ["a warning"]}, "a warning\na: added"),
        ({"applied": False, "changes": [], "problems": ["k:1: error"]}, "k:1: error\nrefused: "),
    ],
)
def test_reload(document: dict[str, Any], text: str) -> None:
    assert tables.reload(document).startswith(text)


PLAN: dict[str, Any] = {"file": "/etc/k.conf", "refused": None, "disturbs": "nothing", "changes": [], "problems": []}
WHY = {"disturbs": "connection", "reason": "a master takes it away"}


def test_plan() -> None:
    priority = {"name": "priority", "old": "100", "new": "150", "removed": [], "added": [], **WHY}
    addresses = {"name": "virtual_ipaddress", "old": None, "new": None, "removed": ["a"], "added": ["b", "c"], **WHY}
    changed = {"object": "vrrp_instance VI_1", "what": "changed", **WHY, "values": [priority, addresses]}
    added = {"object": "vrrp_script web", "what": "added", "disturbs": "nothing", "reason": "it runs", "values": []}
    shown = tables.plan({**PLAN, "disturbs": "connection", "changes": [changed, added], "problems": ["a warning"]})
    lines = shown.splitlines()
    assert lines[0] == "a warning"
    assert [line.split()[2:5] for line in lines[2:7]] == [
        ["priority", "100", "150"],
        ["virtual_ipaddress", "a", "-"],
        ["virtual_ipaddress", "-", "b"],
        ["virtual_ipaddress", "-", "c"],
        ["added", "-", "-"],
    ]
    assert lines[-1] == "would disturb at worst: connection"


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (PLAN, "nothing would change"),
        ({**PLAN, "refused": "2 errors in f", "problems": ["p"]}, "p\na reload would be refused: 2 errors in f"),
    ],
)
def test_plan_without_changes(document: dict[str, Any], text: str) -> None:
    assert tables.plan(document) == text


def test_a_line_of_log_and_an_event() -> None:
    assert tables.log_line("vrrp", "Nov 22 10:00:00", 4, "x") == "Nov 22 10:00:00 vrrp       warning x"
    assert tables.log_line("vrrp", "now", 2, "x") == "now vrrp       2       x"
    assert (
        tables.event(TrackerChanged(tracker="script a", up=True)) == "TrackerChanged tracker=script a up=True value=0"
    )
