"""What a keyword means, from the grammar: for `alived explain`, and as the reference page of the manual."""

import textwrap
from collections.abc import Iterable

from alived.supervisor.config.diagnostics import nearest
from alived.supervisor.config.forms.text import Body, Lines
from alived.supervisor.config.grammar import includes
from alived.supervisor.config.grammar.later import instead
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import DEFAULTS, HOMES, TABLE, WORDS

WIDTH = 100
"""Columns of a list of words."""


class UnknownWordError(ValueError):
    """There is no such keyword; the text says so and names a similar one."""


def explain(word: str) -> str:
    """All that the grammar knows of a keyword, in every block that has it. UnknownWordError."""
    rows = [TABLE[block, word] for block in HOMES.get(word, ())] or [row for row in includes.ROWS if row.word == word]
    if not rows:
        similar = nearest(word, (*HOMES, *(row.word for row in includes.ROWS)))
        raise UnknownWordError(f"there is no keyword {word}" + (f"; did you mean {similar}?" if similar else ""))
    return "\n".join(_paragraph(row) for row in rows)


def _paragraph(row: Row) -> str:
    lines = [f"{row.word}, in {row.block or 'the top level'}"]
    if row.spelling_of:
        lines.append(f"  another spelling of {row.spelling_of}" + (", no longer to be used" if row.old else ""))
        row = TABLE[row.block, row.spelling_of]
    lines.append(f"  {row.meaning}")
    lines += [f"  {name + ':':<9}{text}" for name, text in _facts(row)]
    return "\n".join(lines) + "\n"


def _facts(row: Row) -> Iterable[tuple[str, str]]:
    """What else there is to know: names and texts."""
    yield "value", row.form.expected
    if default := _default(row):
        yield "default", default
    if row.inherits:
        block, _, word = row.inherits.rpartition(" ")
        yield "or as", f"{word} of {block}, if that is given"
    if row.many:
        yield "often", "it may be given more than once"
    if row.secret:
        yield "secret", "it is not shown in logs and dumps"
    if isinstance(row.form, Body):
        words = " ".join(sorted(WORDS[f"{row.block}/{row.word}".lstrip("/")]))
        yield "holds", textwrap.fill(words, WIDTH, subsequent_indent=" " * 11)
    if later := instead(row.block, row.word):
        yield "not yet", f"alived reads it and does not act on it: {later}"


def _default(row: Row) -> str:
    """What holds when a word is not given, as it would be written; empty: there is nothing to say."""
    value = DEFAULTS.get((row.block, row.word))
    if isinstance(row.form, (Body, Lines)) or value is None or value in ("", b"", ()):
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    try:
        return row.form.write(value)
    except ValueError:  # what holds is something that no word stands for
        return ""


# --- the reference page -----------------------------------------------------------------------------------------------

_HEAD = """# Reference

Every keyword of keepalived.conf, as alived reads it. Made from the grammar by `make reference`;
`alived explain KEYWORD` says the same of one word.
"""


def reference() -> str:
    """The page, in Markdown."""
    chapters = [_chapter("Any block", includes.ROWS)]
    for block, words in WORDS.items():
        title = f"`{block.replace('/', ' / ')}`" if block else "The top level"
        chapters.append(_chapter(title, [TABLE[block, word] for word in words]))
    return _HEAD + "".join(chapters)


def _chapter(title: str, rows: Iterable[Row]) -> str:
    lines = "".join(map(_line, rows))
    return f"\n## {title}\n\n| word | value | default | meaning |\n|---|---|---|---|\n{lines}"


def _line(row: Row) -> str:
    if row.spelling_of:
        return f"| `{row.word}` | | | {'old for' if row.old else 'the same as'} `{row.spelling_of}` |\n"
    default = _default(row)
    if row.inherits:
        default = " ".join(filter(None, (default, f"(or `{row.inherits.rpartition(' ')[2]}`)")))
    later = " (not yet acted on)" if instead(row.block, row.word) else ""
    cells = (f"`{row.word}`", row.form.expected, default, f"{row.meaning}{later}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
