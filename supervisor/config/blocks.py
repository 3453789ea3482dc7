"""Objects of the model as blocks of keepalived.conf, by the rows of the grammar.

The order of the rows is that of the words, and blocks within a block come last. A value is left out if it is what would
hold without it. What does not live here: how a value is written (wording.py), where values are that the object does not
have (elsewhere.py), and the file around the blocks (dump.py).
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from alived.ipc.model.config import Config
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.elsewhere import CHILDREN, VALUES, Elsewhere
from alived.supervisor.config.forms.combined import Optional
from alived.supervisor.config.forms.numbers import Flag, Integer
from alived.supervisor.config.forms.text import Body, Lines
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import DEFAULTS, MODELS, ROWS, TABLE
from alived.supervisor.config.grammar.virtual_server import REAL, SERVER
from alived.supervisor.config.wording import SECRET, attribute_of, text_of

INDENT = "    "

ALWAYS = frozenset(
    {
        ("vrrp_instance", "state"),
        ("vrrp_instance", "version"),
        ("vrrp_instance", "priority"),
        ("vrrp_instance", "accept"),
        ("vrrp_instance/auth_hmac", "time_window"),
        (f"{REAL}/MISC_CHECK", "misc_timeout"),
        (SERVER, "protocol"),
        (SERVER, "lvs_sched"),
        (SERVER, "lvs_method"),
    }
)
"""What is written also if it is the default of its object: without it another word of its block would decide, or it
would be complained of."""


class Blocks:
    """Writes the blocks of one configuration, as lines."""

    def __init__(self, config: Config, *, show_secrets: bool) -> None:
        self._settings = config.settings
        self._elsewhere = Elsewhere(config)
        self._show_secrets = show_secrets
        self.has_hidden = False
        """Whether there was a secret that is not shown."""

    def block(self, block: str, header: str, item: Any, around: Any = None) -> list[str]:
        """The block of an object; `header` stands before its brace, `around` is the object of the block around it."""
        return braced(f"{block.rpartition('/')[2]} {header}", self.body(block, item, around))

    def body(self, block: str, item: Any, around: Any = None) -> list[str]:
        """What is in the block of an object."""
        lines: list[str] = []
        for row in rows_of(block):
            if isinstance(row.form, Body):
                lines += self._within(row, item, around)
            else:
                lines += self.statement(row, item, around)
        return lines

    def statement(self, row: Row, item: Any, around: Any = None) -> list[str]:
        """What a word says of an object; nothing if that holds anyway."""
        value = self._value(row, item)
        if not isinstance(row.form, Lines) and not row.many and value == self._otherwise(row, item, around):
            return []
        return self.statements(row, value)

    def statements(self, row: Row, value: Any) -> list[str]:
        """What gives a word a value; nothing if it has none."""
        if isinstance(row.form, Lines):
            return self.listed(row, "", value) if value else []
        values = value if row.many else [value] if _can_be_written(row, value) else []
        return [f"{row.word} {self._text(row, each)}".rstrip() for each in values]

    def listed(self, row: Row, header: str, elements: Iterable[Any]) -> list[str]:
        """A list block."""
        return braced(f"{row.word} {header}", [self._text(row, element) for element in elements])

    def _within(self, row: Row, item: Any, around: Any) -> list[str]:
        """The blocks of one name within a block."""
        block = f"{row.block}/{row.word}"
        if children := CHILDREN.get((row.block, row.word)):
            found = children(self._elsewhere, item, around)
            return [line for header, child in found for line in self.block(block, header, child, item)]
        if row.attribute is not None:
            child = getattr(item, row.attribute)
            return [] if child is None else self.block(block, "", child, item)
        if MODELS[block] is not MODELS[row.block]:
            return []
        lines = self.body(block, item)  # words about the same object
        return braced(row.word, lines) if lines else []

    def _value(self, row: Row, item: Any) -> Any:
        """A row's value; None: it has none of its own."""
        if find := VALUES.get((row.block, row.word)):
            return find(self._elsewhere, item)
        path = attribute_of(row)
        if path is None:
            return None
        for name in path.split("."):
            item = getattr(item, name)
        return item

    def _otherwise(self, row: Row, item: Any, around: Any) -> Any:
        """What would hold if a word were not given: what it inherits, else its default; None: that cannot be said."""
        here, default = row.block, DEFAULTS[row.block, row.word]
        if (here, row.word) in ALWAYS:
            return None
        owners = {here: item, "global_defs": self._settings, here.rpartition("/")[0]: around}
        if isinstance(item, VrrpInstance) and item.name in self._elsewhere.groups:
            owners["vrrp_sync_group"] = self._elsewhere.groups[item.name]
        while row.inherits:
            block, _, word = row.inherits.rpartition(" ")
            row = TABLE[block, word]
            value = self._value(row, owners[block]) if block in owners else None
            if value is not None:
                return value
        return default

    def _text(self, row: Row, value: Any) -> str:
        if not row.secret or self._show_secrets:
            return text_of(row, value)
        self.has_hidden = True
        return SECRET


@cache
def rows_of(block: str) -> tuple[Row, ...]:
    """The rows of a block that are written, blocks within it last."""
    rows = (row for row in ROWS if row.block == block and not row.spelling_of)
    return tuple(sorted(rows, key=lambda row: isinstance(row.form, Body)))


def braced(head: str, lines: list[str]) -> list[str]:
    """Lines within the braces of a block."""
    return [f"{head.rstrip()} {{", *(f"{INDENT}{line}" for line in lines), "}"]


def _can_be_written(row: Row, value: Any) -> bool:
    """Whether a word can give a value; else that stands for a word that is not given."""
    if isinstance(row.form, Flag):
        return value is row.form.means
    if isinstance(row.form, Integer) and value == 0:
        return row.form.low <= 0
    return value is not None and (value != "" or (isinstance(row.form, Optional) and row.form.alone == value))
