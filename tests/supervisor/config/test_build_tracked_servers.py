"""What alived_track_virtual_server stands for in a whole configuration."""

import pytest

from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.tracking import TrackedVirtualServer
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.dump import dump
from alived.supervisor.config.load import Loaded, load_text
from alived.supervisor.config.machine import Machine

SERVERS = """
virtual_server_group G {
    10.0.0.8 80
}
virtual_server 10.0.0.1 80 {
    protocol TCP
    real_server 10.0.0.2 80 {
    }
}
virtual_server 10.0.0.1 53 {
    protocol UDP
    real_server 10.0.0.2 53 {
    }
}
virtual_server 10.0.0.1 53 {
    protocol TCP
    real_server 10.0.0.2 53 {
    }
}
virtual_server fwmark 5 {
    real_server 10.0.0.2 80 {
    }
}
virtual_server group G {
    protocol TCP
    real_server 10.0.0.2 80 {
    }
}
"""


def instance(*lines: str, priority: int = 100) -> str:
    track = ["alived_track_virtual_server {", *lines, "}"] if lines else []
    body = (
        "interface eth0",
        "virtual_router_id 51",
        f"priority {priority}",
        *track,
        "virtual_ipaddress {",
        "10.0.0.9",
        "}",
    )
    return "\n".join(("vrrp_instance I {", *body, "}")) + "\n"


def tracked(loaded: Loaded, cls: type = VrrpInstance) -> tuple[TrackedVirtualServer, ...]:
    objects = [*loaded.config.vrrp, *loaded.config.kept]
    (found,) = [item for item in objects if type(item) is cls]
    assert isinstance(found, (VrrpInstance, SyncGroup))
    return found.track_virtual_servers


def said(loaded: Loaded) -> list[str]:
    """What is said of lines that track."""
    return [
        f"{found.place.line}:{found.place.column} {found.severity.value}: {found.message}; {found.hint}"
        for found in loaded.diagnostics
        if "virtual_server" in found.message + found.hint or "weight" in found.message or "tracked" in found.message
        if found.place.line < 15 and found.code is not Code.NOT_IMPLEMENTED
    ]


@pytest.mark.parametrize("above", [False, True])
def test_virtual_servers_may_stand_above_and_below(machine: Machine, above: bool) -> None:
    lines = ("10.0.0.1 80 weight -20", "10.0.0.1 53 UDP", "fwmark 5 weight 5 reverse", "group G weight 7")
    own = instance(*lines)
    loaded = load_text(SERVERS + own if above else own + SERVERS, "k", machine)
    assert tracked(loaded) == (
        TrackedVirtualServer(name="10.0.0.1:80/TCP", weight=-20),
        TrackedVirtualServer(name="10.0.0.1:53/UDP"),
        TrackedVirtualServer(name="fwmark 5", weight=5, reverse=True),
        TrackedVirtualServer(name="group G/TCP", weight=7),
    )
    assert said(loaded) == []


def test_their_names_are_those_of_the_virtual_servers(machine: Machine) -> None:
    loaded = load_text(instance("10.0.0.1 80", "10.0.0.1 53 TCP", "fwmark 5", "group G") + SERVERS, "k", machine)
    objects = [*loaded.config.lvs, *loaded.config.kept]
    names = {item.key.removeprefix("virtual_server ") for item in objects if item.key.startswith("virtual_server ")}
    assert {one.name for one in tracked(loaded)} <= names


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("10.0.0.1 81", "there is no virtual_server 10.0.0.1:81; did you mean `10.0.0.1:80`?"),
        ("192.0.2.77 9999", "there is no virtual_server 192.0.2.77:9999; it is not tracked"),
        ("10.0.0.1 80 UDP", "there is no virtual_server 10.0.0.1:80/UDP; did you mean `10.0.0.1:80/TCP`?"),
        (
            "10.0.0.1 53",
            "there is more than one virtual_server 10.0.0.1:53; it is not tracked; add UDP or TCP to the line",
        ),
    ],
)
def test_what_means_no_virtual_server(machine: Machine, line: str, complaint: str) -> None:
    loaded = load_text(instance(line) + SERVERS, "k", machine)
    assert tracked(loaded) == ()
    assert said(loaded) == [f"6:1 error: {complaint}"]


def test_a_virtual_server_is_tracked_once(machine: Machine) -> None:
    loaded = load_text(instance("10.0.0.1 80 weight 5", "10.0.0.1 80 TCP", "10.0.0.1 80") + SERVERS, "k", machine)
    assert tracked(loaded) == (TrackedVirtualServer(name="10.0.0.1:80/TCP", weight=5),)
    assert said(loaded) == [
        "7:1 warning: 10.0.0.1:80/TCP is tracked already; the first line is used",
        "8:1 warning: 10.0.0.1:80 is tracked already; the first line is used",
    ]


def test_the_owner_has_no_weights(machine: Machine) -> None:
    loaded = load_text(instance("10.0.0.1 80 weight 5", "fwmark 5", priority=255) + SERVERS, "k", machine)
    assert tracked(loaded) == (TrackedVirtualServer(name="fwmark 5"),)
    assert said(loaded) == [
        "6:1 warning: the weight of 10.0.0.1:80 does not go with priority 255; it is not tracked; say weight 0"
    ]


def test_a_sync_group(machine: Machine) -> None:
    group = "vrrp_sync_group S {\ngroup {\nI\n}\nalived_track_virtual_server {\n10.0.0.1 80 weight -9\n}\n}\n"
    loaded = load_text(instance() + group + SERVERS, "k", machine)
    assert tracked(loaded, SyncGroup) == (TrackedVirtualServer(name="10.0.0.1:80/TCP", weight=-9),)


def test_it_is_dumped_as_it_can_be_read(machine: Machine) -> None:
    lines = "fwmark 5 weight 0 reverse\n10.0.0.1 53 UDP\n"
    body = f"sync_group_tracking_weight\ngroup {{\nI\n}}\nalived_track_virtual_server {{\n{lines}}}\n"
    group = f"vrrp_sync_group S {{\n{body}}}\n"
    loaded = load_text(instance("10.0.0.1 80 weight -20 reverse", "group G") + group + SERVERS, "k", machine)
    again = load_text(dump(loaded.config, show_secrets=False), "k", machine)
    for cls in (VrrpInstance, SyncGroup):
        assert tracked(again, cls) == tracked(loaded, cls)
    assert [len(tracked(again, cls)) for cls in (VrrpInstance, SyncGroup)] == [2, 2]
