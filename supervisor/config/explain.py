"""What a keyword means, from the grammar: for `alived explain`, and as the reference page of the manual."""

from collections.abc import Iterable, Sequence

from alived.supervisor.config.diagnostics import nearest
from alived.supervisor.config.forms.text import Body, Lines
from alived.supervisor.config.grammar.later import instead
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import DEFAULTS, HOMES, TABLE, WORDS


class UnknownWordError(ValueError):
    """There is no such keyword; the text says so and names a similar one."""


def explain(word: str) -> str:
    """All that the grammar knows of a keyword, in every block that has it. UnknownWordError."""
    if word not in HOMES:
        similar = nearest(word, HOMES)
        raise UnknownWordError(f"there is no keyword {word}" + (f"; did you mean {similar}?" if similar else ""))
    return "\n".join(_paragraph(TABLE[block, word]) for block in HOMES[word])


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
    if later := instead(row.block, row.word):
        yield "not yet", f"alived reads it and does not act on it: {later}"


def _default(row: Row) -> str:
    """What holds when a word is not given, as it would be written; empty: there is nothing to say."""
    value = DEFAULTS[row.block, row.word]
    if isinstance(row.form, (Body, Lines)) or value is None or value in ("", b"", ()):
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    return row.form.write(value)


# --- the reference page -----------------------------------------------------------------------------------------------

_HEAD = """# Reference

Every keyword of keepalived.conf, as alived reads it. Made from the grammar by `make reference`; `alived explain KEYWORD`
says the same of one word.
"""


def reference() -> str:
    """The page, in Markdown."""
    return _HEAD + "".join(_chapter(block, words) for block, words in WORDS.items())


def _chapter(block: str, words: Sequence[str]) -> str:
    title = f"`{block.replace('/', ' / ')}`" if block else "The top level"
    rows = "".join(_line(TABLE[block, word]) for word in words)
    return f"\n## {title}\n\n| word | value | default | meaning |\n|---|---|---|---|\n{rows}"


def _line(row: Row) -> str:
    if row.spelling_of:
        return f"| `{row.word}` | | | {'old for' if row.old else 'the same as'} `{row.spelling_of}` |\n"
    default = _default(row)
    if row.inherits:
        default = " ".join(filter(None, (default, f"(or `{row.inherits.rpartition(' ')[2]}`)")))
    later = " (not yet acted on)" if instead(row.block, row.word) else ""
    cells = (f"`{row.word}`", row.form.expected, default, f"{row.meaning}{later}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"

