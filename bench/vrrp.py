"""CPU time of the vrrp process for each advert that it sends, and for each that it hears: 2,000 instances at 1 s."""

import time
from collections.abc import Iterator

from bench.many import INSTANCES, Ends, cpu, instances, joined, packets, wait_until_busy
from bench.stage import Daemon, both
from bench.table import Row
from examples.testbed.pair import CONFIG
from examples.testbed.services import Service, keepalived

WINDOW = 20.0
"""Seconds that are measured."""

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
    """It is master of all until another one of higher priority comes: then it only listens."""
    with joined() as ends:
        ends.one.write(CONFIG, instances(priority=100))
        ends.other.write(CONFIG, instances(priority=200))
        service = daemon(ends.one, CONFIG)
        wait_until_busy(ends.one, "tx")
        keepalived(ends.other, CONFIG)
        return _cost(ends, service, "rx")


def _cost(ends: Ends, service: Service, direction: str) -> float:
    """Microseconds of CPU for each packet."""
    wait_until_busy(ends.one, direction)
    used, passed = cpu(service), packets(ends.one, direction)
    time.sleep(WINDOW)
    return 1e6 * (cpu(service) - used) / (packets(ends.one, direction) - passed)
