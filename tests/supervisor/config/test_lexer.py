"""Lines to segments and their places."""

import pytest

from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.lexer import Lexer, Segment
from alived.supervisor.config.source import Line


def segments(text: str, report: Report | None = None) -> tuple[Segment, ...]:
    return Lexer(report or Report()).segments(Line("f", 1, text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  c\td ", [("c", "d")]),
        ("a{b}c", [("a",), ("{",), ("b",), ("}",), ("c",)]),
        ("VI_1{", [("VI_1",), ("{",)]),
        ('"a b" "{" "#!"', [("a b", "{", "#!")]),
        ('x"a b"c', [("x", "a b", "c")]),
        (r'"say \"a # b\""', [(r"say \"a # b\"",)]),
        (r'"ends in \" ', [("ends in \\",)]),
        ("don't 'a b'", [("don't", "'a", "b'")]),
        ("${VAR}x $Y", [("${VAR}x", "$Y")]),
        ("a ${VAR:-x y} {", [("a", "${VAR:-x y}"), ("{",)]),
        ("a\u3000b \x85c", [("a\u3000b", "\x85c")]),
    ],
)
def test_words(text: str, expected: list[tuple[str, ...]]) -> None:
    report = Report()
    assert [segment.words for segment in segments(text, report)] == expected
    assert not report.diagnostics()


def test_a_quoted_brace_is_a_word_and_a_bare_one_is_not() -> None:
    assert [segment.brace for segment in segments('"{" { }')] == ["", "{", "}"]


def test_what_stands_in_the_line_quotes_included() -> None:
    words, brace = segments("""  script "a  'b'"  c{""")
    assert words.spans == ((2, 8), (9, 17), (19, 20))
    assert (words.text, words.tail, words.arguments) == ("""script "a  'b'"  c""", """ "a  'b'"  c""", ("a  'b'", "c"))
    assert brace.spans == ((20, 21),)


def test_lines_of_the_same_text_share_their_segments() -> None:
    lexer = Lexer(Report())
    assert lexer.segments(Line("f", 1, "  weight 1")) is lexer.segments(Line("g", 9, "  weight 1"))


def test_a_quote_that_is_not_closed_ends_with_its_line_and_is_said_each_time() -> None:
    report = Report()
    lexer = Lexer(report)
    for number in (1, 2):
        (found,) = lexer.segments(Line("f", number, 'a "b c '))
        assert found.words == ("a", "b c")
    assert [(found.code, found.place) for found in report.diagnostics()] == [
        (Code.UNCLOSED_QUOTE, Place("f", number, 3, 1, 'a "b c ')) for number in (1, 2)
    ]
