"""Lines that are made many times, with other values each time: what can be known about them is worked out once.

Only for those of which the values decide nothing but the text: no condition, no include, no value that would have to
be looked at again. Everything else takes the long way (expansion.py).
"""

import re
from operator import itemgetter

from alived.supervisor.config.definitions import REFERENCE, Definitions
from alived.supervisor.config.source import Line, Origin, Splice, Step

_SPECIAL = re.compile(r"[@~$\\]|include|random_seed")


class Template:
    """A line with references in it, or with none."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._source = line.text if line.origin is None or line.origin.source is None else line.origin.source
        literals: list[str] = []
        names: list[str] = []
        self._spans: list[tuple[int, int]] = []
        done = 0
        for match in REFERENCE.finditer(line.text):
            literals.append(line.text[done : match.start()])
            names.append(match["braced"] or match["bare"])
            self._spans.append(match.span())
            if match["arguments"]:
                literals.append("$")  # takes the long way
            done = match.end()
        literals.append(line.text[done:])
        self._format = "%s".join(literal.replace("%", "%%") for literal in literals) if names else line.text
        self._names = names
        self._values = itemgetter(*names) if names else None
        self._begins_with_value = bool(names) and not literals[0].strip(" \t")
        self._is_simple = not any(map(_SPECIAL.search, literals)) and not (line.origin and line.origin.splices)
        self._splices: dict[tuple[int, ...], tuple[Splice, ...]] = {}
        self._generation = -1

    def fill(self, definitions: Definitions, shared: Origin) -> Line | None:
        """The line with the values in it, brought about by the steps of `shared`; None: it takes the long way."""
        line = self.line
        if not self._is_simple:
            return None
        if self._values is None:
            return Line(line.file, line.number, line.text, shared)
        try:
            found = self._values(definitions.plain)
        except KeyError:
            return None
        values: tuple[str, ...] = found if len(self._names) > 1 else (found,)
        if self._begins_with_value and values[0][:1] in "ir":  # could become an include, or nothing at all
            return None
        lengths = tuple(map(len, values))
        if self._generation != definitions.generation:
            self._generation = definitions.generation
            self._splices.clear()
        splices = self._splices.get(lengths)
        if splices is None:
            splices = self._splices[lengths] = self._spliced(lengths, [definitions.step(name) for name in self._names])
        return Line(line.file, line.number, self._format % values, Origin(self._source, splices, shared.steps))

    def _spliced(self, lengths: tuple[int, ...], steps: list[Step | None]) -> tuple[Splice, ...]:
        splices: list[Splice] = []
        shift = 0
        for (was, was_end), length, step in zip(self._spans, lengths, steps, strict=True):
            splices.append(Splice(was + shift, was + shift + length, was, was_end, step))
            shift += length - (was_end - was)
        return tuple(splices)
