"""Forms of checks: what is written is read, and what is read is written so that it reads the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.checks import RegexStack, Reply, StatusRange
from alived.supervisor.config.forms.checks import (
    Digest,
    DomainName,
    HexData,
    Regex,
    RegexOptions,
    ReplyPattern,
    StackSizes,
    StatusCodes,
)
from alived.supervisor.config.forms.form import Form, UnfitError


def read(form: Form, text: str) -> Any:
    return form.read(tuple(text.split()), text).value


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (StatusCodes(), "200 300-399", (StatusRange(first=200, last=200), StatusRange(first=300, last=399))),
        (Digest(), "9B3A0C85A887A256D6939DA88AABD8CD", "9b3a0c85a887a256d6939da88aabd8cd"),
        (Regex(), r'"a b\\d"', r"a b\d"),
        (Regex(), "plain", "plain"),
        (RegexOptions(), "caseless dotall", ("caseless", "dotall")),
        (StackSizes(), "10 20", RegexStack(start=10, most=20)),
        (DomainName(), ".", "."),
        (DomainName(), "example.org.", "example.org."),
        (HexData(), "Ab12f 3 456 546443123", bytes.fromhex("ab120f03450654644312 03")),
        (ReplyPattern(), "", Reply()),
        (ReplyPattern(), "4X Xf x", Reply(data=b"\x40\x0f\x00", mask=b"\xf0\x0f\xf0")),
    ],
)
def test_what_is_read(form: Form, text: str, value: object) -> None:
    assert read(form, text) == value
    assert read(form, form.write(value)) == value


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (StatusCodes(), ""),
        (Digest(), "1234"),
        (Digest(), "zb3a0c85a887a256d6939da88aabd8cd"),
        (Regex(), '"a" "b"'),
        (Regex(), '"a'),
        (RegexOptions(), ""),
        (StackSizes(), "10"),
        (StackSizes(), "20 10"),
        (StackSizes(), "a b"),
        (DomainName(), ".org"),
        (DomainName(), "example..org"),
        (HexData(), "xx"),
        (HexData(), ""),
        (ReplyPattern(), "zz"),
    ],
)
def test_what_is_not_read(form: Form, text: str) -> None:
    with pytest.raises(UnfitError):
        read(form, text)


def test_bad_status_codes_are_left_out() -> None:
    reading = StatusCodes().read(("99", "200", "1000", "x"), "")
    assert reading.value == (StatusRange(first=200, last=200),)
    assert [problem.index for problem in reading.problems] == [0, 2, 3]


def test_options_that_there_are_not() -> None:
    reading = RegexOptions().read(("caseles", "dotall", "zzz"), "")
    assert reading.value == ("dotall",)
    assert [problem.hint for problem in reading.problems] == ["did you mean `caseless`?", "it is ignored"]


@given(data=st.binary(min_size=1, max_size=50))
def test_any_data_is_written_so_that_it_reads_the_same(data: bytes) -> None:
    assert read(HexData(), HexData().write(data)) == data


@given(text=st.text("0123456789abcdefxX ", max_size=30))
def test_any_pattern_is_written_so_that_it_reads_the_same(text: str) -> None:
    value = read(ReplyPattern(), text)
    assert read(ReplyPattern(), ReplyPattern().write(value)) == value
