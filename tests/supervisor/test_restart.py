"""restart.py: at once as a rule, slower for one that keeps dying, never for one that cannot boot."""

import signal

from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.messages import WorkerExit
from alived.supervisor import restart
from alived.supervisor.restart import FREE, MAX_DELAY, PERIOD, GiveUp, RestartAt, decide


def die(times: list[float], code: int = 1) -> list[float]:
    """The delays that follow deaths at these moments."""
    deaths: tuple[float, ...] = ()
    delays = []
    for now in times:
        outcome = decide(code, deaths, now)
        assert isinstance(outcome, RestartAt)
        deaths = outcome.deaths
        delays.append(outcome.when - now)
    return delays


def test_a_first_death_is_followed_by_a_start_at_once() -> None:
    assert decide(-signal.SIGKILL, (), 100.0) == RestartAt(100.0, (100.0,))


def test_deaths_that_lie_apart_never_delay() -> None:
    assert set(die([n * 2.0 for n in range(50)])) == {0.0}


def test_one_that_keeps_dying_is_slowed_down_by_doubling_up_to_a_limit() -> None:
    delays = [round(delay, 6) for delay in die([100.0] * 16)]
    assert delays[:FREE] == [0.0] * FREE
    assert delays[FREE : FREE + 4] == [0.1, 0.2, 0.4, 0.8]
    assert delays[-1] == MAX_DELAY


def test_one_that_recovers_is_free_again() -> None:
    assert die([0.0] * 10 + [PERIOD + 1])[-1] == 0.0


def test_one_that_cannot_boot_is_given_up() -> None:
    assert decide(WorkerExit.CANNOT_BOOT, (), 1.0) == GiveUp()


@given(st.lists(st.floats(0, 1e6), max_size=40), st.integers(-64, 255).filter(lambda code: code != 3))
def test_the_delay_is_bounded_and_history_does_not_grow(gaps: list[float], code: int) -> None:
    now = 0.0
    deaths: tuple[float, ...] = ()
    for gap in gaps:
        now += gap
        outcome = decide(code, deaths, now)
        assert isinstance(outcome, RestartAt)
        deaths = outcome.deaths
        assert now <= outcome.when <= now + MAX_DELAY
        assert all(now - death < PERIOD for death in deaths)


def test_the_end_in_words() -> None:
    names = {9: "SIGKILL"}
    assert restart.words(-9, names) == "was killed by SIGKILL"
    assert restart.words(-34, names) == "was killed by signal 34"
    assert restart.words(1, names) == "ended with exit code 1"
