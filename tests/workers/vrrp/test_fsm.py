"""The state machine, as stories: what it is told, and what it wants done. What a backup waits for: test_watch.py."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from alived.ipc.messages import State, Transition
from alived.workers.vrrp.events import (
    Action,
    AddAddresses,
    AdvertReceived,
    AdvertRefused,
    Announce,
    Event,
    FaultCleared,
    FaultRaised,
    Follow,
    NotifyLowerPriority,
    OtherMaster,
    OtherMasterGone,
    PriorityChanged,
    Reconfigured,
    RemoveAddresses,
    Resumed,
    SendAdvert,
    Settings,
    Shutdown,
    Startup,
    StateChanged,
    Warn,
)
from alived.workers.vrrp.fsm import TRANSITIONS, Machine
from alived.workers.vrrp.wire.garp import Burst

OURS = bytes([10, 9, 0, 5])
LOWER, HIGHER = bytes([10, 9, 0, 1]), bytes([10, 9, 0, 9])
SETTINGS = Settings(advert_int=1.0, address=OURS)
DOWN = 3.609375
"""Master_Down_Interval at priority 100."""


def machine(settings: Settings = SETTINGS, priority: int = 100) -> Machine:
    return Machine(settings, priority)


def backup(settings: Settings = SETTINGS, priority: int = 100) -> Machine:
    """A backup since 0."""
    result = machine(settings, priority)
    result.receive(Startup(), 0.0)
    assert result.state is State.BACKUP
    return result


def master(settings: Settings = SETTINGS, priority: int = 100) -> Machine:
    """A master since 100, that sent its advert then."""
    result = machine(settings, priority)
    result.receive(Resumed(State.MASTER, 100.0), 100.0)
    assert result.state is State.MASTER
    return result


def faulty(fault: str = "interface eth0 is down") -> Machine:
    result = backup()
    result.receive(FaultRaised(fault), 0.0)
    assert result.state is State.FAULT
    return result


def became(state: State, since: float, reason: str, previous: State) -> StateChanged:
    return StateChanged(state, since, reason, previous)


# --- INIT: RFC 3768, 6.4.1 --------------------------------------------------------------------------------------------


def test_started_it_listens_first() -> None:
    router = machine()
    assert router.deadline() is None
    assert router.receive(Startup(), 10.0) == [became(State.BACKUP, 10.0, "started", State.INIT)]
    assert router.deadline() == 10.0 + DOWN


def test_the_owner_that_is_configured_as_master_does_not() -> None:
    router = machine(Settings(1.0, OURS, initially_master=True), 255)
    assert router.receive(Startup(), 10.0) == [
        SendAdvert(255),
        AddAddresses(),
        Announce(Burst.ARRIVED),
        became(State.MASTER, 10.0, "owner of the addresses", State.INIT),
    ]
    assert router.master == OURS


def test_nobody_else_skips_the_election() -> None:
    router = machine(Settings(1.0, OURS, initially_master=True), 254)
    router.receive(Startup(), 10.0)
    assert router.state is State.BACKUP


def test_started_with_faults_it_waits_for_the_last_of_them_to_go() -> None:
    router = machine()
    for fault in ("b", "a", "c"):
        assert router.receive(FaultRaised(fault), 1.0) == []
    assert router.receive(FaultCleared("c"), 1.0) == []
    assert router.receive(Startup(), 2.0) == [became(State.FAULT, 2.0, "a, b", State.INIT)]
    assert router.receive(FaultCleared("a"), 3.0) == []
    assert router.receive(FaultCleared("b"), 4.0) == [became(State.BACKUP, 4.0, "recovered: b", State.FAULT)]


# --- going on after a predecessor -------------------------------------------------------------------------------------


def test_a_resumed_master_speaks_at_once_and_keeps_its_time() -> None:
    router = machine()
    assert router.receive(Resumed(State.MASTER, 50.0), 100.0) == [
        SendAdvert(100),
        AddAddresses(),
        Announce(Burst.ARRIVED),
        became(State.MASTER, 50.0, "resumed", State.INIT),
    ]
    assert router.deadline() == 101.0


def test_a_resumed_backup_waits_the_whole_interval() -> None:
    router = machine()
    assert router.receive(Resumed(State.BACKUP, 50.0), 100.0) == [became(State.BACKUP, 50.0, "resumed", State.INIT)]
    assert router.deadline() == 100.0 + DOWN


def test_with_a_fault_nothing_is_resumed() -> None:
    router = machine()
    router.receive(FaultRaised("interface eth0 is down"), 100.0)
    router.receive(Resumed(State.MASTER, 50.0), 100.0)
    assert (router.state, router.since) == (State.FAULT, 100.0)


# --- BACKUP: RFC 3768, 6.4.2 ------------------------------------------------------------------------------------------


def test_silence_makes_a_master_that_speaks_before_it_adds_the_addresses() -> None:
    router = backup()
    assert router.expire(DOWN - 0.001) == []
    assert router.expire(DOWN) == [
        SendAdvert(100),
        AddAddresses(),
        Announce(Burst.ARRIVED),
        became(State.MASTER, DOWN, "no master was heard", State.BACKUP),
    ]
    assert router.deadline() == 4.6  # with those of other instances: DOWN + 1.0, and up to 10 ms less


@pytest.mark.parametrize("priority", [100, 101, 255])
def test_an_advert_of_at_least_our_priority_restarts_the_timer(priority: int) -> None:
    router = backup()
    assert router.receive(AdvertReceived(priority, LOWER), 2.0) == []
    assert router.deadline() == 2.0 + DOWN
    assert router.master == LOWER
    (*_, change) = router.expire(2.0 + DOWN)
    assert isinstance(change, StateChanged)
    assert change.reason == "no advert from 10.9.0.1 for 3.61 s"


def test_an_advert_of_lower_priority_does_not() -> None:
    router = backup()
    assert router.receive(AdvertReceived(99, HIGHER), 2.0) == []
    assert router.deadline() == DOWN
    (*_, change) = router.expire(DOWN)
    assert isinstance(change, StateChanged)
    assert change.reason == "preempted 10.9.0.9 of priority 99"


def test_a_master_that_stops_is_followed_after_the_skew() -> None:
    router = backup()
    router.receive(AdvertReceived(150, HIGHER), 1.0)
    router.receive(AdvertReceived(0, HIGHER), 2.0)
    assert router.deadline() == 2.0 + 156 / 256
    (*_, change) = router.expire(3.0)
    assert isinstance(change, StateChanged)
    assert change.reason == "10.9.0.9 has stopped"


# --- MASTER: RFC 3768, 6.4.3 ------------------------------------------------------------------------------------------


def test_a_master_speaks_every_interval_and_keeps_the_rhythm_when_late() -> None:
    router = master()
    assert router.expire(100.9) == []
    assert router.expire(101.3) == [SendAdvert(100)]
    assert router.deadline() == 102.0


def test_a_master_that_is_late_by_more_than_an_interval_does_not_catch_up() -> None:
    router = master()
    assert router.expire(102.5) == [SendAdvert(100)]
    assert router.deadline() == 103.5


@pytest.mark.parametrize(
    ("priority", "source", "reason"),
    [
        (101, LOWER, "10.9.0.1 has priority 101, ours is 100"),
        (100, HIGHER, "10.9.0.9 has the same priority and a higher address"),
    ],
)
def test_a_better_master_is_given_way(priority: int, source: bytes, reason: str) -> None:
    router = master()
    assert router.receive(AdvertReceived(priority, source), 100.5) == [
        RemoveAddresses(),
        became(State.BACKUP, 100.5, reason, State.MASTER),
    ]
    assert router.master == source
    assert router.deadline() == 100.5 + DOWN


@pytest.mark.parametrize(("priority", "source"), [(99, HIGHER), (100, LOWER)])
def test_trap_14_a_worse_master_is_told_so_and_the_network_and_the_operators_too(priority: int, source: bytes) -> None:
    router = master()
    assert router.receive(AdvertReceived(priority, source), 100.5) == [
        SendAdvert(100),
        Announce(Burst.LOWER_PRIORITY),
        NotifyLowerPriority(),
        OtherMaster(source, priority, 100.5, 1),
    ]
    assert router.deadline() == 101.0
    assert router.state is State.MASTER


def test_a_flood_of_adverts_of_lower_priority_is_answered_once_in_an_interval() -> None:
    router = master()
    done: list[Action] = []
    for number in range(1000):
        source = bytes([10, 9, 1 + number // 250, number % 250])
        done += router.receive(AdvertReceived(99, source), 100.0 + number / 1100)
    assert [action for action in done if not isinstance(action, OtherMaster)] == [
        SendAdvert(100),
        Announce(Burst.LOWER_PRIORITY),
        NotifyLowerPriority(),
    ]
    router.expire(101.0)
    assert SendAdvert(100) in router.receive(AdvertReceived(99, HIGHER), 101.0)


def test_a_rival_as_quick_as_we_are_is_answered_each_time() -> None:
    router = master()
    for number in range(5):
        router.expire(100.0 + number)
        assert SendAdvert(100) in router.receive(AdvertReceived(99, HIGHER), 100.4 + number)


def test_lower_prio_no_advert_leaves_the_answer_out() -> None:
    router = master(Settings(1.0, OURS, lower_prio_no_advert=True))
    first, *_ = router.receive(AdvertReceived(99, HIGHER), 100.5)
    assert first == Announce(Burst.LOWER_PRIORITY)


def test_higher_prio_send_advert_answers_before_it_gives_way() -> None:
    router = master(Settings(1.0, OURS, higher_prio_send_advert=True))
    first, second, _ = router.receive(AdvertReceived(101, LOWER), 100.5)
    assert (first, second) == (SendAdvert(100), RemoveAddresses())


def test_a_master_that_repeats_itself_puts_the_timer_off_each_time() -> None:
    router, usual = backup(), AdvertReceived(200, HIGHER)
    for now in (1.0, 2.0, 3.0):
        assert router.receive(usual, now) == []
        assert (router.deadline(), router.last_heard, router.pulse.heard_at) == (now + DOWN, usual, now)


@pytest.mark.parametrize("priority", [0, 254, 255])
def test_owner_ignore_adverts_makes_the_owner_deaf(priority: int) -> None:
    settings = Settings(1.0, OURS, owner_ignore_adverts=True)
    for router in (master(settings, 255), backup(settings, 255)):
        due = router.deadline()
        assert router.receive(AdvertReceived(priority, HIGHER), 100.5) == []
        assert (router.deadline(), router.last_heard) == (due, None)
    assert master(settings, 254).receive(AdvertReceived(255, HIGHER), 100.5) != []


def test_trap_05_addresses_compare_as_numbers_in_network_order() -> None:
    """Of IPv6 too (RFC 9568, 6.4.3): fe80::100 is greater than fe80::ff, and would not be if it were read backwards."""
    low, high = (bytes.fromhex("fe80000000000000000000000000" + end) for end in ("00ff", "0100"))
    router = master(Settings(1.0, low, version=3))
    router.receive(AdvertReceived(100, high, 1.0), 100.5)
    assert router.state is State.BACKUP
    router = master(Settings(1.0, high, version=3))
    router.receive(AdvertReceived(100, low, 1.0), 100.5)
    assert router.state is State.MASTER


# --- another master on the segment ------------------------------------------------------------------------------------


def test_a_split_brain_is_told_and_its_end_too() -> None:
    router = master()
    router.receive(AdvertReceived(50, HIGHER), 100.5)
    assert router.expire(101.0) == [SendAdvert(100)]
    for now in (102.0, 103.0):
        router.expire(now)
    assert router.expire(104.0) == [SendAdvert(100), OtherMasterGone(HIGHER, 100.5, 1)]
    assert router.expire(105.0) == [SendAdvert(100)]


def test_a_rival_that_names_its_interval_is_given_three_of_them() -> None:
    router = master(Settings(1.0, OURS, version=3))
    router.receive(AdvertReceived(50, HIGHER, 10.0), 100.5)
    for now in range(101, 131):
        assert router.expire(float(now)) == [SendAdvert(100)]
    assert router.expire(131.0)[1:] == [OtherMasterGone(HIGHER, 100.5, 1)]


def test_a_master_whose_adverts_are_refused_is_another_master_and_moves_nothing() -> None:
    router = master()
    advert = AdvertRefused(HIGHER, "wrong password")
    assert router.receive(advert, 100.5) == [OtherMaster(HIGHER, 0, 100.5, 1, "wrong password")]
    assert (router.state, router.deadline(), router.last_heard) == (State.MASTER, 101.0, None)
    for now in (101.0, 102.0, 103.0):
        router.expire(now)
    assert router.expire(104.0) == [SendAdvert(100), OtherMasterGone(HIGHER, 100.5, 1)]


def test_one_that_is_refused_for_its_interval_is_given_three_of_them() -> None:
    router = master()
    router.receive(AdvertRefused(HIGHER, "other advertisement interval", 10.0), 100.5)
    for now in range(101, 131):
        assert router.expire(float(now)) == [SendAdvert(100)]
    assert router.expire(131.0)[1:] == [OtherMasterGone(HIGHER, 100.5, 1)]


def test_who_gives_way_has_no_rivals_that_are_refused_either() -> None:
    router = master()
    router.receive(AdvertRefused(HIGHER, "wrong password"), 100.5)
    _, gone, _ = router.receive(AdvertReceived(150, HIGHER), 100.6)
    assert gone == OtherMasterGone(HIGHER, 100.5, 1)
    assert not router.refused


def test_a_backup_that_hears_nobody_but_one_that_is_refused_says_so() -> None:
    router = backup()
    assert router.receive(AdvertRefused(HIGHER, "wrong password"), 2.0) == []
    (*_, change) = router.expire(DOWN)
    assert change == became(
        State.MASTER,
        DOWN,
        "no advert that counts was heard; 10.9.0.9 is refused: wrong password",
        State.BACKUP,
    )


def test_to_an_owner_that_ignores_adverts_those_that_are_refused_mean_nothing_either() -> None:
    settings = Settings(1.0, OURS, owner_ignore_adverts=True)
    for router in (master(settings, 255), backup(settings, 255)):
        assert router.receive(AdvertRefused(HIGHER, "wrong password"), 100.5) == []
        assert not router.refused
    (*_, change) = backup(settings, 255).expire(4.0)
    assert isinstance(change, StateChanged)
    assert change.reason == "no master was heard"


def test_a_rival_that_stops_is_none_any_more() -> None:
    router = master()
    router.receive(AdvertReceived(50, HIGHER), 100.5)
    assert router.receive(AdvertReceived(0, HIGHER), 100.6) == [SendAdvert(100), OtherMasterGone(HIGHER, 100.5, 1)]


def test_who_gives_way_has_no_rivals() -> None:
    router = master()
    router.receive(AdvertReceived(50, HIGHER), 100.5)
    _, gone, _ = router.receive(AdvertReceived(150, HIGHER), 100.6)
    assert gone == OtherMasterGone(HIGHER, 100.5, 1)
    assert not router.rivals


def test_a_stopping_master_is_answered_at_once() -> None:
    router = master()
    assert router.receive(AdvertReceived(0, HIGHER), 100.5) == [SendAdvert(100)]
    assert router.deadline() == 101.5


def test_a_twin_is_worth_a_warning() -> None:
    assert master().receive(AdvertReceived(100, OURS), 100.5) == [
        Warn("10.9.0.5 has our address and priority"),
        OtherMaster(OURS, 100, 100.5, 1),
    ]


def test_trap_05_of_two_owners_the_higher_address_wins() -> None:
    warning = Warn("10.9.0.9 has priority 255 too: an address has one owner")
    assert master(priority=255).receive(AdvertReceived(255, HIGHER), 100.5)[:2] == [warning, RemoveAddresses()]
    assert master(priority=255).receive(AdvertReceived(255, LOWER), 100.5)[1:3] == [
        SendAdvert(255),
        Announce(Burst.LOWER_PRIORITY),
    ]


@pytest.mark.parametrize("event", [None, AdvertReceived(50, LOWER)])
def test_trap_16_a_master_that_did_not_run_for_too_long_listens_before_it_speaks(event: AdvertReceived | None) -> None:
    router = master()
    now = 100.0 + DOWN + 0.1
    actions = router.expire(now) if event is None else router.receive(event, now)
    assert actions == [RemoveAddresses(), became(State.BACKUP, now, "did not run for 3.71 s", State.MASTER)]
    assert router.deadline() == now + DOWN


def test_timer_expired_backup_knows_of_quicker_peers() -> None:
    settings = Settings(1.0, OURS, nopreempt=True, timer_expired_backup=254)
    router, other = master(settings), master(replace(settings, timer_expired_backup=0))
    for each in (router, other):
        each.expire(103.1)
    assert (router.state, other.state) == (State.BACKUP, State.MASTER)


def test_trap_16_a_backup_that_did_not_run_listens_before_it_takes_over() -> None:
    router = backup()
    router.receive(AdvertReceived(150, HIGHER), 1.0)
    assert router.expire(50.0) == []
    router.receive(AdvertReceived(150, HIGHER), 50.5)
    assert router.deadline() == 50.5 + DOWN


# --- version 3 --------------------------------------------------------------------------------------------------------


def test_trap_02_a_master_that_gives_way_learns_the_others_interval_and_forgets_it_as_master() -> None:
    router = master(Settings(1.0, OURS, version=3))
    router.receive(AdvertReceived(150, HIGHER, 10.0), 100.5)
    assert router.master_interval == 10.0
    assert router.deadline() == pytest.approx(100.5 + 30.0 + 10.0 * 156 / 256)
    router.expire(router.deadline() or 0.0)
    assert (router.state, router.master_interval) == (State.MASTER, 1.0)


def test_ten_milliseconds() -> None:
    router = backup(Settings(0.01, OURS, version=3))
    router.expire(0.0361)
    assert router.state is State.MASTER
    assert router.deadline() == pytest.approx(0.046)  # the first one a little sooner: on_grid
    assert router.expire(0.0463) == [SendAdvert(100)]
    assert router.deadline() == pytest.approx(0.056)


# --- nopreempt, startup delay -----------------------------------------------------------------------------------------


def test_trap_06_nopreempt_spares_a_living_lower_master_after_start_and_through_a_reload() -> None:
    nopreempt = Settings(1.0, OURS, nopreempt=True)
    started, reloaded = backup(nopreempt), backup()
    assert started.deadline() == DOWN  # a whole window
    for router in (started, reloaded):
        router.receive(AdvertReceived(1, LOWER), 3.0)
    assert reloaded.deadline() == DOWN  # it preempts
    reloaded.receive(Reconfigured(nopreempt), 3.1)
    for now in range(4, 20):
        for router in (started, reloaded):
            router.receive(AdvertReceived(1, LOWER), float(now))
            router.expire(now + 0.9)
            assert router.state is State.BACKUP


def test_trap_06_a_resumed_backup_of_nopreempt_listens_for_a_whole_window() -> None:
    router = machine(Settings(1.0, OURS, nopreempt=True))
    router.receive(Resumed(State.BACKUP, 50.0), 100.0)
    router.receive(AdvertReceived(1, LOWER), 103.0)
    assert router.deadline() == 103.0 + DOWN


def test_trap_18_a_startup_delay_is_spent_listening_and_survives_faults_and_reloads() -> None:
    router = machine()
    assert router.receive(Startup(until=60.0), 0.0) == [became(State.BACKUP, 0.0, "started", State.INIT)]
    assert router.deadline() == 60.0 + DOWN
    router.receive(FaultRaised("a"), 1.0)
    router.receive(FaultCleared("a"), 2.0)
    assert (router.state, router.deadline()) == (State.BACKUP, 60.0 + DOWN)
    router.receive(Reconfigured(Settings(2.0, OURS)), 3.0)
    assert router.deadline() == 60.0 + 6.609375
    router.receive(AdvertReceived(150, HIGHER), 4.0)
    assert (router.deadline(), router.master) == (60.0 + 6.609375, HIGHER)
    router.receive(AdvertReceived(150, HIGHER), 70.0)
    assert router.deadline() == 70.0 + 6.609375


def test_trap_18_the_owner_waits_for_the_end_of_the_startup_delay_and_no_longer() -> None:
    router = machine(Settings(1.0, OURS, initially_master=True), 255)
    router.receive(Startup(until=60.0), 0.0)
    router.receive(FaultRaised("a"), 1.0)
    router.receive(FaultCleared("a"), 2.0)
    assert (router.state, router.deadline()) == (State.BACKUP, 60.0)
    (*_, change) = router.expire(60.0)
    assert change == became(State.MASTER, 60.0, "owner of the addresses", State.BACKUP)


def test_trap_18_a_worker_that_dies_does_not_shorten_the_startup_delay() -> None:
    router = machine()
    router.receive(Resumed(State.BACKUP, 1.0, until=60.0), 10.0)
    assert router.deadline() == 60.0 + DOWN


# --- what is remembered -----------------------------------------------------------------------------------------------


def test_what_is_waited_for() -> None:
    assert (master().waits_for(100.0), backup().waits_for(0.0)) == ("advert", "master_down")


def test_the_last_transitions_are_remembered() -> None:
    router = backup()
    for number in range(TRANSITIONS):
        router.receive(FaultRaised(f"f{number}"), float(number))
        router.receive(FaultCleared(f"f{number}"), number + 0.5)
    assert len(router.history) == TRANSITIONS
    assert router.history[-1] == Transition(State.BACKUP, 4.5, "recovered: f4")
    assert router.history[-2] == Transition(State.FAULT, 4.0, "f4")


def test_an_heir_remembers_what_its_predecessor_did() -> None:
    heir = machine()
    past = (Transition(State.BACKUP, 1.0, "started"), Transition(State.MASTER, 4.0, "no master was heard"))
    heir.receive(Resumed(State.MASTER, 4.0, history=past), 9.0)
    assert [*heir.history] == [*past, Transition(State.MASTER, 4.0, "resumed")]


@pytest.mark.parametrize("state", State)
def test_the_last_advert_is_remembered_in_every_state(state: State) -> None:
    router = IN[state]()
    advert = AdvertReceived(150, HIGHER, 1.0)
    router.receive(advert, 100.5)
    assert (router.last_heard, router.pulse.heard_at) == (advert, 100.5)


# --- led by a sync group (test_sync_group.py) -------------------------------------------------------------------------


def led(settings: Settings = SETTINGS, priority: int = 100) -> Machine:
    result = machine(settings, priority)
    result.led = True
    return result


def test_a_member_is_only_what_it_is_told_to_be() -> None:
    router = led()
    assert router.receive(Follow(State.MASTER, "not yet"), 0.0) == []
    assert router.wants is State.INIT  # it has not begun
    assert router.receive(Startup(), 0.0) == []
    assert (router.state, router.wants) == (State.INIT, State.BACKUP)
    assert router.receive(Follow(State.BACKUP, "started"), 0.0) == [became(State.BACKUP, 0.0, "started", State.INIT)]
    assert router.expire(DOWN) == []
    assert (router.state, router.wants, router.deadline()) == (State.BACKUP, State.MASTER, 2 * DOWN)
    (*_, change) = router.receive(Follow(State.MASTER, "all want it"), 4.0)
    assert change == became(State.MASTER, 4.0, "no master was heard; all want it", State.BACKUP)
    router.receive(Follow(State.FAULT, "another one has a fault"), 4.5)
    assert (router.state, router.wants, router.reason) == (State.FAULT, State.BACKUP, "another one has a fault")
    assert router.receive(FaultRaised("a"), 5.0) == []
    assert router.receive(FaultCleared("a"), 5.0) == []
    assert router.state is State.FAULT


def test_a_member_that_ends_before_the_group_begins_is_no_longer_told() -> None:
    router = led()
    router.receive(Startup(), 0.0)
    assert router.receive(Shutdown("alived stops"), 1.0) == []
    assert router.receive(Follow(State.BACKUP, "started"), 2.0) == []


def test_a_member_no_longer_wants_what_an_advert_forbids() -> None:
    router = led()
    router.receive(Startup(), 0.0)
    router.receive(Follow(State.BACKUP, "started"), 0.0)
    router.expire(DOWN)
    router.receive(AdvertReceived(150, HIGHER), 4.0)
    assert router.wants is State.BACKUP


def test_a_member_that_owns_the_addresses_waits_for_the_others_only() -> None:
    router = led(Settings(1.0, OURS, initially_master=True), 255)
    router.receive(Startup(), 0.0)
    assert router.wants is State.MASTER
    router.receive(Follow(State.BACKUP, "started"), 0.0)
    router.expire(router.deadline() or 0.0)
    assert router.wants is State.MASTER
    (*_, change) = router.receive(Follow(State.MASTER, "all want it"), 4.0)
    assert change == became(State.MASTER, 4.0, "owner of the addresses; all want it", State.BACKUP)


def test_a_member_resumes_what_the_group_resumes() -> None:
    router = led()
    assert router.receive(Resumed(State.MASTER, 50.0), 100.0) == []
    assert router.wants is State.MASTER
    (*_, change) = router.receive(Follow(State.MASTER, "all want it"), 100.0)
    assert change == became(State.MASTER, 50.0, "resumed", State.INIT)
    router = led()
    router.receive(Resumed(State.MASTER, 50.0), 100.0)
    assert router.receive(Follow(State.BACKUP, "started"), 100.0) == [
        became(State.BACKUP, 100.0, "started", State.INIT)
    ]


def test_a_tracker_that_makes_a_backup_worse_stops_a_preemption_that_was_under_way() -> None:
    router = backup(priority=200)
    router.receive(AdvertReceived(150, HIGHER), 3.0)
    router.receive(PriorityChanged(100), 3.1)
    assert router.deadline() == 3.1 + DOWN


# --- faults, priorities, settings, the end ----------------------------------------------------------------------------


def test_a_fault_ends_a_mastership_with_a_word_to_the_peers() -> None:
    router = master()
    assert router.receive(FaultRaised("interface eth0 is down"), 100.5) == [
        SendAdvert(0),
        RemoveAddresses(),
        became(State.FAULT, 100.5, "interface eth0 is down", State.MASTER),
    ]
    assert router.deadline() is None
    assert router.master == b""


def test_trap_08_leaving_one_fault_does_not_leave_another() -> None:
    router = faulty("a")
    assert router.receive(FaultRaised("b"), 1.0) == []
    assert router.receive(FaultRaised("b"), 1.0) == []
    assert router.receive(FaultCleared("a"), 2.0) == []
    (change,) = router.receive(FaultCleared("b"), 3.0)
    assert change == became(State.BACKUP, 3.0, "recovered: b", State.FAULT)


def test_the_owner_recovers_to_master() -> None:
    router = master(Settings(1.0, OURS, initially_master=True), 255)
    router.receive(FaultRaised("a"), 100.5)
    router.receive(FaultCleared("a"), 101.0)
    assert router.state is State.MASTER


def test_a_new_priority_goes_out_with_the_next_advert() -> None:
    router = master()
    assert router.receive(PriorityChanged(85), 100.5) == []
    assert router.expire(101.0) == [SendAdvert(85)]


def test_a_backup_s_new_priority_counts_from_the_next_advert_on() -> None:
    router = backup()
    router.receive(PriorityChanged(200), 1.0)
    assert router.deadline() == DOWN
    router.receive(AdvertReceived(150, LOWER), 2.0)
    assert router.deadline() == DOWN


def test_a_master_s_new_interval_begins_with_an_advert() -> None:
    router = master(Settings(60.0, OURS))
    assert router.receive(Reconfigured(Settings(2.0, OURS)), 150.0) == [SendAdvert(100)]
    assert router.deadline() == 152.0


def test_a_backup_s_new_interval_begins_now() -> None:
    router = backup()
    assert router.receive(Reconfigured(Settings(2.0, OURS)), 1.0) == []
    assert router.deadline() == 1.0 + 6.609375


def test_another_address_changes_who_the_master_is_and_nothing_else() -> None:
    router = master()
    assert router.receive(Reconfigured(Settings(1.0, HIGHER)), 100.5) == []
    assert (router.master, router.deadline()) == (HIGHER, 101.0)


def test_a_stopping_master_says_so_before_the_addresses_go() -> None:
    router = master()
    assert router.receive(Shutdown("alived stops"), 100.5) == [
        SendAdvert(0),
        RemoveAddresses(),
        became(State.INIT, 100.5, "alived stops", State.MASTER),
    ]


@pytest.mark.parametrize("router", [backup(), faulty()])
def test_others_stop_in_silence(router: Machine) -> None:
    (change,) = router.receive(Shutdown("alived stops"), 1.0)
    assert isinstance(change, StateChanged)
    assert change.state is State.INIT


# --- the table --------------------------------------------------------------------------------------------------------

IN: dict[State, Callable[[], Machine]] = {
    State.INIT: machine,
    State.BACKUP: backup,
    State.MASTER: master,
    State.FAULT: faulty,
}
EVENTS: dict[type, Event] = {
    Startup: Startup(),
    Resumed: Resumed(State.MASTER, 1.0),
    Shutdown: Shutdown("stop"),
    AdvertReceived: AdvertReceived(150, HIGHER),
    AdvertRefused: AdvertRefused(HIGHER, "wrong password"),
    FaultRaised: FaultRaised("x"),
    FaultCleared: FaultCleared("x"),
    PriorityChanged: PriorityChanged(7),
    Reconfigured: Reconfigured(SETTINGS),
    Follow: Follow(State.BACKUP, "the group"),
}


@pytest.mark.parametrize(("state", "event"), list(product(State, get_args(Event))))
def test_every_event_has_a_meaning_in_every_state(state: State, event: type) -> None:
    router = IN[state]()
    actions = router.receive(EVENTS[event], 100.5)
    changes = [action for action in actions if isinstance(action, StateChanged)]
    assert len(changes) <= 1
    assert router.state is (changes[0].state if changes else state)
    assert all(isinstance(action, get_args(Action)) for action in actions)


@pytest.mark.parametrize("state", [State.BACKUP, State.MASTER, State.FAULT])
def test_a_running_instance_is_not_started_again(state: State) -> None:
    router = IN[state]()
    assert router.receive(Startup(), 100.5) == []
    assert router.receive(Resumed(State.BACKUP, 1.0), 100.5) == []
    assert router.receive(FaultCleared("never raised"), 100.5) == []
    assert router.state is state
