"""Times of RFC 3768, 6.1, and RFC 9568, 6.1, by their own numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.timers import (
    PreemptDelay,
    master_down_interval,
    on_grid,
    patience_of_peers,
    skew_time,
)


@pytest.mark.parametrize(("priority", "seconds"), [(255, 1 / 256), (100, 156 / 256), (1, 255 / 256)])
def test_trap_02_in_version_2_the_skew_is_what_is_missing_to_256_however_long_the_interval_is(
    priority: int, seconds: float
) -> None:
    assert skew_time(2, priority, 1.0) == skew_time(2, priority, 60.0) == seconds


@pytest.mark.parametrize(("interval", "seconds"), [(1.0, 156 / 256), (40.95, 24.95390625), (0.01, 0.00609375)])
def test_trap_02_in_version_3_the_skew_is_a_part_of_the_masters_interval(interval: float, seconds: float) -> None:
    assert skew_time(3, 100, interval) == pytest.approx(seconds)


def test_a_backup_of_priority_100_waits_three_intervals_and_its_skew() -> None:
    assert master_down_interval(2, 100, 1.0) == 3.609375
    assert master_down_interval(3, 100, 0.01) == pytest.approx(0.03609375)


def test_down_timer_adverts_are_waited_for() -> None:
    assert master_down_interval(2, 100, 1.0, 5) == 5.609375
    assert patience_of_peers(2.0, 5) == 10.0


@given(st.sampled_from([2, 3]), st.floats(0.01, 255), st.integers(1, 254))
def test_higher_priorities_notice_first_and_nobody_before_the_common_patience(
    version: int, interval: float, priority: int
) -> None:
    higher = master_down_interval(version, priority + 1, interval)
    assert patience_of_peers(interval) < higher < master_down_interval(version, priority, interval)


def test_preempt_delay_runs_from_the_first_lower_master_and_anew_after_a_cancel() -> None:
    delay = PreemptDelay(10.0)
    assert not delay.passed(100.0)
    assert not delay.passed(109.9)
    assert delay.passed(110.0)
    delay.cancel()
    assert not delay.passed(111.0)


def test_no_preempt_delay_has_passed_at_once() -> None:
    assert PreemptDelay(0.0).passed(5.0)


@pytest.mark.parametrize(
    ("at", "advert_int", "first"),
    [
        (4.609375, 1.0, 4.6),
        (4.6, 1.0, 4.6),
        (101.0, 1.0, 101.0),
        (7.0199999, 40.95, 7.0),
        (3.0123, 0.1, 3.01),
        (3.0123, 0.01, 3.012),
    ],
)
def test_masters_begin_together_up_to_a_twentieth_of_their_interval_sooner(
    at: float, advert_int: float, first: float
) -> None:
    assert on_grid(at, advert_int) == first


@given(st.floats(0.0, 1e6), st.floats(0.01, 255))
def test_no_master_begins_late_or_much_too_soon(at: float, advert_int: float) -> None:
    first = on_grid(at, advert_int)
    assert -1e-7 <= at - first <= min(0.05, advert_int / 20) + 1e-7
    assert on_grid(first, advert_int) == pytest.approx(first)
