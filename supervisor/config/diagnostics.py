"""What the reader has to say about a configuration: one Diagnostic per finding, all of them in one run.

Here live the places in a file, the severities, the codes and the text form. What does not live here: the decision
what is wrong, which every stage takes for itself.
"""

import difflib
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters. Errors and warnings are what keepalived complains of; the others it never says."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    ADVICE = "advice"

    @property
    def level(self) -> int:
        """Level at which a log takes it."""
        return {Severity.ERROR: logging.ERROR, Severity.WARNING: logging.WARNING}.get(self, logging.INFO)


class Code(StrEnum):
    """What kind of finding it is; stable, for programs."""

    UNREADABLE = "unreadable"
    """There is no text to judge: no such file, no permission, a directory, a device, too large, binary."""
    ENCODING = "encoding"
    UNCLOSED_BRACE = "unclosed-brace"
    EXTRA_BRACE = "extra-brace"
    UNCLOSED_QUOTE = "unclosed-quote"
    UNKNOWN_KEYWORD = "unknown-keyword"
    WRONG_BLOCK = "wrong-block"
    NOT_IMPLEMENTED = "not-implemented"
    OLD_WORD = "old-word"
    MISSING = "missing"
    BAD_VALUE = "bad-value"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    UNKNOWN_NAME = "unknown-name"
    CONFLICT = "conflict"
    UNKNOWN_USER = "unknown-user"
    NO_PROGRAM = "no-program"
    SCRIPT_SECURITY = "script-security"
    NO_INTERFACE = "no-interface"
    EMPTY = "empty"


_SECRET = re.compile(r"(?P<word>\w*pas\w*|\bkey|\bactive_key)(?P<space>[ \t]+)(?P<value>\"[^\"]*\"?|[^{}]+)")
"""Words whose value is a password, however they are spelt."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line of one file. Lines and columns count from 1; line 0 is the file as a whole."""

    file: str
    line: int = 0
    column: int = 1
    length: int = 1
    source: str = ""
    """The line as it stands in the file."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding."""

    severity: Severity
    code: Code
    message: str
    place: Place
    hint: str = ""
    """What to do, or what was done about it."""

    @property
    def is_complaint(self) -> bool:
        """Whether keepalived would complain of this too, so that a configuration test must fail.

        A word that keepalived knows and alived does not implement yet is nothing that the file does wrong.
        """
        return self.severity in (Severity.ERROR, Severity.WARNING) and self.code is not Code.NOT_IMPLEMENTED

    def render(self) -> str:
        """Several lines of text: what and where, the source line with a caret below, what to do. Passwords masked."""
        lines = [f"{self.place}: {self.severity}: {self.message}"]
        if self.place.line:
            lines += _excerpt(self.place)
        if self.hint:
            lines.append(f"  help: {self.hint}")
        return "\n".join(lines)


class Report:
    """Collects the findings of one run."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []
        self._said: set[object] = set()

    def error(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Something that is wrong; a value or statement of the file is not used."""
        self._found.append(Diagnostic(Severity.ERROR, code, message, place, hint))

    def warning(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Something that works otherwise than its author will expect."""
        self._found.append(Diagnostic(Severity.WARNING, code, message, place, hint))

    def note(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Something worth knowing that keepalived does not mention."""
        self._found.append(Diagnostic(Severity.NOTE, code, message, place, hint))

    def advice(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Something that could be said better."""
        self._found.append(Diagnostic(Severity.ADVICE, code, message, place, hint))

    def first(self, subject: object) -> bool:
        """True the first time it is asked about a subject: for findings that are worth one line however often met."""
        if subject in self._said:
            return False
        self._said.add(subject)
        return True

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings in the order of the file."""
        return tuple(sorted(self._found, key=lambda found: (found.place.line, found.place.column)))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one was probably meant to be."""
    candidates = list(known)
    folded = {candidate.lower(): candidate for candidate in candidates}
    if word.lower() in folded:
        return folded[word.lower()]
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=0.7)
    return close[0] if close else None


def _excerpt(place: Place) -> list[str]:
    number = str(place.line)
    source = _SECRET.sub(_mask, place.source)
    indent = "".join("\t" if char == "\t" else " " for char in source[: place.column - 1])
    return [f"  {number} | {source}", f"  {' ' * len(number)} | {indent}{'^' * max(place.length, 1)}"]


def _mask(match: re.Match[str]) -> str:
    return match["word"] + match["space"] + "*" * len(match["value"])
