"""False failovers at advert_int 10 ms while other processes want every core: both hosts of the pair on this machine.

How long is said by ALIVED_BENCH_MINUTES; without it, one minute. The processes have the real-time priority that
keepalived's users give theirs.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.stage import Daemon, both
from bench.table import Row
from examples.testbed.adverts import Adverts
from examples.testbed.hosts import Cluster
from examples.testbed.pair import BY_ELECTION, CONFIG, VIP, Pair

MINUTES = float(os.environ.get("ALIVED_BENCH_MINUTES", "1"))
READ_EVERY = 0.2

CONFIGURATION = """
global_defs {{
    vrrp_rt_priority 50
    vrrp_rlimit_rttime 1000000
}}
vrrp_instance VI_1 {{
    version 3
    interface ens33
    virtual_router_id 51
    priority {priority}
    advert_int 0.01
    virtual_ipaddress {{
        {address}/32
    }}
}}
"""


def measure() -> Iterator[Row]:
    """One row."""
    what = f"false failovers at 10 ms, all cores busy, {MINUTES:g} min"
    yield Row(what, "times", both(_failovers), wanted=0)


def _failovers(daemon: Daemon) -> float:
    with Cluster() as cluster:
        pair = Pair(cluster)
        for host, priority in ((pair.host1, 200), (pair.host2, 100)):
            host.write(CONFIG, CONFIGURATION.format(priority=priority, address=VIP))
            pair.start(daemon, host)
        pair.wait_for_address(pair.host1, BY_ELECTION)
        spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
        try:
            return _count(pair)
        finally:
            for process in spinning:
                process.kill()
                process.wait()


def _count(pair: Pair) -> float:
    """How often the backup begins to speak."""
    adverts = Adverts(pair.client)
    end = time.monotonic() + 60 * MINUTES
    times = 0
    speaks = False
    while time.monotonic() < end:
        time.sleep(READ_EVERY)
        for advert in adverts.read():
            is_backup = advert.source == pair.host2.address
            times += is_backup and not speaks
            speaks = is_backup
        adverts.heard.clear()
    return float(times)
