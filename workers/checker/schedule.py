"""PURE: what is due when. A job that runs is not due again until it has finished, so there are never two of it.

What lives here: the times. What does not: what a job is (any hashable key), and how long to pause after which verdict
(verdict.py). `now` and all times are CLOCK_MONOTONIC seconds.
"""

import heapq
import itertools
import math
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


def spread(now: float, within: float, fraction: float) -> float:
    """A first moment within `within` seconds; `fraction`, in [0, 1), is the chance that decides."""
    return now + within * fraction


def next_on_grid(due: float, interval: float, now: float) -> float:
    """The next start of a job that starts every `interval` seconds and was due at `due`.

    Times stay on the grid, so that runs do not drift. Those that have passed are skipped, not made up for: after a long
    run or a stall of the machine there is one run, not a burst.
    """
    if due + interval > now:
        return due + interval
    return due + (math.floor((now - due) / interval) + 1) * interval


class Schedule(Generic[Key]):
    """When each job starts next, and which are running."""

    def __init__(self) -> None:
        self._due: dict[Key, float] = {}
        self._heap: list[tuple[float, int, Key]] = []  # entries that `_due` no longer confirms are stale, and skipped
        self._order = itertools.count()
        self._running: set[Key] = set()

    def add(self, key: Key, due: float) -> None:
        """A new job, or a known one that starts afresh, whatever it was doing."""
        self._running.discard(key)
        self._put(key, due)

    def remove(self, key: Key) -> None:
        """Forget a job; its running, if it does, no longer concerns us. Unknown keys are ignored."""
        self._running.discard(key)
        self._due.pop(key, None)

    def advance(self, key: Key, due: float) -> None:
        """Start a waiting job at `due` if that is earlier than planned; a running one is left alone."""
        if key in self._due and due < self._due[key]:
            self._put(key, due)

    def due(self, key: Key) -> float | None:
        """When a job starts next; None while it runs, or if it is unknown."""
        return self._due.get(key)

    def deadline(self) -> float | None:
        """When the next job is due; None: nothing waits."""
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def start_due(self, now: float) -> list[tuple[Key, float]]:
        """The jobs whose time has come, earliest first, each with the time it was due at. They are running now."""
        started = []
        while (deadline := self.deadline()) is not None and deadline <= now:
            due, _, key = heapq.heappop(self._heap)
            del self._due[key]
            self._running.add(key)
            started.append((key, due))
        return started

    def finished(self, key: Key, due: float) -> None:
        """A running job has ended and is due again. One that is not running (any more) is ignored."""
        if key in self._running:
            self._running.remove(key)
            self._put(key, due)

    def _put(self, key: Key, due: float) -> None:
        self._due[key] = due
        heapq.heappush(self._heap, (due, next(self._order), key))

    def _drop_stale(self) -> None:
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
