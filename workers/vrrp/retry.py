"""When something that the kernel refused is tried again: soon, and then ever more seldom.

PURE. What does not live here: what is tried (instance.py).
"""

FIRST, LONGEST = 1.0, 300.0
"""Seconds: the first pause, which doubles with each failure, and the longest one."""


class Retry:
    """One thing that may be refused."""

    def __init__(self) -> None:
        self.due: float | None = None
        """CLOCK_MONOTONIC seconds of the next try; None: nothing is refused."""
        self._pause = FIRST

    def note(self, now: float, *, refused: bool) -> None:
        """Note what came of a try at `now`; one that was made before it was due puts nothing off."""
        if not refused:
            self.due, self._pause = None, FIRST
        elif self.due is None or self.due <= now:
            self.due = now + self._pause
            self._pause = min(2 * self._pause, LONGEST)
