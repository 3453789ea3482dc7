"""Keeps one data plane equal to what is wanted, and says what it did.

Between comparisons the kernel is believed to be as it was left, so that a verdict costs only its own operations.
What does not live here: when to compare (worker.py), and what is wanted (table.py).
"""

import logging
import time
from collections import deque
from collections.abc import Collection, Iterable, Sequence

from alived.workers.lvs.plan import Op, apply, plan
from alived.workers.lvs.plane import Plane, PlaneError
from alived.workers.lvs.table import ServiceKey, Table, Wanted

HISTORY = 50
"""Operations that are remembered."""

log = logging.getLogger(__name__)


class Keeper:
    """Joins a plane and the wanted table. Never raises for what the kernel says; see `complaints`."""

    def __init__(self, plane: Plane, wanted: Wanted) -> None:
        self.plane = plane
        self.operations: deque[tuple[float, str]] = deque(maxlen=HISTORY)
        """The last operations: seconds since the epoch, and what was done."""
        self.repairs = 0
        """How often someone else's change was put right."""
        self.complaints: frozenset[str] = frozenset()
        """What is wrong at present; each is logged once, when it begins."""
        self.table: Table | None = None
        """What the kernel is believed to have; None: not known, look first."""
        self._wanted = wanted

    def update(self) -> None:
        """What is wanted has changed: do what that takes."""
        if self.table is None:
            self.compare()
        else:
            self._make_equal(self.table)

    def compare(self) -> None:
        """Look at what the kernel has, and put right what differs."""
        try:
            found = self.plane.read()
        except PlaneError as error:
            self.table = None
            self._complain([str(error)])
            return
        if self.table is not None:
            self._note_drift(found, self.table)
        if self._make_equal(found):
            self._wanted.forget_former()

    def clear(self, owned: Collection[ServiceKey]) -> None:
        """Take what is ours out of the kernel, and let go of it."""
        try:
            ops = plan(self.plane.read(), {}, owned)
            for problem in self.plane.apply(ops):
                log.error("%s", problem)
            for op in ops:
                log.info("%s", op)
        except PlaneError as error:
            log.error("%s", error)
        self.plane.close()

    def _note_drift(self, found: Table, believed: Table) -> None:
        ours = {key: entry for key, entry in believed.items() if key in self._wanted.owned}
        if drift := plan(found, ours, self._wanted.owned):
            self.repairs += 1
            log.warning("someone changed the kernel's table; to be put right: %s", "; ".join(map(str, drift)))

    def _make_equal(self, have: Table) -> bool:
        """Do the operations from what the kernel has to what is wanted; whether all of them went well."""
        fit = self.plane.fit(self._wanted.table())
        ops = plan(have, fit.table, self._wanted.owned)
        problems = self.plane.apply(ops) if ops else []
        self._record(ops)
        self.table = None if problems else apply(have, ops)
        self._complain([*fit.complaints, *problems])
        return not problems

    def _record(self, ops: Sequence[Op]) -> None:
        now = time.time()
        for op in ops:
            log.info("%s", op)
            self.operations.append((now, str(op)))

    def _complain(self, complaints: Iterable[str]) -> None:
        current = frozenset(complaints)
        for complaint in sorted(current - self.complaints):
            log.error("%s", complaint)
        self.complaints = current
