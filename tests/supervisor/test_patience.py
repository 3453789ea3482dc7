"""patience.py: silence is counted only while the supervisor was awake to hear."""

from alived.supervisor.patience import BOOT_LIMIT, EXPECTED_GAP, LIMIT, LOOK_EVERY, Patience


def looks_until_hung(patience: Patience, now: float, step: float) -> int:
    """How many looks, `step` seconds apart, end patience."""
    for count in range(1, 1000):
        if patience.look(now + count * step):
            return count
    raise AssertionError("patience never ended")


def test_a_silent_worker_has_hung_just_after_the_limit() -> None:
    patience = Patience(0.0)
    patience.beat(10.0)
    count = looks_until_hung(patience, 10.0, LOOK_EVERY)
    assert LIMIT < count * LOOK_EVERY <= LIMIT + 2 * LOOK_EVERY


def test_a_beat_begins_anew() -> None:
    patience = Patience(0.0)
    for quarter in range(200):
        now = quarter * LOOK_EVERY
        assert not patience.look(now)
        if quarter % 4 == 0:
            patience.beat(now)


def test_a_worker_that_boots_has_longer() -> None:
    count = looks_until_hung(Patience(0.0), 0.0, LOOK_EVERY)
    assert count * LOOK_EVERY > BOOT_LIMIT


def test_a_pause_of_the_supervisor_itself_is_not_held_against_the_worker() -> None:
    patience = Patience(0.0)
    patience.beat(1.0)
    assert not patience.look(1.0 + 3600.0)
    assert looks_until_hung(patience, 3601.0, LOOK_EVERY) * LOOK_EVERY > LIMIT - EXPECTED_GAP


def test_a_clock_that_stands_still_ends_nobodys_patience() -> None:
    patience = Patience(5.0)
    patience.beat(5.0)
    assert not any(patience.look(5.0) for _ in range(100))
