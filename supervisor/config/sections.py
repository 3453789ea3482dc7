"""Sections: one block of the file each, with the values of its words, their places and defaults.

What does not live here: how they are read from the tree (reading.py), and what they mean together (build_*.py).
"""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from alived.supervisor.config.diagnostics import Code, Place, Report, Severity
from alived.supervisor.config.grammar.table import DEFAULTS, block_name
from alived.supervisor.config.parser import Statement

T = TypeVar("T")


class Entry(NamedTuple):
    """One time that a word was given, or one line of a list block."""

    value: Any
    statement: Statement
    is_line: bool = False

    def place(self, index: int | None = None) -> Place:
        """Where word `index` of it stands, from 0: after the keyword, or of the line; None: where it begins."""
        return self.statement.place(index - 1 if index is not None and self.is_line else index)


@dataclass(slots=True)
class Section:
    """One block of the file, or the whole file."""

    block: str
    statement: Statement | None = None
    """Its header; None: the top level."""
    values: dict[str, list[Entry]] = field(default_factory=dict)
    """Keyword -> what it was given, in order; of a list block, its lines."""
    order: list[str] = field(default_factory=list)
    """Keywords as they stand in it, blocks too."""
    position: int = 0
    """How many statements stand before it in the block that it is in: who comes first."""
    _sections: dict[str, "list[Section]"] = field(default_factory=dict)

    @property
    def header(self) -> tuple[str, ...]:
        """The words between the block's keyword and its brace."""
        return self.statement.segment.arguments if self.statement else ()

    @property
    def place(self) -> Place:
        """Where the block begins."""
        return self.statement.place() if self.statement else Place("")

    @property
    def whole(self) -> Place:
        """The same with all its lines, for what keepalived says at its end."""
        return whole_of(self.statement) if self.statement else Place("")

    def to_end(self, word: str) -> Place:
        """Where a keyword was given last, to the end of the block, for what keepalived says there."""
        return self.ending(self.where(word))

    def ending(self, place: Place) -> Place:
        """A place with all lines to the end of the block."""
        return replace(place, end_line=max(self.whole.end_line, place.line))

    def header_place(self, index: int = 0) -> Place:
        """Where a word of the header stands."""
        return self.statement.place(index) if self.statement else Place("")

    def get(self, word: str, kind: type[T], inherited: T | None = None) -> T:
        """The value of a keyword: the last one given, else the inherited one if there is one, else the default."""
        given = self.values.get(word)
        value = given[-1].value if given else (DEFAULTS[self.block, word] if inherited is None else inherited)
        if not isinstance(value, kind):
            raise TypeError(f"{self.block} {word} is {value!r}, not {kind.__name__}")
        return value

    def has(self, word: str) -> bool:
        """Whether a keyword was given a value."""
        return word in self.values

    def find(self, word: str, kind: type[T]) -> T | None:
        """The value of a keyword if it was given."""
        return self.get(word, kind) if word in self.values else None

    def where(self, word: str) -> Place:
        """Where a keyword was given last: its value, else the keyword, else the block."""
        given = self.values.get(word)
        return given[-1].place(0) if given else self.place

    def given(self, word: str) -> list[Entry]:
        """Every time that a keyword was given."""
        return self.values.get(word, [])

    entries = given
    """The lines of all list blocks of this name."""

    def sections(self, word: str) -> "list[Section]":
        """The blocks of this name in it."""
        return self._sections.get(word, [])

    def nest(self, word: str, section: "Section") -> None:
        """Add a block."""
        section.position = len(self.order)
        if word in self._sections:
            self._sections[word].append(section)
        else:
            self._sections[word] = [section]

    def merged(self, word: str) -> "Section":
        """All blocks of this name as one, for those that may be given in parts."""
        parts = self.sections(word)
        whole = Section(f"{self.block}/{word}".lstrip("/"), parts[0].statement if parts else None)
        for part in parts:
            whole.order += part.order
            for name, values in part.values.items():
                whole.values.setdefault(name, []).extend(values)
            for name, sections in part._sections.items():  # noqa: SLF001  of its own kind
                whole._sections.setdefault(name, []).extend(sections)
        return whole


NAMED_ALONE = frozenset({"vrrp_instance", "vrrp_sync_group", "track_group", "virtual_server_group"})
"""Blocks that keepalived does not use when more than a name stands before their brace."""


def name_of(section: Section, report: Report) -> str | None:
    """The name in a block's header; None, and a diagnostic, when there is none."""
    if section.header and section.header[0]:
        if len(section.header) > 1:
            severity, hint = Severity.NOTE, "the rest of the line is not read"
            if section.block in NAMED_ALONE:
                severity, hint = Severity.WARNING, f"{hint}; keepalived does not use such a {section.block}"
            report.add(severity, Code.IGNORED, "a block has one name", section.header_place(1), hint)
        return section.header[0]
    report.error(Code.MISSING, f"this {block_name(section.block)} has no name", section.place, "it is left out")
    return None


def whole_of(statement: Statement) -> Place:
    """The place of a statement's keyword, with all lines of its body."""
    place = statement.place()
    return replace(place, end_line=statement.end) if statement.end > place.line else place
