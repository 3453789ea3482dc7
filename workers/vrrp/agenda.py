"""Which instance is due when: one timer for all of them.

PURE. Deadlines mostly move away (each advert that a backup hears puts its Master_Down_Timer off), so an entry is only
made when a deadline comes nearer, and a deadline that has moved away is found out when its entry comes up. Then it is
looked at again some time before it is due, at a time that many others share: nobody is woken for each of them. Masters
send many adverts at the same time (timers.py, `on_grid`), so that times are what is put in order, and not items.
"""

import heapq
import math
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

FINEST = 0.004
"""Seconds; deadlines that are less than some eight times as far away are looked at when they are due."""
EIGHTH = 4
"""A sixteenth of the next power of two is at most an eighth: of 3.2 s, 0.25 s."""


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
        return self._enter(item, deadline)

    def forget(self, item: ItemT) -> None:
        """The item is no more."""
        self._entered.pop(item, None)

    def next(self) -> float | None:
        """When something may be due; None: never. It may turn out that nothing is."""
        return self._times[0] if self._times else None

    def due(self, now: float, limit: int) -> list[tuple[ItemT, float]]:
        """Take out what is due, with its deadlines; at most `limit` entries are looked at. `note` each item afterwards.

        Of a deadline that has moved away, the item stays.
        """
        found: list[tuple[ItemT, float]] = []
        while limit > 0 and self._times and self._times[0] <= now:
            time = self._times[0]
            entries = self._take(time, limit)
            limit -= len(entries)
            for item in entries:
                if self._entered.get(item) != time:
                    continue
                del self._entered[item]
                deadline = item.deadline()
                if deadline is None:
                    continue
                if deadline <= now:
                    found.append((item, deadline))
                else:
                    self._enter(item, _look_again(deadline, now))
        return found

    def _enter(self, item: ItemT, time: float) -> bool:
        """Make an entry; returns whether it is the first of all."""
        self._entered[item] = time
        others = self._items.get(time)
        if others is not None:
            others.append(item)
            return False
        self._items[time] = [item]
        heapq.heappush(self._times, time)
        return self._times[0] == time

    def _take(self, time: float, limit: int) -> list[ItemT]:
        """Take out at most `limit` entries of the earliest time."""
        items = self._items[time]
        if len(items) > limit:
            self._items[time] = items[limit:]
            return items[:limit]
        heapq.heappop(self._times)
        return self._items.pop(time)


def _look_again(deadline: float, now: float) -> float:
    """When to look at a deadline again that has moved away, and will move away once more unless something is wrong.

    Earlier by at most an eighth of the time to it, so that others are looked at at the same time.
    """
    _, exponent = math.frexp(deadline - now)
    step = math.ldexp(1.0, exponent - EIGHTH)
    return deadline // step * step if step > FINEST else deadline
