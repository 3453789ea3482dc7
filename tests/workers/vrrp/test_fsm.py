"""The state machine, as stories: what it is told, and what it wants done."""

from collections.abc import Callable
from itertools import product
from typing import get_args

import pytest

from alived.ipc.messages import State
from alived.workers.vrrp.events import (
    Action,
    AddAddresses,
    AdvertReceived,
    Announce,
    Event,
    FaultCleared,
    FaultRaised,
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
from alived.workers.vrrp.fsm import Machine
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
    assert router.deadline() == DOWN + 1.0


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
    assert change.reason == "preempts 10.9.0.9 of priority 99"


def test_nopreempt_leaves_a_lower_master_alone() -> None:
    router = backup(Settings(1.0, OURS, nopreempt=True))
    router.receive(AdvertReceived(1, LOWER), 2.0)
    assert router.deadline() == 2.0 + DOWN


def test_the_owner_preempts_all_the_same() -> None:
    router = backup(Settings(1.0, OURS, nopreempt=True), 255)
    due = router.deadline()
    router.receive(AdvertReceived(254, LOWER), 2.0)
    assert router.deadline() == due


def test_preempt_delay_leaves_a_lower_master_alone_for_a_while() -> None:
    router = backup(Settings(1.0, OURS, preempt_delay=10.0))
    for now in range(1, 12):
        router.receive(AdvertReceived(50, LOWER), float(now))
    assert router.deadline() == 10.0 + DOWN  # the delay ran from 1 to 11; the advert of 11 was discarded


def test_a_higher_master_ends_the_preempt_delay() -> None:
    router = backup(Settings(1.0, OURS, preempt_delay=10.0))
    router.receive(AdvertReceived(50, LOWER), 1.0)
    router.receive(AdvertReceived(150, HIGHER), 2.0)
    router.receive(AdvertReceived(50, LOWER), 3.0)
    router.receive(AdvertReceived(50, LOWER), 12.0)
    assert router.deadline() == 12.0 + DOWN


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
def test_a_worse_master_is_told_so_and_the_network_too(priority: int, source: bytes) -> None:
    router = master()
    assert router.receive(AdvertReceived(priority, source), 100.5) == [SendAdvert(100), Announce(Burst.LOWER_PRIORITY)]
    assert router.deadline() == 101.0


def test_a_stopping_master_is_answered_at_once() -> None:
    router = master()
    assert router.receive(AdvertReceived(0, HIGHER), 100.5) == [SendAdvert(100)]
    assert router.deadline() == 101.5


def test_a_twin_is_worth_a_warning() -> None:
    assert master().receive(AdvertReceived(100, OURS), 100.5) == [Warn("10.9.0.5 has our address and priority")]


def test_of_two_owners_the_higher_address_wins() -> None:
    warning = Warn("10.9.0.9 has priority 255 too: an address has one owner")
    assert master(priority=255).receive(AdvertReceived(255, HIGHER), 100.5)[:2] == [warning, RemoveAddresses()]
    assert master(priority=255).receive(AdvertReceived(255, LOWER), 100.5)[1:] == [
        SendAdvert(255),
        Announce(Burst.LOWER_PRIORITY),
    ]


@pytest.mark.parametrize("event", [None, AdvertReceived(50, LOWER)])
def test_a_master_that_did_not_run_for_too_long_listens_before_it_speaks(event: AdvertReceived | None) -> None:
    router = master()
    now = 100.0 + DOWN + 0.1
    actions = router.expire(now) if event is None else router.receive(event, now)
    assert actions == [RemoveAddresses(), became(State.BACKUP, now, "did not run for 3.71 s", State.MASTER)]
    assert router.deadline() == now + DOWN


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


def test_leaving_one_fault_does_not_leave_another() -> None:
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


def test_another_preempt_delay_begins_anew_and_the_same_one_goes_on() -> None:
    router = backup(Settings(1.0, OURS, preempt_delay=10.0))
    router.receive(AdvertReceived(50, LOWER), 1.0)
    router.receive(Reconfigured(Settings(1.0, HIGHER, preempt_delay=10.0)), 2.0)
    router.receive(AdvertReceived(50, LOWER), 11.0)
    assert router.deadline() == 1.0 + DOWN
    router.receive(Reconfigured(Settings(1.0, OURS, preempt_delay=5.0)), 12.0)
    router.receive(AdvertReceived(50, LOWER), 12.0)
    assert router.deadline() == 12.0 + DOWN


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
    FaultRaised: FaultRaised("x"),
    FaultCleared: FaultCleared("x"),
    PriorityChanged: PriorityChanged(7),
    Reconfigured: Reconfigured(SETTINGS),
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
