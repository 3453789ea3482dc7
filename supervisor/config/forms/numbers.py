"""Numbers, flags and seconds."""

import re

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first, out_of_range

MICROSECOND = 0.000001
INT_MAX = 2**31 - 1
UNSIGNED_MAX = 2**32 - 1
TIMER_MAX = 4294.967295
"""Seconds; most of keepalived's timers are 32 bits of microseconds."""

INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_DECIMAL = re.compile(r"\+?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
BOOLEANS = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


@record()
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
        """See Form."""
        number = f"a whole number from {self.low} to {self.high}"
        return number if self.alone is None else f"{number}, or nothing for {self.alone}"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        if not words and self.alone is not None:
            return Reading(self.alone, 0)
        word = first(words, self.expected)
        number = int(word) if INTEGER.fullmatch(word) else None
        if number is not None and self.raised and 0 <= number < self.low:
            return Reading(self.low, 1, out_of_range(f"{word} is out of range", f"{self.low} is used"))
        if number is None or not self.low <= number <= self.high:
            raise UnfitError(self.expected)
        return Reading(number)

    def write(self, value: int) -> str:
        """See Form."""
        return str(value)


@record()
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
        """See Form."""
        kind = "a whole number of seconds" if self.whole else "a number of seconds"
        if self.low == MICROSECOND:
            return f"{kind} above 0, at most {plain(self.high)}"
        return f"{kind} from {plain(self.low)} to {plain(self.high)}"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        pattern = INTEGER if self.whole else _DECIMAL
        number = float(word) if pattern.fullmatch(word) else None
        if number == 0 and self.zero_means:
            wants = f"keepalived wants {self.expected}"
            return Reading(0.0, 1, out_of_range(wants, f"alived takes 0 as {self.zero_means}"))
        if number == 0 and self.raised and self.low > 0:
            return Reading(float(self.low), 1, out_of_range(f"{word} is out of range", f"{plain(self.low)} is used"))
        if number is None or not self.low <= number <= self.high:
            raise UnfitError(self.expected)
        return Reading(number)

    def write(self, value: float) -> str:
        """See Form."""
        return plain(value)


@record()
class Flag:
    """A keyword that stands alone: True, or False for a word like `noX`."""

    means: bool = True
    expected: str = "no value"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        if words and (words[0] == "0" or BOOLEANS.get(words[0]) is False):
            message = f"it takes no value, so `{words[0]}` does not switch it off"
            return Reading(
                self.means, 1, (Problem(Severity.NOTE, Code.IGNORED, message, 0, "remove the line for that"),)
            )
        return Reading(value=self.means, used=0)

    def write(self, value: bool) -> str:
        """See Form; a flag is written only for the value that it means."""
        del value
        return ""


@record()
class Boolean:
    """A keyword alone, or with a word for yes or no, keepalived's [<BOOL>]: bool."""

    expected: str = "on, off, true, false, yes or no"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        if not words:
            return Reading(value=True, used=0)
        if words[0] not in BOOLEANS:
            raise UnfitError(self.expected)
        return Reading(BOOLEANS[words[0]])

    def write(self, value: bool) -> str:
        """See Form."""
        return "on" if value else "off"


def plain(number: float) -> str:
    """A number without exponent and without needless zeros."""
    return f"{number:.6f}".rstrip("0").rstrip(".")
