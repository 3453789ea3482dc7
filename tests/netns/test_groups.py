"""Sync groups: all members are master or none, with alived and with keepalived, in both roles.

Two hosts with two cables each; a group whose members speak on different ones.
"""

import signal
import time
from collections.abc import Callable, Iterator

import pytest

from examples.testbed.hosts import INTERFACE, Cluster, Host, wait_until
from examples.testbed.namespaces import NotPermitted
from examples.testbed.pair import ask, workers
from examples.testbed.services import Service, alived, keepalived
from tests.netns.arps import Arps

CONFIG = "/etc/keepalived/keepalived.conf"
SECOND = "ens34"
FIFO, LINES = "/run/lines.fifo", "/run/lines"
PATIENCE = 10.0
CALM = 1.5
"""Seconds in which something would happen if it did."""

VIPS = {"VI_1": "172.20.0.101", "VI_2": "172.21.0.102", "VI_3": "172.20.0.103"}

HEAD = f"""
global_defs {{
    vrrp_notify_fifo {FIFO}
}}
track_file health {{
    file /run/health
    weight 0
    init_file 0
}}
"""


def instance(name: str, interface: str, priority: int, more: str = "") -> str:
    vrid = VIPS[name].rpartition(".")[2]
    return (
        f"vrrp_instance {name} {{\n    interface {interface}\n    virtual_router_id {vrid}\n    version 3\n"
        f"    priority {priority}\n    advert_int 0.25\n{more}\n"
        f"    virtual_ipaddress {{\n        {VIPS[name]}/24\n    }}\n}}\n"
    )


def configuration(priority: int, *members: str, health: bool = True) -> str:
    names = "".join(f"        {name}\n" for name in members)
    tracked = "    track_file {\n        health\n    }" if health else ""
    return (
        f"{HEAD}vrrp_sync_group G_1 {{\n    group {{\n{names}    }}\n}}\n"
        + instance("VI_1", INTERFACE, priority, tracked)
        + instance("VI_2", SECOND, priority)
        + instance("VI_3", INTERFACE, priority)
    )


class Stage:
    """Two hosts, a switch for each of their cables."""

    def __init__(self, first: Cluster, second: Cluster) -> None:
        self.high, self.low = first.host("high", "172.20.0.21/24"), first.host("low", "172.20.0.22/24")
        self._second = {host: second.cable(host, SECOND) for host in (self.high, self.low)}
        self.daemons: dict[Host, Service] = {}
        for number, host in enumerate((self.high, self.low)):
            host.run("ip", "address", "add", f"172.21.0.{21 + number}/24", "dev", SECOND)
            host.run("ip", "link", "set", SECOND, "up")
            host.run("mkfifo", FIFO)
            Service(host, "sh", "-c", f"exec cat <>{FIFO} >{LINES}")

    def second(self, host: Host, how: str) -> None:
        """Pull (`down`) or put back (`up`) the second cable."""
        self._second[host](how)

    def where(self, *names: str) -> list[set[str]]:
        """Of which of these the address is on the one host and on the other."""
        return [{name for name in names if VIPS[name] in host.all_addresses()} for host in (self.high, self.low)]

    def settle(self, host: Host, *names: str) -> float:
        """All of these are on this host, none on the other."""
        wanted = [set(names), set()] if host is self.high else [set(), set(names)]
        return wait_until(lambda: self.where(*names) == wanted, PATIENCE, f"{names} on {host.name}")

    def told(self, host: Host) -> list[str]:
        """What the group of a host has said."""
        lines = host.path(LINES).read_text().splitlines()
        return [line.split()[2] for line in lines if line.startswith("GROUP")]


@pytest.fixture
def stage() -> Iterator[Stage]:
    try:
        first, second = Cluster(), Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with first, second:
        yield Stage(first, second)


def start(stage: Stage, high: Callable[[Host, str], Service], low: Callable[[Host, str], Service]) -> None:
    for host, daemon, priority in ((stage.high, high, 150), (stage.low, low, 100)):
        host.write(CONFIG, configuration(priority, "VI_1", "VI_2"))
        stage.daemons[host] = daemon(host, CONFIG)


@pytest.mark.parametrize(
    ("high", "low"),
    [(alived, alived), (alived, keepalived), (keepalived, alived)],
    ids=["alived with alived", "alived with keepalived", "keepalived with alived"],
)
def test_all_members_are_master_or_none(
    stage: Stage, high: Callable[[Host, str], Service], low: Callable[[Host, str], Service]
) -> None:
    start(stage, high, low)
    stage.settle(stage.high, "VI_1", "VI_2")

    arps = {"VI_1": Arps(stage.high), "VI_2": Arps(stage.high, SECOND)}
    stage.second(stage.high, "down")
    stage.settle(stage.low, "VI_1", "VI_2")
    wait_for_arp(arps["VI_1"], VIPS["VI_1"])  # the member whose cable was never cut
    stage.high.write("/run/health", "1\n")  # a second fault, of the other member
    time.sleep(0.3)
    stage.second(stage.high, "up")  # TRAPS 15: one is well, the other is not
    time.sleep(CALM)
    assert stage.where("VI_1", "VI_2") == [set(), {"VI_1", "VI_2"}]
    assert stage.told(stage.high)[-1] == "FAULT"
    stage.high.write("/run/health", "0\n")
    stage.settle(stage.high, "VI_1", "VI_2")

    for listening in arps.values():
        listening.read().clear()
    stage.daemons[stage.high].stop()
    stage.settle(stage.low, "VI_1", "VI_2")
    for name, listening in arps.items():  # TRAPS 15: for every member
        wait_for_arp(listening, VIPS[name])
    stage.daemons[stage.high].start()
    stage.settle(stage.high, "VI_1", "VI_2")
    stage.low.isolate()  # of its first cable alone: one member hears the master, so the group stays backup
    time.sleep(CALM)
    assert stage.where("VI_1", "VI_2") == [{"VI_1", "VI_2"}, set()]
    stage.low.rejoin()
    told = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP", "BACKUP", "MASTER"]
    if high is alived:  # keepalived may find its second interface down when it starts
        assert stage.told(stage.high) == told


def wait_for_reload(daemon: Service, said: int) -> None:
    """Of a daemon that had said so much before it."""
    wait_until(lambda: "reloaded" in daemon.output()[said:], PATIENCE, "reloaded")


def wait_for_arp(arps: Arps, address: str) -> None:
    """It is announced, or was since the last look."""
    wait_until(lambda: address in arps.read(), PATIENCE, f"ARP of {address}")


def test_a_reload_that_changes_the_members_moves_nothing(stage: Stage) -> None:
    start(stage, alived, alived)
    stage.settle(stage.high, "VI_1", "VI_2", "VI_3")
    daemon = stage.daemons[stage.high]
    monitor = Service(stage.high, "ip", "-4", "monitor", "address")
    told = len(stage.told(stage.high))
    for members in (("VI_1", "VI_2", "VI_3"), ("VI_1", "VI_3"), ("VI_1", "VI_2")):
        stage.high.write(CONFIG, configuration(150, *members))
        said = len(daemon.output())
        daemon.signal(signal.SIGHUP)
        wait_for_reload(daemon, said)
        time.sleep(CALM)
        assert ask(stage.high, "vrrp")["instances"][2]["sync_group"] == ("G_1" if "VI_3" in members else "")
    assert [line for line in monitor.output().splitlines() if "inet" in line] == []
    assert stage.where(*VIPS) == [set(VIPS), set()]
    assert stage.told(stage.high)[told:] == []


def test_a_killed_worker_is_noticed_by_no_member(stage: Stage) -> None:
    start(stage, alived, keepalived)
    stage.settle(stage.high, "VI_1", "VI_2", "VI_3")
    told = stage.told(stage.high)
    pid = workers(stage.high)["vrrp"]
    stage.high.run("kill", "-KILL", str(pid))
    wait_until(lambda: workers(stage.high)["vrrp"] not in (0, pid), PATIENCE, "another vrrp worker")
    time.sleep(CALM)
    assert stage.where(*VIPS) == [set(VIPS), set()]
    assert stage.told(stage.high) == told == ["BACKUP", "MASTER"]
    stage.second(stage.high, "down")
    stage.settle(stage.low, "VI_1", "VI_2")
    assert stage.where("VI_3") == [{"VI_3"}, set()]
