"""A reload gives instances other names: nobody on the wire notices, nothing moves in the kernel, an heir knows them."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from alived.ipc.messages import InstanceState, PriorityChanged, State, StopHow, TrackerChanged
from alived.ipc.model.authentication import AuthType
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.links import Vmac
from alived.ipc.model.routing import Route, Rule, StaticRouting, VirtualAddress
from alived.ipc.model.vrrp import TrackedScript, VrrpInstance
from tests.workers.vrrp.lab import PATIENCE, Keepalived, Lab, Lines, Namespace, Worker
from tests.workers.vrrp.quick import (
    QUICK,
    QUICK6,
    VIP,
    Frame,
    StartWorker,
    Tap,
    Wire,
    addresses,
    advert,
    configure,
    lead,
    link,
    put,
    retained,
    status,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.netns

INTERVAL = 0.2
MISSED = 1.8 * INTERVAL
"""Seconds between two adverts after which one is missing."""

V = replace(QUICK, advert_int=INTERVAL)
OTHER = replace(VIP, address="10.9.0.200")
U = replace(V, name="U", virtual_router_id=52, addresses=(OTHER,))
ALL = replace(
    V,
    excluded=(VirtualAddress(address="10.7.0.1", prefixlen=24, dev="eth0"),),
    routes=(Route(destination="10.6.0.0/16", via="10.7.0.2"),),
    rules=(Rule(priority=1088, source="10.9.0.100/32", table=88),),
    accept=False,
    nopreempt=True,
    promote_secondaries=True,
)


def called(name: str, config: VrrpInstance = V, **others: Any) -> VrrpInstance:
    return replace(config, name=name, **others)


class KernelChanges:
    """What the kernel tells of a host's addresses, routes, rules and interfaces, between two changes to lo."""

    def __init__(self, host: Namespace) -> None:
        self._host = host
        watched = ("address", "route", "rule", "link")
        process = host.start("ip", "-o", "monitor", "label", *watched, stdout=subprocess.PIPE)
        assert process.stdout is not None
        self._lines = Lines(process.stdout.fileno())
        host.wait_until(self._listens)

    def _listens(self) -> bool:
        self._host.ip("address", "replace", "127.9.9.1/32", "dev", "lo")
        return self._lines.ready()

    def seen(self) -> list[str]:
        """One line each, but for interfaces that are not gone: they may have another alias."""
        self._host.ip("address", "add", "127.9.9.2/32", "dev", "lo")
        lines: list[str] = []
        while "127.9.9.2" not in (line := self._lines.next(time.monotonic() + PATIENCE).decode()):
            lines += [] if "127.9.9.1" in line or ("[LINK]" in line and "Deleted" not in line) else [line]
        return lines


class Peer:
    """What a peer hears, and what the kernel does, from the beginning of a play on."""

    def __init__(self, lab: Lab, tap: Tap) -> None:
        self.wire: Wire = tap(lab.b)
        self.kernel = KernelChanges(lab.a)

    def heard(self, count: int = 4) -> list[Frame]:
        """All adverts until so many more have come; none is late, none says that its master ends."""
        self.wire.wait_for(advert, count)
        adverts = self.wire.of("advert", "advert6", "ah")
        assert all(frame.priority for frame in adverts)
        for vrid in {frame.vrid for frame in adverts}:
            times = [frame.time for frame in adverts if frame.vrid == vrid]
            assert max(later - earlier for earlier, later in pairwise(times)) < MISSED
        return adverts

    def notices_nothing(self) -> None:
        """No advert is missed, nothing is announced anew, nothing moves in the kernel."""
        self.heard()
        assert [frame for frame in self.wire.all() if frame.kind in ("garp", "na")] == []
        assert self.kernel.seen() == []


@pytest.fixture
def peer(lab: Lab, tap: Tap) -> Callable[[], Peer]:
    """Begins to hear, once those adverts have come that were under way."""

    def begin() -> Peer:
        found = Peer(lab, tap)
        found.wire.wait_for(advert, 2)
        return found

    return begin


@pytest.fixture
def worker(lab: Lab, start_worker: StartWorker) -> Worker:
    """On host `a`."""
    without_dad(lab.a)
    return start_worker(lab.a)


def rename(worker: Worker, before: VrrpInstance, after: VrrpInstance, *others: Any, generation: int = 2) -> None:
    configure(worker, after, *others, generation=generation, drop=(before.key,))


MACVLAN = called("V", use_vmac=Vmac())
MACVLAN6 = replace(QUICK6, advert_int=INTERVAL, use_vmac=Vmac())


@pytest.mark.parametrize(
    "config",
    [V, ALL, replace(QUICK6, advert_int=INTERVAL), MACVLAN, MACVLAN6, replace(ALL, use_vmac=Vmac())],
    ids=["plain", "all", "IPv6", "macvlan", "macvlan of IPv6", "all and a macvlan"],
)
def test_a_master_goes_on_under_another_name(config: VrrpInstance, worker: Worker, peer: Callable[[], Peer]) -> None:
    lead(worker, config)
    world, before = peer(), status(worker)
    rename(worker, config, called("W", config))
    world.notices_nothing()
    after = status(worker, "W")
    assert (after["state"], after["since"]) == ("MASTER", before["since"])
    assert after["history"] == before["history"]
    assert after["stats"]["became_master"] == 1
    assert after["stats"]["adverts_sent"] > before["stats"]["adverts_sent"]
    assert all(each["present"] for part in ("addresses", "routes", "rules") for each in after[part])
    assert worker.ask("vrrp", instance="V") == {"error": "there is no vrrp_instance V"}


def test_what_was_made_for_it_is_the_same_one_with_another_note(lab: Lab, worker: Worker) -> None:
    lead(worker, MACVLAN)
    before = link(lab.a, "vrrp.51")
    assert before is not None
    assert before["ifalias"].endswith("for vrrp_instance V")
    rename(worker, MACVLAN, called("W", MACVLAN))
    after = link(lab.a, "vrrp.51")
    assert after == before | {"ifalias": before["ifalias"][:-1] + "W"}


def test_its_names_are_told_once_and_the_new_one_first(worker: Worker) -> None:
    lead(worker, V)
    master = retained(worker)["V"]
    worker.heard.clear()
    rename(worker, V, called("W"))
    said = [sent for sent in worker.heard if isinstance(sent, InstanceState | PriorityChanged)]
    assert said[0] == replace(master, instance="W", formerly="V")
    assert said[1] == PriorityChanged(instance="W", effective=254, base=254, reasons=())
    assert isinstance(said[2], InstanceState)
    assert (said[2].instance, said[2].state, said[2].now_called, said[2].held) == ("V", State.INIT, "W", ())
    assert len(said) == 3


def test_other_changes_of_the_same_reload_are_done_as_always(
    lab: Lab, worker: Worker, peer: Callable[[], Peer]
) -> None:
    lead(worker, V)
    world = peer()
    rename(worker, V, called("W", priority=200, addresses=(VIP, OTHER)))
    adverts = world.heard()
    assert [frame.priority for frame in adverts] == sorted((frame.priority for frame in adverts), reverse=True)
    assert adverts[-1].priority == 200
    changes = world.kernel.seen()
    assert changes
    assert all(OTHER.address in change and "Deleted" not in change for change in changes)
    assert {"10.9.0.100/32", "10.9.0.200/32"} < addresses(lab.a).keys()


def test_two_swap_their_names(worker: Worker, peer: Callable[[], Peer]) -> None:
    lead(worker, V, replace(U, priority=100))
    world = peer()
    configure(worker, called("U"), called("V", U, priority=100), generation=2)
    world.notices_nothing()
    found = {name: (status(worker, name)["virtual_router_id"], status(worker, name)["state"]) for name in "UV"}
    assert found == {"U": (51, "MASTER"), "V": (52, "MASTER")}
    assert {name: (sent.state, sent.deleted) for name, sent in retained(worker).items()} == {
        "U": (State.MASTER, False),
        "V": (State.MASTER, False),
    }


def test_the_name_that_becomes_free_is_had_by_another_one(worker: Worker, peer: Callable[[], Peer]) -> None:
    lead(worker, V)
    world = peer()
    configure(worker, called("W"), called("V", U), generation=2)
    wait_for_state(worker, State.BACKUP, "V")
    wait_for_state(worker, State.MASTER, "V")
    world.heard(8)
    assert status(worker, "W")["virtual_router_id"] == 51
    assert status(worker)["virtual_router_id"] == 52


def test_one_takes_the_name_of_one_that_ends(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, V, U)
    wire = tap(lab.b)
    configure(worker, called("U"), generation=2, drop=(V.key,))
    last = [frame for frame in wire.wait_for(advert, 6) if not frame.priority]
    assert [frame.vrid for frame in last] == [52]
    assert status(worker, "U")["state"] == "MASTER"
    assert "10.9.0.100/32" in addresses(lab.a)
    assert "10.9.0.200/32" not in addresses(lab.a)


def test_a_backup_stays_one_and_knows_its_master(lab: Lab, worker: Worker, start_worker: StartWorker, tap: Tap) -> None:
    master = start_worker(lab.b)
    lead(master, V)
    backup = called("V", priority=100)
    configure(worker, backup)
    wait_for_state(worker, State.BACKUP)
    wire = tap(lab.b)
    wire.wait_for(advert, 2)
    since = status(worker)["since"]
    for generation, (before, after) in enumerate([("V", "W"), ("W", "X"), ("X", "V")], 2):
        rename(worker, called(before, backup), called(after, backup), generation=generation)
        wire.wait_for(advert, 3)
    assert {frame.source for frame in wire.of("advert")} == {"10.9.0.2"}
    found = status(worker)
    assert (found["state"], found["since"], found["master"]) == ("BACKUP", since, "10.9.0.2")
    assert found["stats"]["adverts_received"] > 9
    master.kill()
    wait_for_state(worker, State.MASTER)


def test_keepalived_as_backup_does_not_notice(
    lab: Lab, worker: Worker, keepalived: Callable[[Namespace, int], Keepalived], tap: Tap
) -> None:
    label = VirtualAddress(address="10.9.0.101", prefixlen=24, dev="eth0", label="eth0:1")
    ours = called("V", version=2, advert_int=1.0, auth_type=AuthType.PASS, auth_pass=b"1111", addresses=(VIP, label))
    lead(worker, ours)
    peer = keepalived(lab.b, 100)
    peer.wait_for_state(State.BACKUP)
    wire = tap(lab.b)
    for generation, (before, after) in enumerate([("V", "W"), ("W", "X"), ("X", "Y")], 2):
        rename(worker, called(before, ours), called(after, ours), generation=generation)
        wire.wait_for(advert, 2)
    assert {(frame.source, frame.priority) for frame in wire.of("advert")} == {("10.9.0.1", 254)}
    assert "10.9.0.100/32" not in addresses(lab.b)


# --- groups -----------------------------------------------------------------------------------------------------------

GROUP = SyncGroup(name="G", members=("V", "U"))


def test_members_of_a_group_are_called_otherwise_in_it_too(worker: Worker, peer: Callable[[], Peer]) -> None:
    static = StaticRouting(routes=(Route(destination="10.5.0.0/16", via="10.9.0.3", track_group="T"),))
    lead(worker, V, U, GROUP, TrackGroup(name="T", members=("V",)), static)
    world = peer()
    worker.heard.clear()
    renamed = (called("W"), called("V", U), replace(GROUP, members=("W", "V")), TrackGroup(name="T", members=("W",)))
    configure(worker, *renamed, generation=2, drop=(U.key,))
    world.notices_nothing()
    assert {status(worker, name)["sync_group"] for name in "WV"} == {"G"}
    told = [sent for sent in worker.heard if isinstance(sent, InstanceState)]
    assert all(sent.formerly or sent.now_called for sent in told)


def test_a_member_that_is_renamed_does_not_leave_its_group_for_a_moment(lab: Lab, worker: Worker, tap: Tap) -> None:
    """U alone would be master."""
    tracking = replace(V, track_scripts=(TrackedScript(name="s", weight=0),))
    worker.tell(TrackerChanged(tracker="script s", up=False))
    configure(worker, tracking, U, GROUP)
    wait_for_state(worker, State.FAULT)
    wait_for_state(worker, State.FAULT, "U")
    wire = tap(lab.b)
    rename(worker, U, called("X", U), replace(GROUP, members=("V", "X")))
    assert status(worker, "X")["state"] == "FAULT"
    assert wire.of("advert") == []
    worker.tell(TrackerChanged(tracker="script s", up=True))
    wait_for_state(worker, State.MASTER, "X")


def test_what_it_tracks_counts_as_before(worker: Worker) -> None:
    tracking = replace(V, track_scripts=(TrackedScript(name="s", weight=-20),))
    worker.tell(TrackerChanged(tracker="script s", up=False))
    lead(worker, tracking)
    rename(worker, tracking, called("W", tracking))
    assert status(worker, "W")["priority"]["effective"] == 234
    worker.tell(TrackerChanged(tracker="script s", up=True))
    told = worker.wait_for(lambda sent: isinstance(sent, PriorityChanged))
    assert told == PriorityChanged(instance="W", effective=254, base=254, reasons=())


# --- lives and deaths -------------------------------------------------------------------------------------------------


def kept(worker: Worker, *names: str) -> tuple[InstanceState, ...]:
    return tuple(retained(worker)[name] for name in names)


@pytest.mark.parametrize("config", [V, replace(ALL, use_vmac=Vmac())], ids=["plain", "macvlan"])
@pytest.mark.parametrize("told", [("W",), ("V", "W"), ("V",)], ids=["after", "amid", "before"])
def test_an_heir_goes_on_under_the_new_name(
    config: VrrpInstance, told: tuple[str, ...], lab: Lab, worker: Worker, start_worker: StartWorker
) -> None:
    """Whether its predecessor died after the reload, before the old name was forgotten, or before it said anything."""
    lead(worker, config)
    last = kept(worker, "V")
    changes = KernelChanges(lab.a)
    if told != ("V",):
        rename(worker, config, called("W", config))
        last = kept(worker, *told)
    worker.kill()
    heir = start_worker(lab.a)
    configure(heir, called("W", config), retained=last, silent_for=0.0)
    found = status(heir, "W")
    assert (found["state"], found["reason"]) == ("MASTER", "resumed")
    assert [line for line in changes.seen() if "Deleted" in line] == []
    heir.stop(StopHow.CLEAN)
    assert addresses(lab.a).keys() & {"10.9.0.100/32", "10.7.0.1/24"} == set()
    assert link(lab.a, "vrrp.51") is None


def test_the_name_of_another_virtual_router_makes_nobody_master(worker: Worker) -> None:
    """As after a start with another file."""
    lead(worker, V)
    last = kept(worker, "V")
    configure(worker, generation=2, drop=(V.key,))
    configure(worker, called("V", U), generation=3, retained=last, silent_for=0.0)
    assert status(worker)["state"] == "BACKUP"


def test_one_that_has_not_begun_begins_under_its_new_name(worker: Worker) -> None:
    """Interfaces of many new instances take their time."""
    many = [called(f"V{number}", MACVLAN, virtual_router_id=number, addresses=()) for number in range(1, 31)]
    renamed = [replace(config, name=f"W{config.virtual_router_id}") for config in many]
    worker.tell(put(*many))
    configure(worker, *renamed, generation=2, drop=tuple(config.key for config in many))
    for config in renamed:
        wait_for_state(worker, State.MASTER, config.name)
    assert not any(sent.state is State.MASTER for name, sent in retained(worker).items() if name.startswith("V"))
    told = [message for message in worker.heard if isinstance(message, InstanceState)]
    assert {message.instance for message in told if message.deleted} == {config.name for config in many}


def test_all_of_it_goes_with_the_daemon(lab: Lab, worker: Worker) -> None:
    config = replace(ALL, use_vmac=Vmac())
    lead(worker, config)
    rename(worker, config, called("W", config))
    worker.stop(StopHow.CLEAN)
    assert addresses(lab.a).keys() & {"10.9.0.100/32", "10.7.0.1/24"} == set()
    assert link(lab.a, "vrrp.51") is None
    assert "1088" not in lab.a.ip("rule", "show")
    assert lab.a.run("nft", "list", "tables") == ""
