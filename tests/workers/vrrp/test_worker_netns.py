"""The worker against the real kernel, and against Debian's keepalived."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alived.ipc.messages import (
    Configure,
    Configured,
    InstanceState,
    Message,
    PriorityChanged,
    State,
    StopHow,
    TrackerChanged,
)
from alived.ipc.model.authentication import AuthType
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Announcing, TrackedScript, VrrpInstance
from alived.ipc.renaming import virtual_router
from alived.workers.vrrp.wire.advert import V2, Advert, encode, stamped
from alived.workers.vrrp.wire.checksum import field, ones_sum
from alived.workers.vrrp.wire.datagram import Datagram
from alived.workers.vrrp.wire.dialect import Conversation, dialect_of
from alived.workers.vrrp.wire.judge import read, unwrap
from alived.workers.vrrp.wire.rejection import Rejection
from tests.workers.vrrp.lab import AddressChanges, Capture, Injector, Keepalived, Lab, Namespace, Worker

pytestmark = pytest.mark.netns

StartWorker = Callable[[Namespace], Worker]
StartKeepalived = Callable[[Namespace, int], Keepalived]
WatchAddresses = Callable[[Namespace], AddressChanges]

VIP = VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0")
LABELLED = VirtualAddress(address="10.9.0.101", prefixlen=24, dev="eth0", label="eth0:1")
CONFIG = VrrpInstance(
    name="V",
    interface="eth0",
    virtual_router_id=51,
    auth_type=AuthType.PASS,
    auth_pass=b"1111",
    addresses=(VIP, LABELLED),
    priority=100,
)
QUICK = replace(CONFIG, version=3, advert_int=0.1, priority=254)
"""Takes over after 0.31 s."""
V2_MASTER = replace(CONFIG, priority=254)
"""Takes over after 3 s."""
ALONE = {"10.9.0.1/24"}
BOTH = {"10.9.0.1/24", "10.9.0.100/32", "10.9.0.101/24"}


def put(*configs: VrrpInstance, generation: int = 1, **others: Any) -> Configure:
    return Configure(generation=generation, put=configs, **others)


def configured(generation: int) -> Callable[[Message], bool]:
    return lambda sent: sent == Configured(generation=generation)


def state(worker: Worker, name: str = "V") -> dict[str, Any]:
    (document,) = worker.ask("vrrp", instance=name)["instances"]
    assert isinstance(document, dict)
    return document


@pytest.fixture
def master(lab: Lab, start_worker: StartWorker) -> Worker:
    """A worker on host `a` that is master."""
    worker = start_worker(lab.a)
    worker.tell(put(QUICK))
    worker.wait_for_state(State.MASTER)
    return worker


# --- with keepalived --------------------------------------------------------------------------------------------------


def test_it_takes_over_from_a_dying_keepalived_and_does_all_as_that_did(
    lab: Lab, start_worker: StartWorker, keepalived: StartKeepalived, capture: Capture
) -> None:
    peer = keepalived(lab.b, 110)
    peer.wait_for_state(State.MASTER)
    worker = start_worker(lab.a)
    worker.tell(put(CONFIG))
    worker.wait_for_state(State.BACKUP)
    capture.wait_for_adverts(2)
    theirs = lab.b.addresses()
    peer.kill()
    died = time.monotonic()
    change = worker.wait_for_state(State.MASTER)
    assert 2.5 < change.since - died < 3.7
    assert change.reason == "no advert from 10.9.0.2 for 3.61 s"
    ours = lab.a.addresses()
    assert {address: ours[address] for address in BOTH - ALONE} == {a: theirs[a] for a in BOTH - ALONE}
    worker.stop(StopHow.CLEAN)
    assert lab.a.addresses().keys() == ALONE
    capture.wait_for("prio 0", 1)
    capture.stop()
    looks = ("ip.ttl", "ip.dsfield", "ip.flags", "eth.dst", "frame.len", "vrrp.addr_count", "vrrp.adver_int")
    (keepalived_looks,) = {tuple(row) for row in capture.read("vrrp && ip.src == 10.9.0.2", *looks)}
    (alived_looks,) = {tuple(row) for row in capture.read("vrrp && ip.src == 10.9.0.1", *looks)}
    assert alived_looks == keepalived_looks
    assert [row[0] for row in capture.read("vrrp && ip.src == 10.9.0.1", "vrrp.prio")][-1] == "0"
    announced = capture.read("arp.isgratuitous", "arp.src.proto_ipv4", "eth.src", "arp.dst.hw_mac")
    mac = lab.a.run("cat", "/sys/class/net/eth0/address").strip()
    assert [row[0] for row in announced if row[1] == mac][:4] == ["10.9.0.100", "10.9.0.101"] * 2
    assert len([row for row in announced if row[1] == mac]) == 10
    assert capture.read("_ws.malformed || vrrp.checksum.status == 0 || ip.checksum.status == 0", "frame.number") == []


def test_it_yields_to_a_higher_keepalived_and_follows_when_that_stops(
    lab: Lab, start_worker: StartWorker, keepalived: StartKeepalived
) -> None:
    worker = start_worker(lab.a)
    worker.tell(put(CONFIG))
    worker.wait_for_state(State.MASTER)
    peer = keepalived(lab.b, 110)
    change = worker.wait_for_state(State.BACKUP)
    assert (change.reason, change.master) == ("10.9.0.2 has priority 110, ours is 100", "10.9.0.2")
    assert lab.a.addresses().keys() == ALONE
    peer.wait_for_state(State.MASTER)
    stopped = time.monotonic()
    peer.stop()
    change = worker.wait_for_state(State.MASTER)
    assert change.reason == "10.9.0.2 has stopped"
    assert change.since - stopped < 1.0


def test_a_failing_script_hands_over_to_keepalived_and_back(
    lab: Lab, start_worker: StartWorker, keepalived: StartKeepalived
) -> None:
    worker = start_worker(lab.a)
    worker.tell(put(replace(CONFIG, track_scripts=(TrackedScript(name="nginx", weight=-15),))))
    worker.wait_for_state(State.MASTER)
    peer = keepalived(lab.b, 90)
    peer.wait_for_state(State.BACKUP)
    worker.tell(TrackerChanged(tracker="script nginx", up=False))
    change = worker.wait_for(lambda sent: isinstance(sent, PriorityChanged))
    assert change == PriorityChanged(instance="V", effective=85, base=100, reasons=("script nginx: -15",))
    worker.wait_for_state(State.BACKUP)
    peer.wait_for_state(State.MASTER)
    worker.tell(TrackerChanged(tracker="script nginx", up=True))
    assert worker.wait_for_state(State.MASTER).reason == "preempted 10.9.0.2 of priority 90"
    peer.wait_for_state(State.BACKUP)


def test_a_killed_worker_is_followed_by_one_that_goes_on_and_keepalived_does_not_notice(
    lab: Lab, start_worker: StartWorker, keepalived: StartKeepalived, capture: Capture, address_changes: WatchAddresses
) -> None:
    worker = start_worker(lab.a)
    worker.tell(put(CONFIG))
    last = worker.wait_for_state(State.MASTER)
    peer = keepalived(lab.b, 90)
    peer.wait_for_state(State.BACKUP)
    changes = address_changes(lab.a)
    for _ in range(3):
        capture.wait_for_adverts(1)
        worker.kill()
        worker = start_worker(lab.a)
        worker.tell(put(CONFIG, retained=(last,), silent_for=0.25))
        change = worker.wait_for_state(State.MASTER)
        assert (change.since, change.reason) == (last.since, "resumed")
    assert changes.seen() == []
    capture.stop()
    times = [float(row[0]) for row in capture.read("vrrp", "frame.time_relative")]
    assert max(later - earlier for earlier, later in pairwise(times)) < 1.3
    assert {row[0] for row in capture.read("vrrp", "ip.src")} == {"10.9.0.1"}


# --- with the kernel --------------------------------------------------------------------------------------------------


def test_an_address_that_somebody_deletes_is_put_back(lab: Lab, master: Worker, capture: Capture) -> None:
    lab.a.ip("address", "delete", "10.9.0.100/32", "dev", "eth0")
    capture.wait_for("Request who-has 10.9.0.100", 1)
    assert lab.a.addresses().keys() == BOTH
    assert state(master)["state"] == "MASTER"


def test_an_address_that_can_t_be_added_is_a_fault_until_the_configuration_is_mended(
    lab: Lab, start_worker: StartWorker
) -> None:
    worker = start_worker(lab.a)
    worker.tell(put(replace(QUICK, addresses=(VIP, replace(LABELLED, prefixlen=33)))))
    change = worker.wait_for_state(State.FAULT)
    assert change.reason.startswith("address 10.9.0.101/33 on eth0 can't be added: Invalid argument")
    assert State.MASTER not in {sent.state for sent in worker.heard if isinstance(sent, InstanceState)}
    assert lab.a.addresses().keys() == ALONE
    worker.tell(put(QUICK, generation=2))
    worker.wait_for_state(State.MASTER)
    assert lab.a.addresses().keys() == BOTH


def test_a_cut_link_is_a_fault_until_it_is_back(lab: Lab, master: Worker) -> None:
    lab.bridge.ip("link", "set", "to-a", "down")
    assert master.wait_for_state(State.FAULT).reason == "interface eth0 is down"
    assert lab.a.addresses().keys() == ALONE
    lab.bridge.ip("link", "set", "to-a", "up")
    master.wait_for_state(State.MASTER)
    assert lab.a.addresses().keys() == BOTH


def test_an_interface_that_is_made_anew_is_used_anew(lab: Lab, master: Worker, capture: Capture) -> None:
    lab.bridge.ip("link", "delete", "to-a")
    assert "eth0" in master.wait_for_state(State.FAULT).reason
    peer = ("type", "veth", "peer", "name", "eth0", "index", "77", "netns", lab.a.name)
    lab.bridge.ip("link", "add", "to-a", *peer)
    lab.bridge.ip("link", "set", "to-a", "master", "br0", "up")
    lab.a.ip("link", "set", "eth0", "up")
    assert state(master)["faults"] == ["interface eth0 has no IPv4 address"]
    lab.a.ip("address", "add", "10.9.0.1/24", "dev", "eth0")
    master.wait_for_state(State.MASTER)
    capture.wait_for_adverts(2)
    assert "224.0.0.18" in lab.a.ip("maddress", "show", "dev", "eth0")


def test_a_missing_interface_is_waited_for(lab: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(lab.a)
    worker.tell(put(replace(QUICK, interface="later", addresses=(replace(VIP, dev="later"),))))
    assert worker.wait_for_state(State.FAULT).reason == "interface later is missing"
    lab.a.ip("link", "add", "later", "type", "veth", "peer", "name", "other")
    lab.a.ip("address", "add", "10.8.0.1/24", "dev", "later")
    lab.a.ip("link", "set", "later", "up")
    lab.a.ip("link", "set", "other", "up")
    worker.wait_for_state(State.MASTER)
    assert lab.a.addresses("later").keys() == {"10.8.0.1/24", "10.9.0.100/32"}


def test_more_changes_than_can_be_read_are_made_up_for(lab: Lab, master: Worker) -> None:
    flood = "".join(f"address add 10.7.{n // 250}.{n % 250 + 1}/32 dev lo\n" for n in range(4000))
    master.pause()
    with lab.a.start("ip", "-batch", "-", stdin=subprocess.PIPE) as batch:
        batch.communicate(flood.encode() + b"address delete 10.9.0.100/32 dev eth0\n")
    assert lab.a.addresses().keys() == BOTH - {"10.9.0.100/32"}
    master.go_on()
    state(master)  # answered after the changes were read
    lab.a.wait_until(lambda: lab.a.addresses().keys() == BOTH)


def test_what_a_dead_predecessor_left_behind_is_removed(lab: Lab, start_worker: StartWorker) -> None:
    lab.a.ip("address", "add", "10.9.0.100/32", "dev", "eth0")
    lab.a.ip("address", "add", "10.9.0.200/32", "dev", "eth0")
    worker = start_worker(lab.a)
    worker.tell(put(CONFIG))
    worker.wait_for(configured(1))
    assert lab.a.addresses().keys() == ALONE | {"10.9.0.200/32"}


def test_a_master_that_was_silent_for_too_long_listens_first(
    lab: Lab, master: Worker, start_worker: StartWorker
) -> None:
    last = last_state(master)
    master.kill()
    assert lab.a.addresses().keys() == BOTH
    worker = start_worker(lab.a)
    worker.tell(put(QUICK, retained=(last,), silent_for=0.4))
    worker.wait_for(configured(1))
    assert lab.a.addresses().keys() == ALONE
    assert worker.wait_for_state(State.MASTER).since > last.since


def last_state(worker: Worker, name: str = "V") -> InstanceState:
    """What the supervisor retains of an instance."""
    return next(sent for sent in reversed(worker.heard) if isinstance(sent, InstanceState) and sent.instance == name)


@pytest.mark.parametrize(
    "addresses",
    [(VIP,), (VIP, replace(LABELLED, prefixlen=32)), (VIP, replace(LABELLED, dev="lo", label=""))],
    ids=["address gone", "other prefix", "other interface"],
)
def test_an_address_that_left_the_configuration_while_no_worker_was_there_is_removed(
    lab: Lab,
    master: Worker,
    start_worker: StartWorker,
    address_changes: WatchAddresses,
    addresses: tuple[VirtualAddress, ...],
) -> None:
    last = last_state(master)
    assert last.held == QUICK.addresses
    master.kill()
    changes = address_changes(lab.a)
    worker = start_worker(lab.a)
    worker.tell(put(replace(QUICK, addresses=addresses), retained=(last,), silent_for=0.0))
    assert worker.wait_for_state(State.MASTER).held == addresses
    worker.wait_for(configured(1))
    wanted = {f"{virtual.address}/{virtual.prefixlen}" for virtual in addresses if virtual.dev == "eth0"}
    assert lab.a.addresses().keys() == ALONE | wanted
    assert "10.9.0.100/32" not in {address for _, address in changes.seen()}


def test_addresses_of_an_instance_that_is_gone_are_removed_unless_another_wants_them(
    lab: Lab, master: Worker, start_worker: StartWorker
) -> None:
    last = last_state(master)
    master.kill()
    worker = start_worker(lab.a)
    heir = replace(QUICK, name="W", virtual_router_id=52, addresses=(VIP,))
    its_own = replace(last, instance="W", held=(), virtual_router=virtual_router(heir))
    worker.tell(put(heir, retained=(its_own, last), silent_for=0.0))
    worker.wait_for(configured(1))
    assert lab.a.addresses().keys() == ALONE | {"10.9.0.100/32"}


def test_without_instances_a_worker_still_cleans_up(lab: Lab, master: Worker, start_worker: StartWorker) -> None:
    last = last_state(master)
    master.kill()
    worker = start_worker(lab.a)
    worker.tell(put(retained=(last,), silent_for=9.0))
    worker.wait_for(configured(1))
    assert lab.a.addresses().keys() == ALONE


def test_left_to_a_successor_everything_stays(lab: Lab, master: Worker) -> None:
    master.stop(StopHow.LEAVE)
    assert lab.a.addresses().keys() == BOTH


def test_a_stop_is_told_to_the_notify_programs(lab: Lab, master: Worker) -> None:
    master.stop(StopHow.CLEAN)
    change = master.wait_for(lambda sent: isinstance(sent, InstanceState))
    assert isinstance(change, InstanceState)
    assert (change.state, change.stopping) == (State.INIT, True)
    assert lab.a.addresses().keys() == ALONE


# --- reload -----------------------------------------------------------------------------------------------------------


def test_a_reload_moves_only_what_it_changes(
    lab: Lab, master: Worker, capture: Capture, address_changes: WatchAddresses
) -> None:
    other = replace(QUICK, name="W", virtual_router_id=52, addresses=(replace(VIP, address="10.9.0.102"),))
    master.tell(put(other, generation=2))
    master.wait_for_state(State.MASTER)
    before = state(master)
    added = replace(VIP, address="10.9.0.103")
    quiet = Announcing(master_delay=0.2, master_repeat=1)
    changed = replace(other, priority=253, addresses=(added,), announcing=quiet)
    changes = address_changes(lab.a)
    master.tell(put(changed, generation=3))
    master.wait_for(configured(3))
    assert changes.seen() == [(False, "10.9.0.102/32"), (True, "10.9.0.103/32")]
    capture.wait_for("Request who-has 10.9.0.103", 2)
    assert lab.a.addresses().keys() == BOTH | {"10.9.0.103/32"}
    after = state(master)
    assert (after["since"], after["stats"]["became_master"]) == (before["since"], 1)
    assert state(master, "W")["stats"]["became_master"] == 1
    assert PriorityChanged(instance="W", effective=253, base=253, reasons=()) in master.heard


def test_what_is_retained_names_the_addresses_that_a_reload_leaves(
    lab: Lab, master: Worker, start_worker: StartWorker
) -> None:
    entered = last_state(master)
    added = replace(VIP, address="10.9.0.103")
    master.tell(put(replace(QUICK, addresses=(VIP, added), priority=253), generation=2))
    master.wait_for(configured(2))
    last = last_state(master)
    assert last == replace(entered, held=(VIP, added))
    master.kill()
    worker = start_worker(lab.a)
    worker.tell(put(replace(QUICK, addresses=(VIP,)), retained=(last,), silent_for=0.0))
    worker.wait_for(configured(1))
    assert lab.a.addresses().keys() == ALONE | {"10.9.0.100/32"}


def test_a_reload_of_a_backup_holds_nothing(lab: Lab, start_worker: StartWorker) -> None:
    backup = start_worker(lab.a)
    backup.tell(put(CONFIG))
    assert backup.wait_for_state(State.BACKUP).held == ()
    told = len([sent for sent in backup.heard if isinstance(sent, InstanceState)])
    backup.tell(put(replace(CONFIG, addresses=(VIP,)), generation=2))
    backup.wait_for(configured(2))
    assert last_state(backup).held == ()
    assert len([sent for sent in backup.heard if isinstance(sent, InstanceState)]) == told


def test_an_instance_that_is_dropped_goes_with_its_addresses(lab: Lab, master: Worker) -> None:
    master.tell(Configure(generation=2, put=(), drop=("vrrp_instance V", "vrrp_instance unknown")))
    assert not master.wait_for_state(State.INIT).stopping
    assert lab.a.addresses().keys() == ALONE
    master.wait_for(configured(2))
    assert master.ask("vrrp") == {"instances": []}
    assert master.ask("vrrp", instance="V") == {"error": "there is no vrrp_instance V"}
    assert master.ask("weather") == {"error": "the vrrp worker knows nothing of weather"}


def test_another_virtual_router_id_makes_another_router(lab: Lab, master: Worker, capture: Capture) -> None:
    master.tell(put(replace(QUICK, virtual_router_id=52), generation=2))
    master.wait_for_state(State.INIT)
    master.wait_for_state(State.MASTER)
    capture.wait_for("vrid 52", 1)
    assert lab.a.addresses().keys() == BOTH


def test_another_group_is_joined_in_place(lab: Lab, master: Worker) -> None:
    master.tell(put(replace(QUICK, mcast_group="224.0.0.88"), generation=2))
    master.wait_for(configured(2))
    groups = lab.a.ip("maddress", "show", "dev", "eth0")
    assert "224.0.0.88" in groups
    assert "224.0.0.18" not in groups
    assert state(master)["stats"]["became_master"] == 1


def test_a_script_of_weight_0_is_waited_for(lab: Lab, start_worker: StartWorker) -> None:
    worker = start_worker(lab.a)
    worker.tell(put(replace(QUICK, track_scripts=(TrackedScript(name="nginx", weight=0),))))
    worker.wait_for(configured(1))
    assert (state(worker)["state"], state(worker)["reason"]) == ("INIT", "waits for script nginx")
    worker.tell(TrackerChanged(tracker="script nginx", up=True))
    worker.wait_for_state(State.MASTER)
    worker.tell(TrackerChanged(tracker="script nginx", up=False))
    assert worker.wait_for_state(State.FAULT).reason == "script nginx is down"


# --- packets of others ------------------------------------------------------------------------------------------------

PEER = bytes([10, 9, 0, 2])
ADVERT = Advert(51, 255, 1, (bytes([10, 9, 0, 100]), bytes([10, 9, 0, 101])), 1, b"1111\0\0\0\0")


def forged(**changes: Any) -> bytes:
    advert = encode(V2, ADVERT._replace(**changes))
    return stamped(advert, field(ones_sum(advert)))


GOOD = forged()


def unacceptable(payload: bytes) -> bool:
    datagram = Datagram(PEER, bytes([224, 0, 0, 18]), 255, 112, payload)
    dialect, conversation = dialect_of(V2_MASTER), Conversation()
    letter = unwrap(dialect, conversation, datagram, 0.0)
    if isinstance(letter, Rejection):
        return True
    return payload[1] != 51 or isinstance(read(dialect, conversation, datagram, letter), Rejection)


malformed = st.one_of(
    st.binary(max_size=1100),
    st.binary(max_size=60).map(lambda data: b"\x21\x33" + data),
    st.integers(0, len(GOOD) - 1).map(lambda size: GOOD[:size]),
    st.tuples(st.integers(0, len(GOOD) - 1), st.integers(1, 255)).map(
        lambda change: GOOD[: change[0]] + bytes([GOOD[change[0]] ^ change[1]]) + GOOD[change[0] + 1 :]
    ),
    st.integers(2, 255).map(lambda interval: forged(interval=interval)),
    st.integers(2, 255).map(lambda auth_type: forged(auth_type=auth_type)),
    st.binary(min_size=8, max_size=8).map(lambda password: forged(auth_data=password)),
    st.integers(52, 255).map(lambda vrid: forged(vrid=vrid)),
).filter(unacceptable)


@pytest.fixture
def v2_master(lab: Lab, start_worker: StartWorker) -> Worker:
    worker = start_worker(lab.a)
    worker.tell(put(V2_MASTER))
    worker.wait_for_state(State.MASTER)
    return worker


def test_malformed_packets_change_nothing(lab: Lab, v2_master: Worker) -> None:
    master, injector = v2_master, Injector(lab.b)

    @settings(max_examples=300, deadline=None)
    @given(malformed)
    def attack(payload: bytes) -> None:
        for data in filter(unacceptable, (payload, payload + bytes(10))):
            injector.send(data)

    before = state(master)
    attack()
    injector.send(GOOD, ttl=254)
    after = state(master)
    assert (after["state"], after["since"]) == ("MASTER", before["since"])
    assert after["stats"]["adverts_received"] == 0
    assert after["stats"]["rejected"].keys() >= {"truncated", "bad checksum", "wrong TTL", "wrong password"}
    assert master.ask("stats")["unclaimed"]["eth0"]["unknown virtual router ID"] > 0
    injector.send(GOOD)
    assert master.wait_for_state(State.BACKUP).reason == "10.9.0.2 has priority 255, ours is 254"


def test_other_addresses_are_remarked_upon_but_accepted(lab: Lab, v2_master: Worker) -> None:
    Injector(lab.b).send(forged(addresses=(bytes([10, 9, 0, 99]),)))
    assert v2_master.wait_for_state(State.BACKUP).master == "10.9.0.2"


@pytest.mark.parametrize("missing", ["-net_raw,-net_admin", "-net_raw", "-net_admin"])
def test_a_worker_without_rights_says_so(lab: Lab, missing: str) -> None:
    script = (
        "import asyncio\nfrom alived.ipc.loop import CannotBoot\nfrom alived.workers.vrrp.worker import make\n"
        "async def main():\n    try:\n        make(print)\n    except CannotBoot as error:\n        print(error)\n"
        "asyncio.run(main())\n"
    )
    said = lab.a.run("setpriv", f"--bounding-set={missing}", sys.executable, "-c", script)
    assert said == "VRRP needs CAP_NET_ADMIN and CAP_NET_RAW: Operation not permitted\n"


def test_the_root_of_a_user_namespace_has_rights_enough(
    unprivileged_host: Namespace, start_worker: StartWorker
) -> None:
    worker = start_worker(unprivileged_host)
    worker.tell(put(QUICK))
    worker.wait_for_state(State.MASTER)
    assert unprivileged_host.addresses().keys() == BOTH
    worker.stop(StopHow.CLEAN)
    assert unprivileged_host.addresses().keys() == ALONE
