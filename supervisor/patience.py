"""PURE: has a worker hung? No heartbeat for its limit, counted only while the supervisor itself was awake to hear one.

A supervisor that was stopped for a while (a paused machine, a loaded one) finds every heartbeat late. That is its own
fault, not the workers': each gap between its own looks counts for at most two.

The limit of the vrrp worker follows from its configuration, so that a replacement advertises before peers take over.
What does not live here: when a worker is excused, as it takes on a configuration (crew.py).
"""

import math
from collections.abc import Iterable

from alived.ipc.model.config import ConfigObject
from alived.ipc.model.vrrp import VrrpInstance

LIMIT = 1.5
"""Seconds without a heartbeat, at most. Peers of a worker with advert_int 1 wait for 3 s and more."""

BOOT_LIMIT = 15.0
"""Seconds that a worker may take from its fork to its first heartbeat."""

LOOKS = 6
"""Looks within the limit."""

LEAST_BEATS = 3
"""Heartbeats that have to be missing, however short the intervals."""

HEIR = 0.1
"""Seconds from the end of patience to the first advert of the next worker: one look, a fork, a configuration."""

OBJECT = 0.001
"""Seconds that a healthy worker may be busy with one object in one turn of its loop."""

RECENT = 60.0
"""Seconds after a worker was ended as hung that its heirs have more time: it may be the machine that is slow."""


def limit(objects: Iterable[ConfigObject], heartbeat: float) -> float:
    """Seconds without a heartbeat after which a worker with these objects has hung; `heartbeat`: between two of them.

    The shortest silence that a peer bears (RFC 9568, 6.1: Master_Down_Interval, without its skew), less the time since
    the last advert and what the heir takes. Below an advert_int of about 0.1 that is too short to be told from a busy
    machine.
    """
    silences = [(item.down_timer_adverts - 1) * item.advert_int for item in objects if isinstance(item, VrrpInstance)]
    least = LEAST_BEATS * heartbeat + OBJECT * len(silences)
    return min(LIMIT, max(least, min(silences, default=math.inf) - HEIR))


def lenient(limit: float, hung: Iterable[float], now: float) -> float:
    """The limit of a worker whose predecessors were ended as hung at these times: twice as long for each lately."""
    return min(LIMIT, limit * 2.0 ** sum(now - moment < RECENT for moment in hung))


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
        """A heartbeat was heard."""
        self._waited = 0.0
        self._looked = now
        self._booting = False

    def look(self, now: float) -> bool:
        """Whether patience has ended; to be called every `look_every` seconds or oftener."""
        self._waited += min(max(now - self._looked, 0.0), 2 * self.look_every)
        self._looked = now
        return self._waited > (BOOT_LIMIT if self._booting else self.limit)
