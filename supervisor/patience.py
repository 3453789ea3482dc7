"""PURE: has a worker hung? No heartbeat for LIMIT, counted only while the supervisor itself was awake to hear one.

A supervisor that was stopped for a while (a paused machine, a loaded one) finds every heartbeat late. That is its own
fault, not the workers': each gap between its own looks counts for at most EXPECTED_GAP.
"""

LIMIT = 1.5
"""Seconds. Peers of a worker with advert_int 1 wait for 3 s and more: a replacement is there before they act."""

BOOT_LIMIT = 15.0
"""Seconds that a worker may take from its fork to its first heartbeat."""

LOOK_EVERY = 0.25
"""Seconds between two looks."""

EXPECTED_GAP = 2 * LOOK_EVERY


class Patience:
    """Watches one worker."""

    def __init__(self, now: float) -> None:
        self._waited = 0.0
        self._looked = now
        self._limit = BOOT_LIMIT

    def beat(self, now: float) -> None:
        """A heartbeat was heard."""
        self._waited = 0.0
        self._looked = now
        self._limit = LIMIT

    def look(self, now: float) -> bool:
        """Whether patience has ended; to be called every LOOK_EVERY seconds."""
        self._waited += min(max(now - self._looked, 0.0), EXPECTED_GAP)
        self._looked = now
        return self._waited > self._limit
