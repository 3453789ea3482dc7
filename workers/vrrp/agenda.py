"""Which instance is due when: one timer for all of them.

PURE. Deadlines mostly move away (each advert that a backup hears puts its Master_Down_Timer off), so an entry is only
made when a deadline comes nearer, and a deadline that has moved away is found out when its entry comes up. Masters send
many adverts at the same time (timers.py, `on_grid`), so that times are what is put in order, and not items.
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
        self._times: list[float] = []
        """A heap of the times at which there are entries."""
        self._items: dict[float, list[ItemT]] = {}
        """The entries of each time."""
        self._entered: dict[ItemT, float] = {}
        """Which of its entries is an item's valid one."""

    def note(self, item: ItemT) -> bool:
        """Say that an item's deadline may have changed; returns whether something may be due sooner than before."""
        deadline = item.deadline()
        if deadline is None:
            return False
        entered = self._entered.get(item)
        if entered is not None and deadline >= entered:
            return False
        self._entered[item] = deadline
        others = self._items.get(deadline)
        if others is not None:
            others.append(item)
            return False
        self._items[deadline] = [item]
        heapq.heappush(self._times, deadline)
        return self._times[0] == deadline

    def forget(self, item: ItemT) -> None:
        """The item is no more."""
        self._entered.pop(item, None)

    def next(self) -> float | None:
        """When something may be due; None: never. It may turn out that nothing is."""
        return self._times[0] if self._times else None

    def due(self, now: float, limit: int) -> list[tuple[ItemT, float]]:
        """Take out at most `limit` items that may be due, with the deadlines that they once had.

        A deadline that has moved away since then is not asked for, as that costs as much as finding nothing to do.
        `note` each of them again afterwards.
        """
        found: list[tuple[ItemT, float]] = []
        entered_at = self._entered
        while self._times and self._times[0] <= now and len(found) < limit:
            time = self._times[0]
            for item in self._take(time, limit - len(found)):
                if entered_at.get(item) == time:
                    del entered_at[item]
                    found.append((item, time))
        return found

    def _take(self, time: float, limit: int) -> list[ItemT]:
        """Take out at most `limit` entries of the earliest time."""
        items = self._items[time]
        if len(items) > limit:
            self._items[time] = items[limit:]
            return items[:limit]
        heapq.heappop(self._times)
        return self._items.pop(time)
