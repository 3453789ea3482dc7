"""Times of RFC 3768, 6.1, by its own numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.timers import PreemptDelay, master_down_interval, patience_of_peers, skew_time


@pytest.mark.parametrize(("priority", "seconds"), [(255, 1 / 256), (100, 156 / 256), (1, 255 / 256)])
def test_skew_is_what_is_missing_to_256(priority: int, seconds: float) -> None:
    assert skew_time(priority) == seconds


def test_a_backup_of_priority_100_waits_three_intervals_and_its_skew() -> None:
    assert master_down_interval(1.0, 100) == 3.609375


@given(st.floats(0.01, 255), st.integers(1, 254))
def test_higher_priorities_notice_first_and_nobody_before_the_common_patience(interval: float, priority: int) -> None:
    assert patience_of_peers(interval) < master_down_interval(interval, priority + 1)
    assert master_down_interval(interval, priority + 1) < master_down_interval(interval, priority)


def test_preempt_delay_runs_from_the_first_lower_master_and_anew_after_a_cancel() -> None:
    delay = PreemptDelay(10.0)
    assert not delay.passed(100.0)
    assert not delay.passed(109.9)
    assert delay.passed(110.0)
    delay.cancel()
    assert not delay.passed(111.0)


def test_no_preempt_delay_has_passed_at_once() -> None:
    assert PreemptDelay(0.0).passed(5.0)
