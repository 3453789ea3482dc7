"""CPU time of the vrrp process for each advert that it sends, and for each that it hears: 2,000 instances at 1 s.

When in the second each of the adverts is sent is left to who sends them, as in life: all that became master together
send together. What is heard comes from a keepalived, whoever hears it.
"""

import time
from collections.abc import Iterator

from bench.many import INSTANCES, Ends, cpu, instances, joined, packets, wait_until_busy
from bench.stage import Daemon, both
from bench.table import Row
from examples.testbed.pair import CONFIG
from examples.testbed.services import Service, keepalived

WINDOW = 20.0
"""Seconds that are measured."""

STARTED = 10.0
"""Seconds within which a backup of all has started, which no packet tells."""

WANTED = 1.2
"""Times keepalived's."""


def measure() -> Iterator[Row]:
    """Two rows."""
    yield Row(f"CPU per advert sent, {INSTANCES:,} instances", "us", both(_sent), wanted=WANTED, relative=True)
    yield Row(f"CPU per advert heard, {INSTANCES:,} instances", "us", both(_heard), wanted=WANTED, relative=True)


def _sent(daemon: Daemon) -> float:
    with joined() as ends:
        ends.one.write(CONFIG, instances(priority=200))
        return _cost(ends, daemon(ends.one, CONFIG), "tx")


def _heard(daemon: Daemon) -> float:
    """It finds a master of all: then it only listens."""
    with joined() as ends:
        ends.one.write(CONFIG, instances(priority=100))
        ends.other.write(CONFIG, instances(priority=200))
        keepalived(ends.other, CONFIG)
        wait_until_busy(ends.other, "tx")
        service = daemon(ends.one, CONFIG)
        time.sleep(STARTED)
        return _cost(ends, service, "rx")


def _cost(ends: Ends, service: Service, direction: str) -> float:
    """Microseconds of CPU for each packet."""
    wait_until_busy(ends.one, direction)
    used, passed = cpu(service), packets(ends.one, direction)
    time.sleep(WINDOW)
    return 1e6 * (cpu(service) - used) / (packets(ends.one, direction) - passed)
