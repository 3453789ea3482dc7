"""A directory of configurations with what keepalived said of each, named by ALIVED_CORPUS.

    ALIVED_CORPUS=DIRECTORY python -m tests.supervisor.config.recorded [PART OF A NAME]...

prints every difference between those verdicts and alived's. The directory has

``INDEX.tsv``       a line a run: file, …, the arguments (`-i ID`), keepalived's exit status, …, the log
``run_verdicts.sh`` made them; the interfaces that existed then stand in it as IFS_LIST="…"

What does not live here: how two verdicts compare (judging.py), and how alike they must be (test_verdicts.py).
"""

import csv
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from examples.testbed.namespaces import become_root
from tests.supervisor.config.judging import Comparison, heard, judged, network_with, summary

VARIABLE = "ALIVED_CORPUS"


@dataclass(frozen=True, slots=True)
class Run:
    """A file as keepalived was given it, and what it said."""

    path: Path
    config_id: str
    status: int
    log: Path

    @property
    def name(self) -> str:
        """Tells runs of one file apart."""
        return self.path.name + (f"@{self.config_id}" if self.config_id else "")

    def compare(self) -> Comparison:
        """Let alived judge it too."""
        log = self.log.read_text(errors="replace")
        return Comparison(self.name, heard(log, self.status, self.path), judged(self.path, self.config_id))


def directory() -> Path | None:
    """Where they are, if they are anywhere."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def runs(recorded: Path) -> Iterator[Run]:
    """All of them."""
    with (recorded / "INDEX.tsv").open(newline="") as index:
        for row in csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE):
            options = row["args"].split()
            config_id = options[options.index("-i") + 1] if "-i" in options else ""
            yield Run(recorded / row["file"], config_id, int(row["exit"]), recorded / row["log"])


def interfaces(recorded: Path) -> list[str]:
    """Those that existed when keepalived judged."""
    found = re.search(r'^IFS_LIST="([^"]*)"', (recorded / "run_verdicts.sh").read_text(), re.MULTILINE)
    assert found, "run_verdicts.sh names no interfaces"
    return found[1].split()


def compared(recorded: Path, parts: tuple[str, ...] = ()) -> list[Comparison]:
    """Every run whose name has one of the parts, judged."""
    wanted = [run for run in runs(recorded) if not parts or any(part in run.name for part in parts)]
    with network_with(interfaces(recorded)) as node, node.network():
        return [run.compare() for run in wanted]


def main() -> None:
    """Print the differences, then the numbers."""
    become_root()
    recorded = directory()
    if recorded is None:
        sys.exit(f"{VARIABLE} names no directory")
    found = compared(recorded, tuple(sys.argv[1:]))
    for one in found:
        if one.differs():
            sys.stdout.write(f"{one.table()}\n\n")
    sys.stdout.write(summary(found))


if __name__ == "__main__":
    main()
