"""The table: every row can be used, and is what it says."""

from collections.abc import Callable

import pytest

from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.forms import (
    Address,
    Body,
    Boolean,
    Choice,
    Flag,
    Form,
    Integer,
    Lines,
    Seconds,
    Text,
    TrackerWeight,
)
from alived.supervisor.config.forms_program import Command, UserAndGroup
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import ROOTS, ROWS, TABLE
from alived.supervisor.config.load import Loaded

HEADERS = {"virtual_server": "10.0.0.1 80", "real_server": "10.0.0.2 80", "vrrp_script": "S", "vrrp_instance": "I"}

QUIET = (
    Code.MISSING, Code.EMPTY, Code.SCRIPT_SECURITY, Code.CONFLICT, Code.IGNORED, Code.OLD_WORD, Code.NO_INTERFACE,
)  # fmt: skip
"""What may be said of a block in which a single keyword stands."""


def value(form: Form) -> str:  # noqa: C901  one arm for each form
    """Some value of a form."""
    match form:
        case Integer():
            return str(form.low)
        case Seconds():
            return "2"
        case Choice():
            return next(iter(form.words))
        case Address():
            return "224.0.0.7" if form.multicast else "10.0.0.7"
        case Boolean() | Flag():
            return ""
        case Text():
            return "eth0"
        case TrackerWeight():
            return "-3 reverse"
        case UserAndGroup():
            return "root root"
        case Command():
            return '"/bin/true x"'
        case Body() | Lines():
            return "{\n}"
    raise AssertionError(form)


def program(row: Row) -> str:
    """A text with the keyword of a row in its block."""
    line = f"{row.word} {HEADERS.get(row.word, '')} "
    if row.implemented:
        line += value(TABLE[row.block, row.spelling_of or row.word].form)
    for block in reversed(row.block.split("/") if row.block else []):
        line = f"{block} {HEADERS.get(block, '')} {{\n{line}\n}}"
    return line


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.block or 'top'}/{row.word}" for row in ROWS])
def test_every_keyword_is_accepted_in_its_block(row: Row, judge: Callable[[str], Loaded]) -> None:
    loaded = judge(program(row))
    codes = {found.code for found in loaded.diagnostics} - set(QUIET)
    assert codes <= {Code.NOT_IMPLEMENTED}
    assert loaded.usable
    blocks = [part for part in row.block.split("/") if part]
    ways = [TABLE["/".join(blocks[:depth]), word].implemented for depth, word in enumerate(blocks)]
    assert (Code.NOT_IMPLEMENTED in codes) == (not all([*ways, row.implemented]))


def test_no_row_stands_twice() -> None:
    assert len(TABLE) == len(ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row.implemented], ids=lambda row: f"{row.block}/{row.word}")
def test_every_implemented_keyword_has_a_meaning(row: Row) -> None:
    assert row.meaning or TABLE[row.block, row.spelling_of].meaning


def test_every_block_is_a_keyword_itself() -> None:
    for block in {row.block for row in ROWS} - {""}:
        outer, _, word = block.rpartition("/")
        assert (outer, word) in TABLE


def test_words_that_begin_a_block_at_the_top_level_only() -> None:
    assert {"global_defs", "vrrp_instance", "vrrp_script", "virtual_server", "vrrp_sync_group"} <= ROOTS
    assert not ROOTS & {"track_file", "garp_interval", "script"}
