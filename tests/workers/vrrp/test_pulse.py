"""What a virtual router does for years: by the short way, and as the state machine would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.messages import State
from alived.workers.vrrp.events import (
    Action,
    AdvertReceived,
    AdvertRefused,
    Event,
    FaultCleared,
    FaultRaised,
    PriorityChanged,
    Reconfigured,
    SendAdvert,
    Settings,
    Shutdown,
    Startup,
)
from alived.workers.vrrp.fsm import Machine
from alived.workers.vrrp.pulse import NEVER, Pulse

OURS, LOWER, HIGHER = (bytes([10, 9, 0, last]) for last in (5, 1, 9))
SETTINGS = Settings(advert_int=1.0, address=OURS)
DOWN = 3.609375
Step = tuple[float, Event | str | None]
"""Seconds that pass, and what happens then."""


def master() -> Pulse:
    """A master that has sent an advert at 10, of which peers bear four seconds of silence."""
    pulse = Pulse()
    pulse.due, pulse.interval, pulse.spoke, pulse.patience, pulse.steady = 11.0, 1.0, 10.0, 4.0, True
    return pulse


def test_nothing_is_due_at_first() -> None:
    pulse = Pulse()
    assert pulse.due == NEVER
    assert not pulse.repeats(1e9)


def test_a_master_repeats_its_advert_in_its_rhythm() -> None:
    pulse = master()
    assert not pulse.repeats(10.999)
    assert pulse.repeats(11.3)
    assert (pulse.spoke, pulse.due) == (11.3, 12.0)
    assert not pulse.repeats(11.3)


def test_what_was_missed_is_not_made_up_for() -> None:
    pulse = master()
    assert pulse.repeats(13.5)
    assert pulse.due == 14.5


def test_who_did_not_run_for_too_long_has_more_to_do() -> None:
    pulse = master()
    assert not pulse.repeats(14.001)
    assert (pulse.spoke, pulse.due) == (10.0, 11.0)


def test_who_is_not_steady_has_more_to_do() -> None:
    pulse = master()
    pulse.steady = False
    assert not pulse.repeats(11.0)


def test_a_startup_delay_is_waited_for() -> None:
    pulse = Pulse()
    pulse.earliest = 60.0
    pulse.wait(3.0, 1.0)
    assert pulse.due == 63.0
    pulse.wait(3.0, 61.0)
    assert pulse.due == 64.0


@pytest.mark.parametrize(
    ("event", "steady"),
    [
        (AdvertReceived(50, LOWER), False),
        (AdvertRefused(LOWER, "wrong password"), False),
        (PriorityChanged(90), True),
        (Reconfigured(Settings(2.0, OURS)), True),
    ],
)
def test_a_master_is_steady_again_after_a_turn_that_looks_for_more(event: Event, steady: bool) -> None:
    machine = Machine(SETTINGS, 100)
    machine.receive(Startup(), 0.0)
    machine.expire(DOWN)
    assert (machine.state, machine.pulse.steady) == (State.MASTER, False)
    due = machine.pulse.due
    assert (machine.expire(due), machine.pulse.steady) == ([SendAdvert(100)], True)
    assert (machine.receive(event, due) is None, machine.pulse.steady) == (False, False)
    machine.expire(machine.pulse.due)
    assert machine.pulse.steady is steady


_EVENTS = st.sampled_from(
    [
        "again",
        "again",
        AdvertReceived(150, HIGHER),
        AdvertReceived(100, LOWER),
        AdvertReceived(50, LOWER),
        AdvertReceived(0, HIGHER),
        AdvertRefused(LOWER, "wrong password"),
        PriorityChanged(90),
        PriorityChanged(200),
        FaultRaised("eth0 is down"),
        FaultCleared("eth0 is down"),
        Reconfigured(Settings(2.0, OURS)),
        Reconfigured(Settings(1.0, OURS, nopreempt=True)),
        Shutdown("end"),
        Startup(),
        Startup(5.0),
    ]
)
_STEPS = st.lists(st.tuples(st.sampled_from([0.0, 0.25, 1.0, 1.0, 3.7]), st.none() | _EVENTS), max_size=40)


@given(st.booleans(), _STEPS)
def test_the_short_way_leads_where_the_long_one_does(
    begins: bool, steps: list[tuple[float, Event | str | None]]
) -> None:
    """`None` lets time pass; `again` is what was heard last, once more."""
    short, long = Machine(SETTINGS, 100), Machine(SETTINGS, 100)
    usual = AdvertReceived(150, HIGHER)
    now = 0.0
    for passed, step in [(0.0, Startup() if begins else None), *steps]:
        now += passed
        event = usual if isinstance(step, str) else step
        if isinstance(event, AdvertReceived):
            usual = event
        assert _does(short, event, now, quick=True) == _does(long, event, now, quick=False)
        assert (short.state, short.deadline(), short.reason) == (long.state, long.deadline(), long.reason)
        assert (short.last_heard, short.pulse.heard_at) == (long.last_heard, long.pulse.heard_at)
        assert (short.wants, short.master, tuple(short.history)) == (long.wants, long.master, tuple(long.history))
        assert short.pulse.patience == long.pulse.patience


def _does(machine: Machine, event: Event | None, now: float, *, quick: bool) -> list[Action]:
    if event is None:
        return [SendAdvert(machine.priority)] if quick and machine.pulse.repeats(now) else machine.expire(now)
    if quick and isinstance(event, AdvertReceived) and machine.pulse.hears_again(event, now):
        return []
    return machine.receive(event, now)
