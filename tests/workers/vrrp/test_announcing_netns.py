"""Gratuitous ARP and unsolicited neighbour advertisements as they are seen on the wire: how many, when, and where."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest

from alived.ipc.messages import State
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.interfaces import GarpGroup
from alived.ipc.model.links import Vmac
from alived.ipc.model.vrrp import Announcing, ExtraGarp
from tests.workers.vrrp.lab import Lab, Worker
from tests.workers.vrrp.quick import (
    LINK_LOCAL6,
    QUICK,
    QUICK6,
    VIP,
    VIP6,
    Frame,
    StartWorker,
    Tap,
    configure,
    lead,
    put,
    second_interface,
    status,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.netns

OTHER = replace(VIP, address="10.9.0.101")


@pytest.fixture
def worker(lab: Lab, start_worker: StartWorker) -> Worker:
    """On host `a`."""
    without_dad(lab.a)
    return start_worker(lab.a)


def announced(frame: Frame) -> bool:
    return frame.kind in ("garp", "na") and frame.subject in ("10.9.0.100", "10.9.0.101", "fe80::100", "fd09::100")


def pauses(frames: Iterable[Frame]) -> list[float]:
    return [later.time - earlier.time for earlier, later in pairwise(frames)]


def test_two_bursts_of_as_many_as_configured(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    config = replace(QUICK, addresses=(VIP, OTHER), announcing=Announcing(master_delay=0.3, master_repeat=3))
    lead(worker, replace(config, excluded=(VIP6,)))
    found = wire.wait_for(announced, 18)
    assert Counter(frame.subject for frame in found[:9]) == {"10.9.0.100": 3, "10.9.0.101": 3, "fd09::100": 3}
    assert 0.28 < found[9].time - found[0].time < 0.5
    assert max(pauses(found[:9])) < 0.1
    wire.wait_for(lambda frame: frame.kind == "advert", 8)
    assert [frame for frame in wire.seen if announced(frame)] == found
    assert status(worker)["stats"]["garp_sent"] == 12
    assert status(worker)["stats"]["neighbour_adverts_sent"] == 6


def test_neighbour_advertisements_are_well_formed(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    lead(worker, QUICK6)
    (found,) = wire.wait_for(lambda frame: announced(frame) and frame.subject == "fd09::100")
    assert (found.source, found.destination, found.hops) == ("fd09::100", "ff02::1", 255)


def test_refreshes_while_master(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    refreshing = Announcing(master_delay=0.0, master_repeat=1, master_refresh=0.2, master_refresh_repeat=2)
    lead(worker, replace(QUICK, announcing=refreshing))
    found = wire.wait_for(announced, 7)
    gaps = pauses(found)
    assert all(0.15 < gap < 0.35 for gap in gaps[0::2])
    assert all(gap < 0.05 for gap in gaps[1::2])


def test_an_advert_of_lower_priority_is_answered_by_announcing_again(
    lab: Lab, worker: Worker, start_worker: StartWorker, tap: Tap
) -> None:
    announcing = Announcing(master_delay=0.0, master_repeat=1, lower_prio_delay=0.3, lower_prio_repeat=2)
    lead(worker, replace(QUICK, announcing=announcing))
    # A split, until the other one is master too; higher_prio_send_advert has it say so before it yields.
    lab.bridge.ip("link", "set", "to-b", "nomaster")
    peer = start_worker(lab.b)
    lead(peer, replace(QUICK, priority=100, higher_prio_send_advert=True))
    wire = tap(lab.observer)
    lab.bridge.ip("link", "set", "to-b", "master", "br0")
    wait_for_state(peer, State.BACKUP)
    at_a = (lab.a.run("cat", "/sys/class/net/eth0/address")).strip()
    found = wire.wait_for(lambda frame: announced(frame) and frame.mac == at_a, 2)
    assert found[1].time - found[0].time < 0.1
    assert status(worker)["state"] == "MASTER"
    assert status(worker)["stats"]["became_master"] == 1


def test_the_pace_of_an_interface(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    config = replace(QUICK, addresses=(VIP, OTHER), announcing=Announcing(master_delay=0.0, master_repeat=3))
    lead(worker, VrrpGlobals(garp_interval=0.1, gna_interval=0.05), replace(config, excluded=(VIP6,)))
    found = wire.wait_for(announced, 9)
    garps = [frame for frame in found if frame.kind == "garp"]
    nas = [frame for frame in found if frame.kind == "na"]
    assert (len(garps), len(nas)) == (6, 3)
    assert min(pauses(garps)) > 0.08
    assert min(pauses(nas)) > 0.04


@pytest.mark.parametrize("together", [True, False])
def test_a_garp_group_paces_its_interfaces_together_or_each(
    lab: Lab, start_worker: StartWorker, tap: Tap, together: bool
) -> None:
    second_interface(lab, lab.a, 1)
    worker = start_worker(lab.a)
    names = ("eth0", "eth1")
    group = (
        GarpGroup(garp_interval=0.1, interfaces=names) if together else GarpGroup(garp_interval=0.1, interface=names)
    )
    wire = tap(lab.b)
    announcing = Announcing(master_delay=0.0, master_repeat=2)
    elsewhere = replace(OTHER, dev="eth1")
    lead(worker, group, replace(QUICK, announcing=announcing, excluded=(elsewhere,)))
    found = wire.wait_for(announced, 4)
    if together:
        assert min(pauses(found)) > 0.08
    else:
        assert min(pauses(found)) < 0.05
        for subject in ("10.9.0.100", "10.9.0.101"):
            assert min(pauses(frame for frame in found if frame.subject == subject)) > 0.08


def test_extra_ones_where_no_adverts_are_sent(lab: Lab, start_worker: StartWorker, tap: Tap) -> None:
    second_interface(lab, lab.a, 1)
    worker = start_worker(lab.a)
    wire = tap(lab.b)
    elsewhere = replace(OTHER, dev="eth1")
    announcing = Announcing(master_delay=0.0, master_repeat=1, extra=ExtraGarp(interval=1, everywhere=True))
    lead(worker, replace(QUICK, announcing=announcing, excluded=(elsewhere,)))
    found = wire.wait_for(lambda frame: announced(frame) and frame.subject == "10.9.0.101", 2)
    assert 0.9 < found[1].time - found[0].time < 1.3
    assert len([frame for frame in wire.all() if announced(frame) and frame.subject == "10.9.0.100"]) == 1


def test_extra_ones_on_a_vmac_that_sends_none(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    announcing = Announcing(master_delay=0.0, master_repeat=1, extra=ExtraGarp(interval=1))
    lead(worker, replace(QUICK, use_vmac=Vmac(), vmac_xmit_base=True, announcing=announcing))
    found = wire.wait_for(announced, 2)
    assert 0.9 < found[1].time - found[0].time < 1.3
    assert {frame.mac for frame in found} == {"00:00:5e:00:01:33"}


def test_an_heir_announces_what_it_holds_and_nothing_else(
    lab: Lab, worker: Worker, start_worker: StartWorker, tap: Tap
) -> None:
    lead(worker, replace(QUICK, announcing=Announcing(master_delay=0.0, master_repeat=2)))
    last = next(sent for sent in worker.heard if getattr(sent, "state", None) is State.MASTER)
    worker.kill()
    wire = tap(lab.b)
    heir = start_worker(lab.a)
    heir.tell(put(QUICK, retained=(last,), silent_for=0.0))
    wait_for_state(heir, State.MASTER)
    wire.wait_for(lambda frame: frame.kind == "advert", 3)
    assert {frame.subject for frame in wire.seen if frame.kind == "garp"} <= {"10.9.0.100"}


def test_a_reload_ends_a_burst_of_what_it_takes_away(lab: Lab, worker: Worker, tap: Tap) -> None:
    announcing = Announcing(master_delay=0.3, master_repeat=1)
    lead(worker, replace(QUICK, addresses=(VIP, OTHER), announcing=announcing))
    wire = tap(lab.b)
    configure(worker, replace(QUICK, addresses=(VIP,), announcing=announcing), generation=2)
    wire.wait_for(lambda frame: announced(frame) and frame.subject == "10.9.0.100")
    wire.wait_for(lambda frame: frame.kind == "advert", 3)
    assert "10.9.0.101" not in {frame.subject for frame in wire.seen}


def test_the_first_burst_of_an_ipv6_vmac_is_of_its_own_mac(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    lead(worker, replace(QUICK6, use_vmac=Vmac(), addresses=(LINK_LOCAL6, VIP6)))
    found = wire.wait_for(announced, 2)
    assert {(frame.mac, frame.subject) for frame in found} == {
        ("00:00:5e:00:02:33", "fe80::100"),
        ("00:00:5e:00:02:33", "fd09::100"),
    }
