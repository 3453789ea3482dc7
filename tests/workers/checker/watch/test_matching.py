"""Which processes a vrrp_track_process means."""

import pytest

from alived.ipc.model.tracking import ParamMatch, TrackProcess
from alived.workers.checker.watch.matching import Matcher, Process


def tracker(*words: str, match: ParamMatch = ParamMatch.NONE, full: bool = False) -> TrackProcess:
    return TrackProcess(name="P", process=words, param_match=match, full_command=full or match is not ParamMatch.NONE)


def process(*words: str, name: str = "sh") -> Process:
    return Process(name.encode(), b"".join(word.encode(errors="surrogateescape") + b"\0" for word in words))


@pytest.mark.parametrize(
    ("wanted", "name", "is_meant"),
    [
        ("nginx", "nginx", True),
        ("nginx", "nginx2", False),
        ("ngin", "nginx", False),
        ("/usr/sbin/nginx", "nginx", False),
        ("a-very-long-daemon-name", "a-very-long-dae", True),
        ("a-very-long-daemon-name", "a-very-long-da", False),
    ],
)
def test_by_name(wanted: str, name: str, is_meant: bool) -> None:
    matcher = Matcher(tracker(wanted))
    assert not matcher.needs_command
    assert matcher.matches(process("whatever", name=name)) is is_meant


E, P, I = ParamMatch.EXACT, ParamMatch.PARTIAL, ParamMatch.INITIAL  # noqa: E741


@pytest.mark.parametrize(
    ("wanted", "runs", "is_meant"),
    [
        (tracker("/bin/d", full=True), ("/bin/d",), True),
        (tracker("/bin/d", full=True), ("/bin/d", "-x"), True),
        (tracker("/bin/d", full=True), ("/bin/d2",), False),
        (tracker("/bin/d", full=True), (), False),
        (tracker("a-very-long-daemon-name", full=True), ("a-very-long-daemon-name",), True),
        (tracker("/bin/d", match=E), ("/bin/d",), True),
        (tracker("/bin/d", match=E), ("/bin/d", "-x"), False),
        (tracker("/bin/d", "-x", "a b", match=E), ("/bin/d", "-x", "a b"), True),
        (tracker("/bin/d", "-x", "a b", match=E), ("/bin/d", "-x", "a", "b"), False),
        (tracker("/bin/d", "-x", match=E), ("/bin/d", "-x", "-y"), False),
        (tracker("/bin/d", "-x", match=E), ("/bin/d",), False),
        (tracker("/bin/d", "-x", match=P), ("/bin/d", "-x", "-y"), True),
        (tracker("/bin/d", "-x", match=P), ("/bin/d", "-xy"), False),
        (tracker("/bin/d", match=P), ("/bin/d", "-y"), True),
        (tracker("/bin/d", "-x", match=I), ("/bin/d", "-xy"), True),
        (tracker("/bin/d", "-x", match=I), ("/bin/d", "-x", "-y"), True),
        (tracker("/bin/d", "-x", match=I), ("/bin/d", "-y"), False),
        (tracker("/bin/d", "-x", "-y", match=I), ("/bin/d", "-xx", "-y"), False),
        (tracker("/bin/d", match=I), ("/bin/d", "-y"), True),
        (tracker("/bin/\udcff", full=True), ("/bin/\udcff",), True),
    ],
)
def test_by_command(wanted: TrackProcess, runs: tuple[str, ...], is_meant: bool) -> None:
    matcher = Matcher(wanted)
    assert matcher.needs_command
    assert matcher.matches(process(*runs)) is is_meant
