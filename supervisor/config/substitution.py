"""`$NAME` and `${NAME}` in a line: their values are put in their place, again and again until nothing changes.

A value is put in as text and read again from its begin, so that what stands after it can complete a name that it
begins; a name can also be made of parts. That a definition refers to itself is found; keepalived hangs. Time is linear
in the length of what is written, what a line can become is limited.
"""

import re
from dataclasses import dataclass, field

from alived.supervisor.config.definitions import REFERENCE, Definition, Definitions
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.source import Line, Origin, Splice, compose

MOST_SUBSTITUTIONS = 10_000
"""In one line."""

LONGEST = 65_536
"""Characters that a line can become."""


class UnusableError(Exception):
    """A line that cannot be used: its code, message, the stretch of the line, and a hint."""

    def __init__(self, code: Code, message: str, span: tuple[int, int], hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.span = span
        self.hint = hint


@dataclass(slots=True)
class Substituted:
    """A line after all substitutions."""

    line: Line
    following: list[Definition] = field(default_factory=list)
    """Definitions of several lines of which the first line is in it; their other lines follow, innermost first."""
    count: int = 0
    """How many substitutions that took."""


def substitute(line: Line, definitions: Definitions) -> Substituted | None:
    """The line once over; None if there is nothing to put in. UnusableError."""
    simple = _simple(line.text, definitions)
    if simple is not None:
        text, splices = simple
        return Substituted(_with(line, text, splices), [], len(splices))
    work = _Pass(line.text, definitions)
    if not work.run():
        return None
    return Substituted(_with(line, "".join(work.done), work.splices), work.following, work.count)


def _with(line: Line, text: str, splices: list[Splice]) -> Line:
    """The line with another text, in which these are put in."""
    if line.origin is None:
        return Line(line.file, line.number, text, Origin(line.text, tuple(splices)))
    source = line.text if line.origin.source is None else line.origin.source
    origin = Origin(source, compose(line.origin.splices, tuple(splices)), line.origin.steps)
    return Line(line.file, line.number, text, origin)


def _simple(text: str, definitions: Definitions) -> tuple[str, list[Splice]] | None:
    """What _Pass would make of it, in a short way; None: it is more than plain values."""
    parts: list[str] = []
    splices: list[Splice] = []
    done = length = 0
    for match in REFERENCE.finditer(text):
        name = match["braced"] or match["bare"]
        value = definitions.plain.get(name)
        if value is None or match["arguments"]:
            return None
        start, end = match.span()
        length += start - done
        parts += (text[done:start], value)
        splices.append(Splice(length, length + len(value), start, end, definitions.step(name)))
        length += len(value)
        done = end
    if len(splices) < text.count("$") or not splices or length > LONGEST:
        return None
    parts.append(text[done:])
    return "".join(parts), splices


class _Pass:
    """One time over a line, from left to right."""

    def __init__(self, text: str, definitions: Definitions) -> None:
        self._text = text
        self._definitions = definitions
        self._rest = text
        """What is still to be looked at: the end of what was put in last, then the rest of the line."""
        self._own = len(text)
        """How much at its end is the line's own."""
        self._length = 0
        """Of what is done."""
        self._within: list[tuple[str, int]] = []
        """Definitions that the begin of the rest came from, outermost first; how much of it is behind each."""
        self.done: list[str] = []
        self.splices: list[Splice] = []
        self.following: list[Definition] = []
        self.count = 0

    def run(self) -> bool:
        """Whether anything was put in."""
        begin = 0
        while match := REFERENCE.search(self._rest, begin):
            definition = self._definitions.get(match["braced"] or match["bare"])
            value = self._value(definition, match)
            if definition is None or value is None:
                begin = match.start() + 1
                continue
            self._guard(definition, match)
            self._put(definition, value, match)
            begin = 0
            if value.lstrip(" \t").startswith("~") and not "".join(self.done).strip(" \t"):
                break  # a sequence: what follows depends on its variable
        self.done.append(self._rest)
        self._close(self._length + len(self._rest) - self._own)
        return self.count > 0

    def _value(self, definition: Definition | None, match: re.Match[str]) -> str | None:
        """What to put in; None: it stays as it is."""
        if definition is None:
            return None
        if definition.compute is not None:
            return definition.compute(match["arguments"] or "")
        if match["arguments"]:
            return None
        if definition.lines is None:
            return definition.value
        return definition.lines[0].text.strip(" \t") if match.end() == len(self._rest) else None

    def _guard(self, definition: Definition, match: re.Match[str]) -> None:
        """Whether that may go on. UnusableError."""
        behind = len(self._rest) - match.start()
        while self._within and behind <= self._within[-1][1]:
            self._within.pop()
        within = [name for name, _ in self._within]
        span = (self.splices[-1].was, self.splices[-1].was_end) if within else match.span()
        if definition.name in within:
            way = " -> ".join(f"${name}" for name in (*within[within.index(definition.name) :], definition.name))
            message = f"the definition of ${definition.name} refers to itself: {way}"
            hint = "define one of them without the other; keepalived hangs here, alived leaves the line out"
            raise UnusableError(Code.SELF_REFERENCE, message, span, hint)
        self.count += 1
        if self._length + len(self._rest) > LONGEST or self.count > MOST_SUBSTITUTIONS:
            message = f"definitions make this line longer than {LONGEST:,} characters"
            if self.count > MOST_SUBSTITUTIONS:
                message = f"this line takes more than {MOST_SUBSTITUTIONS:,} substitutions"
            raise UnusableError(Code.TOO_MUCH, message, (0, len(self._text)), "the line is left out")

    def _put(self, definition: Definition, value: str, match: re.Match[str]) -> None:
        rest, start, end = self._rest, match.start(), match.end()
        self.done.append(rest[:start])
        self._length += start
        foreign = len(rest) - self._own
        if start >= foreign:  # written in the line itself
            self._close(self._length - (start - foreign))
            self._own = len(rest) - end
            was, was_end = len(self._text) - (len(rest) - start), len(self._text) - self._own
            self.splices.append(Splice(self._length, -1, was, was_end, definition.step))
        elif end > foreign:  # begun by a value, completed by the line
            self._own = len(rest) - end
            self.splices[-1] = self.splices[-1]._replace(was_end=len(self._text) - self._own)
        self._rest = value + rest[end:]
        self._within.append((definition.name, len(rest) - end))
        if definition.lines is not None:
            self.following.insert(0, definition)

    def _close(self, end: int) -> None:
        """The last splice ends at this offset."""
        if self.splices and self.splices[-1].end < 0:
            self.splices[-1] = self.splices[-1]._replace(end=end)
