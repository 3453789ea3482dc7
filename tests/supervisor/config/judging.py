"""Two judges of one file: what keepalived complained of beside what alived complains of, line by line.

Here live keepalived's log as complaints with a place, alived's diagnostics as stretches of lines, the network
namespace in which both judge, and the comparison. What does not live here: which files are judged (recorded.py,
written.py).

keepalived reads a file up to four times, once a process, and repeats itself; a complaint counts once. Some complaints
have no line (`(VI_1) the virtual router id must be set`); they decide the exit status and no line.
"""

import io
import re
import signal
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from alived.supervisor.cli import verdict
from alived.supervisor.config.diagnostics import Diagnostic, Place
from alived.supervisor.config.load import load
from examples.testbed.namespaces import Node

VALID, COMPLAINTS, SECURITY = 0, 5, 6
ACCIDENTAL = {2: COMPLAINTS, 4: COMPLAINTS}
"""Exit statuses that keepalived has for single complaints, and what they are."""

PATIENCE = 30
"""Seconds that alived may think about one file."""

_WITH_LINE = re.compile(r"\((?:(?P<file>.+): )?Line (?P<line>\d+)\) (?P<text>.*)")
_CONTINUATION = re.compile(r"\s|-.*'$")
"""The rest of a message that has a line break in it."""
_ADVICE = re.compile(r"\(.*Line \d+\) Config files missing")
"""Said of a plain include without a file, which counts for nothing; of a stricter one it does, and the status is 6."""
_INSECURE = re.compile(r"SECURITY VIOLATION|due to insecure")
_SUMMARY = re.compile(r"Non-existent interface specified in configuration|\(Line \d+\)\s+Please use global ")
"""Says again what another message has said."""

Line = tuple[str, int]
"""Name of a file without its directory, and a line."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What keepalived said once or more."""

    place: Line | None
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What keepalived had to say about a file."""

    status: int
    complaints: tuple[Complaint, ...]

    @property
    def lines(self) -> dict[Line, str]:
        """The lines complained of, each with all that was said about it."""
        said: dict[Line, list[str]] = {}
        for complaint in self.complaints:
            if complaint.place:
                said.setdefault(complaint.place, []).append(complaint.text)
        return {line: "; ".join(texts) for line, texts in said.items()}

    @property
    def elsewhere(self) -> list[str]:
        """Complaints without a line."""
        return [complaint.text for complaint in self.complaints if not complaint.place]


def heard(log: str, status: int, main: Path) -> Heard:
    """The log and the exit status of `keepalived --config-test` of the file `main`.

    keepalived's 6 hides what else is wrong. Here, as in alived, it says that nothing else is.
    """
    status = ACCIDENTAL.get(status, status)
    if status == VALID:
        return Heard(status, ())
    found: dict[Complaint, None] = {}
    for text in log.splitlines():
        if not text or _CONTINUATION.match(text) or _SUMMARY.match(text):
            continue
        if status != SECURITY and _ADVICE.match(text):
            continue
        match = _WITH_LINE.match(text)
        place = (Path(match["file"] or main).name, int(match["line"])) if match else None
        found[Complaint(place, match["text"] if match else text)] = None
    if status == SECURITY and not all(_INSECURE.search(complaint.text) for complaint in found):
        status = COMPLAINTS
    return Heard(status, tuple(found))


@dataclass(frozen=True, slots=True)
class Judged:
    """What alived had to say about a file."""

    status: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def complaints(self) -> list[Diagnostic]:
        """Those that count."""
        return [found for found in self.diagnostics if found.is_complaint]

    def covers(self, line: Line) -> bool:
        """Whether a complaint is about this line: within its stretch, or on the way by which the text came there."""
        return any(line in stretch(found) for found in self.complaints)


def stretch(found: Diagnostic) -> set[Line]:
    """All lines that a diagnostic points at."""
    places = [found.place, *(step.place for step in found.place.chain)]
    return {(Path(place.file).name, line) for place in places for line in range(place.line, _last(place) + 1)}


def _last(place: Place) -> int:
    return max(place.line, place.end_line)


def judged(path: Path, config_id: str = "") -> Judged:
    """alived's verdict. Takes too long: TimeoutError."""
    with _bounded(path):
        loaded = load(path, config_id)
    return Judged(verdict(loaded), loaded.diagnostics)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two verdicts of one file."""

    name: str
    theirs: Heard
    ours: Judged

    @property
    def same_validity(self) -> bool:
        """Both valid, or both not."""
        return (self.theirs.status == VALID) is (self.ours.status == VALID)

    @property
    def missed(self) -> dict[Line, str]:
        """Lines that only keepalived complains of, with its words."""
        return {line: text for line, text in self.theirs.lines.items() if not self.ours.covers(line)}

    @property
    def added(self) -> list[Diagnostic]:
        """Complaints that only alived makes at their lines."""
        lines = self.theirs.lines.keys()
        return [found for found in self.ours.complaints if not stretch(found) & lines]

    def differs(self) -> bool:
        """Whether there is anything to tell."""
        return self.theirs.status != self.ours.status or bool(self.missed) or bool(self.added)

    def table(self) -> str:
        """The differences, one a line."""
        rows = [f"{self.name}: keepalived {self.theirs.status}, alived {self.ours.status}"]
        rows += [f"  only keepalived  {name}:{line}: {text}" for (name, line), text in self.missed.items()]
        rows += [
            f"  only alived      {Path(found.place.file).name}:{found.place.line}: {found.code}: {found.message}"
            for found in self.added
        ]
        if self.added or self.theirs.status != self.ours.status:
            rows += [f"  without a line   {text}" for text in self.theirs.elsewhere]
        return "\n".join(rows)


def summary(comparisons: Iterable[Comparison]) -> str:
    """The numbers over all files."""
    every = list(comparisons)
    statuses = Counter((one.theirs.status, one.ours.status) for one in every)
    lines = sum(len(one.theirs.lines) for one in every)
    missed = sum(len(one.missed) for one in every)
    added = sum(len(one.added) for one in every)
    valid = sum(one.same_validity for one in every)
    out = io.StringIO()
    print(f"{len(every)} files: {valid} valid or not as keepalived says", file=out)
    for (theirs, ours), count in sorted(statuses.items()):
        print(f"  keepalived {theirs}, alived {ours}: {count}", file=out)
    print(f"{lines} lines keepalived complains of: {lines - missed} alived too, {missed} not", file=out)
    print(f"{added} complaints that only alived makes at their lines", file=out)
    return out.getvalue()


@contextmanager
def network_with(interfaces: Iterable[str]) -> Iterator[Node]:
    """A network namespace with these interfaces, all up and with addresses, and a /run of its own."""
    node = Node(whole=True)
    try:
        node.run("mount", "-t", "tmpfs", "own", "/run")
        steps = ["link set lo up"]
        for number, name in enumerate(interfaces, 1):
            steps += [
                f"link add {name} type veth peer name p-{name}",
                f"link set {name} up",
                f"link set p-{name} up",
                f"addr add 10.250.{number}.2/24 dev {name}",
                f"addr add fd00:250:{number}::2/64 dev {name} nodad",
            ]
        with tempfile.NamedTemporaryFile("w", suffix=".ip") as batch:
            batch.write("\n".join(steps))
            batch.flush()
            node.run("ip", "-batch", batch.name)
        yield node
    finally:
        node.close()


@contextmanager
def _bounded(path: Path) -> Iterator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"{path}: no verdict within {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
