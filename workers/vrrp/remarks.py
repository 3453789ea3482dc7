"""What is logged about other routers: once, not each second; a few lines, not as many as somebody sends adverts.

Whoever is on the segment can forge adverts, each with a source of its own. They must fill neither the log nor memory.
What does not live here: what is worth a remark (instance.py, exchange.py), how often one may be made (allowance.py).
"""

import logging
from collections.abc import Callable
from typing import Protocol

from alived.workers.vrrp.allowance import Allowance

REMEMBERED = 256
"""Different remarks that are remembered, so as not to log them twice."""
MEMORY = 3600.0
"""Seconds after which remembering starts anew once there is no room for more."""
AT_ONCE = 10
PAUSE = 10.0
"""Remarks that are made at once; then one for each so many seconds, and a word about the others."""

log = logging.getLogger(__name__)


class Clock(Protocol):
    """The alarm, as remarks see it."""

    @property
    def now(self) -> Callable[[], float]:
        """CLOCK_MONOTONIC seconds."""

    def note(self, sleeper: "Remarks", /) -> None:
        """Their deadline may have changed."""

    def forget(self, sleeper: "Remarks", /) -> None:
        """They are no more."""


class Remarks:
    """Those of one instance, or of all interfaces about strangers."""

    def __init__(self, alarm: Clock, instance: str = "") -> None:
        self._alarm = alarm
        self._whose = ""
        self.rename(instance)
        self._allowance = Allowance(AT_ONCE, PAUSE)
        self._made: set[str] = set()
        self._full_since = 0.0
        self._left_out = 0
        self._due: float | None = None

    def make(self, text: str, key: str = "") -> None:
        """Log something about another router, once for each key, which is the text if none is given."""
        key = key or text
        if key in self._made or not self.tell(text):
            return
        now = self._alarm.now()
        if len(self._made) >= REMEMBERED and now - self._full_since >= MEMORY:
            self._made.clear()
        if len(self._made) < REMEMBERED:
            self._made.add(key)
            self._full_since = now

    def tell(self, text: str, level: int = logging.WARNING) -> bool:
        """Log something that is news each time; returns whether there was room for it."""
        now = self._alarm.now()
        if self._allowance.take(now):
            log.log(level, "%s%s", self._whose, text)
            return True
        self._left_out += 1
        if self._due is None:
            self._due = now + PAUSE
            self._alarm.note(self)
        return False

    def rename(self, instance: str) -> None:
        """The instance has another name; empty: they are nobody's in particular."""
        self._whose = f"({instance}) " if instance else ""

    def clear(self) -> None:
        """Things have changed: what was said may be worth saying again."""
        self._made.clear()

    def close(self) -> None:
        """There will be no more of them."""
        self._alarm.forget(self)

    # --- what the alarm calls -----------------------------------------------------------------------------------------

    def deadline(self) -> float | None:
        """When to say how many were left out; None: none were."""
        return self._due

    def expire(self, now: float) -> None:
        """Say it."""
        if self._due is not None and self._due <= now:
            more = "1 more remark" if self._left_out == 1 else f"{self._left_out:,} more remarks"
            log.warning("%s%s about adverts left out in the last %g s", self._whose, more, PAUSE)
            self._left_out, self._due = 0, None
