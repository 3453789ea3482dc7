"""Options of the election between alived and Debian's keepalived, each on either side of the other's address."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from examples.testbed.hosts import INTERFACE, Cluster, Host, wait_until
from examples.testbed.namespaces import NotPermitted
from examples.testbed.services import Service, alived, keepalived

CONFIG = "/etc/keepalived/keepalived.conf"
PATIENCE = 10.0
CALM = 2.0
"""Seconds in which a master would be preempted."""


@dataclass(frozen=True)
class Case:
    """One virtual router, and how it is configured on the first host and on the second."""

    name: str
    vrid: int
    first: str
    second: str

    @property
    def address(self) -> str:
        return f"172.20.0.{100 + self.vrid}"

    def block(self, more: str) -> str:
        return (
            f"vrrp_instance {self.name} {{\ninterface {INTERFACE}\nvirtual_router_id {self.vrid}\nversion 3\n{more}\n"
            f"virtual_ipaddress {{\n{self.address}/24\n}}\n}}\n"
        )


EVERY = "advert_int 0.25\n"
CASES = (
    Case("equal", 1, f"{EVERY}priority 100", f"{EVERY}priority 100"),
    Case("owner", 2, f"{EVERY}priority 255\nstate MASTER", f"{EVERY}priority 254"),
    Case("nopreempt", 3, f"{EVERY}priority 150\nnopreempt", f"{EVERY}priority 100"),
    Case("intervals", 4, "advert_int 0.5\npriority 150", "advert_int 0.15\npriority 100"),
    Case("delayed", 5, f"{EVERY}priority 150\npreempt_delay 1", f"{EVERY}priority 100"),
    Case("strict", 6, f"{EVERY}priority 150\nstrict_mode on", f"{EVERY}priority 100\nstrict_mode on"),
)
ALL = {case.name for case in CASES}


@dataclass
class Stage:
    """Two hosts, the second one with the higher address."""

    first: Host
    second: Host

    def on(self, host: Host) -> set[str]:
        """Names of those whose address is on a host."""
        here = host.all_addresses()
        return {case.name for case in CASES if case.address in here}

    def settle(self, first: set[str], what: str) -> None:
        """These are on the first host, all others on the second one."""
        wanted = (first, ALL - first)
        found: list[tuple[set[str], set[str]]] = []

        def settled() -> bool:
            found[:] = [(self.on(self.first), self.on(self.second))]
            return found[0] == wanted

        try:
            wait_until(settled, PATIENCE, what)
        except AssertionError:
            raise AssertionError(f"{what}: {found[0]}, not {wanted}") from None


Daemon = Callable[[Host, str], Service]


def make_stage(cluster: Cluster) -> Stage:
    """No daemon runs yet."""
    stage = Stage(cluster.host("first", "172.20.0.21/24"), cluster.host("second", "172.20.0.22/24"))
    for host in (stage.first, stage.second):
        blocks = (case.block(case.first if host is stage.first else case.second) for case in CASES)
        host.write(CONFIG, "global_defs {\ndynamic_interfaces\n}\n" + "".join(blocks))
    return stage


@pytest.fixture
def stages() -> Iterator[list[tuple[Stage, Daemon, Daemon]]]:
    """alived has the lower address, and the higher one."""
    try:
        with Cluster() as one, Cluster() as other:
            yield [(make_stage(one), alived, keepalived), (make_stage(other), keepalived, alived)]
    except NotPermitted as error:
        pytest.skip(str(error))


def test_who_is_master(stages: list[tuple[Stage, Daemon, Daemon]]) -> None:
    both = [stage for stage, _, _ in stages]

    def settle(first: set[str], what: str) -> None:
        for stage in both:
            stage.settle(first, what)

    daemons = [first(stage.first, CONFIG) for stage, first, _ in stages]
    for stage in both:
        wait_for_all(stage, stage.first)
    others = [second(stage.second, CONFIG) for stage, _, second in stages]
    time.sleep(CALM)
    settle(ALL, "the first one stays, equal or not")

    for stage in both:
        stage.first.isolate()
    for stage in both:
        wait_for_all(stage, stage.second)
        stage.first.rejoin()
    settle(ALL - {"equal"}, "of equal masters the higher address stays, of others the higher priority")

    for daemon in daemons:
        daemon.stop()
    settle(set(), "the only one is master")
    for daemon in daemons:
        daemon.start()
    settle(ALL - {"equal", "nopreempt"}, "the first one is back")
    time.sleep(CALM)
    settle(ALL - {"equal", "nopreempt"}, "nobody preempts an equal one, nor with nopreempt a lower one")

    for daemon in others:
        daemon.stop()
    settle(ALL, "the only one is master")


def wait_for_all(stage: Stage, host: Host) -> None:
    """A host has all addresses; the other one may have them, too."""
    wait_until(lambda: stage.on(host) == ALL, PATIENCE, f"{host.name} is master")
