"""Interfaces that go, come back, are renamed or go down for a moment, and a kernel that says more than can be read."""

import subprocess
import time
from dataclasses import replace

import pytest

from alived.ipc.messages import State, StopHow
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.interfaces import InterfaceDelay
from alived.ipc.model.routing import Route
from alived.ipc.model.tracking import TrackedInterface
from alived.ipc.model.vrrp import VrrpInstance
from tests.workers.vrrp.lab import Lab, Worker
from tests.workers.vrrp.quick import (
    LINK_LOCAL6,
    QUICK,
    QUICK6,
    VIP,
    VIP6,
    StartWorker,
    Tap,
    addresses,
    advert,
    configure,
    lead,
    put,
    retained,
    routes,
    second_interface,
    status,
    sysctl,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.netns


@pytest.fixture
def worker(lab: Lab, start_worker: StartWorker) -> Worker:
    """On host `a`."""
    without_dad(lab.a)
    return start_worker(lab.a)


def take_away(lab: Lab) -> None:
    lab.bridge.ip("link", "delete", "to-a")


def bring_back(lab: Lab, index: int) -> None:
    """Another eth0 for host `a`."""
    peer = ("type", "veth", "peer", "name", "eth0", "index", str(index), "netns", lab.a.name)
    lab.bridge.ip("link", "add", "to-a", *peer)
    lab.bridge.ip("link", "set", "to-a", "master", "br0", "up")
    sysctl(lab.a, "ipv6/conf/eth0/accept_dad", 0)
    lab.a.ip("address", "add", "10.9.0.1/24", "dev", "eth0")
    lab.a.ip("link", "set", "eth0", "up")


@pytest.mark.parametrize("config", [QUICK, QUICK6], ids=["IPv4", "IPv6"])
def test_with_a_new_index_groups_are_joined_anew_and_all_is_back(
    lab: Lab, worker: Worker, start_worker: StartWorker, tap: Tap, config: VrrpInstance
) -> None:
    lead(worker, replace(config, priority=200))
    for index in (77, 78):
        take_away(lab)
        worker.wait_for_state(State.FAULT)
        bring_back(lab, index)
        worker.wait_for_state(State.MASTER)
    wire = tap(lab.b)
    wire.wait_for(advert, 2)
    if config is QUICK:
        assert addresses(lab.a).keys() >= {"10.9.0.100/32"}
    else:
        assert addresses(lab.a).keys() >= {"fe80::100/64", "fd09::100/64"}
    without_dad(lab.b)
    peer = start_worker(lab.b)
    peer.tell(put(config))
    assert "has priority 254, ours is 200" in worker.wait_for_state(State.BACKUP).reason


def test_one_that_is_renamed_is_missing_until_its_name_is_back(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, QUICK)
    # Since Linux 6.2 an interface may be renamed while it is up, before it has to be down.
    lab.a.run("sh", "-c", "ip link set eth0 name nic0 || { ip link set eth0 down; ip link set eth0 name nic0; }")
    assert "eth0" in worker.wait_for_state(State.FAULT).reason
    lab.a.wait_until(lambda: "10.9.0.100/32" not in addresses(lab.a, "nic0"))
    assert status(worker)["faults"] == ["interface eth0 is missing"]
    wire = tap(lab.b)
    lab.a.run("sh", "-c", "ip link set nic0 name eth0 || { ip link set nic0 down; ip link set nic0 name eth0; }")
    lab.a.ip("link", "set", "eth0", "up")
    worker.wait_for_state(State.MASTER)
    wire.wait_for(advert, 2)
    assert "10.9.0.100/32" in addresses(lab.a)


def test_one_that_takes_the_name_of_another_is_used_instead(lab: Lab, worker: Worker, tap: Tap) -> None:
    second_interface(lab, lab.a, 1)
    lead(worker, QUICK)
    lab.a.ip("link", "set", "eth0", "down")
    worker.wait_for_state(State.FAULT)
    lab.a.ip("link", "set", "eth0", "name", "old")
    lab.a.ip("link", "set", "eth1", "down")
    lab.a.ip("link", "set", "eth1", "name", "eth0")
    lab.a.ip("link", "set", "eth0", "up")
    worker.wait_for_state(State.MASTER)
    assert addresses(lab.a).keys() > {"10.8.0.1/24", "10.9.0.100/32"}
    assert {frame.source for frame in tap(lab.b).wait_for(advert, 2)} == {"10.8.0.1"}


def test_down_and_up_by_the_administrator(lab: Lab, worker: Worker, tap: Tap) -> None:
    route = Route(destination="10.6.0.0/16", via="10.9.0.2", dev="eth0")
    lead(worker, replace(QUICK, excluded=(VIP6,), routes=(route,)))
    lab.a.ip("link", "set", "eth0", "down")
    assert worker.wait_for_state(State.FAULT).reason == "interface eth0 is down"
    assert {"10.9.0.100/32", "fd09::100/64"}.isdisjoint(addresses(lab.a))
    lab.a.ip("link", "set", "eth0", "up")
    worker.wait_for_state(State.MASTER)
    assert addresses(lab.a).keys() > {"10.9.0.100/32", "fd09::100/64"}
    assert routes(lab.a).keys() == {"10.6.0.0/16"}
    tap(lab.b).wait_for(advert, 2)


def test_a_moment_of_being_down_does_not_count_if_so_configured(lab: Lab, worker: Worker) -> None:
    lead(worker, InterfaceDelay(name="eth0", down=0.5, up=0.3), QUICK)
    lab.bridge.ip("link", "set", "to-a", "down")
    time.sleep(0.1)
    lab.bridge.ip("link", "set", "to-a", "up")
    cut = time.monotonic()
    assert status(worker)["state"] == "MASTER"
    lab.bridge.ip("link", "set", "to-a", "down")
    assert worker.wait_for_state(State.FAULT).since - cut > 0.45
    lab.bridge.ip("link", "set", "to-a", "up")
    mended = time.monotonic()
    assert worker.wait_for_state(State.BACKUP).since - mended > 0.25


def test_an_address_s_own_interface_and_a_tracked_one_count_too(lab: Lab, worker: Worker) -> None:
    second_interface(lab, lab.a, 1)
    elsewhere = replace(VIP, address="10.8.0.100", dev="eth1")
    lead(worker, replace(QUICK, excluded=(elsewhere,)))
    lab.a.ip("link", "set", "eth1", "down")
    assert worker.wait_for_state(State.FAULT).reason == "interface eth1 is down"
    configure(worker, replace(QUICK, excluded=(replace(elsewhere, no_track=True),)), generation=2)
    wait_for_state(worker, State.MASTER)
    tracking = replace(QUICK, track_interfaces=(TrackedInterface(name="eth1", weight=0),))
    configure(worker, tracking, generation=3)
    assert wait_for_state(worker, State.FAULT).reason == "interface eth1 is down"
    lab.a.ip("link", "set", "eth1", "up")
    worker.wait_for_state(State.MASTER)


def test_dont_track_primary_stays_master_over_a_dead_link(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, replace(QUICK, dont_track_primary=True, addresses=(replace(VIP, no_track=True),)))
    lab.bridge.ip("link", "set", "to-a", "down")
    lab.a.wait_until(lambda: lab.a.run("cat", "/sys/class/net/eth0/carrier").strip() == "0")
    assert status(worker)["state"] == "MASTER"
    lab.bridge.ip("link", "set", "to-a", "up")
    tap(lab.b).wait_for(advert, 2)
    assert status(worker)["stats"]["became_master"] == 1


def test_more_changes_than_can_be_read_hide_nothing(lab: Lab, worker: Worker) -> None:
    route = Route(destination="10.6.0.0/16", via="10.9.0.2")
    lead(worker, replace(QUICK, excluded=(VIP6,), routes=(route,)))
    flood = "".join(f"address add 10.7.{n // 250}.{n % 250 + 1}/32 dev lo\n" for n in range(2500))
    flood += "".join(f"route add 10.5.{n // 250}.{n % 250}/32 via 10.9.0.2\n" for n in range(2500))
    worker.pause()
    harm = "address delete 10.9.0.100/32 dev eth0\n-6 address delete fd09::100/64 dev eth0\n"
    lost = "route delete 10.6.0.0/16 proto keepalived\n"
    with lab.a.start("ip", "-batch", "-", stdin=subprocess.PIPE) as batch:
        batch.communicate((flood + lost).encode())
    for line in harm.splitlines():
        lab.a.ip(*line.split())
    worker.go_on()
    lab.a.wait_until(lambda: addresses(lab.a).keys() > {"10.9.0.100/32", "fd09::100/64"})
    lab.a.wait_until(lambda: "10.6.0.0/16" in routes(lab.a))


def test_a_link_that_comes_back_during_an_overflow_is_not_missed(lab: Lab, worker: Worker) -> None:
    lead(worker, QUICK)
    flood = "".join(f"address add 10.7.{n // 250}.{n % 250 + 1}/32 dev lo\n" for n in range(4000))
    worker.pause()
    with lab.a.start("ip", "-batch", "-", stdin=subprocess.PIPE) as batch:
        batch.communicate(flood.encode())
    lab.bridge.ip("link", "set", "to-a", "down")
    worker.go_on()
    worker.wait_for_state(State.FAULT)
    lab.bridge.ip("link", "set", "to-a", "up")
    worker.wait_for_state(State.MASTER)


def test_local_igmp_is_switched_off_and_on_again(lab: Lab, worker: Worker) -> None:
    setting = "ipv4/igmp_link_local_mcast_reports"
    assert sysctl(lab.a, setting) == 1
    lead(worker, VrrpGlobals(disable_local_igmp=True), QUICK)
    assert sysctl(lab.a, setting) == 0
    configure(worker, VrrpGlobals(), generation=2)
    assert sysctl(lab.a, setting) == 1
    configure(worker, VrrpGlobals(disable_local_igmp=True), generation=3)
    worker.stop(StopHow.CLEAN)
    assert sysctl(lab.a, setting) == 1


def test_two_instances_of_an_interface_share_its_fate_and_not_their_own(lab: Lab, worker: Worker) -> None:
    other = replace(QUICK, name="W", virtual_router_id=52, interface="later", addresses=(replace(VIP, dev="later"),))
    worker.tell(put(QUICK, other))
    assert wait_for_state(worker, State.FAULT, "W").reason == "interface later is missing"
    wait_for_state(worker, State.MASTER)
    second_interface(lab, lab.a, 1)
    lab.a.ip("link", "set", "eth1", "down")
    lab.a.ip("link", "set", "eth1", "name", "later")
    lab.a.ip("link", "set", "later", "up")
    wait_for_state(worker, State.MASTER, "W")
    assert addresses(lab.a, "later").keys() > {"10.9.0.100/32"}
    assert status(worker)["stats"]["became_master"] == 1


def test_a_source_address_that_changes_is_used_at_once(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, QUICK)
    wire = tap(lab.b)
    lab.a.ip("address", "add", "10.9.0.7/24", "dev", "eth0")
    lab.a.ip("address", "delete", "10.9.0.1/24", "dev", "eth0")
    wire.wait_for(lambda frame: advert(frame) and frame.source == "10.9.0.7") if _promotes(lab) else None
    if not _promotes(lab):  # then the kernel has taken the second one away, too
        assert wait_for_state(worker, State.FAULT).reason == "interface eth0 has no IPv4 address"
        lab.a.ip("address", "add", "10.9.0.7/24", "dev", "eth0")
        worker.wait_for_state(State.MASTER)
        wire.wait_for(lambda frame: advert(frame) and frame.source == "10.9.0.7")


def _promotes(lab: Lab) -> bool:
    return bool(sysctl(lab.a, "ipv4/conf/eth0/promote_secondaries"))


def test_an_ipv6_instance_waits_for_its_link_local_address(lab: Lab, start_worker: StartWorker, tap: Tap) -> None:
    lab.a.ip("-6", "address", "flush", "dev", "eth0")
    worker = start_worker(lab.a)
    worker.tell(put(replace(QUICK6, addresses=(LINK_LOCAL6,))))
    assert "eth0 has no" in wait_for_state(worker, State.FAULT).reason
    lab.a.ip("address", "add", "fe80::77/64", "dev", "eth0")  # tentative at first
    wait_for_state(worker, State.MASTER)
    assert "tentative" not in addresses(lab.a)["fe80::77/64"]
    assert {frame.source for frame in tap(lab.b).wait_for(advert, 2)} == {"fe80::77"}
    assert retained(worker)["V"].held == (LINK_LOCAL6,)
