"""Which instance is due when: one timer for all of them.

PURE. Deadlines mostly move away (each advert that a backup hears puts its Master_Down_Timer off), so an entry is only
made when a deadline comes nearer, and looked at again when it comes up.
"""

import heapq
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Timed(Hashable, Protocol):
    """Something that wants to be called at some time."""

    def deadline(self) -> float | None:
        """When; None: not at all."""


ItemT = TypeVar("ItemT", bound=Timed)


class Agenda(Generic[ItemT]):
    """Items in the order of their deadlines."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, ItemT]] = []
        self._entered: dict[ItemT, float] = {}
        self._count = 0

    def note(self, item: ItemT) -> None:
        """Say that an item's deadline may have changed."""
        deadline = item.deadline()
        if deadline is None:
            return
        entered = self._entered.get(item)
        if entered is None or deadline < entered:
            self._enter(item, deadline)

    def forget(self, item: ItemT) -> None:
        """The item is no more."""
        self._entered.pop(item, None)

    def next(self) -> float | None:
        """When something may be due; None: never. It may turn out that nothing is."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: float, limit: int) -> list[tuple[ItemT, float]]:
        """Take out at most `limit` items that are due, with their deadlines; `note` each of them again afterwards."""
        items: list[tuple[ItemT, float]] = []
        while self._heap and self._heap[0][0] <= now and len(items) < limit:
            entered, _, item = heapq.heappop(self._heap)
            if self._entered.get(item) != entered:
                continue
            del self._entered[item]
            deadline = item.deadline()
            if deadline is not None and deadline > now:
                self._enter(item, deadline)
            elif deadline is not None:
                items.append((item, deadline))
        return items

    def _enter(self, item: ItemT, deadline: float) -> None:
        self._entered[item] = deadline
        self._count += 1
        heapq.heappush(self._heap, (deadline, self._count, item))
