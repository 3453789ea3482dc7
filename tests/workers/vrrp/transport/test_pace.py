"""Who waits for whom: garp_group, vrrp_garp_interval and vrrp_gna_interval."""

from alived.ipc.model.interfaces import GarpGroup
from alived.workers.vrrp.transport.pace import FRAMES_WAITING, Kind, Lane, Pace, Paces, Waiting


def waiting(owner: str, frame: bytes) -> Waiting:
    return Waiting(owner, "eth0", frame)


def test_without_a_word_nothing_waits() -> None:
    assert Paces().of("eth0", Kind.ARP).interval == 0.0


def test_interfaces_in_no_group_have_the_global_intervals_each_for_itself() -> None:
    paces = Paces((), 0.1, 0.2)
    assert [paces.of("eth0", kind).interval for kind in Kind] == [0.1, 0.2]
    assert paces.of("eth0", Kind.ARP).lane != paces.of("eth1", Kind.ARP).lane
    assert paces.of("eth0", Kind.ARP).lane != paces.of("eth0", Kind.NEIGHBOUR).lane


def test_interface_of_a_group_has_a_pace_of_its_own() -> None:
    paces = Paces([GarpGroup(garp_interval=0.5, gna_interval=0.7, interface=("eth0", "eth1"))], 0.1, 0.2)
    assert [paces.of("eth0", kind).interval for kind in Kind] == [0.5, 0.7]
    assert paces.of("eth0", Kind.ARP).lane != paces.of("eth1", Kind.ARP).lane


def test_interfaces_of_a_group_share_one_pace() -> None:
    paces = Paces([GarpGroup(garp_interval=0.5, interfaces=("eth0", "eth1"))], 0.1, 0.2)
    assert paces.of("eth0", Kind.ARP) == paces.of("eth1", Kind.ARP)
    assert isinstance(paces.of("eth0", Kind.ARP), Pace)


def test_what_a_group_does_not_say_is_not_limited() -> None:
    paces = Paces([GarpGroup(garp_interval=0.5, interface=("eth0",))], 0.1, 0.2)
    assert paces.of("eth0", Kind.NEIGHBOUR).interval == 0.0


def test_unpaced_frames_follow_each_other_at_once_and_in_order() -> None:
    lane = Lane()
    assert lane.deadline() is None
    lane.push([waiting("V", b"1"), waiting("W", b"2")])
    first = lane.take(100.0)
    lane.sent(100.0)
    second = lane.take(100.0)
    lane.sent(100.0)
    assert first is not None
    assert second is not None
    assert (first.frame, second.frame) == (b"1", b"2")
    assert lane.take(100.0) is None


def test_paced_frames_keep_their_distance() -> None:
    lane = Lane()
    lane.interval = 0.5
    lane.push([waiting("V", b"1"), waiting("V", b"2")])
    assert lane.take(100.0) is not None
    lane.sent(100.1)
    assert lane.deadline() == 100.6
    assert lane.take(100.5) is None
    assert lane.take(100.6) is not None


def test_the_pause_counts_for_what_comes_later() -> None:
    lane = Lane()
    lane.interval = 0.5
    lane.push([waiting("V", b"1")])
    lane.take(100.0)
    lane.sent(100.0)
    lane.push([waiting("V", b"2")])
    assert lane.deadline() == 100.5


def test_what_waits_is_bounded() -> None:
    lane = Lane()
    lane.push([waiting("V", b"1")] * FRAMES_WAITING)
    lane.push([waiting("W", b"2")])
    lane.drop("V")
    assert lane.deadline() is None


def test_what_an_instance_had_to_say_is_dropped_with_its_mastership() -> None:
    lane = Lane()
    lane.push([waiting("V", b"1"), waiting("W", b"2")])
    lane.drop("V")
    assert lane.take(100.0) == waiting("W", b"2")
