"""How often something may be done: so many times at once, then once in a while.

PURE. A token bucket, for what a stranger on the segment can set off as often as he likes. What does not live here: what
is done, and what becomes of what may not be (remarks.py).
"""


class Allowance:
    """`at_once` times, and once more for each `pause` seconds that have passed."""

    def __init__(self, at_once: int, pause: float) -> None:
        self._pause = pause
        self._credit = (at_once - 1) * pause
        self._owed_until = 0.0
        """CLOCK_MONOTONIC seconds at which all of it may be used anew."""

    def take(self, now: float) -> bool:
        """Whether it may be done now; then it counts as done."""
        owed_until = max(self._owed_until, now)
        if owed_until - now > self._credit:
            return False
        self._owed_until = owed_until + self._pause
        return True
