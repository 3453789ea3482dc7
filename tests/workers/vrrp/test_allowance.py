"""So many times at once, then once in a while."""

from alived.workers.vrrp.allowance import Allowance


def test_some_at_once_then_one_for_each_pause() -> None:
    allowance = Allowance(3, 10.0)
    assert [allowance.take(100.0) for _ in range(5)] == [True, True, True, False, False]
    assert [allowance.take(now) for now in (109.9, 110.0, 110.1, 120.0)] == [False, True, False, True]


def test_who_waits_has_all_of_it_again_and_no_more() -> None:
    allowance = Allowance(3, 10.0)
    for _ in range(3):
        allowance.take(100.0)
    assert [allowance.take(1000.0) for _ in range(4)] == [True, True, True, False]
