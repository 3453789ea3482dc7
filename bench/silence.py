"""How long a client has no answer from the VIP, at advert_int 1. A ping every 2 ms; the median of several rounds.

Each round begins at the same phase, half an interval after an advert: what is left of Master_Down_Interval then is the
same for both daemons.
"""

import time
from collections.abc import Callable, Iterator

from bench.stage import Daemon, both, running, vrrp_process
from bench.table import Row, median
from examples.testbed.adverts import Adverts
from examples.testbed.pair import BY_ELECTION, UNNOTICED, VIP, Pair
from examples.testbed.probes import Pings

ROUNDS = 3
PING_EVERY = 0.002
PHASE = 0.5
"""Seconds after an advert."""

NONE = 0.05
"""Seconds of silence that are none: a few lost ticks of a busy machine."""

Blow = Callable[[Pair], None]


def measure() -> Iterator[Row]:
    """Three blows that a master may be dealt."""
    cut = both(lambda daemon: _median(daemon, _cut, _mend))
    yield Row("silence, cut link", "s", cut, wanted=1.05, relative=True)
    stop = both(lambda daemon: _median(daemon, _stop, _start))
    yield Row("silence, graceful stop", "s", stop, wanted=1.05, relative=True)
    kill = both(lambda daemon: _median(daemon, _kill, _nothing))
    yield Row("silence, vrrp worker killed", "s", kill, wanted=NONE)


def _median(daemon: Daemon, blow: Blow, heal: Blow) -> float:
    with running(daemon) as pair:
        return median([_round(pair, blow, heal) for _ in range(ROUNDS)])


def _round(pair: Pair, blow: Blow, heal: Blow) -> float:
    adverts = Adverts(pair.client)
    pings = Pings(pair.client, VIP, PING_EVERY)
    adverts.wait(lambda advert: advert.source == pair.host1.address, 2, "an advert of the master")
    time.sleep(PHASE)
    blow(pair)
    time.sleep(UNNOTICED)
    silence = pings.stop().silence
    heal(pair)
    pair.wait_for_address(pair.host1, 2 * BY_ELECTION)
    return silence


def _cut(pair: Pair) -> None:
    pair.host1.cut()


def _mend(pair: Pair) -> None:
    pair.host1.mend()


def _stop(pair: Pair) -> None:
    pair.daemons[0].stop()


def _start(pair: Pair) -> None:
    pair.daemons[0].start()


def _kill(pair: Pair) -> None:
    vrrp_process(pair.daemons[0]).kill()


def _nothing(_: Pair) -> None:
    """Both daemons replace a killed worker by themselves."""
