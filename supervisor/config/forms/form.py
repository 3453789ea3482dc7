"""What a form is, and how it says that words do not have it."""

from typing import Any, NamedTuple, Protocol

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity

Words = tuple[str, ...]


class UnfitError(Exception):
    """The words do not have the form; the text says what was expected."""

    def __init__(
        self, expected: str, index: int | None = 0, *, similar: str | None = None, instead: object = None
    ) -> None:
        super().__init__(expected)
        self.expected = expected
        self.index = index
        """Which word is wrong, from 0; None: it is missing."""
        self.similar = similar
        """What was probably meant by it."""
        self.instead = instead
        """The part of the value that can be used all the same; None: none."""


@record()
class Problem:
    """Something that is wrong with a value that can be used all the same."""

    severity: Severity
    code: Code
    message: str
    index: int | None
    """Which word it is about, from 0; None: the keyword."""
    hint: str = ""


class Reading(NamedTuple):
    """What a form made of some words."""

    value: Any
    used: int = 1
    """Number of words that the value took; what is beyond them is not read."""
    problems: tuple[Problem, ...] = ()


class Form(Protocol):
    """How a value is written."""

    @property
    def expected(self) -> str:
        """What to write, for messages and the manual."""

    def read(self, words: Words, text: str) -> Reading:
        """The value of some words; `text` is how they stand in the file, quotes and escapes included.

        UnfitError if they do not have this form. A pure function: what it made of words is used again for the same.
        """

    def write(self, value: Any) -> str:
        """The words of a value: what read() makes the same value of. Quoted where that is needed."""


def first(words: Words, expected: str) -> str:
    """The word that must be there. UnfitError if it is not."""
    if not words:
        raise UnfitError(expected, None)
    return words[0]


def out_of_range(message: str, hint: str) -> tuple[Problem, ...]:
    """The problem of a value that is taken for another one, `hint` says which."""
    return (Problem(Severity.WARNING, Code.BAD_VALUE, message, 0, hint),)


def quoted(word: str) -> str:
    """A word as it has to be written to be read as one: in double quotes if it has blanks or could begin a comment."""
    return word if word and not any(char in word for char in ' \t{}!#"\\') else f'"{word}"'
