"""no_accept (Accept_Mode of RFC 9568, 6.1): a master that forwards for its addresses and is not at home there."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from alived.ipc.messages import State, StopHow
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.links import Vmac
from alived.ipc.model.settings import Nftables
from alived.ipc.model.vrrp import VrrpInstance
from tests.workers.vrrp.lab import Lab, Namespace
from tests.workers.vrrp.quick import (
    QUICK,
    QUICK6,
    VIP6,
    StartWorker,
    addresses,
    configure,
    lead,
    mac,
    retained,
    status,
    sysctl,
    tables,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.netns

REFUSING = replace(QUICK, accept=False)
REFUSING6 = replace(QUICK6, accept=False)
BEHIND = {"10.9.0.100": "10.8.0.9", "fd09::100": "fd08::9"}
"""What is reached through a virtual address."""


@pytest.fixture
def router(lab: Lab) -> Iterator[Lab]:
    """Host `a` forwards to a network behind it, and `b` has routes there through the virtual addresses."""
    without_dad(lab.a)
    without_dad(lab.b)
    for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        sysctl(lab.a, name, 1)
    lab.a.ip("address", "add", "10.8.0.9/32", "dev", "lo")
    lab.a.ip("address", "add", "fd08::9/128", "dev", "lo")
    lab.a.ip("address", "add", "fd09::1/64", "dev", "eth0", "nodad")
    lab.b.ip("address", "add", "fd09::2/64", "dev", "eth0", "nodad")
    lab.b.ip("route", "add", "10.8.0.0/24", "via", "10.9.0.100")
    lab.b.ip("route", "add", "fd08::/64", "via", "fd09::100")
    yield lab
    for host in (lab.a, lab.b):
        host.ip("neighbour", "flush", "dev", "eth0")


def answers(host: Namespace, address: str) -> bool:
    """Whether an address answers a ping from a host."""
    command = ("ip", "netns", "exec", host.name, "ping", "-c2", "-i0.1", "-W0.3", address)
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("config", "vip"),
    [
        (REFUSING, "10.9.0.100"),
        (REFUSING6, "fd09::100"),
        (replace(REFUSING, use_vmac=Vmac()), "10.9.0.100"),
        (replace(REFUSING6, use_vmac=Vmac()), "fd09::100"),
    ],
    ids=["IPv4", "IPv6", "IPv4 VMAC", "IPv6 VMAC"],
)
def test_it_forwards_and_is_found_but_does_not_answer(
    router: Lab, start_worker: StartWorker, config: VrrpInstance, vip: str
) -> None:
    worker = start_worker(router.a)
    lead(worker, config)
    assert not answers(router.b, vip)
    router.b.run("ping", "-c1", "-W2", BEHIND[vip])
    at = mac(router.a, "vrrp.51" if "." in vip else "vrrp6.51") if config.use_vmac else mac(router.a)
    assert at in router.b.ip("neighbour", "show", vip)
    assert answers(router.b, "10.9.0.1" if "." in vip else "fd09::1")
    worker.stop(StopHow.CLEAN)
    assert tables(router.a) == set()


def test_a_reload_lets_it_accept_and_refuse_again(router: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(router.a)
    lead(worker, REFUSING)
    configure(worker, QUICK, generation=2)
    assert answers(router.b, "10.9.0.100")
    assert tables(router.a) == set()
    configure(worker, replace(REFUSING, excluded=(VIP6,)), generation=3)
    assert not answers(router.b, "10.9.0.100")
    assert not answers(router.b, "fd09::100")
    assert status(worker)["stats"]["became_master"] == 1
    worker.stop(StopHow.CLEAN)
    assert tables(router.a) == set()


def test_a_backup_filters_nothing(router: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(router.a)
    lead(worker, REFUSING)
    router.bridge.ip("link", "set", "to-a", "down")
    wait_for_state(worker, State.FAULT)
    router.bridge.ip("link", "set", "to-a", "up")
    assert "10.9.0.100" not in router.a.run("nft", "list", "ruleset")
    worker.stop(StopHow.CLEAN)


def test_an_owner_answers(router: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(router.a)
    lead(worker, replace(REFUSING, priority=255))
    assert answers(router.b, "10.9.0.100")
    worker.stop(StopHow.CLEAN)


@pytest.mark.parametrize("harm", ["flush ruleset", "delete table inet keepalived", "flush table inet keepalived"])
def test_what_somebody_does_to_the_table_is_put_right(router: Lab, start_worker: StartWorker, harm: str) -> None:
    worker = start_worker(router.a)
    lead(worker, REFUSING)
    family = "inet" if "inet keepalived" in router.a.run("nft", "list", "tables") else "ip"
    router.a.run("nft", harm.replace("inet", family))
    router.a.wait_until(lambda: "10.9.0.100" in router.a.run("nft", "list", "ruleset"))
    assert not answers(router.b, "10.9.0.100")
    worker.stop(StopHow.CLEAN)
    assert tables(router.a) == set()


def test_tables_of_others_are_left_alone(router: Lab, start_worker: StartWorker) -> None:
    router.a.run("nft", "add table inet others")
    worker = start_worker(router.a)
    lead(worker, REFUSING)
    worker.stop(StopHow.CLEAN)
    assert tables(router.a) == {"others"}


def test_an_heir_refuses_too_and_a_stop_of_it_removes_the_table(router: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(router.a)
    lead(worker, REFUSING)
    worker.kill()
    assert not answers(router.b, "10.9.0.100")
    heir = start_worker(router.a)
    lead(heir, REFUSING, retained=(retained(worker)["V"],), silent_for=0.0)
    assert not answers(router.b, "10.9.0.100")
    heir.kill()
    third = start_worker(router.a)
    lead(third, QUICK, retained=(retained(heir)["V"],), silent_for=0.0)
    assert tables(router.a) == set()
    assert answers(router.b, "10.9.0.100")
    third.stop(StopHow.CLEAN)


def test_name_priority_and_counters_are_those_configured(router: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(router.a)
    settings = VrrpGlobals(nftables=Nftables(table="gate", priority=-7, counters=True, ifindex=True))
    lead(worker, settings, REFUSING)
    assert tables(router.a) == {"gate"}
    rules = router.a.run("nft", "list", "ruleset")
    assert "priority filter - 7" in rules or "priority -7" in rules
    answers(router.b, "10.9.0.100")
    rules = router.a.run("nft", "list", "ruleset")
    assert re.search(r"@vips counter packets [1-9]", rules)
    worker.stop(StopHow.CLEAN)
    assert tables(router.a) == set()


def test_filters_by_index_follow_an_interface_that_is_made_anew(router: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(router.a)
    lead(worker, VrrpGlobals(nftables=Nftables(ifindex=True)), REFUSING6)
    router.bridge.ip("link", "delete", "to-a")
    worker.wait_for_state(State.FAULT)
    peer = ("type", "veth", "peer", "name", "eth0", "index", "77", "netns", router.a.name)
    router.bridge.ip("link", "add", "to-a", *peer)
    router.bridge.ip("link", "set", "to-a", "master", "br0", "up")
    sysctl(router.a, "ipv6/conf/eth0/accept_dad", 0)
    router.a.ip("link", "set", "eth0", "up")
    worker.wait_for_state(State.MASTER)
    assert not answers(router.b, "fe80::100%eth0")
    own = next(a.partition("/")[0] for a in addresses(router.a) if a.startswith("fe80") and a != "fe80::100/64")
    assert answers(router.b, f"{own}%eth0")
    worker.stop(StopHow.CLEAN)
