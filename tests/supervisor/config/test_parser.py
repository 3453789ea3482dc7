"""Tokens to a tree: braces wherever people put them, and what is left of what is not read yet."""

import pytest

from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.lexer import lex
from alived.supervisor.config.parser import Statement, Tree, parse

Shape = list["str | tuple[str, Shape]"]


def shape(statements: list[Statement]) -> Shape:
    """A tree as words, and pairs of words and what is between their braces."""
    return [
        words if statement.body is None else (words, shape(statement.body))
        for statement in statements
        for words in [" ".join(token.text for token in statement.words)]
    ]


def read(text: str) -> tuple[Tree, list[tuple[Code, str]]]:
    report = Report()
    tree = parse(lex(text, "f", report), frozenset({"root"}), report)
    return tree, [(found.code, f"{found.place.line}:{found.place.column}") for found in report.diagnostics()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b\nc", ["a b", "c"]),
        ("a {\n b\n c {\n d\n }\n}\ne", [("a", ["b", ("c", ["d"])]), "e"]),
        ("a\n{\nb\n}", [("a", ["b"])]),
        ("a\n\n# remark\n{ b }", [("a", ["b"])]),
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


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("$A = 1\n$B=2\n$C=\\\n a \\\n b\nx", ["x"]),
        ("@one a\n@^two b\nx", ["x"]),
        ("a {\n@one b {\n c\n}\n}", [("a", [("b", ["c"])])]),
        ("~SEQ(x, 1, 2) a\n~LST(x, a) b\nx", ["x"]),
        ("include a\nincludem b/*\na {\ninclude c\n}", [("a", [])]),
    ],
)
def test_what_rewrites_the_text_is_left_out_with_one_warning(text: str, left: Shape) -> None:
    tree, found = read(text)
    assert shape(tree.statements) == left
    assert [code for code, _ in found] == [Code.NOT_IMPLEMENTED]


def test_words_that_only_look_like_it_are_words() -> None:
    tree, found = read("interface eth0\n$ ls\n$x\n")
    assert shape(tree.statements) == ["interface eth0", "$ ls", "$x"]
    assert not found


def test_arguments_as_they_stand_in_the_file() -> None:
    tree, _ = read("""script "a  'b'"  c # d""")
    assert tree.statements[0].argument_text == """ "a  'b'"  c"""
