"""The number in a track_file, against the C library's own reading."""

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.checker.watch.number import HIGHEST, LONGEST, LOWEST, number_in

_STRTOL = ctypes.CDLL(None).strtol
_STRTOL.restype = ctypes.c_long


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"5\n", 5),
        (b"-20", -20),
        (b"+7 and more", 7),
        (b"\t\n 12", 12),
        (b"0", 0),
        (b"00", 0),
        (b"010", 8),
        (b"08", 0),
        (b"0x1F", 31),
        (b"-0X1f", -31),
        (b"0xg", 0),
        (b"3.9", 3),
        (b"7\0008", 7),
        (b"2147483647", HIGHEST),
        (b"-2147483648", LOWEST),
    ],
)
def test_numbers(text: bytes, number: int) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize("text", [b"", b"\n", b"high", b"- 5", b"--5", b"\0005", "\N{NO-BREAK SPACE}5".encode()])
def test_what_is_no_number(text: bytes) -> None:
    assert number_in(text) is None


@pytest.mark.parametrize("text", [b"2147483648", b"-2147483649", b"9" * 1000, b"0x100000000"])
def test_what_is_out_of_range(text: bytes) -> None:
    with pytest.raises(OverflowError, match="is out of range"):
        number_in(text)


def test_only_the_beginning_of_a_file_is_looked_at() -> None:
    assert number_in(b" " * (LONGEST - 1) + b"12") == 1
    assert number_in(b" " * LONGEST + b"12") is None


@given(st.text("0123456789xXabf +-\n\t.", max_size=12))
def test_as_the_c_library(text: str) -> None:
    raw = text.encode()
    expected = _STRTOL(ctypes.c_char_p(raw), None, 0)
    if LOWEST <= expected <= HIGHEST:
        assert (number_in(raw) or 0) == expected
    else:
        with pytest.raises(OverflowError):
            number_in(raw)
