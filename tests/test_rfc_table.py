"""docs/rfc9568.md: each requirement has a test that exists, or a reason for having none."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TEXT = (TESTS.parent / "docs/rfc9568.md").read_text()
WORDS = {"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "RECOMMENDED", "NOT RECOMMENDED"}
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in TEXT.splitlines()
    if re.match(r"\| [0-9]", line)
]
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)))


@cache
def names_of(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_each_test_that_is_named_exists(file: str, test: str) -> None:
    assert test in names_of(TESTS / file)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:3])[:60])
def test_each_requirement_says_what_holds_it(row: tuple[str, ...]) -> None:
    section, word, asked, alived, held = row
    assert re.fullmatch(r"[0-9.]+(, [0-9.]+)*", section)
    assert word in WORDS
    assert asked
    assert alived or held.startswith("*not ours*: ")
    assert re.fullmatch(r"`[\w/]+\.py::\w+`|\*not ours\*: .+", held)


def test_the_table_is_there() -> None:
    assert len(ROWS) > 80
