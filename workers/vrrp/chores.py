"""Work that can wait a little: done some of it at a time, so that no advert waits for it.

Making or removing a macvlan takes the kernel some 15 ms, to begin an instance a third of one; a reload that brings
hundreds of them must not stop the adverts of others meanwhile. What does not live here: the work itself (devices.py).
"""

import gc
from collections import deque
from collections.abc import Callable

from alived.workers.vrrp.alarm import Alarm

BUDGET = 0.005
"""Seconds that chores may take in one turn of the loop; the one that is under way is finished."""
PAUSE = 0.002
"""Seconds that belong to all others after that."""


class Chores:
    """What is still to be done, in its order."""

    def __init__(self, alarm: Alarm) -> None:
        self._alarm = alarm
        self._waiting: deque[Callable[[], None]] = deque()
        self._due: float | None = None

    def add(self, chore: Callable[[], None]) -> None:
        """Do this after all that is there; `run` begins."""
        self._waiting.append(chore)

    def run(self) -> None:
        """Do what there is time for now, and the rest in later turns."""
        until = self._alarm.now() + BUDGET
        while self._waiting and self._alarm.now() < until:
            self._waiting.popleft()()
            if not self._waiting:
                gc.freeze()  # what chores have begun lives long, as what a configuration makes at once (ipc/loop.py)
        self._due = self._alarm.now() + PAUSE if self._waiting else None
        self._alarm.note(self)

    def drop(self) -> None:
        """Do nothing more."""
        self._waiting.clear()
        self._due = None

    def deadline(self) -> float | None:
        """When it goes on."""
        return self._due

    def expire(self, now: float) -> None:
        """Go on, if it is time."""
        if self._due is not None and self._due <= now:
            self.run()
