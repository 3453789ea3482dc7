"""Sections to objects of the model, mechanically: every value goes where its row says.

What was not given is inherited from the section that the row names, else the default of the object holds. What does not
live here: values that have to be computed; who makes an object passes those on.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import ROWS, TABLE
from alived.supervisor.config.sections import Section

T = TypeVar("T")


class _Target(NamedTuple):
    """Where a word's value goes."""

    row: Row
    head: str
    """Attribute of the object."""
    rest: str
    """Path within that attribute; empty: the value is the attribute."""


@cache
def _targets(block: str) -> dict[str, _Target]:
    return {
        row.word: _Target(row, *row.attribute.partition(".")[::2])
        for row in ROWS
        if row.block == block and row.attribute is not None
    }


@cache
def _heirs(block: str) -> tuple[_Target, ...]:
    return tuple(target for target in _targets(block).values() if target.row.inherits)


@cache
def _legacy(block: str) -> dict[str, frozenset[str]]:
    """What the words of a block may inherit: the words, by the block that they stand in."""
    found: dict[str, set[str]] = {}
    for target in _heirs(block):
        row = target.row
        while row.inherits:
            source, _, word = row.inherits.rpartition(" ")
            found.setdefault(source, set()).add(word)
            row = TABLE[source, word]
    return {source: frozenset(words) for source, words in found.items()}


def _inherits(block: str, scope: Mapping[str, Section]) -> bool:
    """Whether there is anything to inherit; most files say nothing of the kind, and have many blocks."""
    legacy = _legacy(block)
    return any(not legacy[source].isdisjoint(section.values) for source, section in scope.items() if source in legacy)


def made(cls: type[T], section: Section, scope: Mapping[str, Section], **special: Any) -> T:
    """An object of the model from a section; `special` are attributes that the caller has computed.

    `scope` holds the sections that words may inherit from, by the name of their block.
    """
    direct = special
    nested: dict[str, dict[str, Any]] = {}
    targets = _targets(section.block)
    for word, entries in section.values.items():
        if entries and (target := targets.get(word)):  # a list block may be empty
            value = tuple(entry.value for entry in entries) if target.row.many else entries[-1].value
            _put(target, value, direct, nested)
    for target in _heirs(section.block) if _inherits(section.block, scope) else ():
        if target.row.word not in section.values and (value := inherited(target.row, scope)) is not None:
            _put(target, value, direct, nested)
    for head, parts in nested.items():
        if head not in direct:
            direct[head] = _nested(_default(cls, head), tuple(parts.items()))
    return cls(**direct)


def _put(target: _Target, value: object, direct: dict[str, Any], nested: dict[str, dict[str, Any]]) -> None:
    if target.rest:
        nested.setdefault(target.head, {})[target.rest] = value
    else:
        direct.setdefault(target.head, value)


def inherited(row: Row, scope: Mapping[str, Section]) -> Any:
    """The value that a word inherits; None: nothing around says any."""
    while row.inherits:
        block, _, word = row.inherits.rpartition(" ")
        section = scope.get(block)
        if section is not None and word in section.values:
            return section.values[word][-1].value
        row = TABLE[block, word]
    return None


def _default(cls: type, name: str) -> Any:
    found = next(field for field in dataclasses.fields(cls) if field.name == name)
    return found.default if found.default_factory is dataclasses.MISSING else found.default_factory()


@cache
def _nested(default: Any, parts: tuple[tuple[str, Any], ...]) -> Any:
    """A default with some of its attributes replaced, which may be nested again; equal ones are one object."""
    direct: dict[str, Any] = {}
    deeper: dict[str, dict[str, Any]] = {}
    for path, value in parts:
        head, _, rest = path.partition(".")
        if rest:
            deeper.setdefault(head, {})[rest] = value
        else:
            direct[head] = value
    for head, inner in deeper.items():
        direct[head] = _nested(getattr(default, head), tuple(inner.items()))
    return dataclasses.replace(default, **direct)
