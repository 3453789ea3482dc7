"""What the reader has to say about a configuration: one Diagnostic per finding, all of them in one run.

Here live the places in a file, the severities, the codes and the text form. What does not live here: the decision
what is wrong, which every stage takes for itself.
"""

import difflib
import logging
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alived.supervisor.config.source import Step


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
    """Scripts are run without enable_script_security. This and the next alone make the exit status that says so."""
    INSECURE_SCRIPT = "insecure-script"
    """A script would run as root, and others than root can change it."""
    NO_INTERFACE = "no-interface"
    EMPTY = "empty"
    UNCHECKED = "unchecked"
    """Nothing would find out that a real server is down."""
    NO_EFFECT = "no-effect"
    """It is valid and changes nothing."""
    WEAK_WEIGHT = "weak-weight"
    """A tracker's failure changes the priority by so little that a peer will hardly take over."""
    KEY_FILE = "key-file"
    """A file that should hold a key is not used: others could read it, or there is none in it."""
    UNREACHABLE_ADDRESS = "unreachable-address"
    """Strict mode or no_accept: the addresses answer nobody, not even ping, unless the priority is 255."""
    ACCIDENTAL_OWNER = "accidental-owner"
    """state MASTER without priority makes an address owner: priority 255, which no tracker can change."""
    NOT_LINK_LOCAL = "not-link-local"
    """The first address of an IPv6 instance should be link-local."""
    HIDDEN_SECRET = "hidden-secret"  # noqa: S105  the name of a finding
    """A password is the stars that stand for it in a dump."""
    SHARED_ADDRESS = "shared-address"
    """Two instances have one address on one interface."""
    MISSING_FILE = "missing-file"
    """A file to be included that is not there or cannot be used."""
    FILE_MODE = "file-mode"
    INCLUDE_LOOP = "include-loop"
    UNDEFINED = "undefined"
    """`$NAME`, and nothing defines it."""
    DEFINITION = "definition"
    """A definition that is something else than it looks like."""
    SELF_REFERENCE = "self-reference"
    SEQUENCE = "sequence"
    CONTINUATION = "continuation"
    TOO_MUCH = "too-much"
    """A few words ask for more text than anybody means."""


INCLUDED = "included from"
"""The words of a step that is an include."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line of one file. Lines and columns count from 1; line 0 is the file as a whole."""

    file: str
    line: int = 0
    column: int = 1
    length: int = 1
    source: str = ""
    """The line as it stands in the file."""
    chain: "tuple[Step, ...]" = ()
    """How the text got there, innermost first: the definition, sequence and includes that it came through."""
    end_line: int = 0
    """Last line that the finding is about, if that is another one; 0: it is one line."""
    secret: bool = False
    """What stands there may be a password though no word before it says so."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def seen_from(self, here: "Place") -> str:
        """How a message about another place names this one: by its line, in another file as FILE:LINE:COLUMN."""
        return f"line {self.line}" if self.file == here.file else str(self)


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
        """Whether keepalived would complain of this too, so that a configuration test must fail."""
        return self.severity in (Severity.ERROR, Severity.WARNING)

    @property
    def shown(self) -> str:
        """The message without what could be a secret in the text that it quotes."""
        from alived.supervisor.config.masking import masked_quotations  # noqa: PLC0415 - it needs the grammar, see there

        return masked_quotations(self.message)

    @property
    def level(self) -> int:
        """Level at which a log takes it. What has no effect yet is worth a warning to who runs it."""
        return logging.WARNING if self.code is Code.NOT_IMPLEMENTED else self.severity.level

    def render(self) -> str:
        """Several lines of text: what and where, the source line with a caret below, what to do. Passwords masked."""
        lines = [f"{self.place}: {self.severity}: {self.shown}"]
        if self.place.line:
            lines += _excerpt(self.place)
        lines += [f"  {step.words} {step.place}" for step in self.place.chain]
        if self.hint:
            lines.append(f"  help: {self.hint}")
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """The same for programs. Without the source line, which could hold a secret."""
        place = self.place
        return {
            "severity": str(self.severity),
            "code": str(self.code),
            "complaint": self.is_complaint,
            "message": self.shown,
            "hint": self.hint,
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "length": place.length,
            "end_line": place.end_line or place.line,
            "chain": [{"words": step.words, "file": step.place.file, "line": step.place.line} for step in place.chain],
        }


ALIKE_MOST = 10
"""Findings of one code at one place; a sequence can bring about thousands."""

MOST = 10_000
"""Complaints of one run that are shown, and as many other findings."""

COMPARED_MOST = 200_000
"""Words that unknown ones of one run are compared with, to find what was meant. That takes half a second."""

COMPARED_LONGEST = 100
"""Characters of such a word."""

ALIKE = 0.7
"""How much of two words must be the same, so that one may have been meant by the other."""

ALIKE_SHORT = 0.6
"""The same of a word of at most SHORT characters, where there are only a few that it can be."""

SHORT = 4

SHOWN_MOST = 400
"""Characters of a line that are shown."""


class Report:
    """Collects the findings of one run."""

    def __init__(self) -> None:
        self.truncated = False
        """The text was not read to its end."""
        self._found: list[Diagnostic] = []
        self._said: set[object] = set()
        self._alike: Counter[tuple[Code, str, int, int]] = Counter()
        self._numbers: Counter[bool] = Counter()
        """Of complaints, and of the others."""
        self._dropped: list[Diagnostic] = []
        """One for each kind that was not kept: the verdict must not depend on how much there is to say."""
        self._dropped_count = 0
        self._compared = 0

    def error(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Something that is wrong; a value or statement of the file is not used."""
        self.add(Severity.ERROR, code, message, place, hint)

    def warning(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Something that works otherwise than its author will expect."""
        self.add(Severity.WARNING, code, message, place, hint)

    def note(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Something worth knowing that keepalived does not mention."""
        self.add(Severity.NOTE, code, message, place, hint)

    def advice(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Something that could be said better."""
        self.add(Severity.ADVICE, code, message, place, hint)

    def add(self, severity: Severity, code: Code, message: str, place: Place, hint: str = "") -> None:
        """The same, with the severity as it comes."""
        alike = (code, place.file, place.line, place.column)
        self._alike[alike] += 1
        found = Diagnostic(severity, code, message, place, hint)
        self._numbers[found.is_complaint] += 1
        if self._numbers[found.is_complaint] <= MOST and not (place.chain and self._alike[alike] > ALIKE_MOST):
            self._found.append(found)
            return
        self._dropped_count += 1
        if self.first(("dropped", severity, code)):
            self._dropped.append(found)

    def first(self, subject: object) -> bool:
        """True the first time it is asked about a subject: for findings that are worth one line however often met."""
        if subject in self._said:
            return False
        self._said.add(subject)
        return True

    def similar(self, word: str, known: Collection[str]) -> str | None:
        """See nearest(). That takes long, so it is not done for all words of a file full of mistakes."""
        if self._compared >= COMPARED_MOST:
            return None
        self._compared += len(known)
        return nearest(word, known)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings in the order of the file, those of an included file where it is included."""
        found = sorted(self._found, key=lambda found: _position(found.place))
        if self._dropped:
            worst = min(self._dropped, key=lambda one: list(Severity).index(one.severity))
            message = f"{self._dropped_count} more findings of the same kinds are not shown"
            found.append(Diagnostic(worst.severity, worst.code, message, Place(worst.place.file)))
        return tuple(found)


def nearest(word: str, known: Iterable[str], *, few: bool = False) -> str | None:
    """The known word that a misspelt one was probably meant to be; `few`: nothing else than these can be meant."""
    if len(word) > COMPARED_LONGEST:
        return None
    candidates = list(known)
    folded = {candidate.lower(): candidate for candidate in candidates}
    if word.lower() in folded:
        return folded[word.lower()]
    cutoff = ALIKE_SHORT if few and len(word) <= SHORT else ALIKE
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=cutoff)
    return close[0] if close else None


def _position(place: Place) -> tuple[tuple[int, int, str], ...]:
    """Where a place is in the text as a whole: by the includes that lead to it, from the outside."""
    includes = [step.place for step in reversed(place.chain) if step.words == INCLUDED]
    inner = [*(include.file for include in includes[1:]), place.file]
    return (
        *((include.line, include.column, file) for include, file in zip(includes, inner, strict=False)),
        (place.line, place.column, ""),
    )


def _excerpt(place: Place) -> list[str]:
    from alived.supervisor.config.masking import masked, masked_all  # noqa: PLC0415 - it needs the grammar, see there

    number = str(place.line)
    hidden = masked_all(place.source) if place.secret else masked(place.source)
    source, column = _window(hidden, place.column)
    indent = "".join("\t" if char == "\t" else " " for char in source[: column - 1])
    length = max(min(place.length, len(source) - column + 1), 1)
    return [f"  {number} | {source}", f"  {' ' * len(number)} | {indent}{'^' * length}"]


def _window(source: str, column: int) -> tuple[str, int]:
    """A line as it is shown, and the column in that: of a very long one, what is around the column."""
    if len(source) <= SHOWN_MOST:
        return source, column
    begin = max(0, min(column - 1 - SHOWN_MOST // 2, len(source) - SHOWN_MOST))
    end = begin + SHOWN_MOST
    before, behind = "…" if begin else "", "…" if end < len(source) else ""
    return f"{before}{source[begin:end]}{behind}", column - begin + len(before)
