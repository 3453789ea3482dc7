"""A split brain, seen from inside."""

from itertools import pairwise

from alived.workers.vrrp.events import AdvertReceived, AdvertRefused, OtherMaster, OtherMasterGone
from alived.workers.vrrp.rivals import ANSWERS_APART, CERTAIN, REMEMBERED, Rivals

A, B = bytes([10, 9, 0, 1]), bytes([10, 9, 0, 2])


def test_a_rival_is_told_of_at_its_first_advert_and_when_it_is_certain_that_it_does_not_hear_us() -> None:
    rivals = Rivals()
    told = [rivals.heard(AdvertReceived(90, A), 3.0, float(now)) for now in range(CERTAIN + 2)]
    assert told == [[OtherMaster(A, 90, 0.0, 1)], [], [OtherMaster(A, 90, 0.0, CERTAIN)], [], []]
    (rival,) = rivals
    assert (rival.count, rival.since, rival.last) == (CERTAIN + 2, 0.0, CERTAIN + 1.0)


def test_who_is_silent_for_too_long_is_none_any_more() -> None:
    rivals = Rivals()
    rivals.heard(AdvertReceived(90, A), 3.0, 10.0)
    rivals.heard(AdvertReceived(80, B), 30.0, 11.0)
    assert rivals.silent(13.0) == []
    assert rivals.silent(13.1) == [OtherMasterGone(A, 10.0, 1)]
    assert len(rivals) == 1


def test_who_stops_is_none_any_more() -> None:
    rivals = Rivals()
    rivals.heard(AdvertReceived(90, A), 3.0, 10.0)
    assert rivals.stopped(B) == []
    assert rivals.stopped(A) == [OtherMasterGone(A, 10.0, 1)]
    assert not rivals


def test_who_is_no_longer_master_has_no_rivals() -> None:
    rivals = Rivals()
    rivals.heard(AdvertReceived(90, A), 3.0, 10.0)
    rivals.heard(AdvertReceived(80, B), 3.0, 11.0)
    assert rivals.clear() == [OtherMasterGone(A, 10.0, 1), OtherMasterGone(B, 11.0, 1)]
    assert rivals.clear() == []


def test_invented_sources_do_not_fill_memory() -> None:
    rivals = Rivals()
    for number in range(REMEMBERED + 5):
        rivals.heard(AdvertReceived(90, bytes([10, 9, 1, number])), 3.0, 10.0)
    assert len(rivals) == REMEMBERED


def test_who_is_refused_is_told_of_with_the_reason() -> None:
    rivals = Rivals()
    told = [rivals.heard(AdvertRefused(A, "wrong password"), 3.0, float(now)) for now in range(CERTAIN)]
    assert told == [[OtherMaster(A, 0, 0.0, 1, "wrong password")], [], [OtherMaster(A, 0, 0.0, 3, "wrong password")]]
    (rival,) = rivals
    assert (rival.priority, rival.refused) == (0, "wrong password")


def test_one_answer_before_our_next_advert() -> None:
    rivals = Rivals()
    assert [rivals.to_be_answered(11.0, now) for now in (10.2, 10.2, 10.5, 10.99)] == [True, False, False, False]
    assert rivals.to_be_answered(12.0, 11.0)
    rivals.clear()
    assert rivals.to_be_answered(12.0, 11.1)


def test_answers_are_apart_however_short_the_interval_is() -> None:
    rivals = Rivals()
    times = [10.0 + number / 100 for number in range(100)]
    answered = [now for now in times if rivals.to_be_answered(now + 0.01, now)]
    assert 9 <= len(answered) <= 10
    assert min(later - sooner for sooner, later in pairwise(answered)) >= ANSWERS_APART - 1e-9
