"""The kernel's process events as bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.checker.watch.events import Answer, Ended, Event, Executed, Forked, Renamed, listen, parse


def datagram(what: int, data: bytes, *, index: int = 1, value: int = 1, kind: int = 3) -> bytes:
    event = struct.pack("=IIQ", what, 0, 12345) + data.ljust(24, b"\0")
    body = struct.pack("=IIIIHH", index, value, 7, 0, len(event), 0) + event
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body


def numbers(*values: int) -> bytes:
    return struct.pack(f"={len(values)}i", *values)


@pytest.mark.parametrize(
    ("what", "data", "event"),
    [
        (0, numbers(0), Answer(0)),
        (0, numbers(1), Answer(1)),
        (1, numbers(10, 10, 11, 11), Forked(10, 11)),
        (1, numbers(12, 10, 11, 11), Forked(10, 11)),
        (2, numbers(11, 11), Executed(11)),
        (0x200, numbers(11, 11) + b"nginx\0rest", Renamed(11, b"nginx")),
        (0x200, numbers(11, 11) + b"x" * 16, Renamed(11, b"x" * 16)),
        (0x80000000, numbers(11, 11, 0, 17), Ended(11)),
    ],
)
def test_events(what: int, data: bytes, event: Event) -> None:
    assert list(parse(datagram(what, data))) == [event]


@pytest.mark.parametrize(
    ("what", "data"),
    [
        (1, numbers(10, 10, 12, 11)),
        (2, numbers(12, 11)),
        (0x200, numbers(12, 11)),
        (0x80000000, numbers(12, 11)),
        (4, numbers(11, 11)),
        (0x40000000, numbers(11, 11)),
    ],
)
def test_threads_and_other_events_are_left_out(what: int, data: bytes) -> None:
    assert list(parse(datagram(what, data))) == []


def test_several_in_a_datagram() -> None:
    both = datagram(2, numbers(11, 11)) + datagram(0x80000000, numbers(11, 11))
    assert list(parse(both)) == [Executed(11), Ended(11)]


@pytest.mark.parametrize("other", [{"index": 2}, {"value": 2}, {"kind": 2}])
def test_messages_of_others(other: dict[str, int]) -> None:
    assert list(parse(datagram(2, numbers(11, 11), **other))) == []


@pytest.mark.parametrize("length", range(77))
def test_what_is_cut_off_is_no_event(length: int) -> None:
    whole = datagram(1, numbers(10, 10, 11, 11))
    assert list(parse(whole[:length])) == ([Forked(10, 11)] if length == len(whole) else [])


@pytest.mark.parametrize(("what", "needed"), [(0, 4), (1, 16), (2, 8), (0x80000000, 8)])
def test_an_event_that_is_too_short(what: int, needed: int) -> None:
    whole = datagram(what, b"")
    for length in (needed, needed - 1):
        size = 52 + length
        message = struct.pack("=I", size) + whole[4:size]
        assert len(list(parse(message))) == (length == needed)


@given(st.binary(max_size=200))
def test_anything_can_be_parsed(data: bytes) -> None:
    list(parse(data))


def test_a_message_without_an_event() -> None:
    assert list(parse(struct.pack("=IHHII", 20, 3, 0, 0, 0) + b"1234")) == []


def test_a_length_that_leads_nowhere() -> None:
    assert list(parse(struct.pack("=IHHII", 0, 3, 0, 0, 0) * 2)) == []


def test_the_request() -> None:
    """As strace shows that of other programs: idx 1, val 1, four bytes, PROC_CN_MCAST_LISTEN."""
    assert (
        listen(7).hex()
        == "2800000003000000" + "0000000007000000" + "01000000" * 2 + "00000000" * 2 + "04000000" + "01000000"
    )
