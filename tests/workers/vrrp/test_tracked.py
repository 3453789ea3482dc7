"""What an instance tracks, and who tracks what."""

from alived.ipc.messages import TrackerChanged, VirtualServerState
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.tracking import (
    TrackedBfd,
    TrackedFile,
    TrackedInterface,
    TrackedProcess,
    TrackedVirtualServer,
)
from alived.ipc.model.vrrp import TrackedScript, VrrpInstance
from alived.workers.vrrp.tracked import Kind, Observation, Tracker, Watchers, interface_key, observed, trackers_of


def instance(*scripts: TrackedScript) -> VrrpInstance:
    return VrrpInstance(name="VI", interface="eth0", virtual_router_id=1, track_scripts=scripts)


def script(name: str, weight: int = 0, *, reverse: bool = False) -> TrackedScript:
    return TrackedScript(name=name, weight=weight, reverse=reverse)


def tracker(name: str, weight: int = 0, *, reverse: bool = False) -> Tracker:
    return Tracker(f"script {name}", Kind.SCRIPT, name, weight, reverse)


def test_every_kind() -> None:
    config = VrrpInstance(
        name="VI",
        interface="eth0",
        virtual_router_id=1,
        track_scripts=(script("s", 1),),
        track_interfaces=(TrackedInterface(name="eth1", weight=2),),
        track_files=(TrackedFile(name="f", weight=3, reverse=True),),
        track_processes=(TrackedProcess(name="p", weight=4),),
        track_bfds=(TrackedBfd(name="b", weight=5),),
        track_virtual_servers=(TrackedVirtualServer(name="10.0.0.1:80/TCP", weight=6),),
    )
    assert trackers_of(config) == (
        Tracker("script s", Kind.SCRIPT, "s", 1, False),
        Tracker("interface eth1", Kind.INTERFACE, "eth1", 2, False),
        Tracker("file f", Kind.FILE, "f", 3, True),
        Tracker("process p", Kind.PROCESS, "p", 4, False),
        Tracker("bfd b", Kind.BFD, "b", 5, False),
        Tracker("virtual_server 10.0.0.1:80/TCP", Kind.VIRTUAL_SERVER, "10.0.0.1:80/TCP", 6, False),
    )
    assert trackers_of(config)[1].key == interface_key("eth1")


def test_what_a_group_tracks_each_member_does() -> None:
    group = SyncGroup(name="G", members=("VI",), track_scripts=(script("b", 5), script("c")))
    assert trackers_of(instance(script("a")), group) == (tracker("a"), tracker("b", 5), tracker("c"))


def test_a_tracker_of_both_counts_once() -> None:
    """As in keepalived: with the group's weight, unless the member's is 0."""
    group = SyncGroup(name="G", members=("VI",), track_scripts=(script("a", 5), script("b", 6), script("c")))
    own = instance(script("a", -3, reverse=True), script("b"), script("c", 7))
    assert trackers_of(own, group) == (tracker("a", 5), tracker("b"), tracker("c"))


def test_what_other_workers_tell() -> None:
    told = TrackerChanged(tracker="file f", up=True, value=-7)
    assert observed(told) == ("file f", Observation(up=True, value=-7))
    state = VirtualServerState(virtual_server="fwmark 5", quorum_up=False, weight=0)
    assert observed(state) == ("virtual_server fwmark 5", Observation(up=False))


def test_who_tracks_what() -> None:
    watchers = Watchers()
    watchers.put("A", [tracker("x"), tracker("y")])
    watchers.put("B", [tracker("y")])
    assert (watchers.of("script x"), watchers.of("script y"), watchers.of("script z")) == (("A",), ("A", "B"), ())
    watchers.put("A", [tracker("z")])
    assert (watchers.of("script x"), watchers.of("script y"), watchers.of("script z")) == ((), ("B",), ("A",))
    assert watchers.tracks("script z")
    assert not watchers.tracks("script x")
    watchers.drop("A")
    watchers.drop("nobody")
    assert watchers.of("script z") == ()
    assert watchers.of("script y") == ("B",)


def test_all_that_is_tracked_by_anybody() -> None:
    watchers = Watchers()
    one = Tracker("script a", Kind.SCRIPT, "a", 0, reverse=False)
    other = Tracker("file b", Kind.FILE, "b", 1, reverse=False)
    watchers.put("V1", [one, other])
    watchers.put("V2", [one])
    assert watchers.keys() == {"script a", "file b"}
    watchers.drop("V1")
    assert watchers.keys() == {"script a"}
