"""When jobs are due: nothing drifts, nothing overlaps, nothing is made up for in a burst."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alived.workers.checker.schedule import Schedule, next_on_grid, spread


def test_jobs_start_in_the_order_of_their_times() -> None:
    schedule: Schedule[str] = Schedule()
    for key, due in (("c", 3.0), ("a", 1.0), ("b", 2.0), ("late", 9.0)):
        schedule.add(key, due)
    assert schedule.deadline() == 1.0
    assert schedule.start_due(3.0) == [("a", 1.0), ("b", 2.0), ("c", 3.0)]
    assert schedule.deadline() == 9.0


def test_a_running_job_is_not_due_until_it_has_finished() -> None:
    schedule: Schedule[str] = Schedule()
    schedule.add("job", 1.0)
    assert schedule.start_due(1.0) == [("job", 1.0)]
    assert schedule.due("job") is None
    assert schedule.deadline() is None
    assert schedule.start_due(1000.0) == []
    schedule.finished("job", 1003.0)
    assert schedule.due("job") == 1003.0
    assert schedule.start_due(1003.0) == [("job", 1003.0)]


def test_a_removed_job_never_starts_and_its_end_is_ignored() -> None:
    schedule: Schedule[str] = Schedule()
    schedule.add("waits", 1.0)
    schedule.add("runs", 0.0)
    schedule.start_due(0.0)
    schedule.remove("waits")
    schedule.remove("runs")
    schedule.remove("unknown")
    schedule.finished("runs", 2.0)
    assert schedule.deadline() is None
    assert schedule.start_due(10.0) == []


def test_a_job_that_starts_afresh_is_not_put_off_by_the_end_of_its_old_run() -> None:
    schedule: Schedule[str] = Schedule()
    schedule.add("job", 0.0)
    schedule.start_due(0.0)
    schedule.add("job", 1.0)
    schedule.finished("job", 99.0)
    assert schedule.start_due(1.0) == [("job", 1.0)]


def test_advance_only_ever_makes_it_sooner() -> None:
    schedule: Schedule[str] = Schedule()
    schedule.add("job", 10.0)
    schedule.advance("job", 20.0)
    assert schedule.due("job") == 10.0
    schedule.advance("job", 5.0)
    assert schedule.start_due(5.0) == [("job", 5.0)]
    schedule.advance("job", 6.0)
    assert schedule.deadline() is None


@pytest.mark.parametrize(
    ("due", "interval", "now", "following"),
    [
        (10.0, 3.0, 10.5, 13.0),
        (10.0, 3.0, 12.99, 13.0),
        (10.0, 3.0, 13.0, 16.0),  # the run took as long as the interval: that start is skipped
        (10.0, 3.0, 17.5, 19.0),
        (10.0, 3.0, 3610.0, 3613.0),  # an hour's stall: one run, and on with the grid
    ],
)
def test_next_on_grid(due: float, interval: float, now: float, following: float) -> None:
    assert next_on_grid(due, interval, now) == following


@given(st.floats(0, 1e6), st.floats(0.01, 3600), st.floats(0, 1e5))
def test_the_grid_is_kept_and_one_interval_is_the_longest_wait(due: float, interval: float, late: float) -> None:
    now = due + late
    following = next_on_grid(due, interval, now)
    assert now - 1e-6 <= following <= max(now, due) + interval + 1e-6
    steps = (following - due) / interval
    assert abs(steps - round(steps)) < 1e-3


@given(st.floats(0, 1e6), st.floats(0, 3600), st.floats(0, 1, exclude_max=True))
def test_a_first_moment_lies_within_the_warm_up(now: float, within: float, fraction: float) -> None:
    assert now <= spread(now, within, fraction) <= now + within


class Life(RuleBasedStateMachine):
    """Any order of events against a plain model: a dict of due times and a set of running jobs."""

    keys = st.sampled_from("abcd")
    steps = st.integers(0, 5).map(float)

    def __init__(self) -> None:
        super().__init__()
        self.schedule: Schedule[str] = Schedule()
        self.now = 0.0
        self.due: dict[str, float] = {}
        self.running: set[str] = set()

    @rule(key=keys, step=steps)
    def add(self, key: str, step: float) -> None:
        self.schedule.add(key, self.now + step)
        self.due[key] = self.now + step
        self.running.discard(key)

    @rule(key=keys)
    def remove(self, key: str) -> None:
        self.schedule.remove(key)
        self.due.pop(key, None)
        self.running.discard(key)

    @rule(key=keys, step=steps)
    def advance(self, key: str, step: float) -> None:
        self.schedule.advance(key, self.now + step)
        if key in self.due:
            self.due[key] = min(self.due[key], self.now + step)

    @rule(step=steps)
    def pass_time(self, step: float) -> None:
        self.now += step
        started = self.schedule.start_due(self.now)
        assert {key for key, _ in started} == {key for key, due in self.due.items() if due <= self.now}
        assert [due for _, due in started] == sorted(due for _, due in started)
        for key, due in started:
            assert key not in self.running
            assert self.due.pop(key) == due
            self.running.add(key)

    @precondition(lambda self: self.running)
    @rule(step=steps)
    def finish(self, step: float) -> None:
        key = min(self.running)
        self.schedule.finished(key, self.now + step)
        self.running.remove(key)
        self.due[key] = self.now + step

    @invariant()
    def agrees(self) -> None:
        assert self.schedule.deadline() == (min(self.due.values()) if self.due else None)
        assert all(self.schedule.due(key) == self.due.get(key) for key in "abcd")


TestLife = Life.TestCase
