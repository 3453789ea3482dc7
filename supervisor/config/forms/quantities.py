"""Numbers of routes and rules as ip(8) has them: in any base, marks, spans, times, labels."""

import math
import re

from alived.ipc.model.routing import Mark, Span
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first
from alived.supervisor.config.forms.numbers import UNSIGNED_MAX

_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,16}|0[0-7]{0,22}|[1-9][0-9]{0,19}")
_MARK = re.compile(r"([0-9a-fA-FxX]+)(?:/([0-9a-fA-FxX]*))?")
_SPAN = re.compile(r"([0-9]{1,10})(?:-([0-9]{1,10}))?")
_TIME = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(s|sec|secs|ms|msec|msecs)?", re.IGNORECASE)
_LOCATOR = re.compile(r"[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){3}")
_MPLS_LABEL_MAX = 2**20 - 1
_MPLS_LABELS_MOST = 16


def whole(text: str) -> int | None:
    """A whole number as C's strtoul(3) has it with base 0: decimal, 0x hexadecimal or 0 octal; None: it is none."""
    if not _NUMBER.fullmatch(text):
        return None
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    return int(text, 8 if text[0] == "0" else 10)


@record()
class Unsigned:
    """A whole number from 0, decimal, 0x hexadecimal or 0 octal: int."""

    high: int = UNSIGNED_MAX

    @property
    def expected(self) -> str:
        """See Form."""
        return f"a whole number from 0 to {self.high}, decimal or 0x hexadecimal"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        number = whole(first(words, self.expected))
        if number is None or number > self.high:
            raise UnfitError(self.expected)
        return Reading(number)

    def write(self, value: int) -> str:
        """See Form."""
        return str(value)


@record()
class FirewallMark:
    """MARK or MARK/MASK: Mark."""

    expected: str = "MARK or MARK/MASK, decimal or 0x hexadecimal"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        match = _MARK.fullmatch(first(words, self.expected))
        if match is None:
            raise UnfitError(self.expected)
        mark, mask = whole(match[1]), None if match[2] is None else whole(match[2] or "0")
        if mark is None or mark > UNSIGNED_MAX or (match[2] and (mask is None or mask > UNSIGNED_MAX)):
            raise UnfitError(self.expected)
        return Reading(Mark(mark=mark, mask=mask))

    def write(self, value: Mark) -> str:
        """See Form."""
        return str(value.mark) if value.mask is None else f"{value.mark}/{value.mask:#x}"


@record()
class NumberSpan:
    """FIRST-LAST: Span."""

    high: int
    single: bool = False
    """One number may stand for a span of one; keepalived complains of it, and leaves it out."""

    @property
    def expected(self) -> str:
        """See Form."""
        return f"FIRST-LAST, two whole numbers from 0 to {self.high}"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        match = _SPAN.fullmatch(first(words, self.expected))
        if match is None or (match[2] is None and not self.single):
            raise UnfitError(self.expected)
        start, end = int(match[1]), int(match[2] or match[1])
        if max(start, end) > self.high:
            raise UnfitError(self.expected)
        value = Span(first=start, last=end)
        if match[2] is not None:
            return Reading(value)
        hint = f"alived takes it as {start}-{end}; write that"
        wants = Problem(Severity.ERROR, Code.BAD_VALUE, f"keepalived wants {self.expected}", 0, hint)
        return Reading(value, 1, (wants,))

    def write(self, value: Span) -> str:
        """See Form."""
        return f"{value.first}-{value.last}"


@record()
class RoundTrip:
    """A time of TCP: a number in units of the kernel's, or with `s` or `ms`: int in units of the kernel's."""

    scale: int
    """Units in a millisecond."""

    @property
    def expected(self) -> str:
        """See Form."""
        return "a time such as 100ms or 1.5s"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        match = _TIME.fullmatch(first(words, self.expected))
        if match is None:
            raise UnfitError(self.expected)
        unit = (match[2] or "").lower()
        factor = 1 if not unit else self.scale * (1 if unit.startswith("m") else 1000)
        time = float(match[1]) * factor
        if time > UNSIGNED_MAX:
            raise UnfitError(self.expected)
        return Reading(math.ceil(time))

    def write(self, value: int) -> str:
        """See Form."""
        return str(value)


@record()
class Labels:
    """MPLS labels joined by `/`: tuple[int, ...]."""

    expected: str = f"MPLS labels from 0 to {_MPLS_LABEL_MAX}, joined by /"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        labels = [whole(label) for label in first(words, self.expected).split("/")]
        known = tuple(label for label in labels if label is not None and label <= _MPLS_LABEL_MAX)
        if len(known) < len(labels) or len(known) > _MPLS_LABELS_MOST:
            raise UnfitError(self.expected)
        return Reading(known)

    def write(self, value: tuple[int, ...]) -> str:
        """See Form."""
        return "/".join(map(str, value))


@record()
class Locator:
    """An ILA locator, 64 bits in four groups: str."""

    expected: str = "four groups of hexadecimal digits joined by :"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if not _LOCATOR.fullmatch(word):
            raise UnfitError(self.expected)
        return Reading(":".join(f"{int(group, 16):x}" for group in word.split(":")))

    def write(self, value: str) -> str:
        """See Form."""
        return value
