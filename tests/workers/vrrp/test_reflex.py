"""Reflexes: what an instance does without being awakened, and what awakes it. The times: test_pulse.py."""

from time import monotonic

import pytest

from alived.workers.vrrp.events import AdvertReceived
from alived.workers.vrrp.pulse import NEVER
from alived.workers.vrrp.reflex import Reflex, Refrain
from alived.workers.vrrp.stats import Stats
from alived.workers.vrrp.transport.outlet import Target
from alived.workers.vrrp.wire.advert import Advert
from alived.workers.vrrp.wire.checksum import Covers
from alived.workers.vrrp.wire.judge import Heard
from alived.workers.vrrp.wire.rejection import Reason, Rejection

TO: Target = ("224.0.0.18", 0)


class Awake:
    """The rest of an instance, which writes down what awakes it."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def timer_fired(self, now: float) -> None:
        self.told.append(now)

    def sending_failed(self, error: OSError) -> None:
        self.told.append(error.strerror)

    def heard(self, heard: Heard) -> None:
        self.told.append(heard)

    def met(self, heard: Heard) -> None:
        self.told.append(("met", heard))

    def refused(self, rejection: Rejection, source: bytes) -> None:
        self.told.append((rejection, source))


def counted(reflex: Reflex) -> tuple[int, int]:
    stats = Stats()
    reflex.count(stats)
    return stats.adverts_sent, stats.adverts_received


def master(rest: Awake, sent: list[tuple[bytes, Target]]) -> Reflex:
    reflex = Reflex(rest)
    reflex.due, reflex.interval, reflex.spoke, reflex.patience, reflex.steady = 11.0, 1.0, 10.0, 4.0, True
    reflex.refrain = Refrain(lambda datagram, target: sent.append((datagram, target)), b"advert", TO)
    return reflex


def test_a_master_sends_the_same_again_without_being_awakened() -> None:
    rest, sent = Awake(), list[tuple[bytes, Target]]()
    reflex = master(rest, sent)
    for now in (11.0, 12.0, 13.0):
        assert reflex.deadline() == now
        reflex.expire(now)
    assert sent == [(b"advert", TO)] * 3
    assert rest.told == []
    assert counted(reflex) == (3, 0)
    assert counted(reflex) == (0, 0)


def test_without_a_refrain_or_with_more_to_do_it_is_awakened() -> None:
    rest, sent = Awake(), list[tuple[bytes, Target]]()
    reflex = master(rest, sent)
    reflex.steady = False
    reflex.expire(11.0)
    reflex.steady, reflex.refrain = True, None
    reflex.expire(11.0)
    assert (rest.told, sent) == ([11.0, 11.0], [])
    assert reflex.spoke == 10.0


def test_what_the_kernel_refuses_awakes_it_and_is_not_repeated() -> None:
    def refuse(_datagram: bytes, _target: Target) -> None:
        raise OSError(100, "Network is down")

    rest = Awake()
    reflex = master(rest, [])
    reflex.refrain = Refrain(refuse, b"advert", TO)
    reflex.expire(11.0)
    reflex.expire(12.0)
    assert rest.told == ["Network is down", 12.0]
    assert counted(reflex) == (0, 0)


HEARD = Heard(200, b"\x0a\x09\x00\x01", 1.0, Advert(51, 200, 1, ()), Covers.MESSAGE, 255)


def test_a_backup_hears_the_same_again_without_being_awakened() -> None:
    rest = Awake()
    reflex = Reflex(rest)
    reflex.heard(HEARD)
    assert rest.told == [HEARD]
    reflex.known, reflex.advert = HEARD, AdvertReceived(200, HEARD.source, 1.0)
    reflex.usual, reflex.down_after = reflex.advert, 3.6
    before = monotonic()
    reflex.heard(HEARD)
    assert rest.told == [HEARD]
    assert counted(reflex) == (0, 1)
    assert before + 3.6 <= reflex.due <= monotonic() + 3.6
    reflex.usual = None
    reflex.heard(HEARD)
    assert rest.told == [HEARD, HEARD]


def test_what_is_new_and_what_is_refused_is_handed_on() -> None:
    rest = Awake()
    reflex = Reflex(rest)
    refusal = Rejection(Reason.VERSION)
    reflex.met(HEARD)
    reflex.refused(refusal, HEARD.source)
    assert rest.told == [("met", HEARD), (refusal, HEARD.source)]


@pytest.mark.parametrize("steady", [True, False])
def test_nothing_awakes_an_instance_that_has_ended(steady: bool) -> None:
    rest, sent = Awake(), list[tuple[bytes, Target]]()
    reflex = master(rest, sent)
    reflex.steady = steady
    reflex.end()
    reflex.expire(11.0)
    reflex.heard(HEARD)
    reflex.met(HEARD)
    reflex.refused(Rejection(Reason.VERSION), HEARD.source)
    assert (rest.told, sent) == ([], [])


def test_it_ends_while_its_last_advert_fails() -> None:
    rest = Awake()
    reflex = master(rest, [])

    def refuse(_datagram: bytes, _target: Target) -> None:
        reflex.end()
        raise OSError(9, "Bad file descriptor")

    reflex.refrain = Refrain(refuse, b"advert", TO)
    reflex.expire(11.0)
    assert rest.told == []


def test_nothing_is_due_of_an_instance_that_has_not_begun() -> None:
    assert Reflex(Awake()).due == NEVER
    assert Reflex(Awake()).deadline() is None
