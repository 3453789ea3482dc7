"""The times of VRRP: how long a backup waits, how long it waits before it preempts, how soon silence is noticed.

PURE. All times are seconds. What does not live here: what happens when a time has come (fsm.py), and the clock.
"""

import math
from dataclasses import dataclass

ADVERTS_MISSED = 3
"""Adverts that must fail to come before a master is given up (RFC 3768, 6.1; RFC 9568, 6.1)."""
SKEW_UNIT_OF_V2 = 1.0
"""What the skew of VRRPv2 is a part of, however long the interval is; in VRRPv3 that is the master's interval."""

GRID = 20
"""Times in an interval, or in a second if that is shorter, at which masters begin to send."""
ALMOST = 1e-6
"""Parts of a grid's step: what is as near to the next time as this is rounding alone."""


def skew_time(version: int, priority: int, interval: float) -> float:
    """Skew_Time (RFC 3768, 6.1; RFC 9568, 6.1): lets the backup of the highest priority notice a silent master first.

    `interval` is the one that the master has named (Active_Adver_Interval).
    """
    unit = SKEW_UNIT_OF_V2 if version == 2 else interval
    return (256 - priority) / 256 * unit


def master_down_interval(version: int, priority: int, interval: float, adverts: int = ADVERTS_MISSED) -> float:
    """Master_Down_Interval (RFC 3768, 6.1; RFC 9568, 6.1): silence after which a backup of this priority takes over.

    `adverts` is keepalived's `down_timer_adverts`, which all routers must agree about.
    """
    return adverts * interval + skew_time(version, priority, interval)


def patience_of_peers(advert_int: float, adverts: int = ADVERTS_MISSED) -> float:
    """Silence that every peer bears, whatever its priority: Master_Down_Interval without its skew."""
    return adverts * advert_int


def on_grid(at: float, advert_int: float) -> float:
    """A time for the first advert of a master: `at`, or up to a twentieth of the interval sooner, 50 ms at most.

    So adverts of several virtual routers are due together, and the process wakes once for all of them.
    """
    per_second = GRID / min(1.0, advert_int)
    return math.floor(at * per_second + ALMOST) / per_second


@dataclass(slots=True)
class PreemptDelay:
    """`preempt_delay` of keepalived.conf(5): how long a lower-priority master is left alone.

    It runs from the first advert of a lower-priority master, and anew after one of a higher-priority master.
    """

    delay: float
    _until: float | None = None

    def passed(self, now: float) -> bool:
        """Whether a lower-priority master that was heard now may be preempted; starts the delay if it does not run."""
        if self._until is None:
            self._until = now + self.delay
        return now >= self._until

    def cancel(self) -> None:
        """The master is not to be preempted: the next lower-priority one is given the whole delay."""
        self._until = None
