"""The vrrp worker is killed again and again while it is master in every way at once: no peer takes over."""

import time
from collections.abc import Iterable, Iterator
from functools import partial

import pytest

from examples.testbed.hosts import INTERFACE, Cluster, Host, wait_until
from examples.testbed.namespaces import NotPermitted
from examples.testbed.pair import ask, workers
from examples.testbed.services import Service, alived, keepalived

CONFIG = "/etc/keepalived/keepalived.conf"
DEATHS = 10
APART = 2.0
"""Seconds between two deaths: a worker that keeps dying faster is started again with growing delay."""
PATIENCE = 10.0
NAMES = ("high", "low", "lowest")
WAYS = 9
"""Instances of alived's; keepalived 2.2 has no auth_hmac."""

AH = "    version 2\n    advert_int 1\n    authentication {\n        auth_type AH\n        auth_pass s3cret\n    }\n"
THREE = "    version 3\n    advert_int 0.2\n"
HMAC = f"    auth_hmac {{\n        key 7 {'5e' * 32}\n        active_key 7\n    }}\n"


def instance(number: int, name: str, priority: int, more: str, *addresses: str) -> str:
    found = addresses or (f"172.20.0.{100 + number}/24",)
    return (
        f"vrrp_instance {name} {{\n    interface {INTERFACE}\n    virtual_router_id {number}\n"
        f"    priority {priority}\n{more}"
        "    virtual_ipaddress {\n" + "".join(f"        {address}\n" for address in found) + "    }\n}\n"
    )


def configuration(host: Host, peers: Iterable[Host], priority: int, *, hmac: bool) -> str:
    """All ways but one are keepalived's, too."""
    listed = "".join(f"        {peer.address}\n" for peer in peers)
    unicast = f"    unicast_src_ip {host.address}\n    unicast_peer {{\n{listed}    }}\n"
    return (
        "vrrp_sync_group G {\n    group {\n        first\n        second\n    }\n}\n"
        + instance(1, "ah", priority, AH)
        + (instance(2, "hmac", priority, THREE + HMAC) if hmac else "")
        + instance(3, "unicast", priority, THREE + unicast)
        + instance(4, "multicast", priority, THREE)
        + instance(5, "first", priority, THREE)
        + instance(6, "second", priority, THREE)
        + instance(7, "vmac", priority, THREE + "    use_vmac\n")
        + instance(8, "vmac6", priority, THREE + "    use_vmac\n", "fe80::5:8/64", "fd00::108/64")
        + instance(9, "routes", priority, THREE + "    virtual_routes {\n        10.66.0.0/16 via 172.20.0.9\n    }\n")
    )


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        yield cluster


def states(host: Host) -> dict[str, tuple[str, float]]:
    """Of all instances, and since when."""
    return {one["instance"]: (one["state"], one["since"]) for one in ask(host, "vrrp")["instances"]}


def is_backup(daemon: Service) -> bool:
    return daemon.output().count("Entering BACKUP STATE") >= WAYS - 1


def is_kept_out(daemon: Service) -> bool:
    """No instance of a daemon was ever master."""
    return "Entering MASTER STATE" not in daemon.output()


def test_ten_deaths_of_the_vrrp_worker_are_noticed_by_no_peer(cluster: Cluster) -> None:
    high, low, lowest = (cluster.host(name, f"172.20.0.2{n}/24", f"fd00::2{n}/64") for n, name in enumerate(NAMES, 1))
    for priority, host, *peers in ((200, high, low, lowest), (100, low, high, lowest), (50, lowest, high, low)):
        host.write(CONFIG, configuration(host, peers, priority, hmac=host is not lowest))
    master = alived(high, CONFIG)
    wait_until(lambda: master.output().count("Entering MASTER STATE") >= WAYS, PATIENCE, "high is master")
    backups = [alived(low, CONFIG), keepalived(lowest, CONFIG)]
    for backup in backups:
        wait_until(partial(is_backup, backup), PATIENCE, "a backup of them all")
    before = states(high), high.all_addresses()
    dead = {0}
    for _ in range(DEATHS):
        begun, pid = time.monotonic(), workers(high)["vrrp"]
        high.run("kill", "-KILL", str(pid))
        dead.add(pid)
        wait_until(lambda: workers(high)["vrrp"] not in dead, PATIENCE, "another worker")
        time.sleep(max(0.0, begun + APART - time.monotonic()))
        assert not [backup.output() for backup in backups if not is_kept_out(backup)]
    assert (states(high), high.all_addresses()) == before, master.output()
