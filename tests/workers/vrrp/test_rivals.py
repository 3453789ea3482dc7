"""A split brain, seen from inside."""

from alived.workers.vrrp.events import AdvertReceived, OtherMaster, OtherMasterGone
from alived.workers.vrrp.rivals import CERTAIN, REMEMBERED, Rivals

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
