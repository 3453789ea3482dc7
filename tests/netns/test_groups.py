"""Sync groups: all members are master or none, with alived and with keepalived, in both roles.

Two hosts with two cables each; a group whose members speak on different ones.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

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
CALM = 1.2
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


def has_carrier(host: Host) -> bool:
    """Whether the kernel has seen the second cable; it tells a moment after it was plugged in."""
    return "LOWER_UP" in host.run("ip", "link", "show", "dev", SECOND)


class Stage:
    """Two hosts, a switch for each of their cables."""

    def __init__(self, first: Cluster, second: Cluster) -> None:
        self.high, self.low = first.host("high", "172.20.0.21/24"), first.host("low", "172.20.0.22/24")
        self._second = {host: second.cable(host, SECOND) for host in (self.high, self.low)}
        self.daemons: dict[Host, Service] = {}
        for number, host in enumerate((self.high, self.low)):
            host.run("ip", "address", "add", f"172.21.0.{21 + number}/24", "dev", SECOND)
            host.run("ip", "link", "set", SECOND, "up")
            wait_until(partial(has_carrier, host), PATIENCE, f"{host.name} has its second cable")
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


Daemon = Callable[[Host, str], Service]


def make_stages(number: int) -> Iterator[list[Stage]]:
    """So many, which do not hear of each other."""
    with ExitStack() as stack:
        try:
            yield [Stage(*(stack.enter_context(Cluster()) for _ in range(2))) for _ in range(number)]
        except NotPermitted as error:
            pytest.skip(str(error))


@pytest.fixture
def stage() -> Iterator[Stage]:
    for (stage,) in make_stages(1):
        yield stage


@pytest.fixture
def stages() -> Iterator[list[Stage]]:
    yield from make_stages(2)


def start(stage: Stage, high: Daemon, low: Daemon) -> None:
    for host, daemon, priority in ((stage.high, high, 150), (stage.low, low, 100)):
        host.write(CONFIG, configuration(priority, "VI_1", "VI_2"))
        stage.daemons[host] = daemon(host, CONFIG)


def test_all_members_are_master_or_none(stages: list[Stage]) -> None:
    """alived with keepalived as its peer, and the other way round."""
    ours, _ = stages
    for stage, daemons in zip(stages, ((alived, keepalived), (keepalived, alived)), strict=True):
        start(stage, *daemons)
    settle(stages, "high")

    arps = [{"VI_1": Arps(stage.high), "VI_2": Arps(stage.high, SECOND)} for stage in stages]
    each(stages, lambda stage: stage.second(stage.high, "down"))
    settle(stages, "low")
    for hears in arps:
        wait_for_arp(hears["VI_1"], VIPS["VI_1"])  # of the member whose cable was never cut
    each(stages, lambda stage: stage.high.write("/run/health", "1\n"))  # a second fault, of the other member
    time.sleep(0.3)
    each(stages, lambda stage: stage.second(stage.high, "up"))  # TRAPS 15: one is well, the other is not
    time.sleep(CALM)
    assert [stage.where("VI_1", "VI_2") for stage in stages] == [[set(), {"VI_1", "VI_2"}]] * 2
    assert [stage.told(stage.high)[-1] for stage in stages] == ["FAULT"] * 2
    each(stages, lambda stage: stage.high.write("/run/health", "0\n"))
    settle(stages, "high")

    for hears in arps:
        forget(hears)
    each(stages, lambda stage: stage.daemons[stage.high].stop())
    settle(stages, "low")
    for hears in arps:  # TRAPS 15: for every member
        wait_for_arps(hears)
    each(stages, lambda stage: stage.daemons[stage.high].start())
    settle(stages, "high")
    each(stages, lambda stage: stage.low.isolate())  # of its first cable alone: one member hears the master
    time.sleep(CALM)
    assert [stage.where("VI_1", "VI_2") for stage in stages] == [[{"VI_1", "VI_2"}, set()]] * 2
    # keepalived may find its second interface down when it starts
    told = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP", "BACKUP", "MASTER"]
    assert ours.told(ours.high) == told


def each(stages: list[Stage], act: Callable[[Stage], object]) -> None:
    """Do the same with all."""
    for stage in stages:
        act(stage)


def settle(stages: list[Stage], host: str) -> None:
    """The members are on this host in each."""
    for stage in stages:
        stage.settle(stage.high if host == "high" else stage.low, "VI_1", "VI_2")


def wait_for_reload(daemon: Service, said: int) -> None:
    """Of a daemon that had said so much before it."""
    wait_until(lambda: "reloaded" in daemon.output()[said:], PATIENCE, "reloaded")


def wait_for_arp(arps: Arps, address: str) -> None:
    """It is announced, or was since the last look."""
    wait_until(lambda: address in arps.read(), PATIENCE, f"ARP of {address}")


def forget(hears: dict[str, Arps]) -> None:
    """What was announced so far."""
    for arps in hears.values():
        arps.read().clear()


def wait_for_arps(hears: dict[str, Arps]) -> None:
    """The address of each member is announced."""
    for name, arps in hears.items():
        wait_for_arp(arps, VIPS[name])


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
