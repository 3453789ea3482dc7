"""The tree read with the grammar: each block becomes a Section, whose values have their types, defaults and places.

Here every word is judged: known or misspelt, in its block or in another's, implemented or not, with a value of the
right form or not. What does not live here: what blocks mean together (build_*.py) and whether they fit (check.py).
"""

from dataclasses import dataclass, field
from typing import TypeVar

from alived.supervisor.config.diagnostics import Code, Place, Report, nearest
from alived.supervisor.config.forms import Address, Body, Choice, Lines, TrackerWeight, UnfitError
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import HOMES, TABLE, WORDS, block_name
from alived.supervisor.config.lexer import Token
from alived.supervisor.config.parser import Statement, is_definition

T = TypeVar("T")

SEARCHES_MOST = 100
"""Unknown words of one file for which a similar one is looked for."""


@dataclass(slots=True)
class Section:
    """One block of the file, or the whole file."""

    block: str
    statement: Statement | None = None
    """Its header; None: the top level."""
    values: dict[str, list[tuple[object, Statement]]] = field(default_factory=dict)
    """Keyword -> what it was given, in order, and where."""
    _sections: dict[str, "list[Section]"] = field(default_factory=dict)

    @property
    def header(self) -> tuple[Token, ...]:
        """The words between the block's keyword and its brace."""
        return self.statement.arguments if self.statement else ()

    @property
    def place(self) -> Place:
        """Where the block begins."""
        return self.statement.keyword.place if self.statement else Place("")

    def get(self, word: str, kind: type[T], inherited: T | None = None) -> T:
        """The value of a keyword: the last one given, else the inherited one if there is one, else the default."""
        given = self.values.get(word)
        value = given[-1][0] if given else (TABLE[self.block, word].default if inherited is None else inherited)
        if not isinstance(value, kind):
            raise TypeError(f"{self.block} {word} is {value!r}, not {kind.__name__}")
        return value

    def has(self, word: str) -> bool:
        """Whether a keyword was given a value."""
        return word in self.values

    def find(self, word: str, kind: type[T]) -> T | None:
        """The value of a keyword if it was given."""
        return self.get(word, kind) if self.has(word) else None

    def where(self, word: str) -> Place:
        """Where a keyword was given last: its value, else the keyword, else the block."""
        if not self.has(word):
            return self.place
        statement = self.values[word][-1][1]
        return (statement.arguments or statement.words)[0].place

    def sections(self, word: str) -> "list[Section]":
        """The blocks of this name in it."""
        return self._sections.get(word, [])

    def lines(self, word: str) -> list[Statement]:
        """The entries of all list blocks of this name in it."""
        return [line for value, _ in self.values.get(word, []) if isinstance(value, tuple) for line in value]

    def put(self, word: str, value: object, statement: Statement) -> None:
        """Add a value."""
        self.values.setdefault(word, []).append((value, statement))

    def nest(self, word: str, section: "Section") -> None:
        """Add a block."""
        self._sections.setdefault(word, []).append(section)

    def merged(self, word: str) -> "Section":
        """All blocks of this name as one, for those that may be given in parts."""
        whole = Section(f"{self.block}/{word}".lstrip("/"))
        for part in self.sections(word):
            for name, values in part.values.items():
                whole.values.setdefault(name, []).extend(values)
        return whole


def read(statements: list[Statement], report: Report) -> Section:
    """The whole file. Never raises."""
    return _Reader(report).section(Section(""), statements)


class _Reader:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._searches = 0

    def section(self, section: Section, statements: list[Statement]) -> Section:
        """Fill a section from the statements of its block."""
        for statement in statements:
            row = TABLE.get((section.block, statement.keyword.text))
            if row is None:
                self._unknown(section, statement)
            else:
                self._known(section, statement, row)
        return section

    def _known(self, section: Section, statement: Statement, row: Row) -> None:
        if not row.implemented:
            if self._report.first(("not implemented", row.word)):
                self._report.warning(
                    Code.NOT_IMPLEMENTED,
                    f"alived does not implement `{row.word}` yet",
                    statement.keyword.place,
                    row.instead,
                )
            return
        if row.spelling_of:
            if row.old and self._report.first(("old word", row.block, row.word)):
                self._report.note(
                    Code.OLD_WORD,
                    f"`{row.word}` is an old word for `{row.spelling_of}`",
                    statement.keyword.place,
                    f"it is read as `{row.spelling_of}`",
                )
            row = TABLE[row.block, row.spelling_of]
        if isinstance(row.form, (Body, Lines)) != (statement.body is not None):
            self._shape(statement, row)
        elif isinstance(row.form, Body):
            inner = Section(f"{section.block}/{row.word}".lstrip("/"), statement)
            section.nest(row.word, self.section(inner, statement.body or []))
        else:
            self._value(section, statement, row)

    def _shape(self, statement: Statement, row: Row) -> None:
        if statement.body is None:
            hint = f"write `{row.word} {{` and end it with '}}'"
            message = f"`{row.word}` needs a block"
        else:
            hint = f"write `{row.word}` and {row.form.expected}; the block is skipped"
            message = f"`{row.word}` has no block"
        self._report.error(Code.BAD_VALUE, message, statement.keyword.place, hint)

    def _value(self, section: Section, statement: Statement, row: Row) -> None:
        try:
            value, used, remark = row.form.read(statement)
        except UnfitError as error:
            self._unfit(section, statement, row, error)
            return
        if remark:
            number = statement.arguments[0]
            self._report.warning(Code.BAD_VALUE, f"`{row.word} {number.text}` is out of range", number.place, remark)
        if len(statement.arguments) > used:
            extra = statement.arguments[used]
            self._report.note(
                Code.IGNORED, f"`{row.word}` does not take this", extra.place, "the rest of the line is not read"
            )
        if isinstance(value, tuple):
            value = tuple(line for line in value if not self._nested(line))
        section.put(row.word, value, statement)

    def _nested(self, line: Statement) -> bool:
        """Whether an entry of a list has a block, which none has."""
        if line.body is None:
            return False
        self._report.error(Code.EXTRA_BRACE, "an entry of a list has no block", line.keyword.place, "it is skipped")
        return True

    def _unfit(self, section: Section, statement: Statement, row: Row, error: UnfitError) -> None:
        instead = row.unusable if error.instead is None else error.instead
        if instead is not None:
            section.put(row.word, instead, statement)
        if error.token is not None and is_definition(error.token, self._report):
            return
        hint = _what_holds(section.get(row.word, object) if section.has(row.word) else row.default, row)
        if error.similar:
            hint = f"did you mean `{error.similar}`? As it stands, {hint}"
        if error.token is None:
            message, place = f"`{row.word}` needs a value: {error.expected}", statement.keyword.place
        else:
            message, place = f"`{row.word}` must be {error.expected}", error.token.place
        self._report.error(Code.BAD_VALUE, message, place, hint)

    def _unknown(self, section: Section, statement: Statement) -> None:
        token, here = statement.keyword, block_name(section.block)
        skipped = "" if statement.body is None else "; the block is skipped"
        if homes := HOMES.get(token.text):
            where = " or ".join(dict.fromkeys(block_name(home) for home in homes[:3]))
            message = f"`{token.text}` does not belong in {here}"
            self._report.error(Code.WRONG_BLOCK, message, token.place, f"it belongs in {where}{skipped}")
            return
        similar = self._similar(token.text, section.block)
        hint = f"did you mean `{similar}`?{skipped.replace('; the', ' The')}" if similar else f"it is ignored{skipped}"
        self._report.error(Code.UNKNOWN_KEYWORD, f"`{token.text}` is not a keyword of {here}", token.place, hint)

    def _similar(self, word: str, block: str) -> str | None:
        """The nearest keyword of the block, else of the language. That takes long, so not for a file full of others."""
        if self._searches == SEARCHES_MOST:
            return None
        self._searches += 1
        return nearest(word, WORDS[block]) or nearest(word, HOMES)


def _what_holds(value: object, row: Row) -> str:
    """What is used instead of something unusable; nothing that could be a password."""
    if isinstance(value, bool):
        return f"it is {'on' if value else 'off'}"
    if isinstance(value, (int, float)):
        return f"{value:.15g} is used"
    if value and isinstance(row.form, (Choice, Address, TrackerWeight)):
        return f"{value} is used"
    return "it is ignored"


def name_of(section: Section, report: Report) -> str | None:
    """The name in a block's header; None, and a diagnostic, when there is none."""
    if section.header and section.header[0].text:
        for extra in section.header[1:2]:
            report.note(Code.IGNORED, "a block has one name", extra.place, "the rest of the line is not read")
        return section.header[0].text
    report.error(Code.MISSING, f"this {block_name(section.block)} has no name", section.place, "it is left out")
    return None
