"""The forms that a value can have: how it is written, and what the reader makes of it.

A form turns the arguments of a statement into a Python value or raises UnfitError, which says what was expected. It
knows no keyword; ranges stand in the rows of the grammar.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from alived.supervisor.config.diagnostics import nearest
from alived.supervisor.config.lexer import Token
from alived.supervisor.config.parser import Statement

MICROSECOND = 0.000001
INT_MAX = 2**31 - 1
UNSIGNED_MAX = 2**32 - 1
TIMER_MAX = 4294.967295
"""Seconds; most of keepalived's timers are 32 bits of microseconds."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,12}")
_DECIMAL = re.compile(r"\+?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")


class UnfitError(Exception):
    """An argument does not have the form; the text says what was expected."""

    def __init__(
        self, expected: str, token: Token | None = None, *, similar: str | None = None, instead: object = None
    ) -> None:
        super().__init__(expected)
        self.expected = expected
        self.token = token
        """The argument that is wrong; None: it is missing."""
        self.similar = similar
        """What was probably meant by it."""
        self.instead = instead
        """The part of the value that can be used all the same; None: none."""


class Reading(NamedTuple):
    """What a form made of the arguments of a statement."""

    value: object
    used: int = 1
    """Number of arguments that the value took; what is beyond them is not read."""
    remark: str = ""
    """The value is out of range; what is made of it."""


class Form(Protocol):
    """How a value is written."""

    @property
    def expected(self) -> str:
        """What to write, for messages."""

    def read(self, statement: Statement) -> Reading:
        """The value of a statement. UnfitError if it does not have this form."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number from `low` to `high`: int."""

    low: int
    high: int
    raised: bool = False
    """A smaller number, but not a negative one, counts as `low`."""
    alone: int | None = None
    """What the keyword means without a number; None: nothing."""

    @property
    def expected(self) -> str:
        """What to write, for messages."""
        return f"a whole number from {self.low} to {self.high}"

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        if not statement.arguments and self.alone is not None:
            return Reading(self.alone, 0)
        token = first_argument(statement, self)
        number = int(token.text) if _INTEGER.fullmatch(token.text) else None
        if number is not None and self.raised and 0 <= number < self.low:
            return Reading(self.low, remark=f"it must be at least {self.low}, {self.low} is used")
        if number is None or not self.low <= number <= self.high:
            raise UnfitError(self.expected, token)
        return Reading(number)


@dataclass(frozen=True, slots=True)
class Seconds:
    """A number of seconds from `low` to `high`, keepalived's <TIMER>: float."""

    low: float
    high: float
    whole: bool = False
    raised: bool = False
    """0 counts as `low`."""
    zero_means: str = ""
    """0 is below `low`, but there is an obvious sense in it: this one."""

    @property
    def expected(self) -> str:
        """What to write, for messages."""
        kind = "a whole number of seconds" if self.whole else "a number of seconds"
        if self.low == MICROSECOND:
            return f"{kind} above 0, at most {_plain(self.high)}"
        return f"{kind} from {_plain(self.low)} to {_plain(self.high)}"

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        token = first_argument(statement, self)
        pattern = _INTEGER if self.whole else _DECIMAL
        number = float(token.text) if pattern.fullmatch(token.text) else None
        if number == 0 and self.zero_means:
            return Reading(0.0, remark=f"keepalived wants {self.expected}; alived takes 0 as {self.zero_means}")
        if number == 0 and self.raised and self.low > 0:
            return Reading(self.low, remark=f"it must be at least {_plain(self.low)}, {_plain(self.low)} is used")
        if number is None or not self.low <= number <= self.high:
            raise UnfitError(self.expected, token)
        return Reading(number)


@dataclass(frozen=True, slots=True)
class Flag:
    """A keyword that stands alone: True."""

    expected: str = "no value"

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        del statement
        return Reading(value=True, used=0)


@dataclass(frozen=True, slots=True)
class Boolean:
    """A keyword alone, or with a word for yes or no, keepalived's [<BOOL>]: bool."""

    expected: str = "on, off, true, false, yes or no"

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        if not statement.arguments:
            return Reading(value=True, used=0)
        words = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
        token = statement.arguments[0]
        if token.text not in words:
            raise UnfitError(self.expected, token)
        return Reading(words[token.text])


@dataclass(frozen=True, slots=True)
class Text:
    """A word, or more of them in double quotes: str."""

    expected: str = "a word"
    longest: int = 255
    """Bytes."""

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        token = first_argument(statement, self)
        if not 0 < len(token.text.encode()) <= self.longest:
            raise UnfitError(f"{self.expected} of 1 to {self.longest} bytes", token)
        return Reading(token.text)


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of several: what each stands for."""

    words: Mapping[str, object]
    fold: bool = False
    """Small and capital letters are the same."""

    @property
    def expected(self) -> str:
        """What to write, for messages."""
        words = list(self.words)
        return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        token = first_argument(statement, self)
        for word, value in self.words.items():
            if word == token.text or (self.fold and word.lower() == token.text.lower()):
                return Reading(value)
        raise UnfitError(self.expected, token, similar=nearest(token.text, self.words))


@dataclass(frozen=True, slots=True)
class Address:
    """An IPv4 address, or an IPv6 one where that may stand: str in its canonical spelling."""

    versions: tuple[int, ...] = (4, 6)
    multicast: bool = False

    @property
    def expected(self) -> str:
        """What to write, for messages."""
        kind = "a multicast " if self.multicast else "an "
        return kind + ("IPv4 address" if self.versions == (4,) else "IP address")

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        token = first_argument(statement, self)
        try:
            address = ipaddress.ip_address(token.text)
        except ValueError:
            raise UnfitError(self.expected, token) from None
        if address.version not in self.versions or (self.multicast and not address.is_multicast):
            raise UnfitError(self.expected, token)
        return Reading(str(address))


@dataclass(frozen=True, slots=True)
class Weight:
    """What a tracker adds to a priority."""

    weight: int
    reverse: bool = False

    def __str__(self) -> str:
        return f"{self.weight} reverse" if self.reverse else str(self.weight)


@dataclass(frozen=True, slots=True)
class TrackerWeight:
    """-253 to 253, with `reverse` or not: Weight."""

    expected: str = "a whole number from -253 to 253, and perhaps reverse"

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        token = first_argument(statement, self)
        if not _INTEGER.fullmatch(token.text) or not -253 <= int(token.text) <= 253:
            raise UnfitError(self.expected, token)
        option = statement.arguments[1].text if len(statement.arguments) > 1 else "noreverse"
        if option not in ("reverse", "noreverse", "no_reverse"):
            raise UnfitError(self.expected, statement.arguments[1], instead=Weight(int(token.text)))
        return Reading(Weight(int(token.text), option == "reverse"), len(statement.arguments[:2]))


@dataclass(frozen=True, slots=True)
class Body:
    """A block of keywords that have rows of their own."""

    expected: str = "a block { … }"

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        return Reading(statement, len(statement.arguments))


@dataclass(frozen=True, slots=True)
class Lines:
    """A block whose lines are values, not keywords: the statements in it."""

    expected: str = "a block { … } with one entry a line"

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        return Reading(tuple(statement.body or ()), 0)


def first_argument(statement: Statement, form: Form) -> Token:
    """The argument that must be there. UnfitError if it is not."""
    if not statement.arguments:
        raise UnfitError(form.expected)
    return statement.arguments[0]


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
