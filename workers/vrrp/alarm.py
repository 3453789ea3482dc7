"""The one timer of the worker: wakes once for all that is due within a millisecond.

What does not live here: the order of deadlines (agenda.py) and what happens at them (instance.py, announcements.py).
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from alived.workers.vrrp.agenda import Agenda, Timed

TOGETHER = 0.001
"""Seconds; what is due within this time of a wake-up is done at it."""
SOONER = TOGETHER / 2
"""The loop sleeps whole milliseconds, rounded up: asked for half of one less, it is early as often as late."""
ITEMS_PER_TURN = 256
"""Items that are served before other work gets its turn."""


class Sleeper(Timed, Protocol):
    """Something that wants to be woken."""

    def expire(self, now: float) -> None:
        """Do what is due at `now`; nothing if nothing is, as when the deadline has moved away."""


class Alarm:
    """Wakes sleepers at their deadlines."""

    def __init__(self, before: Callable[[], None] | None = None) -> None:
        """`before` is called before anybody is woken: it reads the news that may put deadlines off."""
        self._before = before
        self._loop = asyncio.get_running_loop()
        self.now = time.monotonic
        """The loop's clock, without a way round: CLOCK_MONOTONIC seconds."""
        self._agenda: Agenda[Sleeper] = Agenda()
        self._timer: asyncio.TimerHandle | None = None

    def note(self, sleeper: Sleeper) -> None:
        """A sleeper's deadline may have changed."""
        if self._agenda.note(sleeper):
            self._set()

    def forget(self, sleeper: Sleeper) -> None:
        """A sleeper is no more."""
        self._agenda.forget(sleeper)

    def close(self) -> None:
        """Wake nobody any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _set(self) -> None:
        at = self._agenda.next()
        if at is None or (self._timer is not None and self._timer.when() <= at - SOONER):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(at - SOONER, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._before is not None:
            self._before()
        now = self.now()
        note = self._agenda.note
        for sleeper, deadline in self._agenda.due(now + TOGETHER, ITEMS_PER_TURN):
            sleeper.expire(max(now, deadline))  # up to a millisecond early counts as on time
            note(sleeper)
        self._set()
