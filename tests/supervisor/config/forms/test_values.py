"""Each form alone: what it reads, what it refuses, and how it is described."""

import pytest

from alived.ipc.model.common import Account
from alived.ipc.model.tracking import Weight
from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.forms.form import Form, Reading, UnfitError, quoted
from alived.supervisor.config.forms.numbers import MICROSECOND, Boolean, Flag, Integer, Seconds
from alived.supervisor.config.forms.programs import Command, Script, UserAndGroup
from alived.supervisor.config.forms.text import Address, Choice, Lines, Text
from alived.supervisor.config.forms.tracking import TrackerWeight
from alived.supervisor.config.lexer import Lexer
from alived.supervisor.config.source import Line


def read(form: Form, text: str) -> Reading:
    """What a form makes of the words after a keyword."""
    (segment,) = Lexer(Report()).segments(Line("f", 1, f"word {text}"))
    return form.read(segment.arguments, segment.tail.lstrip())


@pytest.mark.parametrize(
    ("form", "text", "value", "used"),
    [
        (Integer(-5, 5), "-5", -5, 1),
        (Integer(0, 5), "+5 6", 5, 1),
        (Integer(1, 5, alone=3), "", 3, 0),
        (Seconds(0, 5), "2.5", 2.5, 1),
        (Seconds(0, 5), ".5", 0.5, 1),
        (Seconds(0, 5, whole=True), "2", 2.0, 1),
        (Flag(), "x", True, 0),
        (Boolean(), "", True, 0),
        (Boolean(), "no", False, 1),
        (Text(), '"a b"', "a b", 1),
        (Choice({"A": 1, "B": 2}), "B", 2, 1),
        (Choice({"A": 1}, fold=True), "a", 1, 1),
        (Address(), "FE80::0:1", "fe80::1", 1),
        (Address((4,), multicast=True), "224.0.0.1", "224.0.0.1", 1),
        (TrackerWeight(), "-253", Weight(-253), 1),
        (TrackerWeight(), "3 reverse x", Weight(3, reverse=True), 2),
        (UserAndGroup(), "bob", Account("bob"), 1),
        (UserAndGroup(), "bob bin x", Account("bob", "bin"), 2),
        (Command(), '"/bin/a b" c', Script(("/bin/a", "b")), 1),
        (Command(account=True), "/bin/a bob bin", Script(("/bin/a",), Account("bob", "bin")), 3),
        (Lines(Text()), "a", "a", 1),
    ],
)
def test_a_value(form: Form, text: str, value: object, used: int) -> None:
    assert read(form, text) == Reading(value, used)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (Integer(-5, 5), -5),
        (Seconds(0, 5), 0.25),
        (Seconds(0, 5000), 1e-6),
        (Boolean(), False),
        (Flag(), True),
        (Text(), "a # b"),
        (Text(), 'say \\"x\\"'),
        (Choice({"A": 1, "B": 2}), 2),
        (Address(), "fe80::1"),
        (TrackerWeight(), Weight(3, reverse=True)),
        (UserAndGroup(), Account("bob", "bin")),
        (Command(), Script(("/bin/a", "b c", "'\"$X{}", "\x01"))),
        (Command(account=True), Script(("/bin/a",), Account("bob", "bin"))),
    ],
)
def test_what_is_written_is_read_again(form: Form, value: object) -> None:
    assert read(form, form.write(value)).value == value


def test_words_that_need_quotes() -> None:
    assert [quoted(word) for word in ("a", "", "a b", "a#b", "x{")] == ["a", '""', '"a b"', '"a#b"', '"x{"']


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (Integer(1, 5), "0"),
        (Integer(1, 5), "6"),
        (Integer(1, 5), "1.5"),
        (Integer(1, 5), "\u0663"),
        (Integer(1, 5), "9" * 5000),
        (Integer(1, 5, raised=True), "-1"),
        (Seconds(1, 5), "0"),
        (Seconds(1, 5), "nan"),
        (Seconds(1, 5), "1e0"),
        (Seconds(0, 5, whole=True), "2.5"),
        (Boolean(), "maybe"),
        (Text("a name", 3), "abcd"),
        (Text(), '""'),
        (Choice({"A": 1}), "a"),
        (Address((4,)), "::1"),
        (Address((4,), multicast=True), "10.0.0.1"),
        (Address(), "host"),
        (TrackerWeight(), "254"),
        (TrackerWeight(), "x"),
        (Command(), '"\\0"'),
    ],
)
def test_a_value_that_is_refused(form: Form, text: str) -> None:
    with pytest.raises(UnfitError) as error:
        read(form, text)
    assert error.value.index is not None
    assert str(error.value).startswith(form.expected)


@pytest.mark.parametrize("form", [Integer(1, 5), Seconds(1, 5), Text(), Choice({"A": 1}), Address(), TrackerWeight()])
def test_a_value_that_is_missing(form: Form) -> None:
    with pytest.raises(UnfitError) as error:
        read(form, "")
    assert error.value.index is None


def test_numbers_that_are_read_as_another() -> None:
    assert read(Integer(1, 5, raised=True), "0")[:2] == (1, 1)
    assert read(Seconds(1, 5, raised=True), "0")[:2] == (1, 1)
    assert read(Seconds(1, 5, zero_means="never"), "0")[:2] == (0.0, 1)


def test_what_can_be_used_of_a_weight() -> None:
    with pytest.raises(UnfitError) as error:
        read(TrackerWeight(), "3 backwards")
    assert error.value.instead == Weight(3)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (Integer(1, 5), "a whole number from 1 to 5"),
        (Seconds(0.01, 255), "a number of seconds from 0.01 to 255"),
        (Seconds(MICROSECOND, 10), "a number of seconds above 0, at most 10"),
        (Seconds(1, 2, whole=True), "a whole number of seconds from 1 to 2"),
        (Choice({"A": 1}), "A"),
        (Choice({"A": 1, "B": 2, "C": 3}), "A, B or C"),
        (Address(), "an IP address"),
        (Address((4,)), "an IPv4 address"),
        (Address((4,), multicast=True), "a multicast IPv4 address"),
    ],
)
def test_how_it_is_described(form: Form, expected: str) -> None:
    assert form.expected == expected


def test_a_weight_in_words() -> None:
    assert [str(Weight(-5)), str(Weight(5, reverse=True))] == ["-5", "5 reverse"]
