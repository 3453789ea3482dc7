"""What a reload of 2,000 instances does to one more that sends every 50 ms: the longest gap between its adverts."""

import signal
import time
from collections.abc import Iterator
from itertools import pairwise

from bench.many import instance, instances, joined, wait_until_busy
from bench.stage import Daemon, both
from bench.table import Row, median
from examples.testbed.adverts import Adverts
from examples.testbed.pair import CONFIG
from examples.testbed.services import Service

ROUNDS = 3
QUICK = 251
"""VRID of the one more."""

AFTERWARDS = 10.0
"""Seconds within which the reload has long ended."""


def measure() -> Iterator[Row]:
    """One row."""
    yield Row("longest gap at 50 ms while 2,000 are reloaded", "ms", both(_gap), wanted=60.0)


def _config(priority: int) -> str:
    """One value of the 2,000 instances is another one each time."""
    fast = ("version 3", "advert_int 0.05", "virtual_ipaddress {\n  172.20.0.20/32\n }")
    last = instance("LAST", "v0", 252, priority, "advert_int 1", "virtual_ipaddress {\n  10.100.1.1/32\n }")
    return instances(priority=200) + instance("QUICK", "ens33", QUICK, 200, *fast) + last


def _gap(daemon: Daemon) -> float:
    with joined() as ends:
        ends.one.write(CONFIG, _config(150))
        service = daemon(ends.one, CONFIG)
        wait_until_busy(ends.one, "tx")
        adverts = Adverts(ends.other)
        gaps = []
        for number in range(ROUNDS):
            ends.one.write(CONFIG, _config(151 + number))
            gaps.append(_longest(adverts, service))
        return 1000 * median(gaps)


def _longest(adverts: Adverts, service: Service) -> float:
    adverts.wait(lambda advert: advert.virtual_router_id == QUICK, 5, "the quick one's advert")
    begun = time.monotonic()
    service.signal(signal.SIGHUP)
    while time.monotonic() < begun + AFTERWARDS:
        time.sleep(0.5)
        adverts.read()
    times = [each.time for each in adverts.heard if each.virtual_router_id == QUICK and each.time > begun - 0.1]
    return max(later - earlier for earlier, later in pairwise(times))
