"""Configurations written to have every word and every construct of the language, judged by alived and by keepalived.

Debian's keepalived judges them live, in a namespace with the interfaces that they name; see written.py.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.files import DiskFiles
from alived.supervisor.config.grammar.table import ROOTS, ROWS
from alived.supervisor.config.language import Context, read_lines
from alived.supervisor.config.parser import Statement, parse
from examples.testbed.namespaces import Node
from tests.supervisor.config import written
from tests.supervisor.config.judging import network_with
from tests.supervisor.config.written import Case

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("keepalived"), reason="needs root and keepalived"),
]

CASES = written.cases()


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with network_with(written.INTERFACES) as node:
        yield node


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in written.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("case", [case for case in CASES if case.known], ids=lambda case: case.name)
def test_keepalived_complains_of_the_marked_lines(case: Case, node: Node) -> None:
    verdict = written.keepalived_says(case, node)
    assert set(verdict.lines) == case.for_keepalived, verdict.complaints
    assert bool(verdict.elsewhere) == bool(case.marked(written.NO_LINE)), verdict.complaints
    assert verdict.status == case.status, verdict.complaints


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_alived_complains_of_the_marked_lines(case: Case, node: Node) -> None:
    verdict = written.alived_says(case, node)
    assert not written.unexpected(case, verdict)
    assert not written.missed(case, verdict)
    assert verdict.status == case.status, verdict.diagnostics


def test_every_word_of_the_grammar_is_written_in_its_block() -> None:
    written_words = {found for case in CASES for found in _words(_tree(case.path))}
    rows = {(row.block, row.word) for row in ROWS if not row.word.startswith("alived_")}
    assert rows - written_words == set()


def _tree(path: Path) -> list[Statement]:
    context = Context(config_id=written.CONFIG_ID, files=DiskFiles())
    report = Report()
    return parse(read_lines(path, context, report), ROOTS, report).statements


def _words(statements: list[Statement], block: str = "") -> Iterator[tuple[str, str]]:
    for statement in statements:
        word = statement.segment.keyword
        yield block, word
        yield from _words(statement.body or [], f"{block}/{word}".lstrip("/"))
