"""scheduling.py: how a worker runs, and when it rises."""

import pytest

from alived.ipc.model.processes import AutoPriority, Scheduling
from alived.ipc.model.settings import Settings
from alived.supervisor.scheduling import LEAST_RTTIME, Placement, Riser, placement, scheduling_of

NONE = AutoPriority()
AUTO = AutoPriority(most=3, min_delay=10_000)


def test_each_worker_has_the_settings_of_keepalived_s_process() -> None:
    settings = Settings(vrrp_process=Scheduling(rt_priority=50), checker_process=Scheduling(priority=5))
    assert scheduling_of("vrrp", settings).rt_priority == 50
    assert [scheduling_of(worker, settings).priority for worker in ("checker", "lvs")] == [5, 5]


@pytest.mark.parametrize(
    ("scheduling", "found"),
    [
        (Scheduling(), Placement()),
        (Scheduling(priority=-5), Placement(nice=-5)),
        (Scheduling(rt_priority=50, priority=-5), Placement(rt_priority=50, rttime=LEAST_RTTIME)),
        (Scheduling(rt_priority=50, rlimit_rttime=3_000_000), Placement(rt_priority=50, rttime=3_000_000)),
        (Scheduling(cpu_affinity=(0, 1)), Placement(cpus=frozenset({0, 1}))),
        (Scheduling(no_swap=True), Placement(may_lock=True)),
    ],
)
def test_what_is_configured(scheduling: Scheduling, found: Placement) -> None:
    assert placement(scheduling, 0, NONE) == found


def test_what_it_has_risen_to_counts_as_long_as_that_is_allowed() -> None:
    assert placement(Scheduling(priority=-5), 2, AUTO) == Placement(rt_priority=2, rttime=LEAST_RTTIME)
    assert placement(Scheduling(rt_priority=9), 2, AUTO).rt_priority == 9
    assert placement(Scheduling(), 5, AUTO).rt_priority == 3
    assert placement(Scheduling(), 5, AutoPriority(most=-1)).rt_priority == 0


def rises(riser: Riser, lag: float, scheduling: Scheduling | None = None, auto: AutoPriority = AUTO) -> bool:
    riser.beat(lag)
    return riser.rise(scheduling or Scheduling(), auto)


def test_one_that_is_late_rises_by_one_each_time_up_to_the_most() -> None:
    riser = Riser()
    riser.beat(0.0)
    assert [(rises(riser, 0.02), riser.rt_priority) for _ in range(4)] == [(True, 1), (True, 2), (True, 3), (False, 3)]


def test_one_that_is_in_time_does_not() -> None:
    riser = Riser()
    riser.beat(0.0)
    assert not rises(riser, 0.01)
    assert not rises(riser, 0.5, auto=NONE)
    assert not rises(riser, 0.5, auto=AutoPriority(most=-1, min_delay=1))


def test_it_rises_from_what_is_configured() -> None:
    riser = Riser()
    riser.beat(0.0)
    assert rises(riser, 0.02, Scheduling(rt_priority=1))
    assert riser.rt_priority == 2
    assert not rises(riser, 0.02, Scheduling(rt_priority=3))


def test_each_lateness_counts_once() -> None:
    riser = Riser()
    riser.beat(0.0)
    riser.beat(0.02)
    riser.beat(0.0)
    assert riser.rise(Scheduling(), AUTO)
    assert not riser.rise(Scheduling(), AUTO)


def test_being_late_while_it_takes_on_a_configuration_is_excused() -> None:
    riser = Riser()
    assert not rises(riser, 5.0)
    riser.excuse()
    assert not rises(riser, 5.0)
    assert rises(riser, 5.0)
