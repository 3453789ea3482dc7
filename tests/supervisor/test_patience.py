"""patience.py: how long a silence is a hang, and that it is counted only while the supervisor was awake to hear."""

import pytest

from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.common import Program
from alived.ipc.model.config import ConfigObject
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.patience import BOOT_LIMIT, FREE, LEAST, LIMIT, RECENT, Patience, lenient, limit

HEIR = 0.05
"""Seconds from SIGKILL to the next advert, as measured (docs/numbers.md)."""


def instance(advert_int: float, adverts: int = 3, name: str = "one") -> VrrpInstance:
    return VrrpInstance(
        name=name, interface="eth0", virtual_router_id=1, advert_int=advert_int, down_timer_adverts=adverts
    )


def ended_after(patience: Patience, now: float) -> float:
    """Seconds of silence that end patience, looked at as often as it says."""
    for count in range(1, 1000):
        if patience.look(now + count * patience.look_every):
            return count * patience.look_every
    raise AssertionError("patience never ended")


# --- the limit ---


@pytest.mark.parametrize(("interval", "adverts"), [(0.1, 3), (0.2, 3), (0.5, 3), (1.0, 3), (1.0, 2), (40.0, 3)])
def test_the_heir_advertises_before_a_peer_takes_over(interval: float, adverts: int) -> None:
    """A backup of priority 100, and a worker that hangs just before it would advertise."""
    patience = Patience(0.0, limit([instance(interval, adverts)]))
    patience.beat(10.0)
    silence = interval + ended_after(patience, 10.0) + HEIR
    assert silence < adverts * interval + (256 - 100) / 256 * interval


def test_long_intervals_do_not_make_it_wait_longer() -> None:
    assert limit([instance(40.0)]) == limit([instance(1.0)]) == limit([]) == LIMIT


def test_the_shortest_interval_counts() -> None:
    both = [instance(1.0, name="slow"), instance(0.4, name="fast")]
    assert limit(both) == limit([instance(0.4)]) < LIMIT


def test_a_busy_machine_is_no_hang_however_short_the_interval() -> None:
    assert limit([instance(0.01)]) == limit([instance(0.1)]) > LEAST


def test_only_one_that_has_booted_and_has_a_short_limit_is_asked() -> None:
    booting, short, usual = Patience(0.0, 0.2), Patience(0.0, 0.2), Patience(0.0)
    short.beat(0.1)
    usual.beat(0.1)
    assert [patience.asks for patience in (booting, short, usual)] == [False, True, False]


def test_a_worker_with_much_to_do_in_one_turn_has_longer() -> None:
    many: list[ConfigObject] = [instance(0.1, name=str(number)) for number in range(500)]
    assert limit(many) > 0.5


def test_what_advertises_nothing_has_the_usual_limit() -> None:
    assert limit([VrrpScript(name="s", program=Program(argv=("/bin/true",), uid=0, gid=0))]) == LIMIT


def test_one_that_hangs_again_and_again_has_longer_for_a_while() -> None:
    now = 1000.0
    assert [lenient(0.2, [now - 1.0] * times, now) for times in range(FREE + 5)] == [
        *[0.2] * (FREE + 1), 0.4, 0.8, LIMIT, LIMIT
    ]  # fmt: skip
    assert lenient(0.2, [now - RECENT] * 10, now) == 0.2


# --- one worker ---


@pytest.mark.parametrize("limit", [0.15, LIMIT])
def test_a_silent_worker_has_hung_just_after_the_limit(limit: float) -> None:
    patience = Patience(0.0, limit)
    patience.beat(10.0)
    assert limit - 1e-6 < ended_after(patience, 10.0) <= limit + 2 * patience.look_every


def test_a_beat_begins_anew() -> None:
    patience = Patience(0.0)
    for look in range(200):
        now = look * patience.look_every
        assert not patience.look(now)
        if look % 4 == 0:
            patience.beat(now)


def test_a_worker_that_boots_has_longer() -> None:
    assert ended_after(Patience(0.0, 0.15), 0.0) > BOOT_LIMIT


def test_a_pause_of_the_supervisor_itself_is_not_held_against_the_worker() -> None:
    patience = Patience(0.0)
    patience.beat(1.0)
    assert not patience.look(1.0 + 3600.0)
    assert ended_after(patience, 3601.0) > LIMIT - 3 * patience.look_every


def test_a_clock_that_stands_still_ends_nobodys_patience() -> None:
    patience = Patience(5.0)
    patience.beat(5.0)
    assert not any(patience.look(5.0) for _ in range(100))
