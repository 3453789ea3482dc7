"""A data plane that is a table in memory."""

from collections.abc import Sequence

from alived.workers.lvs.plan import Op, apply
from alived.workers.lvs.plane import Fit, PlaneError, Statistics
from alived.workers.lvs.table import Entry, ServiceKey, Table


class MemoryPlane:
    """A kernel that keeps what it is told, unless it is told to fail."""

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self.table: dict[ServiceKey, Entry] = {}
        self.reads = 0
        self.applied: list[list[Op]] = []
        self.broken = ""
        """Not empty: it can be neither asked nor told, for this reason."""
        self.refuses = ""
        """Not empty: it can't be told, for this reason."""
        self.closed = False

    def fit(self, want: Table) -> Fit:
        return Fit(want, ("virtual server on port 81 is odd",) if any(key.port == 81 for key in want) else ())

    def read(self) -> Table:
        self.reads += 1
        if self.broken:
            raise PlaneError(self.broken)
        return dict(self.table)

    def apply(self, ops: Sequence[Op]) -> list[str]:
        if reason := self.broken or self.refuses:
            return [f"{op}: {reason}" for op in ops]
        self.applied.append(list(ops))
        self.table = apply(self.table, ops)
        return []

    def statistics(self) -> Statistics:
        if self.broken:
            raise PlaneError(self.broken)
        return Statistics()

    def watch(self) -> int | None:
        return None

    def quiet(self) -> None: ...

    def close(self) -> None:
        self.closed = True
