"""Memory of all processes of a daemon together (PSS: a page that n processes share counts 1/n for each)."""

from collections.abc import Iterator

from bench.stage import Daemon, processes, running
from bench.table import Figures, Row
from examples.testbed.services import alived, keepalived

MB = 1e6


def measure() -> Iterator[Row]:
    """One row, with alived's processes one by one."""
    ours, theirs = _held(alived), _held(keepalived)
    note = ", ".join(f"{name} {held:.1f}" for name, held in ours)
    totals = Figures(sum(held for _, held in ours), sum(held for _, held in theirs))
    yield Row("memory of all processes (PSS)", "MB", totals, wanted=80, note=f"{note}; keepalived runs VRRP alone")


def _held(daemon: Daemon) -> list[tuple[str, float]]:
    with running(daemon) as pair:
        return [
            (process.cmdline()[0].removeprefix("alived: ").rpartition("/")[2], process.memory_full_info().pss / MB)
            for process in processes(pair.daemons[0])
        ]
