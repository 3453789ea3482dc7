"""Both daemons on the testbed's hosts, started, and the processes of each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from bench.table import Figures
from examples.testbed.hosts import Cluster, Host
from examples.testbed.pair import BY_ELECTION, Pair
from examples.testbed.services import Service, alived, keepalived

Daemon = Callable[[Host, str], Service]


def both(measure: Callable[[Daemon], float]) -> Figures:
    """The same measurement of one after the other."""
    return Figures(measure(alived), measure(keepalived))


@contextmanager
def running(daemon: Daemon) -> Iterator[Pair]:
    """The cluster of examples/two-hosts with the same daemon on both, host1 master."""
    with Cluster() as cluster:
        pair = Pair(cluster)
        for host in (pair.host1, pair.host2):
            pair.start(daemon, host)
        pair.wait_for_address(pair.host1, BY_ELECTION)
        pair.wait_for_page(pair.host1, BY_ELECTION)
        yield pair


def processes(service: Service) -> list[psutil.Process]:
    """The daemon itself and its own, without the programs that it runs for a moment."""
    parent = psutil.Process(service.pid)
    name = "keepalived" if parent.name() == "keepalived" else "alived"
    return [parent, *(child for child in parent.children(recursive=True) if name in " ".join(child.cmdline()))]


def vrrp_process(service: Service) -> psutil.Process:
    """The process that sends the adverts; keepalived run for VRRP alone has no other child."""
    _, *children = processes(service)
    return next(child for child in children if child.cmdline()[0] in ("alived: vrrp", "keepalived"))
