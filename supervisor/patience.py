"""PURE: has a worker hung? No sign of life for its limit, counted only while the supervisor was awake to hear one.

A supervisor that was stopped for a while (a paused machine, a loaded one) finds every heartbeat late. That is its own
fault, not the workers': each gap between its own looks counts for at most two.

The limit of the vrrp worker follows from its configuration, so that a replacement advertises before peers take over.
Where that is short, heartbeats are too rare, and the worker is asked besides (crew.py).
What does not live here: when a worker is excused, as it takes on a configuration (crew.py).
"""

import math
from collections.abc import Iterable

from alived.ipc.model.config import ConfigObject
from alived.ipc.model.vrrp import VrrpInstance

LIMIT = 1.5
"""Seconds without a sign of life, at most. Peers of a worker with advert_int 1 wait for 3 s and more."""

BOOT_LIMIT = 15.0
"""Seconds that a worker may take from its fork to its first heartbeat."""

LOOKS = 6
"""Looks within the limit."""

LEAST = 0.15
"""Seconds without a sign of life, however short the intervals: a healthy worker on a busy machine may be as late."""

HEIR = 0.1
"""Seconds from the end of patience to the first advert of the next worker: one look, a fork, a configuration."""

OBJECT = 0.001
"""Seconds that a healthy worker may be busy with one object in one turn of its loop."""

RECENT = 60.0
"""Seconds that a hang counts."""

FREE = 3
"""Hangs within RECENT that change nothing. With more of them it may be the machine that is slow."""


def limit(objects: Iterable[ConfigObject]) -> float:
    """Seconds without a sign of life after which a worker with these objects has hung.

    The shortest silence that a peer bears (RFC 9568, 6.1: Master_Down_Interval, without its skew), less the time since
    the last advert and what the heir takes. Below an advert_int of about 0.1 that is too short to be told from a busy
    machine.
    """
    silences = [(item.down_timer_adverts - 1) * item.advert_int for item in objects if isinstance(item, VrrpInstance)]
    least = LEAST + OBJECT * len(silences)
    return min(LIMIT, max(least, min(silences, default=math.inf) - HEIR))


def lenient(limit: float, hung: Iterable[float], now: float) -> float:
    """The limit of a worker whose predecessors were ended as hung at these times: twice as long for each too many."""
    excess = sum(now - moment < RECENT for moment in hung) - FREE
    return min(LIMIT, limit * 2.0 ** max(excess, 0))


class Patience:
    """Watches one life of a worker."""

    def __init__(self, now: float, limit: float = LIMIT) -> None:
        self.limit = limit
        self._waited = 0.0
        self._looked = now
        self._booting = True

    @property
    def look_every(self) -> float:
        """Seconds between two looks."""
        return self.limit / LOOKS

    def beat(self, now: float) -> None:
        """A heartbeat was heard, or another sign of life."""
        self._waited = 0.0
        self._looked = now
        self._booting = False

    @property
    def asks(self) -> bool:
        """Whether the worker has to be asked at each look, as its heartbeats alone come too rarely."""
        return self.limit < LIMIT and not self._booting

    def look(self, now: float) -> bool:
        """Whether patience has ended; to be called every `look_every` seconds or oftener."""
        self._waited += min(max(now - self._looked, 0.0), 2 * self.look_every)
        self._looked = now
        return self._waited > (BOOT_LIMIT if self._booting else self.limit)
