"""From the start of the program to its first advert, as owner of the address (priority 255, no election)."""

import time
from collections.abc import Iterator

from bench.stage import Daemon, both
from bench.table import Row, median
from examples.testbed.adverts import Adverts
from examples.testbed.hosts import Cluster
from examples.testbed.pair import CONFIG, VIP

ROUNDS = 5
LIMIT = 10.0
OWNER = f"""
vrrp_instance VI_1 {{
    state MASTER
    interface ens33
    virtual_router_id 51
    priority 255
    virtual_ipaddress {{
        {VIP}
    }}
}}
"""


def measure() -> Iterator[Row]:
    """One row."""
    yield Row("start to first advert as owner", "s", both(_median), wanted=0.5)


def _median(daemon: Daemon) -> float:
    with Cluster() as cluster:
        host, client = cluster.host("host1", "172.20.0.21/24"), cluster.host("client", "172.20.0.30/24")
        host.write(CONFIG, OWNER)
        adverts, times = Adverts(client), []
        for _ in range(ROUNDS):
            begun = time.monotonic()
            service = daemon(host, CONFIG)
            first = adverts.wait(lambda advert: advert.priority == 255, LIMIT, "the first advert")
            times.append(first.time - begun)
            service.stop()
        return median(times)
