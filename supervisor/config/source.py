"""Where text came from: lines of files, and what was done to them before they are parsed.

An included file, a definition and a sequence each leave a step, so that a diagnostic can name the place in the file
that its author can change, and show the chain from there. What does not live here: the doing (language.py).
"""

from typing import NamedTuple

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Place


@record()
class Step:
    """One thing that brought a line about."""

    words: str
    """As `included from`, `in definition $NAME of`, `with $I = 7 of ~SEQ at`; a place follows."""
    place: Place
    """Where that was asked for, or where the definition stands."""


class Splice(NamedTuple):
    """A stretch of a line that is not in its file but came from a definition."""

    start: int
    """Offsets in the finished text."""
    end: int
    was: int
    """Offsets in the line of the file, of the `$NAME` that stood there."""
    was_end: int
    step: Step | None
    """The definition; None: there is nothing to say about it."""


class Origin(NamedTuple):
    """How the text of a line differs from what its file says; a line as it stands in the main file has none."""

    source: str | None
    """The line of the file; None: it is the text."""
    splices: tuple[Splice, ...] = ()
    """In order, without overlap."""
    steps: tuple[Step, ...] = ()
    """What brought about the whole line, innermost first: sequences, multi-line definitions, includes."""


class Line(NamedTuple):
    """One line to be parsed, without comment, in its final text."""

    file: str
    number: int
    text: str
    origin: Origin | None = None

    def place(self, start: int, end: int) -> Place:
        """The place in the file of a stretch of the text."""
        if self.origin is None:
            return Place(self.file, self.number, start + 1, max(end - start, 1), self.text)
        begin, steps = _back(self.origin.splices, start, at_end=False)
        finish, _ = _back(self.origin.splices, max(end, start), at_end=True)
        length = max(finish - begin, 1)
        source = self.text if self.origin.source is None else self.origin.source
        return Place(self.file, self.number, begin + 1, length, source, (*steps, *self.origin.steps))


def compose(first: tuple[Splice, ...], second: tuple[Splice, ...]) -> tuple[Splice, ...]:
    """Two replacements after each other as one. What both of them touched becomes one stretch, of the second's step."""
    if not first:
        return second
    blocks: list[Splice] = []
    left = list(reversed(first))
    shift = 0
    for new in second:
        low, high = new.was, new.was_end
        while left and left[-1].end <= low and left[-1].start < new.was:
            blocks.append(_moved(left.pop(), shift))
        while left and left[-1].start < max(high, low + 1):
            low, high = min(low, left[-1].start), max(high, left[-1].end)
            left.pop()
        was, _ = _back(first, low, at_end=False)
        was_end, _ = _back(first, high, at_end=True)
        block = Splice(new.start - (new.was - low), new.end + (high - new.was_end), was, max(was, was_end), new.step)
        if blocks and block.start < blocks[-1].end:
            last = blocks.pop()
            block = Splice(last.start, max(block.end, last.end), last.was, max(block.was_end, last.was_end), last.step)
        blocks.append(block)
        shift = new.end - new.was_end
    return (*blocks, *(_moved(old, shift) for old in reversed(left)))


def _moved(splice: Splice, shift: int) -> Splice:
    return splice._replace(start=splice.start + shift, end=splice.end + shift)


def _back(splices: tuple[Splice, ...], offset: int, *, at_end: bool) -> tuple[int, tuple[Step, ...]]:
    """An offset in the text as one in the line of the file; within a splice, its begin or end, and the definition."""
    shift = 0
    for splice in splices:
        if offset < splice.start or (at_end and offset == splice.start):
            break
        if offset < splice.end or (at_end and offset == splice.end):
            return (splice.was_end if at_end else splice.was), (splice.step,) if splice.step else ()
        shift = splice.was_end - splice.end
    return offset + shift, ()
