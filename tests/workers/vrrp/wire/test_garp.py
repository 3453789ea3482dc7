"""Gratuitous ARP: bytes as keepalived's, bursts as its garp_* words say."""

from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Announcing, ExtraGarp
from alived.workers.vrrp.wire.garp import Burst, Round, Schedule, elsewhere, frame

MAC = bytes.fromhex("32af293963ad")
A = (VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0"),)
B = (VirtualAddress(address="10.9.0.101", prefixlen=32, dev="eth0"),)

# Captured from keepalived 2.2.7.
KEEPALIVED = bytes.fromhex("ffffffffffff32af293963ad0806000108000604000132af293963ad0a090064ffffffffffff0a090064")


def test_the_frame_is_keepalived_s() -> None:
    assert frame(MAC, bytes([10, 9, 0, 100])) == KEEPALIVED


def test_a_new_master_announces_at_once_and_again_after_the_delay() -> None:
    schedule = Schedule(Announcing(master_delay=5.0, master_repeat=5))
    schedule.start(Burst.ARRIVED, A, 100.0)
    assert schedule.deadline() == 100.0
    assert schedule.expire(A, 100.0) == [Round(100.0, 5, A)]
    assert schedule.deadline() == 105.0
    assert schedule.expire(A, 104.9) == []
    assert schedule.expire(A, 105.0) == [Round(105.0, 5, A)]
    assert schedule.deadline() is None


def test_without_a_delay_there_is_no_second_round() -> None:
    schedule = Schedule(Announcing(master_delay=0.0))
    schedule.start(Burst.ARRIVED, A, 100.0)
    assert schedule.expire(A, 200.0) == [Round(100.0, 5, A)]


def test_without_a_repeat_nothing_is_announced() -> None:
    schedule = Schedule(Announcing(lower_prio_repeat=0))
    schedule.start(Burst.LOWER_PRIORITY, A, 100.0)
    assert schedule.deadline() is None


def test_each_lower_advert_is_answered_but_only_one_second_round_waits() -> None:
    schedule = Schedule(Announcing(lower_prio_delay=5.0, lower_prio_repeat=2))
    schedule.start(Burst.LOWER_PRIORITY, A, 100.0)
    assert schedule.expire(A, 100.0) == [Round(100.0, 2, A)]
    schedule.start(Burst.LOWER_PRIORITY, A, 101.0)
    assert schedule.expire(A, 101.0) == [Round(101.0, 2, A)]
    assert schedule.expire(A, 200.0) == [Round(106.0, 2, A)]


def test_an_address_that_arrives_later_has_rounds_of_its_own() -> None:
    schedule = Schedule(Announcing())
    schedule.start(Burst.ARRIVED, A, 100.0)
    schedule.start(Burst.ARRIVED, B, 102.0)
    due = [*schedule.expire(A + B, 102.0), *schedule.expire(A + B, 200.0)]
    assert [(planned.due, planned.addresses) for planned in due] == [(100.0, A), (102.0, B), (105.0, A), (107.0, B)]


def test_all_addresses_are_refreshed_while_master() -> None:
    schedule = Schedule(Announcing(master_delay=0.0, master_refresh=60.0, master_refresh_repeat=2))
    schedule.start(Burst.ARRIVED, A, 100.0)
    schedule.expire(A, 100.0)
    assert schedule.deadline() == 160.0
    assert schedule.expire(A + B, 160.0) == [Round(160.0, 2, A + B)]
    schedule.start(Burst.ARRIVED, B, 170.0)
    assert schedule.expire(A + B, 170.0) == [Round(170.0, 5, B)]
    assert schedule.deadline() == 220.0


def test_a_refresh_that_a_reload_ends_comes_once_more() -> None:
    schedule = Schedule(Announcing(master_delay=0.0, master_repeat=0, master_refresh=60.0))
    schedule.start(Burst.ARRIVED, A, 100.0)
    schedule.settings = Announcing()
    assert schedule.expire(A, 160.0) == [Round(160.0, 1, A)]
    assert schedule.deadline() is None


def test_a_master_keeps_other_interfaces_known_to_switches() -> None:
    schedule = Schedule(Announcing(master_delay=0.0, extra=ExtraGarp(interval=100)))
    schedule.start(Burst.ARRIVED, A, 100.0)
    assert schedule.expire(A, 100.0, B) == [Round(100.0, 5, A)]
    assert schedule.deadline() == 200.0
    assert schedule.expire(A, 200.0, B) == [Round(200.0, 1, B)]
    schedule.start(Burst.ARRIVED, A, 250.0)
    assert schedule.expire(A, 250.0, B) == [Round(250.0, 5, A)]
    assert schedule.deadline() == 300.0
    schedule.stop()
    assert schedule.deadline() is None


def test_an_interval_of_0_is_none() -> None:
    schedule = Schedule(Announcing(master_delay=0.0, master_repeat=0, extra=ExtraGarp(interval=0)))
    schedule.start(Burst.ARRIVED, A, 100.0)
    assert schedule.deadline() is None


def test_other_interfaces_that_a_reload_ends_are_kept_no_longer() -> None:
    schedule = Schedule(Announcing(master_delay=0.0, master_repeat=0, extra=ExtraGarp(interval=100)))
    schedule.start(Burst.ARRIVED, A, 100.0)
    schedule.settings = Announcing()
    assert schedule.expire(A, 200.0) == [Round(200.0, 1, ())]
    assert schedule.deadline() is None


def test_other_interfaces_are_those_that_alived_made_or_all_with_one_address_each() -> None:
    made = Announcing(extra=ExtraGarp(interval=100))
    every = Announcing(extra=ExtraGarp(interval=100, everywhere=True))
    a, b = A[0], B[0]
    placed = [("eth0", a), ("vrrp.1", a), ("vrrp.1", b), ("eth1", b)]
    assert elsewhere(placed, "eth0", {"vrrp.1"}, made) == (a,)
    assert elsewhere(placed, "eth0", {"vrrp.1"}, every) == (a, b)
    assert elsewhere(placed, "vrrp.1", {"vrrp.1"}, made) == ()
    assert elsewhere(placed, "vrrp.1", {"vrrp.1"}, every) == (a, b)
    assert elsewhere(placed, "eth0", {"vrrp.1"}, Announcing()) == ()


def test_who_is_no_longer_master_announces_nothing() -> None:
    schedule = Schedule(Announcing(master_refresh=60.0))
    schedule.start(Burst.ARRIVED, A, 100.0)
    schedule.stop()
    assert schedule.deadline() is None
    assert schedule.expire(A, 1000.0) == []
