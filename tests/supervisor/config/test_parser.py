"""Lines to a tree: braces wherever people put them."""

import pytest

from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.parser import DEEPEST, Statement, Tree, parse
from alived.supervisor.config.source import Line

Shape = list["str | tuple[str, Shape]"]


def shape(statements: list[Statement]) -> Shape:
    """A tree as words, and pairs of words and what is between their braces."""
    return [
        words if statement.body is None else (words, shape(statement.body))
        for statement in statements
        for words in [" ".join(statement.segment.words)]
    ]


def read(text: str) -> tuple[Tree, list[tuple[Code, str]]]:
    report = Report()
    lines = [Line("f", number, line) for number, line in enumerate(text.split("\n"), 1)]
    tree = parse(lines, frozenset({"root"}), report)
    return tree, [(found.code, f"{found.place.line}:{found.place.column}") for found in report.diagnostics()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b\nc", ["a b", "c"]),
        ("a {\n b\n c {\n d\n }\n}\ne", [("a", ["b", ("c", ["d"])]), "e"]),
        ("a\n{\nb\n}", [("a", ["b"])]),
        ("a\n\n\n{ b }", [("a", ["b"])]),
        ("a{b}c", [("a", ["b"]), "c"]),
        ("a { b { c } }", [("a", [("b", ["c"])])]),
        ("a {}", [("a", [])]),
        ("root { a }\nroot {\nroot b\n}", [("root", ["a"]), ("root", ["root b"])]),
    ],
)
def test_nesting(text: str, expected: Shape) -> None:
    tree, found = read(text)
    assert (shape(tree.statements), tree.complete, found) == (expected, True, [])


def test_extra_braces_are_reported_and_the_rest_is_read() -> None:
    tree, found = read("a {\n}\n}\nb\n")
    assert (shape(tree.statements), tree.complete) == ([("a", []), "b"], True)
    assert found == [(Code.EXTRA_BRACE, "3:1")]


def test_a_block_without_a_word_is_skipped() -> None:
    tree, found = read("{\na\n}\nb { c\n}\n{\nd\n}\ne")
    assert shape(tree.statements) == [("b", ["c"]), "e"]
    assert found == [(Code.EXTRA_BRACE, "1:1"), (Code.EXTRA_BRACE, "6:1")]


def test_the_innermost_open_brace_is_blamed() -> None:
    tree, found = read("a {\n b {\n c\n")
    assert (shape(tree.statements), tree.complete) == ([("a", [("b", ["c"])])], False)
    assert found == [(Code.UNCLOSED_BRACE, "2:4")]


def test_a_word_of_the_top_level_shows_that_a_brace_is_missing() -> None:
    tree, found = read("root {\n a\nroot {\n b\n}\n")
    assert (shape(tree.statements), tree.complete) == ([("root", ["a"]), ("root", ["b"])], False)
    assert found == [(Code.UNCLOSED_BRACE, "1:6")]


def test_a_word_of_the_top_level_in_an_unknown_block_shows_nothing() -> None:
    tree, found = read("a {\nroot {\n b\n}\n}\nc\n")
    assert (shape(tree.statements), tree.complete, found) == ([("a", [("root", ["b"])]), "c"], True, [])


def test_where_a_body_ends() -> None:
    tree, _ = read("a {\n b {\n }\n}\nc\n")
    (a, c) = tree.statements
    assert a.body is not None
    assert (a.end, a.body[0].end, c.end) == (4, 3, 0)


def test_the_place_of_a_word() -> None:
    tree, _ = read("\n  a  b {\n}")
    (statement,) = tree.statements
    assert [str(statement.place(index)) for index in (None, 0, 7)] == ["f:2:3", "f:2:6", "f:2:3"]


def test_blocks_within_blocks_have_an_end() -> None:
    tree, found = read("a {\n" * (DEEPEST + 50) + "}\n" * (DEEPEST + 50) + "b")
    assert [code for code, _ in found] == [Code.EXTRA_BRACE]
    assert len(tree.statements) == 2
