"""A backup's watch over its master."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.events import AdvertReceived, AdvertRefused, Settings
from alived.workers.vrrp.pulse import Pulse
from alived.workers.vrrp.watch import Watch

A, B = bytes([10, 9, 0, 1]), bytes([10, 9, 0, 2])
DOWN = 3.609375
"""Master_Down_Interval at priority 100 and one second."""


def watch(priority: int = 100, **settings: object) -> Watch:
    """One that has begun at 0."""
    result = Watch(Settings(**{"advert_int": 1.0, **settings}), priority, Pulse())  # type: ignore[arg-type]
    result.enter(0.0)
    return result


@pytest.mark.parametrize("priority", [100, 255])
def test_an_advert_to_give_way_to_begins_the_watch_anew(priority: int) -> None:
    one = watch()
    one.heard(AdvertReceived(priority, A), 2.0)
    assert (one.pulse.due, one.master) == (2.0 + DOWN, A)


def test_one_of_lower_priority_does_not() -> None:
    one = watch()
    one.heard(AdvertReceived(99, A), 2.0)
    assert (one.pulse.due, one.case) == (DOWN, "preempted 10.9.0.1 of priority 99")
    assert one.fire(DOWN)
    assert one.case == "preempted 10.9.0.1 of priority 99"


def test_nopreempt_leaves_it_alone_and_the_owner_does_not_know_the_word() -> None:
    one, owner = watch(nopreempt=True), watch(255, nopreempt=True)
    one.heard(AdvertReceived(1, A), 2.0)
    owner.heard(AdvertReceived(254, A), 2.0)
    assert one.pulse.due == 2.0 + DOWN
    assert owner.pulse.due < 2.0 + 3.0


def test_preempt_delay_leaves_it_alone_for_a_while_and_a_better_master_ends_that() -> None:
    one = watch(preempt_delay=10.0)
    for now in (1.0, 10.9):
        one.heard(AdvertReceived(50, A), now)
        assert one.pulse.due == now + DOWN
    one.heard(AdvertReceived(50, A), 11.0)
    assert one.pulse.due == 10.9 + DOWN
    one.heard(AdvertReceived(150, B), 11.5)
    one.heard(AdvertReceived(50, A), 12.0)
    assert one.pulse.due == 12.0 + DOWN


def test_who_becomes_backup_again_gives_the_whole_preempt_delay_again() -> None:
    one = watch(preempt_delay=10.0)
    one.heard(AdvertReceived(50, A), 1.0)
    one.enter(5.0)
    one.heard(AdvertReceived(50, A), 11.0)
    assert one.pulse.due == 11.0 + DOWN


def test_a_master_that_stops_is_followed_after_the_skew() -> None:
    one = watch()
    one.heard(AdvertReceived(0, A), 2.0)
    assert (one.pulse.due, one.case) == (2.0 + 156 / 256, "10.9.0.1 has stopped")


def test_trap_02_version_3_learns_the_masters_interval_and_skews_by_it() -> None:
    one = watch(version=3)
    one.heard(AdvertReceived(150, A, 10.0), 1.0)
    assert one.master_interval == 10.0
    assert one.pulse.due == pytest.approx(1.0 + 30.0 + 10.0 * 156 / 256)
    one.heard(AdvertReceived(0, A, 10.0), 2.0)
    assert one.pulse.due == pytest.approx(2.0 + 10.0 * 156 / 256)
    one.forget()
    assert (one.master_interval, one.master) == (1.0, b"")


def test_version_3_goes_by_its_own_interval_until_one_is_named_and_at_10_ms_too() -> None:
    one = watch(version=3, advert_int=0.01)
    assert one.pulse.due == pytest.approx(0.03609375)
    one.heard(AdvertReceived(150, A, 0.0), 1.0)
    assert one.pulse.due == pytest.approx(1.03609375)
    one.heard(AdvertReceived(50, B, 10.0), 1.01)  # discarded: nothing is learned of it
    assert one.master_interval == 0.01


def test_version_2_knows_one_interval_only() -> None:
    one = watch()
    one.heard(AdvertReceived(150, A, 10.0), 1.0)
    assert (one.master_interval, one.pulse.due) == (1.0, 1.0 + DOWN)
    three = watch(version=3)
    three.heard(AdvertReceived(150, A, 10.0), 1.0)
    assert three.adapt(Settings(1.0))
    assert three.master_interval == 1.0


def test_down_timer_adverts() -> None:
    assert watch(down_timer_adverts=5).pulse.due == 5.609375


def test_silence_elects_and_waits_on_for_those_who_are_not_alone() -> None:
    one, other = watch(), watch()
    other.heard(AdvertReceived(150, A), 0.0)
    for each, case in ((one, "no master was heard"), (other, "no advert from 10.9.0.1 for 3.61 s")):
        assert each.fire(DOWN)
        assert (each.elected, each.case, each.pulse.due) == (True, case, 2 * DOWN)
    other.heard(AdvertReceived(150, A), 4.0)
    assert (other.elected, other.case) == (False, "")


def test_trap_16_who_comes_late_waits_for_one_more_advert() -> None:
    one = watch()
    assert not one.fire(DOWN + 1.1)
    assert not one.elected
    assert one.pulse.due == pytest.approx(DOWN + 1.1 + 1.0 + 156 / 256)
    assert one.fire(one.pulse.due)


def test_a_new_priority_applies_to_the_next_advert() -> None:
    one = watch()
    assert not one.weigh(200)
    one.heard(AdvertReceived(150, A), 2.0)
    assert one.pulse.due == DOWN


def test_who_was_about_to_preempt_and_has_become_worse_begins_anew() -> None:
    one = watch(200)
    one.heard(AdvertReceived(150, A), 2.0)
    assert not one.weigh(151)
    assert one.weigh(150)
    one.begin(2.5)
    assert not one.weigh(1)


def test_trap_06_nopreempt_that_comes_with_a_reload_spares_the_master_that_was_about_to_be_preempted() -> None:
    one = watch()
    one.heard(AdvertReceived(50, A), 2.0)
    assert one.adapt(Settings(1.0, nopreempt=True))
    assert not one.adapt(Settings(1.0, nopreempt=True))
    assert not one.adapt(Settings(1.0))


def test_another_interval_begins_anew_unless_the_master_has_named_its_own() -> None:
    assert watch().adapt(Settings(2.0))
    assert watch(version=3).adapt(Settings(2.0, version=3))
    one = watch(version=3)
    one.heard(AdvertReceived(150, A, 10.0), 1.0)
    assert not one.adapt(Settings(2.0, version=3))


def test_another_preempt_delay_begins_anew_and_the_same_one_goes_on() -> None:
    one = watch(preempt_delay=10.0)
    one.heard(AdvertReceived(50, A), 1.0)
    one.adapt(Settings(1.0, B, preempt_delay=10.0))
    one.heard(AdvertReceived(50, A), 11.0)
    assert one.pulse.due == 1.0 + DOWN
    one.adapt(Settings(1.0, preempt_delay=5.0))
    one.heard(AdvertReceived(50, A), 12.0)
    assert one.pulse.due == 12.0 + DOWN


def test_trap_18_nothing_fires_before_the_startup_delay_and_a_whole_interval() -> None:
    one = watch()
    one.pulse.earliest = 60.0
    one.heard(AdvertReceived(150, A), 2.0)
    assert one.pulse.due == 60.0 + DOWN
    one.claim("owner of the addresses", 2.0)
    assert (one.pulse.due, one.case) == (60.0, "owner of the addresses")
    one.heard(AdvertReceived(150, A), 61.0)
    assert one.pulse.due == 61.0 + DOWN


def test_what_is_waited_for() -> None:
    one = watch()
    one.pulse.earliest = 1.0
    assert [one.waits_for(now) for now in (0.5, 1.0)] == ["startup", "master_down"]
    one.heard(AdvertReceived(50, A), 2.0)
    assert one.waits_for(2.0) == "preempt"


def test_how_long_peers_bear_our_silence() -> None:
    assert watch().pulse.patience == DOWN
    assert watch(nopreempt=True, timer_expired_backup=254).pulse.patience == 3.0 + 2 / 256
    assert watch(timer_expired_backup=254).pulse.patience == DOWN  # as keepalived: with nopreempt only
    three = watch(version=3)
    three.learn(10.0)
    assert three.pulse.patience == DOWN  # they go by the interval that we name


def test_the_very_same_advert_again_puts_the_timer_off_and_nothing_else() -> None:
    one, usual = watch(), AdvertReceived(200, A)
    assert not one.pulse.hears_again(usual, 0.5)  # it is the first
    one.heard(usual, 1.0)
    assert one.pulse.hears_again(usual, 2.0)
    assert (one.pulse.due, one.master, one.case, one.elected) == (2.0 + DOWN, A, "", False)
    one.pulse.earliest = 9.0  # a startup delay is not usual
    assert not one.pulse.hears_again(usual, 3.0)
    assert one.pulse.due == 2.0 + DOWN


@pytest.mark.parametrize("priority", [0, 99])
def test_an_advert_that_does_more_is_never_usual(priority: int) -> None:
    one, other = watch(), AdvertReceived(priority, A)
    one.heard(other, 1.0)
    assert not one.pulse.hears_again(other, 2.0)


def test_nothing_is_usual_after_something_has_changed() -> None:
    one, usual = watch(), AdvertReceived(200, A)
    for change in (
        lambda: one.weigh(150),
        lambda: one.adapt(Settings(advert_int=2.0)),
        lambda: one.heard(AdvertReceived(200, B), 1.0),
        lambda: one.claim("owner", 1.0),
        lambda: one.fire(one.pulse.due),
        one.forget,
    ):
        one.heard(usual, 1.0)
        assert one.pulse.hears_again(usual, 1.0)
        change()
        assert not one.pulse.hears_again(usual, 1.0), change


@given(st.lists(st.sampled_from(["again", "new", "lower", "stops", "weigh", "fire"]), max_size=30), st.booleans())
def test_what_is_heard_again_has_the_effect_of_what_is_heard(steps: list[str], nopreempt: bool) -> None:
    quick, thorough = watch(nopreempt=nopreempt), watch(nopreempt=nopreempt)
    usual = AdvertReceived(120, A, 1.0)
    now = 0.0
    for step in steps:
        now += 0.7
        event = {"lower": AdvertReceived(50, B, 1.0), "stops": AdvertReceived(0, A, 1.0)}.get(step, usual)
        if step == "new":
            event = usual = AdvertReceived(120, A, 1.0)
        for one in (quick, thorough):
            if step == "weigh":
                one.weigh(220 - one.priority)
            elif step == "fire":
                one.fire(max(now, one.pulse.due))
            elif one is thorough or not one.pulse.hears_again(event, now):
                one.heard(event, now)
        for name in ("master", "elected", "case", "master_interval"):
            assert getattr(quick, name) == getattr(thorough, name), name
        assert (quick.pulse.due, quick.pulse.patience) == (thorough.pulse.due, thorough.pulse.patience)


REFUSED = AdvertRefused(B, "wrong password")


def test_silence_is_not_said_of_a_router_that_is_refused() -> None:
    one = watch()
    one.refused(REFUSED, 2.0)
    assert one.pulse.due == DOWN
    assert one.fire(DOWN)
    assert one.case == "no advert that counts was heard; 10.9.0.2 is refused: wrong password"


def test_a_master_that_is_refused_all_at_once() -> None:
    one = watch()
    one.heard(AdvertReceived(150, B), 1.0)
    one.refused(REFUSED, 2.0)
    one.fire(1.0 + DOWN)
    assert one.case == "no advert from 10.9.0.2 for 3.61 s; 10.9.0.2 is refused: wrong password"


@pytest.mark.parametrize(("interval", "told"), [(0.0, False), (2.0, True)])
def test_who_was_refused_and_is_silent_now_is_told_of_for_three_of_its_intervals(interval: float, told: bool) -> None:
    one = watch()
    one.refused(AdvertRefused(B, "other advertisement interval", interval), 1.0)
    one.heard(AdvertReceived(150, A), 3.0)
    one.fire(3.0 + DOWN)
    assert ("is refused" in one.case) is told


def test_who_was_refused_is_forgotten_with_the_master() -> None:
    one = watch()
    one.refused(REFUSED, 1.0)
    one.forget()
    one.enter(1.0)
    one.fire(1.0 + DOWN)
    assert one.case == "no master was heard"
