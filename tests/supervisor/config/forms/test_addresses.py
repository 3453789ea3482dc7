"""The lines of virtual_ipaddress; what keepalived 2.2 says of each was compared."""

import pytest

from alived.ipc.model.routing import FOREVER
from alived.supervisor.config.forms.addresses import AddressLine
from alived.supervisor.config.forms.form import UnfitError

LINE = AddressLine()
STATIC = AddressLine(static=True)


def read(line: str, form: AddressLine = LINE) -> tuple[dict[str, object] | None, list[str]]:
    """What a line gives, and the words that something is wrong with."""
    words = tuple(line.split())
    value, _, problems = form.read(words, line)
    return (dict(value.values) if value else None), [words[problem.index or 0] for problem in problems]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("10.0.0.1", {"prefixlen": 32}),
        ("10.0.0.1/24", {}),
        ("10.0.0.1/0", {"prefixlen": 0}),
        ("10.0.0.1/24 dev eth1", {"dev": "eth1"}),
        ("10.0.0.1/24 dev eth0 label eth0:1", {"dev": "eth0", "label": "eth0:1"}),
        ("10.0.0.1/24 scope link", {"scope": "link"}),
        ("10.0.0.1/24 brd 10.0.0.99", {"broadcast": "10.0.0.99"}),
        ("10.0.0.1/24 broadcast +", {"broadcast": "10.0.0.255"}),
        ("10.0.0.1/24 brd -", {"broadcast": "10.0.0.0"}),
        ("10.0.0.1 peer 10.0.0.2", {"prefixlen": 32, "peer": "10.0.0.2"}),
        ("10.0.0.1/24 use_vmac no_track", {"use_vmac": True, "no_track": True}),
        ("10.0.0.1/24 -nodad home autojoin", {"nodad": False, "home": True, "autojoin": True}),
        ("10.0.0.1/24 mngtmpaddr noprefixroute", {"mngtmpaddr": True, "noprefixroute": True}),
        ("10.0.0.1/24 preferred_lft 5", {"preferred_lft": 5}),
        ("2001:DB8:0::1/64", {"address": "2001:db8::1", "prefixlen": 64}),
        ("2001:db8::1 preferred_lft forever", {"address": "2001:db8::1", "prefixlen": 128, "preferred_lft": FOREVER}),
    ],
)
def test_an_address(line: str, expected: dict[str, object]) -> None:
    assert read(line) == ({"address": "10.0.0.1", "prefixlen": 24, **expected}, [])


@pytest.mark.parametrize(
    ("line", "expected", "wrong"),
    [
        ("10.0.0.1/33", {"prefixlen": 32}, ["10.0.0.1/33"]),
        ("10.0.0.1/255.255.255.0", {"prefixlen": 32}, ["10.0.0.1/255.255.255.0"]),
        ("10.0.0.1/", {"prefixlen": 32}, ["10.0.0.1/"]),
        ("10.0.0.1 brd +", {"prefixlen": 32}, ["+"]),
        ("10.0.0.1/24 labl x", {}, ["labl"]),
        ("10.0.0.1/24 nodad", {}, ["nodad"]),
        ("10.0.0.1/24 zzz yyy dev eth1", {"dev": "eth1"}, ["zzz", "yyy"]),
        ("10.0.0.1/24 track_group G", {}, ["track_group", "G"]),
        ("10.0.0.1/24 preferred_lft soon", {}, ["soon"]),
        ("10.0.0.1/24 peer 10.0.0.2", {"prefixlen": 32, "peer": "10.0.0.2"}, ["10.0.0.1/24"]),
        ("10.0.0.1/24 peer 10.0.0.2/24", {}, ["10.0.0.2/24"]),
        ("10.0.0.1/24 peer fe80::1", {}, ["fe80::1"]),
        ("10.0.0.1 peer 10.0.0.2 peer 10.0.0.3", {"prefixlen": 32, "peer": "10.0.0.2"}, ["peer"]),
        ("10.0.0.1 peer 10.0.0.2 brd 10.0.0.9", {"prefixlen": 32, "peer": "10.0.0.2"}, ["10.0.0.9"]),
        ("2001:db8::1/64 label a", {"address": "2001:db8::1", "prefixlen": 64}, ["a"]),
    ],
)
def test_an_address_without_what_is_wrong_with_it(line: str, expected: dict[str, object], wrong: list[str]) -> None:
    assert read(line) == ({"address": "10.0.0.1", "prefixlen": 24, **expected}, wrong)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("10.0.0.1/24 brd x", ["x"]),
        ("10.0.0.1/24 dev", ["dev"]),
        ("10.0.0.1/24 brd + label", ["label"]),
        ("10.0.0.1/24 dev eth0 dev eth1", ["dev"]),
        ("10.0.0.1/24 label eth0:567890123456", ["eth0:567890123456"]),
        ("2001:db8::1/64 brd +", ["+"]),
        ("10.0.0.1/24 dev eth0 dev eth1 label eth0:567890123456", ["dev", "eth0:567890123456"]),
    ],
)
def test_a_line_that_is_skipped(line: str, wrong: list[str]) -> None:
    assert read(line) == (None, wrong)


@pytest.mark.parametrize("line", ["VIP", "10.0.0.", "10.0.0.256/24", "fe80::1%eth0", "dev eth0", "10.0.0.01"])
def test_a_line_without_an_address(line: str) -> None:
    with pytest.raises(UnfitError, match="an address"):
        LINE.read(tuple(line.split()), line)


def test_an_address_that_stays_may_be_watched_and_has_no_virtual_mac() -> None:
    assert read("10.0.0.1/24 track_group G", STATIC)[0] == {"address": "10.0.0.1", "prefixlen": 24, "track_group": "G"}
    assert read("10.0.0.1/24 use_vmac", STATIC)[1] == ["use_vmac"]


def test_what_was_meant_is_asked() -> None:
    _, _, (problem,) = LINE.read(("10.0.0.1", "labl", "x"), "10.0.0.1 labl x")
    assert problem.message == "`labl` is not an option of an address"
    assert problem.hint == "did you mean `label`? it is ignored"


def test_an_address_is_written_as_it_is_understood() -> None:
    value = LINE.read(("10.0.0.1/24", "label", "a:1", "broadcast", "+", "-nodad"), "").value
    assert LINE.write(value) == "10.0.0.1/24 brd 10.0.0.255 label a:1 -nodad"
