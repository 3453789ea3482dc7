"""As many instances as there can be on 256 interfaces: how long until all of them run, and the memory of each."""

import math
import time
from collections.abc import Iterator

from bench.many import GLOBALS, instance
from bench.stage import processes
from bench.table import Figures, Row
from examples.testbed.hosts import Cluster, Host, TookTooLong
from examples.testbed.pair import CONFIG, ask
from examples.testbed.services import alived

INTERFACES, VRIDS = 256, 254
INSTANCES = INTERFACES * VRIDS

PATIENCE = 600.0
"""Seconds within which they must run."""
LOOK_EVERY = 5.0
"""Seconds; an answer about so many takes the supervisor some seconds."""


def measure() -> Iterator[Row]:
    """Two rows, of alived alone."""
    with Cluster() as cluster:
        host = cluster.host("host1", "172.20.0.21/24")
        _interfaces(host)
        host.write(CONFIG, _config())
        begun = time.monotonic()
        service = alived(host, CONFIG)
        while _running(host) < INSTANCES:
            if time.monotonic() > begun + PATIENCE:
                raise TookTooLong(f"{INSTANCES:,} instances do not run within {PATIENCE:g} s")
            time.sleep(LOOK_EVERY)
        took = time.monotonic() - begun
        memory = sum(process.memory_full_info().pss for process in processes(service))
    yield Row(f"start of {INSTANCES:,} instances", "s", Figures(took, math.nan), wanted=PATIENCE)
    figures = Figures(memory / INSTANCES / 1000, math.nan)
    yield Row("the same, memory of all processes for each", "kB", figures, wanted=math.inf)


def _interfaces(host: Host) -> None:
    """Cables whose other end is on the same host."""
    lines = []
    for number in range(INTERFACES):
        lines += [f"link add v{number} type veth peer name w{number}", f"link set w{number} up"]
        lines += [f"address add 10.{number}.255.1/24 dev v{number}", f"link set v{number} up"]
    host.run("ip", "-batch", host.write("/run/interfaces", "\n".join(lines) + "\n"))


def _config() -> str:
    """Adverts as seldom as VRRPv2 can."""
    return GLOBALS + "".join(
        instance(
            f"V{number}x{vrid}",
            f"v{number}",
            vrid,
            100,
            "advert_int 255",
            f"virtual_ipaddress {{\n  10.{number}.0.{vrid}/32\n }}",
        )
        for number in range(INTERFACES)
        for vrid in range(1, VRIDS + 1)
    )


def _running(host: Host) -> int:
    """How many listen; until the daemon answers, none."""
    try:
        instances = ask(host, "status")["instances"]
    except (RuntimeError, ValueError):
        return 0
    return sum(found.get("state") == "BACKUP" for found in instances)
