"""Which instance is due when: one timer for all of them.

PURE. Deadlines mostly move away (each advert that a backup hears puts its Master_Down_Timer off), so an entry is only
made when a deadline comes nearer, and a deadline that has moved away is found out when its entry comes up.
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

    def note(self, item: ItemT) -> bool:
        """Say that an item's deadline may have changed; returns whether something may be due sooner than before."""
        deadline = item.deadline()
        if deadline is None:
            return False
        entered = self._entered.get(item)
        if entered is not None and deadline >= entered:
            return False
        self._entered[item] = deadline
        self._count += 1
        entry = (deadline, self._count, item)
        heapq.heappush(self._heap, entry)
        return self._heap[0] is entry

    def forget(self, item: ItemT) -> None:
        """The item is no more."""
        self._entered.pop(item, None)

    def next(self) -> float | None:
        """When something may be due; None: never. It may turn out that nothing is."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: float, limit: int) -> list[tuple[ItemT, float]]:
        """Take out at most `limit` items that may be due, with the deadlines that they once had.

        A deadline that has moved away since then is not asked for, as that costs as much as finding nothing to do.
        `note` each of them again afterwards.
        """
        items: list[tuple[ItemT, float]] = []
        heap, entered_at = self._heap, self._entered
        while heap and heap[0][0] <= now and len(items) < limit:
            entered, _, item = heapq.heappop(heap)
            if entered_at.get(item) == entered:
                del entered_at[item]
                items.append((item, entered))
        return items
