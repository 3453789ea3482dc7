"""One timer of the running asyncio loop, set to whatever is due next."""

import asyncio
from collections.abc import Callable


class Alarm:
    """Calls back once, at the time it was last set to."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None

    def set(self, when: float | None) -> None:
        """Ring at `when` (the loop's time, CLOCK_MONOTONIC seconds) and at no other time; None: not at all."""
        if self._handle is not None:
            if when == self._handle.when():
                return
            self._handle.cancel()
        self._handle = None if when is None else self._loop.call_at(when, self._fire)

    def _fire(self) -> None:
        self._handle = None
        self._ring()
