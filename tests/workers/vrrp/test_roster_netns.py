"""Whom a configuration concerns: groups that come and go, and what an instance says of a captured packet."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.messages import Configure, PriorityChanged, State, StopHow, TrackerChanged
from alived.ipc.model.authentication import AuthType
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import TrackedScript, VrrpInstance
from alived.workers.vrrp.wire.dialect import GROUP, Conversation, dialect_of
from alived.workers.vrrp.wire.writer import Writer
from tests.workers.vrrp.lab import Lab, Namespace, Worker
from tests.workers.vrrp.wire.kit import datagram, packed

pytestmark = pytest.mark.netns

StartWorker = Callable[[Namespace], Worker]

QUICK = VrrpInstance(
    name="V",
    interface="eth0",
    virtual_router_id=51,
    version=3,
    advert_int=0.1,
    priority=200,
    addresses=(VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0"),),
)
GROUP_OF_ONE = SyncGroup(name="G", members=("V",), track_scripts=(TrackedScript(name="s", weight=-50),))
DOWN = TrackerChanged(tracker="script s", up=False)


def described(worker: Worker, **arguments: str) -> dict[str, Any]:
    (document,) = worker.ask("vrrp", instance="V", **arguments)["instances"]
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    "change",
    [
        Configure(generation=2, put=(), drop=(GROUP_OF_ONE.key,)),
        Configure(generation=2, put=(replace(GROUP_OF_ONE, members=()),)),
    ],
    ids=["the group is removed", "it leaves the group"],
)
def test_what_a_group_tracks_counts_for_its_members_alone(
    change: Configure, lab: Lab, start_worker: StartWorker
) -> None:
    worker = start_worker(lab.a)
    worker.tell(Configure(generation=1, put=(GROUP_OF_ONE, QUICK), retained=(DOWN,)))
    worker.wait_for_state(State.MASTER)
    assert described(worker)["priority"] == {"effective": 150, "base": 200, "reasons": ["script s: -50"]}
    worker.tell(change)
    told = worker.wait_for(lambda sent: isinstance(sent, PriorityChanged))
    assert told == PriorityChanged(instance="V", effective=200, base=200, reasons=())
    assert (described(worker)["state"], described(worker)["sync_group"]) == ("MASTER", "")


def test_an_instance_says_why_it_would_refuse_a_captured_packet(lab: Lab, start_worker: StartWorker) -> None:
    config = replace(QUICK, version=2, advert_int=1.0, auth_type=AuthType.PASS, auth_pass=b"1111")
    worker = start_worker(lab.a)
    worker.tell(Configure(generation=1, put=(config,)))
    worker.wait_for_state(State.BACKUP)

    def verdict(password: bytes) -> str:
        writer = Writer(dialect_of(replace(config, auth_pass=password)), Conversation())
        packet = datagram(writer.message(100, packed("10.9.0.2"), GROUP), packed("10.9.0.2"), GROUP)
        return str(described(worker, packet=packet.hex())["verdict"])

    assert (verdict(b"1111"), verdict(b"2222")) == ("", "wrong password")
    assert described(worker)["authentication"] == "PASS"
    assert worker.ask("vrrp", packet="no packet") == {"error": "a packet is an IP packet in hexadecimal"}


def test_a_setting_of_the_whole_host_ends_with_the_daemon(lab: Lab, start_worker: StartWorker) -> None:
    def reports() -> str:
        return lab.a.run("cat", "/proc/sys/net/ipv4/igmp_link_local_mcast_reports").strip()

    assert reports() == "1"
    worker = start_worker(lab.a)
    worker.tell(Configure(generation=1, put=(VrrpGlobals(disable_local_igmp=True), QUICK)))
    worker.wait_for_state(State.MASTER)
    assert reports() == "0"
    worker.stop(StopHow.CLEAN)
    assert reports() == "1"
