"""The HMAC trailer: the published vectors, and all that must not pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.wire.rejection import Reason, Rejection
from alived.workers.vrrp.wire.trailer import (
    SIZE,
    Freshness,
    Marks,
    Numbers,
    Ring,
    Trailer,
    pseudo_header,
    read,
    sign,
    skew,
)
from tests.workers.vrrp.wire.captured import HMAC_IPV4, HMAC_IPV6, HMAC_NUMBER, HMAC_TIME
from tests.workers.vrrp.wire.kit import PEER, changed, packed

SECRET = bytes(range(32))
TIMED, GROWING = Freshness(5), Freshness(None)
RING = Ring({1: SECRET, 9: bytes(64)}, GROWING)
VECTORS = pytest.mark.parametrize(("source", "whole"), [HMAC_IPV4[1:], HMAC_IPV6[1:]], ids=["IPv4", "IPv6"])


def verdict(whole: bytes, source: bytes, ring: Ring = RING, wall: float = HMAC_TIME, vrid: int = 51) -> int | Reason:
    found = ring.verify(pseudo_header(3, vrid, source), whole[:-SIZE], whole[-SIZE:], wall)
    return found.reason if isinstance(found, Rejection) else found


@VECTORS
def test_the_published_vectors(source: bytes, whole: bytes) -> None:
    assert verdict(whole, source) == HMAC_NUMBER
    assert sign(pseudo_header(3, 51, source), whole[:-SIZE], 1, SECRET, HMAC_NUMBER) == whole[-SIZE:]
    assert read(whole[-SIZE:]) == Trailer(1, 1, 0, HMAC_NUMBER, whole[-16:])


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (2, Reason.HMAC_DIGEST),  # priority
        (5, Reason.HMAC_DIGEST),  # interval
        (6, HMAC_NUMBER),  # the checksum, which is checked by itself
        (23, Reason.HMAC_DIGEST),  # address
        (24, Reason.HMAC_MALFORMED),  # type
        (25, Reason.HMAC_KEY),
        (26, Reason.HMAC_MALFORMED),  # reserved
        (27, Reason.HMAC_MALFORMED),
        (28, Reason.HMAC_DIGEST),  # seconds
        (35, Reason.HMAC_DIGEST),  # counter
        (36, Reason.HMAC_DIGEST),  # the HMAC itself
        (51, Reason.HMAC_DIGEST),
    ],
)
def test_one_changed_byte(at: int, expected: int | Reason) -> None:
    """The cases of keepalived's own test, and more."""
    _, source, whole = HMAC_IPV6
    assert verdict(changed(whole, at, whole[at] ^ 1), source) == expected


def test_it_is_tied_to_sender_router_and_version() -> None:
    _, source, whole = HMAC_IPV6
    assert verdict(whole, packed("fe80::20")) is Reason.HMAC_DIGEST
    assert verdict(whole, source, vrid=52) is Reason.HMAC_DIGEST
    older = RING.verify(pseudo_header(2, 51, source), whole[:-SIZE], whole[-SIZE:], 0)
    assert isinstance(older, Rejection)


def test_keys_are_rotated() -> None:
    pseudo = pseudo_header(3, 51, PEER)
    both = Ring({1: SECRET, 2: bytes(40)}, GROWING)
    for key, secret in both.secrets.items():
        assert both.verify(pseudo, b"messages", sign(pseudo, b"messages", key, secret, 77), 0) == 77
    gone = Ring({2: bytes(40)}, GROWING)
    left = gone.verify(pseudo, b"messages", sign(pseudo, b"messages", 1, SECRET, 78), 0)
    assert left == Rejection(Reason.HMAC_KEY, "key 1")


@pytest.mark.parametrize(("off", "fine"), [(0, True), (5, True), (-5, True), (6, False), (-6, False), (-3600, False)])
def test_the_window(off: int, fine: bool) -> None:
    _, source, whole = HMAC_IPV4
    ring = Ring(RING.secrets, TIMED)
    assert verdict(whole, source, ring, HMAC_TIME + off) == (HMAC_NUMBER if fine else Reason.HMAC_STALE)


def test_time_wraps_like_its_field() -> None:
    """The seconds have 32 bits: in 2106 they begin anew, and the clocks still agree."""
    last = (1 << 32) - 1
    assert skew(last << 32, last + 2) == 2
    assert skew(1 << 32, last) == -2
    assert not TIMED.stale(last << 32, last + 4)


def test_numbers_are_the_time() -> None:
    numbers = Numbers()
    assert numbers.advance(HMAC_TIME, TIMED) == HMAC_NUMBER
    assert numbers.advance(HMAC_TIME, TIMED) == HMAC_NUMBER + 1
    assert numbers.advance(HMAC_TIME + 1, TIMED) == HMAC_NUMBER + (1 << 32)


def test_numbers_grow_while_a_clock_is_set_back_a_little() -> None:
    numbers = Numbers()
    numbers.advance(HMAC_TIME, TIMED)
    assert numbers.advance(HMAC_TIME - 5, TIMED) == HMAC_NUMBER + 1


def test_numbers_follow_a_clock_that_was_set_back_beyond_the_window() -> None:
    numbers = Numbers()
    numbers.advance(HMAC_TIME + 3600, TIMED)
    assert numbers.advance(HMAC_TIME, TIMED) == HMAC_NUMBER


def test_numbers_that_have_to_grow_do_so_whatever_the_clock_says() -> None:
    numbers = Numbers()
    first = numbers.advance(HMAC_TIME + 3600, GROWING)
    assert numbers.advance(HMAC_TIME, GROWING) == first + 1


@given(st.lists(st.floats(0, 2.0**33), min_size=2, max_size=20))
def test_numbers_that_have_to_grow_never_repeat(walls: list[float]) -> None:
    numbers, marks, start = Numbers(), Marks(), min(walls)
    for wall in (start + (wall - start) / 8 for wall in walls):  # within half the circle of serial numbers
        assert marks.accept(PEER, numbers.advance(wall, GROWING), wall, GROWING, 1)


def test_a_mark_forbids_repetition_and_older_ones() -> None:
    marks = Marks()
    assert marks.accept(PEER, 10, 0, GROWING, 4)
    assert not marks.accept(PEER, 10, 0, GROWING, 4)
    assert not marks.accept(PEER, 9, 0, GROWING, 4)
    assert marks.accept(PEER, 11, 0, GROWING, 4)


def test_a_mark_in_a_wrong_future_expires() -> None:
    """A sender whose clock was an hour ahead, and was set right: the window forbids what the mark did."""
    marks = Marks()
    assert marks.accept(PEER, HMAC_NUMBER + (3600 << 32), HMAC_TIME + 3600, TIMED, 4)
    assert marks.accept(PEER, HMAC_NUMBER, HMAC_TIME, TIMED, 4)
    assert not marks.accept(PEER, HMAC_NUMBER, HMAC_TIME, TIMED, 4)


def test_marks_are_bounded_and_the_silent_one_goes() -> None:
    marks = Marks()
    for number, source in enumerate((b"a", b"b", b"a", b"c")):
        assert marks.accept(source, 100 + number, 0, GROWING, 2)
    assert not marks.accept(b"a", 100, 0, GROWING, 2)
    assert marks.accept(b"b", 1, 0, GROWING, 2)
