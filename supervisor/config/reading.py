"""The tree read with the grammar: each block becomes a Section, whose values have their types, defaults and places.

Here every word is judged: known or misspelt, in its block or in another's, with a value of the right form or not. What
does not live here: what blocks mean together (build_*.py) and whether they fit (check*.py).
"""

from dataclasses import replace
from typing import Any

from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.forms.form import Reading, UnfitError
from alived.supervisor.config.forms.lvs import ForwardingForm
from alived.supervisor.config.forms.settings import Umask
from alived.supervisor.config.forms.text import Address, Body, Choice, Lines
from alived.supervisor.config.forms.tracking import TrackerWeight
from alived.supervisor.config.grammar.later import LATER
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import DEFAULTS, HOMES, ROWS, TABLE, WORDS, block_name
from alived.supervisor.config.lexer import Segment
from alived.supervisor.config.parser import Statement
from alived.supervisor.config.sections import Entry, Section, whole_of

ONCE = {
    "vrrp_instance": frozenset({"state", "virtual_router_id", "priority", "advert_int"}),
    "vrrp_script": frozenset({"script", "interval", "timeout", "fall", "rise"}),
    "virtual_server": frozenset({"lvs_sched", "lvs_method", "protocol", "quorum", "persistence_timeout"}),
}
"""Block -> words that nobody gives twice on purpose; keepalived takes the last without a word."""


def read(statements: list[Statement], report: Report) -> Section:
    """The whole file. Never raises."""
    reader = _Reader(report)
    return reader.section(Section(""), statements)


class _Known:
    """A row as the reader uses it: what it stands for, and what was made of its words before."""

    __slots__ = ("block", "instead", "is_body", "is_lines", "memo", "row", "via", "word")

    def __init__(self, row: Row) -> None:
        self.via = row
        """The row of the word as it is spelt."""
        self.row = TABLE[row.block, row.spelling_of] if row.spelling_of else row
        self.word = self.row.word
        self.block = f"{row.block}/{self.word}".lstrip("/")
        """The block that it begins, if it begins one."""
        self.is_body = isinstance(self.row.form, Body)
        self.is_lines = isinstance(self.row.form, Lines)
        self.instead = LATER.get((row.block, self.word), "")
        """What happens instead, as long as alived does not act on it and that is not said; empty: nothing to say."""
        self.memo: dict[Segment, Reading] = {}
        """Readings that had nothing wrong with them."""


class _Reader:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._blocks: dict[str, dict[str, _Known]] = {}
        for row in ROWS:
            self._blocks.setdefault(row.block, {})[row.word] = _Known(row)

    def section(self, section: Section, statements: list[Statement]) -> Section:
        """Fill a section from the statements of its block."""
        known_words = self._blocks.get(section.block, {})
        values = section.values
        for statement in statements:
            segment = statement.segment
            known = known_words.get(segment.keyword)
            if known is None:
                self._unknown(section, statement)
                continue
            if known.via.old:
                self._old(statement, known)
            if known.instead:
                self._later(statement, known)
            section.order.append(known.word)
            if known.is_body or known.is_lines or statement.body is not None:
                self._block(section, statement, known)
                continue
            reading = known.memo.get(segment)
            if reading is None:
                reading = self._value(section, statement, known)
                if reading is None:
                    continue
            entry = Entry(reading.value, statement)
            if known.word in values:
                if known.word in ONCE.get(section.block, ()) and values[known.word][-1].value != entry.value:
                    self._again(values[known.word][-1], entry, known)
                values[known.word].append(entry)
            else:
                values[known.word] = [entry]
        return section

    def _again(self, earlier: Entry, entry: Entry, known: _Known) -> None:
        message = f"`{known.word}` is given twice, and not the same"
        place = entry.place(0)
        hint = f"this one is used, not that of {earlier.place().seen_from(place)}"
        self._report.advice(Code.DUPLICATE, message, place, hint)

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _block(self, section: Section, statement: Statement, known: _Known) -> None:
        row, word = known.row, statement.segment.keyword
        if statement.body is None:
            hint = f"write `{word} {{` and end it with '}}'"
            place = _taken(statement, section) if known.is_lines else statement.place()
            self._report.error(Code.BAD_VALUE, f"`{word}` needs a block", place, hint)
        elif known.is_body:
            section.nest(known.word, self.section(Section(known.block, statement), statement.body))
        elif isinstance(row.form, Lines) and row.form.named:
            inner = Section(known.block, statement)
            inner.values[row.word] = self._lines(statement.body, row)
            section.nest(row.word, inner)
        elif known.is_lines:
            if statement.segment.arguments:
                message, hint = f"`{word}` has nothing before its block", "this is not read"
                self._report.warning(Code.IGNORED, message, statement.place(0), hint)
            section.values.setdefault(row.word, []).extend(self._lines(statement.body, row))
        else:
            hint = f"write `{word}` and {row.form.expected}; the block is skipped"
            place = whole_of(statement)
            self._report.error(Code.BAD_VALUE, f"`{word}` has no block", place, hint)

    def _lines(self, body: list[Statement], row: Row) -> list[Entry]:
        """The entries of a list block."""
        form = row.form
        entries = []
        for statement in body:
            if statement.body is not None:
                message, hint = "an entry of a list has no block", "it is skipped"
                self._report.error(Code.EXTRA_BRACE, message, whole_of(statement), hint)
                continue
            words, text = statement.segment.words, statement.segment.text
            if isinstance(form, Lines) and form.each_word:
                for index, word in enumerate(words):
                    entries += self._entry(statement, row, (word,), word, index)
            else:
                entries += self._entry(statement, row, words, text, 0)
        return entries

    def _entry(self, statement: Statement, row: Row, words: tuple[str, ...], text: str, first: int) -> list[Entry]:
        try:
            reading = row.form.read(words, text)
        except UnfitError as error:
            place = Entry(None, statement, is_line=True).place(first + (error.index or 0))
            hint = f"did you mean `{error.similar}`?" if error.similar else "it is skipped"
            self._report.error(Code.BAD_VALUE, f"this is not {error.expected}", place, hint)
            return []
        entry = Entry(reading.value, statement, is_line=True)
        for problem in reading.problems:
            place = entry.place(first + (problem.index or 0))
            self._report.add(problem.severity, problem.code, problem.message, place, problem.hint)
        if reading.used < len(words):
            message, hint = f"{block_name(row.word)} does not take this", "the rest of the line is not read"
            self._report.note(Code.IGNORED, message, entry.place(first + reading.used), hint)
        return [] if reading.value is None else [entry]

    # --- values -------------------------------------------------------------------------------------------------------

    def _old(self, statement: Statement, known: _Known) -> None:
        if not self._report.first(("old word", known.via.key, statement.line.file, statement.line.number)):
            return
        word = known.via.word
        if known.via.spelling_of:
            message, hint = f"`{word}` is an old word for `{known.word}`", f"write `{known.word}`; it is read as that"
        else:
            message, hint = f"`{word}` should no longer be used", known.row.meaning
        self._report.warning(Code.OLD_WORD, message, statement.place(), hint)

    def _later(self, statement: Statement, known: _Known) -> None:
        if self._report.first(("later", known.row.block, known.word)):
            message = f"alived does not act on `{known.word}` yet"
            self._report.note(Code.NOT_IMPLEMENTED, message, statement.place(), known.instead)
        known.instead = ""

    def _value(self, section: Section, statement: Statement, known: _Known) -> Reading | None:
        """What a row's form makes of a statement; remembered if nothing is to be said about it."""
        segment, row = statement.segment, known.row
        arguments = segment.arguments
        try:
            reading = row.form.read(arguments, segment.tail.lstrip())
        except UnfitError as error:
            return self._unfit(section, statement, row, error)
        for problem in reading.problems:
            message, place = f"`{segment.keyword}`: {problem.message}", statement.place(problem.index)
            self._report.add(problem.severity, problem.code, message, place, problem.hint)
        if len(arguments) > reading.used:
            self._extra(statement, arguments, reading.used)
        elif not reading.problems:
            known.memo[segment] = reading
        return reading

    def _extra(self, statement: Statement, arguments: tuple[str, ...], used: int) -> None:
        if len(arguments) > used:
            message, hint = f"`{statement.segment.keyword}` does not take this", "the rest of the line is not read"
            self._report.note(Code.IGNORED, message, statement.place(used), hint)

    def _unfit(self, section: Section, statement: Statement, row: Row, error: UnfitError) -> Reading | None:
        """Say that a value does not fit; what holds instead, if that is not what would hold without the statement."""
        value = row.unusable if error.instead is None else error.instead
        held = value if value is not None else self._held(section, row)
        hint = _what_holds(held, row)
        if error.similar:
            hint = f"did you mean `{error.similar}`? As it stands, {hint}"
        word = statement.segment.keyword
        if error.index is None or error.index >= len(statement.segment.arguments):
            message, place = f"`{word}` needs a value: {error.expected}", statement.place()
        else:
            message, place = f"`{word}` must be {error.expected}", statement.place(error.index)
        self._report.error(Code.BAD_VALUE, message, _hidden(section, place), hint)
        return None if value is None else Reading(value)

    def _held(self, section: Section, row: Row) -> object:
        given = section.values.get(row.word)
        return given[-1].value if given else DEFAULTS[section.block, row.word]

    # --- words that do not belong -------------------------------------------------------------------------------------

    def _unknown(self, section: Section, statement: Statement) -> None:
        word, here, place = statement.segment.keyword, block_name(section.block), whole_of(statement)
        skipped = self._skipped(section, statement)
        if homes := HOMES.get(word):
            where = " or ".join(dict.fromkeys(block_name(home) for home in homes[:3]))
            hint = f"it belongs in {where}" + (f"; {skipped}" if skipped else "")
            self._report.error(Code.WRONG_BLOCK, f"`{word}` does not belong in {here}", place, hint)
            return
        if similar := self._similar(word, section.block):
            hint = f"did you mean `{similar}`?" + (f" {skipped[0].upper()}{skipped[1:]}" if skipped else "")
        else:
            hint = skipped or "it is ignored"
            place = _hidden(section, place)
        as_written = place.source[place.column - 1 :][: place.length] if place.chain else word
        named = "this" if place.secret else f"`{as_written}`"
        self._report.error(Code.UNKNOWN_KEYWORD, f"{named} is not a keyword of {here}", place, hint)

    def _skipped(self, section: Section, statement: Statement) -> str:
        """What becomes of the block of an unknown word, in words: blocks in it that could stand here do so.

        keepalived does not know where such a block ends, and reads what is in it as if there were no braces.
        """
        if statement.body is None:
            return ""
        to = f", to line {statement.end}," if statement.end else ""
        known = self._blocks.get(section.block, {})
        inner = [one for one in statement.body if one.body is not None and one.segment.keyword in known]
        if not inner:
            return f"its block{to} is skipped"
        self.section(section, inner)
        return f"of its block{to} the blocks that could stand here are read, as by keepalived, and nothing else"

    def _similar(self, word: str, block: str) -> str | None:
        """The nearest keyword of the block, else of the language."""
        return self._report.similar(word, WORDS.get(block, ())) or self._report.similar(word, HOMES)


def _taken(statement: Statement, section: Section) -> Place:
    """The place of a list without a block, with all lines that keepalived takes for it: to the next closing brace."""
    around = section.statement
    body = around.body or [] if around else []
    end = around.end if around else 0
    at = next((index for index, one in enumerate(body) if one is statement), len(body))
    following = next((one for one in body[at + 1 :] if one.body is not None), None)
    while following:
        end = following.end
        following = next((one for one in following.body or () if one.body is not None), None)
    place = statement.place()
    return replace(place, end_line=max(end, place.line))


def _hidden(section: Section, place: Place) -> Place:
    """A place in a block that holds passwords: a word that does not belong there may be one."""
    from alived.supervisor.config.masking import BLOCKS  # noqa: PLC0415 - only needed when something is wrong

    return replace(place, secret=True) if section.block in BLOCKS else place


def _what_holds(value: Any, row: Row) -> str:
    """What is used instead of something unusable; nothing that could be a password."""
    if isinstance(value, bool):
        return f"it is {'on' if value else 'off'}"
    if isinstance(row.form, Umask):  # the one number that is not written in decimal
        return f"{row.form.write(value)} is used"
    if isinstance(value, (int, float)):
        return f"{value:.15g} is used"
    if value and isinstance(row.form, (Choice, Address, TrackerWeight, ForwardingForm)):
        return f"{row.form.write(value)} is used"
    return "it is ignored"
