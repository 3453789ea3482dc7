"""A stage for thousands of instances: two hosts that eight cables join, beside the bridge with its ens33."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.stage import vrrp_process
from examples.testbed.hosts import Cluster, Host, TookTooLong
from examples.testbed.namespaces import Node
from examples.testbed.services import Service

CABLES = 8
ON_EACH = 250
INSTANCES = CABLES * ON_EACH

PATIENCE = 120.0
"""Seconds within which all instances must be at work."""

STEADY = 3
"""Seconds in a row."""

COLUMN = {"rx": 2, "tx": 10}
"""Of /proc/net/dev: packets received and sent."""

GLOBALS = "global_defs {\n vrrp_garp_master_repeat 1\n vrrp_garp_master_delay 1\n}\n"


class Ends(NamedTuple):
    """The two hosts."""

    one: Host
    other: Host


@contextmanager
def joined() -> Iterator[Ends]:
    """Hosts that hear each other on v0 to v7 and on ens33."""
    workshop = Node(whole=False)
    try:
        with Cluster() as cluster:
            ends = Ends(cluster.host("one", "172.20.0.21/24"), cluster.host("other", "172.20.0.22/24"))
            for cable in range(CABLES):
                workshop.run("ip", "link", "add", f"a{cable}", "type", "veth", "peer", "name", f"b{cable}")
                for letter, host in zip("ab", ends, strict=True):
                    workshop.run("ip", "link", "set", f"{letter}{cable}", "netns", str(host.pid), "name", f"v{cable}")
                    number = "ab".index(letter) + 1
                    host.run("ip", "address", "add", f"10.{200 + cable}.0.{number}/24", "dev", f"v{cable}")
                    host.run("ip", "link", "set", f"v{cable}", "up")
            yield ends
    finally:
        workshop.close()


def instance(name: str, interface: str, vrid: int, priority: int, *more: str) -> str:
    """One vrrp_instance with an address of its own; `more` are lines."""
    lines = (f"interface {interface}", f"virtual_router_id {vrid}", f"priority {priority}", *more)
    return f"vrrp_instance {name} {{\n " + "\n ".join(lines) + "\n}\n"


def instances(priority: int) -> str:
    """All of them, at one advert a second."""
    return GLOBALS + "".join(
        instance(
            f"V{cable}x{vrid}",
            f"v{cable}",
            vrid,
            priority,
            "advert_int 1",
            f"virtual_ipaddress {{\n  10.{100 + cable}.0.{vrid}/32\n }}",
        )
        for cable in range(CABLES)
        for vrid in range(1, ON_EACH + 1)
    )


def packets(host: Host, direction: str) -> int:
    """How many have gone one way (`tx`, `rx`) on the cables."""
    rows = (line.replace(":", " ").split() for line in Path(f"/proc/{host.pid}/net/dev").read_text().splitlines())
    return sum(int(row[COLUMN[direction]]) for row in rows if row[0].startswith("v"))


def wait_until_busy(host: Host, direction: str) -> None:
    """Wait until adverts of nearly all instances pass in a second, and little else does, for some seconds."""
    limit = time.monotonic() + PATIENCE
    steady = 0
    while steady < STEADY:
        if time.monotonic() > limit:
            raise TookTooLong(f"{INSTANCES} instances are not at work within {PATIENCE:g} s")
        begun, before = time.monotonic(), packets(host, direction)
        time.sleep(1.0)
        rate = (packets(host, direction) - before) / (time.monotonic() - begun)
        steady = steady + 1 if 0.95 * INSTANCES <= rate <= 1.05 * INSTANCES else 0


def cpu(service: Service) -> float:
    """Seconds that the threads of the process which sends the adverts have run so far.

    By the scheduler's own account in nanoseconds: a process that works for less than a tick at a time, at times that
    are multiples of one, is not seen as it is by psutil's.
    """
    threads = Path(f"/proc/{vrrp_process(service).pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
