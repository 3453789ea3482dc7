"""Adverts to peers instead of a group: to whom, from where, with which TTL, and which of others count."""

from dataclasses import replace

import pytest

from alived.ipc.messages import State, StopHow
from alived.ipc.model.vrrp import UnicastPeer
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
    status,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.netns

B = UnicastPeer(address="10.9.0.2")
OBSERVER = UnicastPeer(address="10.9.0.9")
UNICAST = replace(QUICK, mcast_group="", unicast_peers=(B, OBSERVER), priority=200)
OF_B = replace(UNICAST, priority=254, unicast_peers=(UnicastPeer(address="10.9.0.1"),))

COMPARES = pytest.mark.parametrize("skips", [False, True], ids=["compares addresses", "skip_check_adv_addr"])


@pytest.fixture
def worker(lab: Lab, start_worker: StartWorker) -> Worker:
    """On host `a`."""
    without_dad(lab.a)
    without_dad(lab.b)
    return start_worker(lab.a)


def rejected(worker: Worker) -> dict[str, int]:
    found: dict[str, int] = status(worker)["stats"]["rejected"]
    return found


def test_each_peer_is_sent_each_advert(lab: Lab, worker: Worker, tap: Tap) -> None:
    wires = {"10.9.0.2": tap(lab.b), "10.9.0.9": tap(lab.observer)}
    lead(worker, UNICAST)
    for destination, wire in wires.items():
        found = wire.wait_for(advert, 2)
        assert {(frame.source, frame.destination, frame.hops) for frame in found} == {("10.9.0.1", destination, 255)}
    configure(worker, replace(UNICAST, unicast_peers=(B,), unicast_ttl=3, unicast_src_ip="10.9.0.1"), generation=2)
    wires["10.9.0.9"].forget()
    assert wires["10.9.0.2"].wait_for(lambda frame: advert(frame) and frame.hops == 3, 3)
    assert wires["10.9.0.9"].of("advert") == []
    assert status(worker)["stats"]["became_master"] == 1


def test_two_decide_who_is_master_by_unicast(lab: Lab, worker: Worker, start_worker: StartWorker) -> None:
    lead(worker, UNICAST)
    peer = start_worker(lab.b)
    peer.tell(put(OF_B))
    assert wait_for_state(worker, State.BACKUP).reason == "10.9.0.2 has priority 254, ours is 200"
    wait_for_state(peer, State.MASTER)
    peer.stop(StopHow.CLEAN)
    assert worker.wait_for_state(State.MASTER).reason == "10.9.0.2 has stopped"


@COMPARES
def test_trap_03_a_ttl_out_of_a_peer_s_limits_is_refused(
    lab: Lab, worker: Worker, start_worker: StartWorker, skips: bool
) -> None:
    limits = (replace(B, min_ttl=254, max_ttl=255), OBSERVER)
    limited = replace(UNICAST, unicast_peers=limits, skip_check_adv_addr=skips)
    lead(worker, limited)
    peer = start_worker(lab.b)
    lead(peer, replace(OF_B, unicast_ttl=64))
    lab.a.wait_until(lambda: "wrong TTL" in rejected(worker))
    assert status(worker)["state"] == "MASTER"
    configure(worker, replace(limited, unicast_peers=(replace(B, min_ttl=60, max_ttl=64), OBSERVER)), generation=2)
    wait_for_state(worker, State.BACKUP)


@COMPARES
def test_trap_03_strangers_count_unless_they_are_to_be_checked(
    lab: Lab, worker: Worker, start_worker: StartWorker, skips: bool
) -> None:
    checking = replace(UNICAST, unicast_peers=(OBSERVER,), check_unicast_src=True, skip_check_adv_addr=skips)
    lead(worker, checking)
    peer = start_worker(lab.b)
    lead(peer, OF_B)
    lab.a.wait_until(lambda: bool(rejected(worker)))
    assert rejected(worker).keys() == {"not from a unicast peer"}
    assert status(worker)["state"] == "MASTER"
    configure(worker, replace(checking, check_unicast_src=False), generation=2)
    wait_for_state(worker, State.BACKUP)


def test_a_source_that_is_missing_is_waited_for(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    worker.tell(put(replace(UNICAST, unicast_src_ip="10.9.0.50")))
    assert wait_for_state(worker, State.FAULT).reason == "source address 10.9.0.50 is missing"
    lab.a.ip("address", "add", "10.9.0.50/24", "dev", "eth0")
    wait_for_state(worker, State.MASTER)
    assert {frame.source for frame in wire.wait_for(advert, 2)} == {"10.9.0.50"}
    lab.a.ip("address", "delete", "10.9.0.50/24", "dev", "eth0")
    assert worker.wait_for_state(State.FAULT).reason == "source address 10.9.0.50 is missing"
    assert "10.9.0.100/32" not in addresses(lab.a)
    assert {frame.source for frame in wire.of("advert")} == {"10.9.0.50"}


def test_without_an_interface_the_kernel_finds_the_way(
    lab: Lab, worker: Worker, start_worker: StartWorker, tap: Tap
) -> None:
    wire = tap(lab.b)
    config = replace(UNICAST, interface="", unicast_src_ip="10.9.0.1", unicast_peers=(B,))
    lead(worker, config)
    assert {frame.source for frame in wire.wait_for(advert, 2)} == {"10.9.0.1"}
    assert "10.9.0.100/32" in addresses(lab.a)
    peer = start_worker(lab.b)
    peer.tell(put(replace(OF_B, interface="", unicast_src_ip="10.9.0.2")))
    wait_for_state(worker, State.BACKUP)
    wait_for_state(peer, State.MASTER)
    lab.a.ip("address", "delete", "10.9.0.1/24", "dev", "eth0")
    assert wait_for_state(worker, State.FAULT).reason == "source address 10.9.0.1 is missing"


def test_without_peers_it_is_in_fault_or_alone(lab: Lab, worker: Worker, tap: Tap) -> None:
    lonely = replace(UNICAST, unicast_peers=(), unicast_fault_no_peer=True)
    worker.tell(put(lonely))
    assert wait_for_state(worker, State.FAULT).reason == "there is no unicast_peer"
    configure(worker, UNICAST, generation=2)
    wait_for_state(worker, State.MASTER)
    wire = tap(lab.b)
    wire.wait_for(advert)
    configure(worker, lonely, generation=3)
    assert wait_for_state(worker, State.FAULT).reason == "there is no unicast_peer"
    assert "10.9.0.100/32" not in addresses(lab.a)


def test_from_multicast_to_unicast_and_back_by_reload(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    lead(worker, QUICK)
    wire.wait_for(lambda frame: advert(frame) and frame.destination == "224.0.0.18")
    configure(worker, UNICAST, generation=2)
    wire.forget()
    assert {frame.destination for frame in wire.wait_for(advert, 2)} == {"10.9.0.2"}
    assert "224.0.0.18" not in lab.a.ip("maddress", "show", "dev", "eth0")
    configure(worker, QUICK, generation=3)
    wire.forget()
    assert {frame.destination for frame in wire.wait_for(advert, 2)} == {"224.0.0.18"}
    assert "224.0.0.18" in lab.a.ip("maddress", "show", "dev", "eth0")


@pytest.mark.parametrize("kind", ["global", "link-local"])
def test_ipv6_peers(lab: Lab, worker: Worker, start_worker: StartWorker, tap: Tap, kind: str) -> None:
    wire = tap(lab.b)
    ours, theirs = "fd09::1", "fd09::2"
    if kind == "link-local":
        ours, theirs = (next(a[:-3] for a in addresses(host) if a.startswith("fe80")) for host in (lab.a, lab.b))
    else:
        lab.a.ip("address", "add", "fd09::1/64", "dev", "eth0", "nodad")
        lab.b.ip("address", "add", "fd09::2/64", "dev", "eth0", "nodad")
    config = replace(
        QUICK6, priority=200, mcast_group="", unicast_src_ip=ours, unicast_peers=(UnicastPeer(address=theirs),)
    )
    lead(worker, config)
    found = wire.wait_for(advert, 2)
    assert {(frame.source, frame.destination, frame.hops) for frame in found} == {(ours, theirs, 64)}
    peer = start_worker(lab.b)
    peer.tell(put(replace(config, priority=254, unicast_src_ip=theirs, unicast_peers=(UnicastPeer(address=ours),))))
    assert wait_for_state(worker, State.BACKUP).reason == f"{theirs} has priority 254, ours is 200"
    wait_for_state(peer, State.MASTER)
    assert addresses(lab.b).keys() > {f"{vip.address}/64" for vip in (LINK_LOCAL6, VIP6)}


def test_with_unicast_the_address_may_be_anywhere(lab: Lab, worker: Worker) -> None:
    lead(worker, replace(UNICAST, addresses=(replace(VIP, dev="lo"),)))
    assert "10.9.0.100/32" in addresses(lab.a, "lo")
    worker.stop(StopHow.CLEAN)
    assert "10.9.0.100/32" not in addresses(lab.a, "lo")
