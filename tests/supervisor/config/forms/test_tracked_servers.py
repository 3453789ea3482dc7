"""The lines of alived_track_virtual_server."""

import pytest

from alived.ipc.model.tracking import TrackedVirtualServer
from alived.supervisor.config.forms.form import Reading, UnfitError
from alived.supervisor.config.forms.tracked_servers import TrackServerLine
from alived.supervisor.config.forms.tracking import Tracked

LINE = TrackServerLine()


def read(text: str) -> Reading:
    return LINE.read(tuple(text.split()), text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10.0.0.1 80", Tracked("10.0.0.1:80")),
        ("10.0.0.1", Tracked("10.0.0.1:0")),
        ("10.0.0.1 80 TCP", Tracked("10.0.0.1:80/TCP")),
        ("10.0.0.1 UDP weight 5", Tracked("10.0.0.1:0/UDP", 5)),
        ("10.0.0.1 80 weight -5 reverse", Tracked("10.0.0.1:80", -5, True)),
        ("2001:db8::1 443", Tracked("[2001:db8::1]:443")),
        ("fwmark 5", Tracked("fwmark 5")),
        ("fwmark 5 inet6 weight 7", Tracked("fwmark 5 inet6", 7)),
        ("group G", Tracked("group G")),
        ("group G SCTP weight 0", Tracked("group G/SCTP", 0)),
    ],
)
def test_lines(text: str, value: Tracked) -> None:
    assert read(text) == Reading(value, len(text.split()))
    assert LINE.write(value) == text
    assert read(LINE.write(value)).value == value


def test_what_is_written_of_the_model() -> None:
    assert LINE.write(TrackedVirtualServer(name="10.0.0.1:80/TCP")) == "10.0.0.1 80 TCP weight 0"
    assert LINE.write(TrackedVirtualServer(name="group a b/UDP", weight=-5, reverse=True)) == (
        'group "a b" UDP weight -5 reverse'
    )


@pytest.mark.parametrize(
    ("text", "expected", "index"),
    [
        ("", LINE.expected, None),
        ("here 80", "an IP address, fwmark or group", 0),
        ("10.0.0.1 65536", "a port from 1 to 65535", 1),
        ("fwmark", "fwmark with a number from 1 to 4294967295", 0),
        ("fwmark 0", "fwmark with a number from 1 to 4294967295", 1),
        ("group", "group with the name of a virtual_server_group", 0),
    ],
)
def test_what_is_none(text: str, expected: str, index: int | None) -> None:
    with pytest.raises(UnfitError) as error:
        read(text)
    assert (error.value.expected, error.value.index) == (expected, index)


def test_a_misspelt_word_is_recognised() -> None:
    with pytest.raises(UnfitError) as error:
        read("fwmrak 5")
    assert error.value.similar == "fwmark"


@pytest.mark.parametrize(
    ("text", "index", "value"),
    [
        ("10.0.0.1 80 TCP wieght 5", 3, None),
        ("10.0.0.1 80 weight", 2, None),
        ("10.0.0.1 80 weight 300", 3, Tracked("10.0.0.1:80")),
        ("fwmark 5 weight 5 noreverse", 4, Tracked("fwmark 5", 5)),
    ],
)
def test_problems_point_at_their_words(text: str, index: int, value: Tracked | None) -> None:
    found = read(text)
    assert [problem.index for problem in found.problems] == [index]
    assert found.value == value
