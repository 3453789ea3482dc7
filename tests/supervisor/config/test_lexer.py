"""Lines to tokens and their places."""

import pytest

from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.lexer import Kind, lex


def words(text: str) -> list[list[str]]:
    report = Report()
    lines = [[token.text for token in tokens] for tokens in lex(text, "f", report)]
    assert not report.diagnostics()
    return lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a b\n\n  c\td \r\n", [["a", "b"], ["c", "d"]]),
        ("# a\n! b\na#b\nc !d", [["a"], ["c"]]),
        ("a{b}c", [["a", "{", "b", "}", "c"]]),
        ("VI_1{", [["VI_1", "{"]]),
        ('"a b" "{" "#!"', [["a b", "{", "#!"]]),
        ('x"a b"c', [["x", "a b", "c"]]),
        (r'"say \"a # b\""', [[r"say \"a # b\""]]),
        (r'"ends in \" ', [["ends in \\"]]),
        ("don't 'a b'", [["don't", "'a", "b'"]]),
        ("${VAR}x $Y", [["${VAR}x", "$Y"]]),
        ("a\u3000b \x85c", [["a\u3000b", "\x85c"]]),
    ],
)
def test_words(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


def test_a_quoted_brace_is_a_word_and_a_bare_one_is_not() -> None:
    (tokens,) = lex('"{" { }', "f", Report())
    assert [token.kind for token in tokens] == [Kind.WORD, Kind.OPEN, Kind.CLOSE]


def test_places_include_the_quotes_and_count_from_one() -> None:
    (_, tokens) = lex('a\n  b "c d"{', "f", Report())
    assert [token.place for token in tokens] == [
        Place("f", 2, 3, 1, '  b "c d"{'),
        Place("f", 2, 5, 5, '  b "c d"{'),
        Place("f", 2, 10, 1, '  b "c d"{'),
    ]


def test_a_quote_that_is_not_closed_ends_with_its_line() -> None:
    report = Report()
    assert [[token.text for token in line] for line in lex('a "b c \nd', "f", report)] == [["a", "b c"], ["d"]]
    assert [(found.code, found.place.column) for found in report.diagnostics()] == [(Code.UNCLOSED_QUOTE, 3)]
