"""PURE: whether the processes that run are enough and not too many, and have been for long enough.

`quorum`, `quorum_max`, `fork_delay` and `terminate_delay` of vrrp_track_process. What does not live here: which
processes count (matching.py), and where the numbers come from (processes.py).
"""

from alived.ipc.model.tracking import TrackProcess


class Quorum:
    """The verdict on one vrrp_track_process."""

    def __init__(self, tracker: TrackProcess, up: bool | None = None) -> None:
        """`up` is what a predecessor had found; None: nothing is known yet."""
        self._tracker = tracker
        self.up = up
        self.count: int | None = None
        """Processes at the moment; None: not counted yet."""
        self._due: float | None = None

    def counted(self, count: int, now: float) -> bool:
        """So many processes run now; returns whether the verdict has changed.

        The first verdict is immediate. One that changes because processes have come waits for `fork_delay`, because
        some have gone for `terminate_delay`, and does not change if meanwhile they are again what they were.
        """
        grown = self._enough(count) if self.count is None else count > self.count
        self.count = count
        if self.up is None:
            self.up = self._enough(count)
            return True
        if self._enough(count) == self.up:
            self._due = None
        elif self._due is None:
            delay = self._tracker.fork_delay if grown else self._tracker.terminate_delay
            if delay <= 0:
                self.up = not self.up
                return True
            self._due = now + delay
        return False

    def refit(self, tracker: TrackProcess) -> bool:
        """Other numbers hold from now on, at once; returns whether the verdict has changed."""
        self._tracker = tracker
        self._due = None
        if self.up is None or self.count is None or self._enough(self.count) == self.up:
            return False
        self.up = not self.up
        return True

    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        return self._due

    def expire(self, now: float) -> bool:
        """Returns whether the verdict has changed because it was time."""
        if self._due is None or self._due > now:
            return False
        self._due = None
        self.up = not self.up
        return True

    def _enough(self, count: int) -> bool:
        most = self._tracker.quorum_max
        return count >= self._tracker.quorum and (most is None or count <= most)
