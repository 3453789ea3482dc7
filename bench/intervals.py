"""How long a client has no answer from the VIP with VRRPv3 at 1 s, 100 ms and 10 ms: cut link, stop; median of 10.

Each round begins half an interval after an advert, as far as programs can be started at such a time: when in the
interval a master goes is worth more than what the daemons differ by.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial

from bench.stage import Daemon, both
from bench.table import Row, median
from examples.testbed.adverts import Adverts
from examples.testbed.hosts import Cluster, Host
from examples.testbed.pair import BY_ELECTION, CONFIG, VIP, Pair
from examples.testbed.probes import PATIENCE, Pings

ROUNDS = 10
INTERVALS = (1.0, 0.1, 0.01)
PING_EVERY = 0.002

DOWN = 4
"""Intervals after which the backup has taken over."""

CONFIGURATION = """
vrrp_instance VI_1 {{
    version 3
    interface ens33
    virtual_router_id 51
    priority {priority}
    advert_int {interval}
    virtual_ipaddress {{
        {address}/32
    }}
}}
"""

Blow = Callable[[Pair], None]


def measure() -> Iterator[Row]:
    """Two rows for each interval."""
    for interval in INTERVALS:
        for name, blow, heal in (("cut link", _cut, _mend), ("stop", _stop, _start)):
            figures = both(partial(_median, interval=interval, blow=blow, heal=heal))
            wanted = 1 + PING_EVERY / (DOWN * interval)  # what pings can tell
            yield Row(f"silence, {name}, VRRPv3 at {interval:g} s", "s", figures, wanted=wanted, relative=True)


def _median(daemon: Daemon, interval: float, blow: Blow, heal: Blow) -> float:
    with Cluster() as cluster:
        pair = Pair(cluster)
        for host, priority in ((pair.host1, 200), (pair.host2, 100)):
            _configure(host, priority, interval)
            pair.start(daemon, host)
        pair.wait_for_address(pair.host1, BY_ELECTION)
        pair.wait_for_page(pair.host1, BY_ELECTION)
        return median([_round(pair, interval, blow, heal) for _ in range(ROUNDS)])


def _configure(host: Host, priority: int, interval: float) -> None:
    host.write(CONFIG, CONFIGURATION.format(priority=priority, interval=interval, address=VIP))


def _round(pair: Pair, interval: float, blow: Blow, heal: Blow) -> float:
    adverts = Adverts(pair.client)
    pings = Pings(pair.client, VIP, PING_EVERY)
    last = adverts.wait(lambda advert: advert.source == pair.host1.address, BY_ELECTION, "an advert of the master")
    time.sleep(max(0.0, last.time + interval / 2 - time.monotonic()))
    blow(pair)
    time.sleep(DOWN * interval + 1.5 * PATIENCE)  # a ping that is given up only when all end would prolong the silence
    silence = pings.stop().silence
    heal(pair)
    pair.wait_for_address(pair.host1, BY_ELECTION)
    pair.wait_for_page(pair.host1, BY_ELECTION)
    return silence


def _cut(pair: Pair) -> None:
    pair.host1.cut()


def _mend(pair: Pair) -> None:
    pair.host1.mend()


def _stop(pair: Pair) -> None:
    pair.daemons[0].stop()


def _start(pair: Pair) -> None:
    pair.daemons[0].start()
