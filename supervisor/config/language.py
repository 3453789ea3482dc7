"""The language around the keywords: files to lines without comments, definitions, sequences, conditions and includes.

Lines that hold nothing of the kind, nearly all, are only passed on; here is where that is seen. What does not live
here: what becomes of the others (expansion.py), files (files.py, includes.py), words and blocks (lexer.py, parser.py).
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import partial
from itertools import compress, count, repeat
from pathlib import Path

from alived.ipc.record import record
from alived.supervisor.config import includes
from alived.supervisor.config.comments import without_comment
from alived.supervisor.config.definitions import Definitions
from alived.supervisor.config.diagnostics import INCLUDED, Code, Place, Report
from alived.supervisor.config.expansion import Expansion
from alived.supervisor.config.files import DiskFiles, Files, SourceText, read_source
from alived.supervisor.config.limits import HINT, Budget, Limits, TooMuchError
from alived.supervisor.config.source import Line, Origin, Step

_MARKS = ("#", "!", "$", "@", "~", "\\", "include", "random_seed")
"""A line without any of them is one of the configuration as it stands."""

_as_line: Callable[[tuple[str, int, str, Origin | None]], Line] = partial(tuple.__new__, Line)
"""What Line._make does, a third as fast; of most configurations every line goes through it."""

SHOWN = 80
"""Characters of a line that is too long."""


def host() -> str:
    """The configuration id of a machine that was given none: the first part of its node name."""
    return os.uname().nodename.partition(".")[0]


@record()
class Context:
    """What a configuration is read with, besides its text."""

    config_id: str = field(default_factory=host)
    """What `@id` is compared with (-i)."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """For `${_ENV NAME}`."""
    seed: int | None = None
    """For `${_RANDOM}`, until the file says `random_seed`; None: another one each time."""
    files: Files = field(default_factory=DiskFiles)
    limits: Limits = field(default_factory=Limits)


def read_lines(root: Path | SourceText, context: Context, report: Report) -> Iterator[Line]:
    """The lines of a configuration, one after the other. Never raises; nothing comes of a file that is not there."""
    source = read_source(root, context.files, report) if isinstance(root, Path) else root
    if source is None:
        return
    try:
        yield from _Reader(context, report).read(source, ())
    except TooMuchError as error:
        report.error(error.code, str(error), error.place, HINT)
        report.truncated = True


class _Reader:
    """Reads one configuration, file by file."""

    def __init__(self, context: Context, report: Report) -> None:
        self._report = report
        self._files = context.files
        self._longest = context.limits.line
        self._budget = Budget(context.limits)
        self._definitions = Definitions(context.config_id, context.environment, context.seed)
        self._expansion = Expansion(context.config_id, self._definitions, self._budget, self._include, report)
        self._open: list[SourceText] = []
        """The files that are being read, outermost first."""

    def read(self, source: SourceText, steps: tuple[Step, ...]) -> Iterator[Line]:
        """The lines of a file and of those that it includes; `steps` is how it came to be included. TooMuchError."""
        demand = self._expansion.demand
        self._open.append(source)
        self._definitions.directory(_directory(source))
        yield from self._lines(source, Origin(None, (), steps) if steps else None)
        self._open.pop()
        self._expansion.demand = demand
        if self._open:
            self._definitions.directory(_directory(self._open[-1]))

    def _lines(self, source: SourceText, origin: Origin | None) -> Iterator[Line]:
        name, text = source.name, source.text
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        marks = _Marks(text)
        number, at, size = 1, 0, len(text)
        while at < size:
            begin = at
            if not self._expansion.is_defining:
                begin = marks.line(at)
            if begin > at:
                lines = text[at:begin].split("\n")
                self._budget.spend(len(lines) if origin else 0, begin - at, Line(name, number, ""))
                if max(map(len, lines)) > self._longest:
                    lines = [self._cut(Line(name, index, line, origin)) for index, line in enumerate(lines, number)]
                yield from compress(map(_as_line, zip(repeat(name), count(number), lines, repeat(origin))), lines)
                number += len(lines) - 1
                at = begin
                continue
            end = text.find("\n", begin)
            end = size if end < 0 else end
            yield from self._special(Line(name, number, text[begin:end], origin))
            number += 1
            at = end + 1

    def _special(self, line: Line) -> Iterator[Line]:
        """A line that is not ordinary, with its comment."""
        if len(line.text) > self._longest:
            line = line._replace(text=self._cut(line))
        text, splices = without_comment(line.text)
        if text != line.text:
            steps = line.origin.steps if line.origin else ()
            line = line._replace(text=text, origin=Origin(line.text, splices, steps))
        self._budget.spend(0, len(text), line)
        return self._expansion.lines(line)

    def _cut(self, line: Line) -> str:
        """The text of a line; nothing if it is too long."""
        if len(line.text) <= self._longest:
            return line.text
        place = line._replace(text=line.text[:SHOWN]).place(0, SHOWN)
        message = f"this line has more than {self._longest:,} characters"
        self._report.error(Code.TOO_MUCH, message, place, "it is left out")
        return ""

    def _include(self, pattern: str, demand: includes.Demand, place: Place) -> Iterator[Line]:
        directory = os.path.dirname(self._open[-1].path)  # noqa: PTH120 - a Path would not keep `./`
        with self._budget.deeper(place):
            for source in includes.sources(pattern, directory, demand, place, files=self._files, report=self._report):
                if any(_are_same(source, outer) for outer in self._open):
                    hint = "it is not read again; a pattern like *.conf also matches the file that it stands in"
                    message = f"'{source.name}' includes itself"
                    self._report.error(Code.INCLUDE_LOOP, message, place, hint)
                else:
                    yield from self.read(source, (Step(INCLUDED, place), *place.chain))


class _Marks:
    """Finds the lines of a text that are not ordinary."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = {mark: at for mark in _MARKS if (at := text.find(mark)) >= 0}

    def line(self, at: int) -> int:
        """Offset of the next such line from one on, or of the end of the text."""
        for mark in [mark for mark, found in self._next.items() if found < at]:
            self._next[mark] = self._text.find(mark, at)
            if self._next[mark] < 0:
                del self._next[mark]
        if not self._next:
            return len(self._text)
        return self._text.rfind("\n", at, min(self._next.values())) + 1 or at


def _directory(source: SourceText) -> str:
    return os.path.abspath(os.path.dirname(source.path))  # noqa: PTH100, PTH120 - links stay as the user wrote them


def _are_same(one: SourceText, other: SourceText) -> bool:
    if one.identity is not None and one.identity == other.identity:
        return True
    return os.path.abspath(one.path) == os.path.abspath(other.path)  # noqa: PTH100 - without looking at the disk
