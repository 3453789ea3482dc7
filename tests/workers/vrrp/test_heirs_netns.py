"""What a worker's death, a reload and a fault of its own must not do: lose an address, a master, or memory."""

import asyncio
import gc
import weakref
from dataclasses import replace

import pytest

from alived.ipc.messages import Configure, InstanceState, Message, State, StopHow, TrackerChanged
from alived.ipc.model.links import Vmac
from alived.ipc.model.vrrp import TrackedScript
from alived.workers.vrrp.worker import make
from tests.workers.vrrp.lab import Lab, Worker
from tests.workers.vrrp.quick import (
    QUICK,
    VIP,
    StartWorker,
    addresses,
    configure,
    entered,
    lead,
    links,
    put,
    retained,
    status,
)

pytestmark = pytest.mark.netns

SLOW = TrackedScript(name="slow", weight=0)


def last(worker: Worker) -> InstanceState:
    return retained(worker)["V"]


def test_an_heir_of_a_master_does_not_wait_for_what_nobody_knew_before(lab: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(lab.a)
    lead(worker, QUICK)
    tracking = replace(QUICK, track_scripts=(SLOW,))
    configure(worker, tracking, generation=2)
    assert status(worker)["state"] == "MASTER"
    message = last(worker)
    worker.kill()
    heir = start_worker(lab.a)
    configure(heir, tracking, retained=(message,), silent_for=0.0)
    assert (status(heir)["state"], status(heir)["reason"]) == ("MASTER", "resumed")
    assert f"{VIP.address}/32" in addresses(lab.a)
    assert [past["state"] for past in status(heir)["history"]] == ["BACKUP", "MASTER", "MASTER"]


def test_what_comes_back_by_reload_is_not_judged_by_what_it_was(lab: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(lab.a)
    worker.tell(TrackerChanged(tracker="script slow", up=False))
    configure(worker, replace(QUICK, track_scripts=(SLOW,)))
    assert status(worker)["faults"] == ["script slow is down"]
    lead(worker, QUICK, generation=2)
    configure(worker, replace(QUICK, track_scripts=(SLOW,)), generation=3)
    assert status(worker)["state"] == "MASTER"
    worker.tell(TrackerChanged(tracker="script slow", up=False))
    worker.wait_for_state(State.FAULT)


def test_a_fault_is_told_as_it_is_now_and_not_as_it_began(lab: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(lab.a)
    configure(worker, replace(QUICK, interface="later", addresses=(replace(VIP, dev="later"),)))
    assert status(worker)["reason"] == "interface later is missing"
    lab.a.ip("link", "add", "later", "type", "veth", "peer", "name", "other")
    lab.a.ip("link", "set", "other", "up")
    lab.a.ip("link", "set", "later", "up")
    lab.a.wait_until(lambda: status(worker)["reason"] == "interface later has no IPv4 address")


def test_an_instance_that_waits_has_done_so_since_it_was_made(lab: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(lab.a)
    configure(worker, replace(QUICK, track_scripts=(SLOW,)))
    assert status(worker)["state"] == "INIT"
    assert 0 <= status(worker)["age"] < 10


def test_a_dropped_instance_leaves_nothing_in_memory(lab: Lab) -> None:
    """The collector does not look at what lives long, so nothing may be kept by itself."""
    sent: list[Message] = []

    async def pause(seconds: float) -> None:
        over = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(seconds, over.set_result, None)
        await over

    async def story() -> None:
        worker = make(sent.append)
        gc.disable()
        try:
            worker.configure(Configure(generation=1, put=(QUICK,)))
            instance = weakref.ref(worker._roster.instances["V"])
            await pause(0.5)
            assert isinstance(sent[-1], InstanceState)
            assert sent[-1].state is State.MASTER
            worker.configure(Configure(generation=2, put=(), drop=(QUICK.key,)))
            await pause(2 * QUICK.advert_int)  # its last entry in the agenda comes up
            assert instance() is None, gc.get_referrers(instance())
        finally:
            gc.enable()
            worker._host.close()

    with entered(lab.a):
        asyncio.run(story())


def test_many_macvlans_come_and_go_by_a_reload(lab: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(lab.a)
    lead(worker, QUICK)
    many = [
        replace(QUICK, name=f"M{vrid}", virtual_router_id=vrid, use_vmac=Vmac(), addresses=())
        for vrid in range(100, 112)
    ]
    lead(worker, *many, generation=2)
    assert {f"vrrp.{vrid}" for vrid in range(100, 112)} <= links(lab.a)
    configure(worker, generation=3, drop=tuple(config.key for config in many))
    lab.a.wait_until(lambda: not any(name.startswith("vrrp") for name in links(lab.a)))
    assert status(worker)["stats"]["lost_master"] == 0


def test_a_stop_does_not_forget_what_is_still_to_be_removed(lab: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(lab.a)
    many = [replace(QUICK, name=f"M{vrid}", virtual_router_id=vrid, use_vmac=Vmac()) for vrid in range(100, 112)]
    lead(worker, *[replace(config, addresses=()) for config in many])
    worker.tell(put(generation=2, drop=tuple(config.key for config in many)))
    worker.stop(StopHow.CLEAN)
    assert not any(name.startswith("vrrp") for name in links(lab.a))
