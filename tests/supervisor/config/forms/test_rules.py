"""The lines of virtual_rules; what keepalived 2.2 says of each was compared."""

import pytest

from alived.supervisor.config.forms.rules import RuleLine

LINE = RuleLine()


def written(line: str, form: RuleLine = LINE) -> tuple[str | None, list[str]]:
    """A line as it is understood, and the words that something is wrong with."""
    words = tuple(line.split())
    value, _, problems = form.read(words, line)
    return (form.write(value) if value else None), [words[problem.index or 0] for problem in problems]


@pytest.mark.parametrize(
    ("line", "understood"),
    [
        ("from 10.0.0.0/24 table 1 priority 5", "from 10.0.0.0/24 preference 5 table 1"),
        ("from 10.0.0.0/24 table 1", "from 10.0.0.0/24 table 1"),
        ("not from any to all lookup main order 0x10", "not preference 16 table main"),
        ("from all inet6 table 1 preference 7", "from ::/0 preference 7 table 1"),
        ("to fe80::/64 lookup 5 order 4", "to fe80::/64 preference 4 table 5"),
        ("from 10.0.0.0/24 goto 50 order 4", "from 10.0.0.0/24 preference 4 goto 50"),
        ("type goto 40 order 4", "preference 4 goto 40"),
        ("nop order 4 dev lo oif eth0", "iif lo oif eth0 preference 4 nop"),
        ("type prohibit order 4", "preference 4 prohibit"),
        ("l3mdev order 4 no_track", "preference 4 l3mdev no_track"),
        ("table 4 order 4 fwmark 5/0xff tos 0x10", "fwmark 5/0xff tos 0x10 preference 4 table 4"),
        ("table 4 order 4 fwmark 0x5 realms a/3", "fwmark 5 preference 4 table 4 realms a/3"),
        ("table 4 order 4 ipproto udp sport 10-20", "ipproto udp sport 10-20 preference 4 table 4"),
        ("table 4 order 4 uidrange 1-4 tunnel-id 9", "uidrange 1-4 tunnel-id 9 preference 4 table 4"),
        (
            "table 4 order 4 sup_pl 0 sup_group default",
            "preference 4 table 4 suppress_prefixlength 0 suppress_ifgroup default",
        ),
        ("table 4 order 4 protocol 19 no_track", "preference 4 table 4 protocol 19 no_track"),
    ],
)
def test_a_rule(line: str, understood: str) -> None:
    assert written(line) == (understood, [])


@pytest.mark.parametrize(
    ("line", "understood", "wrong"),
    [
        ("nop order 4 sport 10", "sport 10-10 preference 4 nop", ["10"]),
        ("nop order 4 sport 10-", "preference 4 nop", ["10-"]),
        ("nop order 4 dport 10-70000", "preference 4 nop", ["10-70000"]),
        ("nop order 4 protocol kernel", "preference 4 nop", ["kernel"]),
    ],
)
def test_a_rule_without_what_is_wrong_with_it(line: str, understood: str, wrong: list[str]) -> None:
    assert written(line) == (understood, wrong)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("to 10.0.0./24 table 1", ["10.0.0./24"]),
        ("from 10.0.0.0/24 order 4", ["from"]),
        ("from 10.0.0.0/24 to fe80::1 table 1 order 7", ["fe80::1"]),
        ("from fe80::/64 table 4 order 4 realms 4", ["realms"]),
        ("from 10.0.0.0/24 goto 3 order 4", ["3"]),
        ("from 10.0.0.0/24 goto 50", ["50"]),
        ("table 1 goto 6 order 4", ["goto"]),
        ("l3mdev table 4 order 4", ["table"]),
        ("nop order 4 realms 4", ["4"]),
        ("type throw order 4", ["throw"]),
        ("nop order 4 ip_proto udp", ["ip_proto"]),
        ("nop order 4 track_group G", ["track_group"]),
        ("table 4 order 4 fwmark x", ["x"]),
        ("table 4 order 4 fwmark -1", ["-1"]),
        ("nop order x uidrange 5", ["x", "5"]),
        ("nop order", ["order"]),
    ],
)
def test_a_line_that_is_skipped(line: str, wrong: list[str]) -> None:
    assert written(line) == (None, wrong)


def test_a_rule_that_stays_may_be_watched() -> None:
    line = "iif eth0 preference 4 table 4 track_group G"
    assert written(line, RuleLine(static=True)) == (line, [])
