"""Pauses between tries: they double up to a longest one, and begin anew after a success."""

from alived.workers.vrrp.retry import FIRST, LONGEST, Retry


def test_pauses_double_until_they_are_the_longest() -> None:
    retry, now, pauses = Retry(), 100.0, []
    for _ in range(11):
        retry.note(now, refused=True)
        assert retry.due is not None
        pauses.append(retry.due - now)
        now = retry.due
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, LONGEST, LONGEST]


def test_a_try_before_its_time_puts_nothing_off() -> None:
    retry = Retry()
    retry.note(10.0, refused=True)
    retry.note(10.5, refused=True)
    assert retry.due == 10.0 + FIRST
    retry.note(11.0, refused=True)
    assert retry.due == 13.0


def test_after_a_success_all_begins_anew() -> None:
    retry = Retry()
    retry.note(10.0, refused=True)
    retry.note(11.0, refused=True)
    retry.note(12.0, refused=False)
    assert retry.due is None
    retry.note(20.0, refused=True)
    assert retry.due == 21.0
