"""Whether enough processes run, and for long enough. Each step is (time, count or None for expire, has changed, up)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.tracking import TrackProcess
from alived.workers.checker.watch.quorum import Quorum

Step = tuple[float, int | None, bool, bool]


def tracker(quorum: int = 1, most: int | None = None, fork: float = 0.0, terminate: float = 0.0) -> TrackProcess:
    return TrackProcess(
        name="P", process=("p",), quorum=quorum, quorum_max=most, fork_delay=fork, terminate_delay=terminate
    )


def play(quorum: Quorum, steps: list[Step]) -> None:
    for now, count, changed, up in steps:
        result = quorum.expire(now) if count is None else quorum.counted(count, now)
        assert (result, quorum.up) == (changed, up), (now, count)


@pytest.mark.parametrize(
    ("tracked", "steps"),
    [
        (tracker(), [(0, 0, True, False), (1, 1, True, True), (2, 5, False, True), (3, 0, True, False)]),
        (tracker(2), [(0, 2, True, True), (1, 1, True, False), (2, 2, True, True)]),
        (tracker(1, 2), [(0, 2, True, True), (1, 3, True, False), (2, 2, True, True)]),
        (tracker(0, 0), [(0, 0, True, True), (1, 1, True, False), (2, 0, True, True)]),
        # delays: the first verdict is immediate, a change that is taken back is none
        (tracker(fork=2), [(0, 1, True, True), (1, 0, True, False), (2, 1, False, False), (4, None, True, True)]),
        (tracker(fork=2), [(0, 0, True, False), (1, 1, False, False), (2, 0, False, False), (3, None, False, False)]),
        (tracker(terminate=2), [(0, 1, True, True), (1, 0, False, True), (2, 1, False, True), (3, None, False, True)]),
        (
            tracker(terminate=2),
            [(0, 1, True, True), (1, 0, False, True), (2.9, None, False, True), (3, None, True, False)],
        ),
        (
            tracker(2, terminate=2),
            [(0, 2, True, True), (1, 1, False, True), (2, 0, False, True), (3, None, True, False)],
        ),
        # too many come by forks, and go by ends
        (tracker(1, 1, fork=2), [(0, 1, True, True), (1, 2, False, True), (3, None, True, False), (4, 1, True, True)]),
        (tracker(1, 1, terminate=2), [(0, 2, True, False), (1, 1, False, False), (3, None, True, True)]),
    ],
)
def test_stories(tracked: TrackProcess, steps: list[Step]) -> None:
    play(Quorum(tracked), steps)


@pytest.mark.parametrize(
    ("up", "steps"),
    [
        (True, [(0, 1, False, True)]),
        (True, [(0, 0, False, True), (3, None, True, False)]),
        (False, [(0, 0, False, False)]),
        (False, [(0, 1, False, False), (2, None, True, True)]),
    ],
)
def test_a_successor_begins_with_what_was_known(up: bool, steps: list[Step]) -> None:
    play(Quorum(tracker(fork=2, terminate=3), up), steps)


def test_deadlines() -> None:
    quorum = Quorum(tracker(terminate=2))
    assert quorum.deadline() is None
    quorum.counted(1, 10)
    quorum.counted(0, 11)
    assert quorum.deadline() == 13
    assert quorum.expire(13)
    assert quorum.deadline() is None


def test_other_numbers_hold_at_once() -> None:
    quorum = Quorum(tracker(terminate=2))
    assert not quorum.refit(tracker(2, terminate=2))
    assert Quorum(tracker(), up=True).refit(tracker(2)) is False
    quorum.counted(2, 0)
    assert quorum.refit(tracker(3, terminate=2))
    assert quorum.up is False
    assert not quorum.refit(tracker(4, terminate=2))
    quorum.counted(4, 1)
    quorum.counted(3, 2)
    assert not quorum.refit(tracker(3, terminate=2))
    assert quorum.deadline() is None


@given(
    st.integers(0, 3), st.none() | st.integers(3, 4), st.sampled_from([0.0, 1.5]), st.sampled_from([0.0, 1.5]),
    st.lists(st.integers(0, 6), min_size=1),
)  # fmt: skip
def test_in_the_end_the_verdict_is_right(
    quorum: int, most: int | None, fork: float, terminate: float, counts: list[int]
) -> None:
    verdict = Quorum(tracker(quorum, most, fork, terminate))
    told: list[bool | None] = []
    for now, count in enumerate(counts):
        if verdict.expire(now):
            told.append(verdict.up)
        if verdict.counted(count, now):
            told.append(verdict.up)
    if verdict.expire(len(counts) + 2):
        told.append(verdict.up)
    assert verdict.up == (quorum <= counts[-1] and (most is None or counts[-1] <= most))
    assert told[-1] == verdict.up
    assert all(one != other for one, other in pairwise(told))
