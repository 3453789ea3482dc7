"""The configurations in language/, and what has to be said of each.

    python -m tests.supervisor.config.written [PART OF A NAME]...

prints every difference between keepalived's verdicts, alived's and those that the files expect.

``language/valid``     nothing is wrong; together they have every word and every construct
``language/mistakes``  what is wrong is marked: `# <-` at the end of a line that both programs complain of, `# <- below`
                       before one that cannot have a comment. keepalived does not always name a line: where it does
                       not, `# <- no line` is where alived complains. `# <- keepalived` is a line that keepalived
                       alone complains of, because it loses track where alived does not (docs/differences.md)
``language/parts``     what those include

A first line `# needs …` says that Debian's keepalived cannot judge the file, `# exit 6…` that the mistake is one of
script security and nothing else.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from examples.testbed.namespaces import Node, become_root
from tests.supervisor.config.judging import (
    COMPLAINTS,
    SECURITY,
    VALID,
    Heard,
    Judged,
    Line,
    heard,
    judged,
    network_with,
    stretch,
)

DIRECTORY = Path(__file__).parent / "language"
INTERFACES = ("eth0", "eth1", "eth2")
CONFIG_ID = "main"
ENVIRONMENT = {"ALIVED_TEST_NAME": "VI_1"}

MARK, BELOW, NO_LINE, KEEPALIVED = "# <-", "# <- below", "# <- no line", "# <- keepalived"


@dataclass(frozen=True, slots=True)
class Case:
    """A file with what is expected of it."""

    path: Path

    @property
    def name(self) -> str:
        """`valid/tracking`."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def text(self) -> str:
        """The file."""
        return self.path.read_text()

    @property
    def known(self) -> bool:
        """Debian's keepalived can judge it."""
        return not self.text.startswith("# needs ")

    @property
    def status(self) -> int:
        """Exit status of a test of it."""
        if self.path.parent.name == "valid":
            return VALID
        return SECURITY if self.text.startswith("# exit 6") else COMPLAINTS

    @property
    def for_keepalived(self) -> set[Line]:
        """The lines that keepalived complains of."""
        return self.marked(MARK, BELOW, KEEPALIVED)

    @property
    def for_alived(self) -> set[Line]:
        """The lines that alived complains of."""
        return self.marked(MARK, BELOW, NO_LINE)

    def marked(self, *marks: str) -> set[Line]:
        """The lines that have one of these marks."""
        files = [self.path, *(part for part in DIRECTORY.rglob("mistakes.*") if part.name in self.text)]
        return {
            (file.name, number + (mark == BELOW))
            for file in files
            for number, text in enumerate(file.read_text().splitlines(), 1)
            for mark in marks
            if text.endswith(mark)
        }


def cases() -> list[Case]:
    """All of them."""
    return [Case(path) for group in ("valid", "mistakes") for path in sorted((DIRECTORY / group).glob("*.conf"))]


def keepalived_says(case: Case, node: Node) -> Heard:
    """Debian's keepalived judges a file."""
    command = ("keepalived", "--config-test", "-i", CONFIG_ID, "-f", str(case.path))
    process = node.popen("timeout", "10", *command, output=subprocess.PIPE, errors=subprocess.STDOUT, **ENVIRONMENT)
    log, _ = process.communicate()
    return heard(log, process.returncode, case.path)


def alived_says(case: Case, node: Node) -> Judged:
    """alived judges a file."""
    with node.network():
        return judged(case.path, CONFIG_ID)


def missed(case: Case, verdict: Judged) -> set[Line]:
    """Lines that have a mark and no complaint of alived."""
    return {line for line in case.for_alived if not verdict.covers(line)}


def unexpected(case: Case, verdict: Judged) -> list[str]:
    """Complaints of alived about lines without a mark."""
    return [found.render() for found in verdict.complaints if not stretch(found) & case.for_alived]


def differences(case: Case, node: Node) -> Iterator[str]:
    """What either program says otherwise than the file expects."""
    ours = alived_says(case, node)
    if ours.status != case.status:
        yield f"alived's status is {ours.status} and not {case.status}"
    yield from (f"no complaint of alived at {line}" for line in sorted(missed(case, ours)))
    yield from (f"complaint without a mark: {text}" for text in unexpected(case, ours))
    if case.known:
        theirs = keepalived_says(case, node)
        if theirs.status != case.status:
            yield f"keepalived's status is {theirs.status} and not {case.status}"
        marks = case.for_keepalived
        yield from (f"no complaint of keepalived at {line}" for line in sorted(marks - set(theirs.lines)))
        yield from (f"keepalived at {line}: {text}" for line, text in theirs.lines.items() if line not in marks)


def main() -> None:
    """Print the differences."""
    become_root()
    os.environ.update(ENVIRONMENT)
    with network_with(INTERFACES) as node:
        for case in cases():
            if sys.argv[1:] and not any(part in case.name for part in sys.argv[1:]):
                continue
            for line in differences(case, node):
                sys.stdout.write(f"{case.name}: {line}\n")


if __name__ == "__main__":
    main()
