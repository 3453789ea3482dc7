"""Lines of options, whatever stands in them: always a value or a reason, and what is written means the same."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.forms import addresses, routes, rules
from alived.supervisor.config.forms.form import Form, Reading, UnfitError
from alived.supervisor.config.forms.options import Means, Option, OptionTable
from alived.supervisor.config.lexer import Lexer
from alived.supervisor.config.source import Line

FORMS = (
    addresses.AddressLine(),
    addresses.AddressLine(static=True),
    routes.RouteLine(),
    routes.RouteLine(static=True),
    rules.RuleLine(),
    rules.RuleLine(static=True),
)
WORDS = sorted({*addresses.EVERY.words, *routes.STATIC.words, *routes.NEXT_HOP.words, *rules.STATIC.words})
VALUES = [
    *("10.0.0.1", "10.0.0.0/24", "2001:db8::1", "fe80::/64", "default", "0", "5", "0x10", "300", "-1", "x", "a/3"),
    *("eth0", "lock", "nexthop", "mpls", "ip", "ip6", "ila", "1:2:3:4", "10-20", "forever", "+", "-", "", "1/2", "low"),
    *("dst", "id", "tc", "ttl", "enabled", "ecn", "main"),
]
LINES = st.lists(
    st.one_of(st.sampled_from(WORDS), st.sampled_from(VALUES), st.text("aZ09 #!{}/:.-%", max_size=4)), min_size=1
)


def read(form: Form, words: tuple[str, ...]) -> Reading | None:
    try:
        return form.read(words, " ".join(words))
    except UnfitError:
        return None


@given(st.sampled_from(FORMS), LINES)
def test_no_line_makes_a_form_fail(form: Form, line: list[str]) -> None:
    words = tuple(line)
    reading = read(form, words)
    if reading is None:
        return
    assert all(0 <= (problem.index or 0) < len(words) for problem in reading.problems)
    assert reading.value is not None or reading.problems
    assert reading.used == len(words)


@given(st.sampled_from(FORMS), LINES)
def test_what_is_written_is_read_as_the_same(form: Form, line: list[str]) -> None:
    words = ("10.0.0.1", *line) if isinstance(form, addresses.AddressLine) else tuple(line)
    reading = read(form, words)
    if reading is None or reading.value is None:
        return
    text = form.write(reading.value)
    (segment,) = Lexer(Report()).segments(Line("x", 1, text))
    again = read(form, segment.words)
    assert again is not None
    assert again.value == reading.value, text
    assert again.problems == ()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("word", ["home", "zzz", "onlink", "not", "dev eth0", "nexthop via 10.0.0.1", "via x"])
def test_a_line_of_a_hundred_thousand_words_takes_no_time(form: Form, word: str) -> None:
    words = ("10.0.0.1", *word.split() * 100_000)
    begin = time.process_time()
    read(form, words)
    assert time.process_time() - begin < 5


def test_a_word_alone_is_found_by_what_it_means() -> None:
    table = OptionTable(
        "a thing",
        object,
        Option(word="early", form=Means("first"), attribute="place"),
        Option(word="late", form=Means("last"), attribute="place"),
    )
    found = table.option("place", "last")
    assert found is not None
    assert found.word == "late"
    assert table.option("other") is None
