"""A vrrp worker killed with SIGKILL to its successor's first advert, on the master of examples/two-hosts."""

import time
from collections.abc import Iterator

from bench.stage import Daemon, running, vrrp_process
from bench.table import Figures, Row, median
from examples.testbed.adverts import Adverts
from examples.testbed.pair import BY_ELECTION, UNNOTICED
from examples.testbed.services import alived, keepalived

ROUNDS, KEEPALIVEDS_ROUNDS = 10, 3
"""keepalived needs an election each time."""

APART = 2.0
"""Seconds between two deaths, or alived would take it for a worker that keeps dying, and keepalived too."""


def measure() -> Iterator[Row]:
    """One row."""
    figures = Figures(1000 * _median(alived, ROUNDS), 1000 * _median(keepalived, KEEPALIVEDS_ROUNDS))
    yield Row("vrrp worker killed to its next advert", "ms", figures, wanted=50)


def _median(daemon: Daemon, rounds: int) -> float:
    with running(daemon) as pair:
        adverts, times = Adverts(pair.client), []
        for _ in range(rounds):
            victim = vrrp_process(pair.daemons[0])
            begun = time.monotonic()
            victim.kill()
            advert = adverts.wait(
                lambda advert, begun=begun: advert.source == pair.host1.address and advert.time > begun,  # type: ignore[misc]
                2 * UNNOTICED,
                "the next advert",
            )
            times.append(advert.time - begun)
            pair.wait_for_address(pair.host1, 2 * BY_ELECTION)
            time.sleep(APART)
        return median(times)
