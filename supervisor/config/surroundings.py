"""What the blocks around a check say for it, and what a block says by itself.

What a virtual server and its real servers say for their checks is taken up once, and blocks that say the same share it:
of the ten thousands of checks that a file may have, few differ in more than address and port.
"""

import dataclasses
from functools import cache
from typing import Any

from alived.ipc.model.checks import Check, DnsCheck, MiscCheck
from alived.supervisor.config.forms.programs import Command
from alived.supervisor.config.grammar.table import ROWS
from alived.supervisor.config.sections import Section

INHERITED = frozenset(
    {"delay_loop", "retry", "delay_before_retry", "warmup", "connect_timeout", "alpha", "virtualhost"}
)
"""What a virtual or real server may say for its checks."""

_COMMON = (*sorted(INHERITED - {"virtualhost"}), "log_all_failures")


class Surroundings:
    """What the blocks around a check say for it."""

    __slots__ = ("_ready", "_within", "values")

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        """Words that some block gives, the innermost's value."""
        self._within: dict[tuple[tuple[str, Any], ...], Surroundings] = {}
        self._ready: dict[type, dict[str, Any]] = {}

    def within(self, section: Section) -> "Surroundings":
        """The same inside a block; blocks that say the same get the same object."""
        if INHERITED.isdisjoint(section.values):
            return self
        given = tuple([(word, entries[-1].value) for word, entries in section.values.items() if word in INHERITED])
        inner = self._within.get(given)
        if inner is None:
            inner = self._within[given] = Surroundings({**self.values, **dict(given)})
        return inner

    def attributes(self, cls: type[Check]) -> dict[str, Any]:
        """Attributes of a check of that kind: what is said, else the kind's own defaults. Not to be changed."""
        ready = self._ready.get(cls)
        if ready is None:
            ready = self._ready[cls] = self._attributes(cls)
        return ready

    def _attributes(self, cls: type[Check]) -> dict[str, Any]:
        defaults = {field.name: field.default for field in dataclasses.fields(cls)}
        values = {name: self.values.get(name, defaults[name]) for name in _COMMON if name in defaults}
        delay_loop = values.get("delay_loop")
        for name, kind in (("warmup", cls), ("delay_before_retry", DnsCheck), ("misc_timeout", MiscCheck)):
            if cls is kind and name in defaults and name not in self.values:
                values[name] = delay_loop
        return values


@cache
def plain_words(block: str) -> dict[str, str]:
    """Words of a block whose value is an attribute of its object as it is, and of no other one -> that attribute."""
    return {
        row.word: row.attribute
        for row in ROWS
        if row.block == block
        and row.word not in INHERITED
        and row.attribute
        and "." not in row.attribute
        and not isinstance(row.form, Command)
    }


def plain_values(section: Section) -> dict[str, Any]:
    """Attributes that a block gives so, but for what is inherited."""
    words = plain_words(section.block)
    return {words[word]: entries[-1].value for word, entries in section.values.items() if word in words}
