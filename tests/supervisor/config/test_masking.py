"""Nothing secret is shown in an excerpt."""

import json
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alived.supervisor.config.diagnostics import Code, Diagnostic, Place, Report, Severity
from alived.supervisor.config.grammar.table import ROWS
from alived.supervisor.config.load import Loaded
from alived.supervisor.config.masking import WORDS, masked
from tests.supervisor.config.texts import top_of

SECRET = "hunter2"
STARS = "*" * len(SECRET)


def test_the_words_are_those_of_the_grammar() -> None:
    assert {row.word for row in ROWS if row.secret} <= WORDS
    assert "auth_pass" in WORDS


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("    auth_pass hunter2", "    auth_pass *******"),
        ("\tauth_pass\thunter2", "\tauth_pass\t*******"),
        ("auth_pass hunter2 hunter2", "auth_pass ***************"),
        ('auth_pass "hunter 2" # x', "auth_pass **************"),
        ('auth_pass "hunter } 2', "auth_pass ***********"),
        ("authentication { auth_pass hunter2 }", "authentication { auth_pass ******* }"),
        ("authentication { auth_type AH auth_pass hunter2 } x", "authentication { auth_type AH auth_pass ******* } x"),
        ("@main auth_pass hunter2", "@main auth_pass *******"),
        ("auth_pas hunter2", "auth_pas *******"),
        ("Auth_Pass hunter2", "Auth_Pass *******"),
        ("auht_pass hunter2", "auht_pass *******"),
        ("athpas hunter2", "athpas *******"),
        ("passwd hunter2", "passwd *******"),
        ("my_secret hunter2", "my_secret *******"),
        ('"auth_pass" hunter2', '"auth_pass" *******'),
        ("key 1 hex:6162", "key **********"),
        ("authentication { kye hunter2", "authentication { kye *******"),
        ("auth_pass ${PASS}", "auth_pass *******"),
        ("$PASS=hunter2", "$PASS=*******"),
        ("  @main $PASS=hunter2 \\", "  @main $PASS=******* \\"),
        ("$PASS=ab${X}cd $Y", "$PASS=**${X}** $Y"),
    ],
)  # fmt: skip
def test_what_is_hidden(line: str, shown: str) -> None:
    assert masked(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "auth_pass",
        "passive on",
        "auth_type PASS",
        "interface eth0",
        "router_id donkey kong",
        "virtual_ipaddress { 192.0.2.1/24 dev eth0 }",
        "$BLOCK= \\",
        "notify_master /bin/x 'a b'",
        "",
    ],
)
def test_what_is_shown(line: str) -> None:
    assert masked(line) == line


@given(st.text(max_size=80))
@example("auth_pass '")
@example("auth_pass ''\" }")
def test_any_line_stays_as_long_as_it_was(line: str) -> None:
    assert len(masked(line)) == len(line)


@given(
    st.sampled_from(sorted(WORDS)),
    st.text(st.characters(codec="ascii", exclude_characters=" \t\n\r\v\f{}\"'*\x1c\x1d\x1e\x1f"), min_size=1),
    st.sampled_from(["", " ", "\t", "a { ", "b } ", "@x "]),
)
def test_no_value_of_a_secret_word_is_shown(word: str, value: str, before: str) -> None:
    assert masked(f"{before}{word} {value}") == f"{before}{word} {'*' * len(value)}"


def test_a_long_line_takes_no_longer_than_a_short_one() -> None:
    for piece in ("a ", "{ ", '"', "auth_pass ", "' ", "$a=", "${", "@x ", '" '):
        assert len(masked(piece * 20_000)) == len(piece) * 20_000
        assert len(masked("$x=" + piece * 20_000)) == len(piece) * 20_000 + 3


def test_a_finding_shows_no_secret_as_text_or_as_json() -> None:
    place = Place("keepalived.conf", 3, 11, 7, f"auth_pass {SECRET}")
    found = Diagnostic(Severity.ERROR, Code.BAD_VALUE, "it is wrong", place)
    assert found.render().splitlines()[1:] == [f"  3 | auth_pass {STARS}", "    |           ^^^^^^^"]
    assert SECRET not in json.dumps(found.document())


@pytest.mark.parametrize(
    "inner",
    [
        "auth_pass hunter2 hunter2",
        "auth_pass hunter2 {",
        "auth_pas hunter2",
        "auth_pass $PASS $PASS",
        "auth_pas $PASS",
        "{ auth_pass hunter2",
        '"auth_pass hunter2',
    ],
)
def test_whatever_is_wrong_with_a_password(inner: str) -> None:
    report = Report()
    top_of(f"$PASS=hunter2\n$AGAIN=$PASS\nvrrp_instance I {{\nauthentication {{\n{inner}\n}}\n}}\n", report)
    shown = "\n".join(found.render() + json.dumps(found.document()) for found in report.diagnostics())
    assert shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    "lines",
    [
        ["auth_pass=hunter2"],
        ["authentication {", "auth_pass {hunter2}", "}"],
        ["authentication {", "auth_pass", "hunter2", "}"],
        ["authentication {", "ap hunter2", "auth_type hunter2", "auth_type PASS hunter2", "}"],
        ["$PW=hunter2", "authentication {", "$PW", "}"],
        ["~LST(PW,hunter2,hunter2) auth_pas $PW"],
        ["$PW: hunter2"],
    ],
)
def test_a_password_in_a_place_where_none_belongs_is_not_shown(
    lines: list[str], judge: Callable[[str], Loaded]
) -> None:
    loaded = judge("\n".join(["vrrp_instance I {", *lines, "}"]))
    assert loaded.diagnostics
    for found in loaded.diagnostics:
        assert "hunter2" not in found.render()
        assert "hunter2" not in str(found.document())
