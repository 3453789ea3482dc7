"""All rows together, and how a word is found in them."""

from alived.supervisor.config.grammar import global_defs, lvs, vrrp
from alived.supervisor.config.grammar.row import Row

ROWS: tuple[Row, ...] = (*global_defs.TOP_LEVEL, *global_defs.GLOBAL_DEFS, *vrrp.ROWS, *lvs.ROWS)

TABLE: dict[tuple[str, str], Row] = {(row.block, row.word): row for row in ROWS}
"""(block, word) -> row."""


def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for row in ROWS:
        words.setdefault(row.block, []).append(row.word)
    return words


def _homes() -> dict[str, list[str]]:
    homes: dict[str, list[str]] = {}
    for row in ROWS:
        homes.setdefault(row.word, []).append(row.block)
    return homes


WORDS = _words()
"""Block -> the words that may stand in it."""

HOMES = _homes()
"""Word -> the blocks that it may stand in."""

ROOTS: frozenset[str] = frozenset(
    word
    for word in WORDS[""]
    if HOMES[word] == [""] and (word in WORDS or word.endswith(("_group", "_script", "_instance", "_server")))
)
"""Words that begin a block at the top level and mean nothing inside another."""


def block_name(block: str) -> str:
    """A block in words."""
    return block.rpartition("/")[2] if block else "the top level"
