"""How much a configuration may bring about: a few words can ask for a billion lines, and must not get them."""

from collections.abc import Iterator
from contextlib import contextmanager

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Place
from alived.supervisor.config.source import Line

HINT = "the rest of the configuration is not read"


@record()
class Limits:
    """Where reading ends. A configuration of 65,024 instances stays far below all of them."""

    steps: int = 4_000_000
    """Lines made by definitions, sequences and includes, and substitutions in lines."""
    characters: int = 512 * 1024 * 1024
    """Of all files and lines together."""
    line: int = 65_536
    """Characters of one line."""
    depth: int = 40
    """Files, definitions and sequences within each other."""


class TooMuchError(Exception):
    """A limit is passed; reading ends here."""

    def __init__(self, code: Code, message: str, place: Place) -> None:
        super().__init__(message)
        self.code = code
        self.place = place


class Budget:
    """What is left of the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._steps = limits.steps
        self._characters = limits.characters
        self._depth = 0
        self._factor = 1

    def spend(self, steps: int, characters: int, line: Line) -> None:
        """So much was made of a line. TooMuchError."""
        self._steps -= steps
        self._characters -= characters
        if self._steps < 0 or self._characters < 0:
            limits = self._limits
            what = f"{limits.steps:,} lines" if self._steps < 0 else f"{limits.characters:,} characters"
            message = f"definitions, sequences and includes make more than {what}"
            raise TooMuchError(Code.TOO_MUCH, message, line.place(0, 0))

    @contextmanager
    def deeper(self, place: Place) -> Iterator[None]:
        """One more thing within another. TooMuchError."""
        if self._depth >= self._limits.depth:
            message = f"more than {self._limits.depth} includes, definitions and sequences within each other"
            raise TooMuchError(Code.TOO_MUCH, message, place)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def times(self, count: int, place: Place) -> Iterator[None]:
        """The same things so many times; those within it that many times again. TooMuchError."""
        outer, self._factor = self._factor, self._factor * max(count, 1)
        try:
            if self._factor > self._limits.steps:
                message = f"this asks for {self._factor:,} lines; more than {self._limits.steps:,} are not made"
                raise TooMuchError(Code.TOO_MUCH, message, place)
            with self.deeper(place):
                yield
        finally:
            self._factor = outer
