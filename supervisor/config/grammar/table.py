"""All rows together, how a word is found in them, and what object each block makes."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from alived.supervisor.config.forms.text import Body, Lines
from alived.supervisor.config.grammar import (
    checks,
    global_defs,
    global_vrrp,
    static,
    top_level,
    tracking,
    virtual_server,
    vrrp_instance,
    vrrp_notify,
)
from alived.supervisor.config.grammar.row import Row

ROWS: tuple[Row, ...] = (
    *top_level.ROWS,
    *global_defs.ROWS,
    *global_vrrp.ROWS,
    *static.ROWS,
    *tracking.ROWS,
    *vrrp_instance.ROWS,
    *vrrp_notify.ROWS,
    *virtual_server.ROWS,
    *checks.ROWS,
)

MODELS: dict[str, type] = {
    **top_level.MODELS,
    **global_defs.MODELS,
    **tracking.MODELS,
    **vrrp_instance.MODELS,
    **virtual_server.MODELS,
    **checks.MODELS,
}
"""Block -> the class of the object that its words describe."""

TABLE: dict[tuple[str, str], Row] = {(row.block, row.word): row for row in ROWS}
"""(block, word) -> row."""


def _by(attribute: str, other: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in ROWS:
        found.setdefault(getattr(row, attribute), []).append(getattr(row, other))
    return found


WORDS = _by("block", "word")
"""Block -> the words that may stand in it."""

HOMES = _by("word", "block")
"""Word -> the blocks that it may stand in."""

ROOTS: frozenset[str] = frozenset(
    row.word for row in ROWS if not row.block and HOMES[row.word] == [""] and isinstance(row.form, (Body, Lines))
)
"""Words that begin a block at the top level and mean nothing inside another."""


def block_name(block: str) -> str:
    """A block in words."""
    return block.rpartition("/")[2] if block else "the top level"


def parents(block: str) -> Iterable[str]:
    """The blocks around a block, from the inside."""
    while "/" in block:
        block = block.rpartition("/")[0]
        yield block


def default_of(row: Row) -> Any:
    """What holds when a word is not given and inherits nothing; None: nothing."""
    if row.attribute is None or row.block not in MODELS:
        return row.default
    value: Any = MODELS[row.block]
    for name in row.attribute.split("."):
        value = _field_default(value, name) if isinstance(value, type) else getattr(value, name)
    return row.default if value is dataclasses.MISSING else value


def _field_default(cls: type, name: str) -> Any:
    found = next(field for field in dataclasses.fields(cls) if field.name == name)
    if found.default_factory is not dataclasses.MISSING:
        return found.default_factory()
    return found.default


DEFAULTS: dict[tuple[str, str], Any] = {key: default_of(row) for key, row in TABLE.items()}
"""(block, word) -> what holds when it is not given."""
