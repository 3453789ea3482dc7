"""The lines of virtual_routes; what keepalived 2.2 says of each was compared."""

import pytest

from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.forms.routes import RouteLine

LINE = RouteLine()


def written(line: str) -> tuple[str | None, list[str]]:
    """A line as it is understood, and the words that something is wrong with."""
    words = tuple(line.split())
    value, _, problems = LINE.read(words, line)
    return (LINE.write(value) if value else None), [words[problem.index or 0] for problem in problems]


@pytest.mark.parametrize(
    ("line", "understood"),
    [
        ("10.1.0.0/24 dev eth0", "10.1.0.0/24 dev eth0"),
        ("to 10.1.0.0/24 oif eth0", "10.1.0.0/24 dev eth0"),
        ("src 10.0.0.3 to 10.1.0.0/24 via 10.0.0.1", "10.1.0.0/24 src 10.0.0.3 via 10.0.0.1"),
        ("10.1.0.1 via inet 10.0.0.1", "10.1.0.1/32 via 10.0.0.1"),
        ("default via 10.0.0.1", "0.0.0.0/0 via 10.0.0.1"),
        ("default via fe80::1 dev eth0", "::/0 via fe80::1 dev eth0"),
        ("inet6 default dev eth0", "::/0 dev eth0"),
        ("any via inet6 fe80::1", "::/0 via fe80::1"),
        ("default6 via fe80::1", "::/0 via fe80::1"),
        ("2001:db8::/32 from 2001:db9::/32 dev eth0", "2001:db8::/32 from 2001:db9::/32 dev eth0"),
        ("blackhole 10.1.0.0/24", "blackhole 10.1.0.0/24"),
        ("brd 10.1.0.255 dev eth0", "broadcast 10.1.0.255/32 dev eth0"),
        ("10.1.0.0/24 table main protocol static no_track", "10.1.0.0/24 table main protocol static no_track"),
        ("10.1.0.0/24 priority 12 tos 0x04 scope link", "10.1.0.0/24 metric 12 scope link tos 0x04"),
        ("10.1.0.0/24 realms 3/4 onlink vrf blue", "10.1.0.0/24 vrf blue onlink realms 3/4"),
        ("10.1.0.0/24 mtu lock 1500 advmss 1400", "10.1.0.0/24 mtu lock 1500 advmss 1400"),
        ("10.1.0.0/24 rtt 100ms rttvar 2s rto_min lock 5", "10.1.0.0/24 rtt 800 rttvar 8000 rto_min lock 5"),
        ("10.1.0.0/24 congctl lock reno features ecn", "10.1.0.0/24 congctl lock reno features ecn"),
        ("10.1.0.0/24 quickack 1 fastopen_no_cookie 0", "10.1.0.0/24 quickack 1 fastopen_no_cookie 0"),
        ("10.1.0.0/24 ttl-propagate disabled append", "10.1.0.0/24 ttl-propagate disabled append"),
        ("10.1.0.0/24 initcwnd 9 initrwnd 8 hoplimit 7", "10.1.0.0/24 hoplimit 7 initcwnd 9 initrwnd 8"),
        ("10.1.0.0/24 window 1 cwnd 2 ssthresh 3 reordering 4", "10.1.0.0/24 reordering 4 window 1 cwnd 2 ssthresh 3"),
        ("2001:db8::/32 expires 10 pref low dev eth0", "2001:db8::/32 dev eth0 expires 10 pref low"),
        ("10.1.0.0/24 encap mpls 100/0xc8 dev eth0", "10.1.0.0/24 dev eth0 encap mpls 100/200"),
        ("10.1.0.0/24 encap ip dst 10.0.0.9 ttl 5 dev eth0", "10.1.0.0/24 dev eth0 encap ip dst 10.0.0.9 ttl 5"),
        ("10.1.0.0/24 encap ip6 id 5 tc 4 hoplimit 3", "10.1.0.0/24 encap ip6 id 5 tc 4 hoplimit 3"),
        ("10.1.0.0/24 encap ila 1:2:ab:4", "10.1.0.0/24 encap ila 1:2:ab:4"),
        (
            "10.1.0.0/24 table 9 nexthop via 10.0.0.1 dev eth0 onlink weight 1 nexthop via inet 10.0.0.2 realms 5",
            "10.1.0.0/24 table 9 nexthop via 10.0.0.1 dev eth0 weight 1 onlink nexthop via 10.0.0.2 realms 5",
        ),
        (
            "10.1.0.0/24 nexthop via 10.0.0.1 encap mpls 5 weight 2 nexthop dev lo",
            "10.1.0.0/24 nexthop via 10.0.0.1 weight 2 encap mpls 5 nexthop dev lo",
        ),
    ],
)
def test_a_route(line: str, understood: str) -> None:
    words = tuple(line.split())
    reading = LINE.read(words, line)
    assert LINE.write(reading.value) == understood
    assert not [problem for problem in reading.problems if problem.severity is not Severity.NOTE]


@pytest.mark.parametrize(
    ("line", "understood", "wrong"),
    [
        ("10.1.0.0/33 dev eth0", "10.1.0.0/32 dev eth0", ["10.1.0.0/33"]),
        ("10.1.0.0/24 features ipv9", "10.1.0.0/24", ["ipv9"]),
        ("10.1.0.0/24 ttl-propagate maybe", "10.1.0.0/24", ["maybe"]),
        ("10.1.0.0/24 as to 10.0.0.9 dev eth0", "10.1.0.0/24 dev eth0", ["to"]),
        ("10.1.0.0/24 encap mpls x dev eth0", "10.1.0.0/24 dev eth0", ["x"]),
        ("10.1.0.0/24 encap ip tos 4", "10.1.0.0/24", ["ip"]),
        ("10.1.0.0/24 encap ip dst fe80::1 tos 4", "10.1.0.0/24", ["fe80::1"]),
        ("10.1.0.0/24 nexthop via 10.0.0.1 table 5", "10.1.0.0/24 nexthop via 10.0.0.1", ["table"]),
        ("10.1.0.0/24 nexthop via 10.0.0.1 nexthop weight 0 dev lo", "10.1.0.0/24 nexthop via 10.0.0.1", ["0"]),
    ],
)
def test_a_route_without_what_is_wrong_with_it(line: str, understood: str, wrong: list[str]) -> None:
    assert written(line) == (understood, wrong)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("dev eth0", ["dev"]),
        ("10.1.0.0/24 bogus 5 dev eth0", ["bogus"]),
        ("10.1.0.300", ["10.1.0.300"]),
        ("10.1.0.0/24 proto static", ["proto"]),
        ("10.1.0.0/24 track_group G", ["track_group"]),
        ("10.1.0.0/24 via 10.0.0.1/24 hoplimit 256", ["10.0.0.1/24", "256"]),
        ("10.1.0.0/24 via fe80::1", ["fe80::1"]),
        ("10.1.0.0/24 via inet6 10.0.0.1", ["10.0.0.1"]),
        ("10.1.0.0/24 nexthop via fe80::1", ["fe80::1"]),
        ("10.1.0.0/24 expires 10", ["expires"]),
        ("2001:db8::/32 realms 4", ["realms"]),
        ("10.1.0.0/24 from 10.0.0.0/8", ["10.0.0.0/8"]),
        ("10.1.0.0/24 metric", ["metric"]),
        ("10.1.0.0/24 quickack 2", ["2"]),
        ("10.1.0.0/24 rtt 100xs", ["100xs"]),
    ],
)
def test_a_line_that_is_skipped(line: str, wrong: list[str]) -> None:
    assert written(line) == (None, wrong)


@pytest.mark.parametrize(
    ("line", "understood", "old"),
    [
        ("10.1.0.0/24 gw 10.0.0.1", "10.1.0.0/24 via 10.0.0.1", ["gw"]),
        ("10.1.0.0/24 via 10.0.0.1 or 10.0.0.2", "10.1.0.0/24 nexthop via 10.0.0.1 nexthop via 10.0.0.2", ["or"]),
    ],
)
def test_old_words_are_complained_of_and_understood(line: str, understood: str, old: list[str]) -> None:
    words = tuple(line.split())
    reading = LINE.read(words, line)
    assert LINE.write(reading.value) == understood
    assert [(problem.code, words[problem.index or 0]) for problem in reading.problems] == [
        (Code.OLD_WORD, word) for word in old
    ]


def test_there_is_one_second_way() -> None:
    assert written("10.1.0.0/24 via 10.0.0.1 or 10.0.0.2 or 10.0.0.3") == (
        "10.1.0.0/24 nexthop via 10.0.0.1 nexthop via 10.0.0.2",
        ["or", "or", "or"],
    )
    assert written("10.1.0.0/24 via 10.0.0.1 or 10.0.0.2 nexthop via 10.0.0.3") == (
        "10.1.0.0/24 nexthop via 10.0.0.1 nexthop via 10.0.0.2",
        ["or", "nexthop"],
    )


def test_a_route_that_stays_may_be_watched() -> None:
    form = RouteLine(static=True)
    assert form.write(form.read(("10.1.0.0/24", "track_group", "G"), "").value) == "10.1.0.0/24 track_group G"


def test_a_long_line_takes_no_longer_than_its_length() -> None:
    line = "10.1.0.0/24 " + "nexthop via 10.0.0.1 " * 20_000
    value = LINE.read(tuple(line.split()), line).value
    assert len(value.values["nexthops"]) == 20_000
