"""The timer of one virtual router, and the shortest way through what it does for years.

PURE. A master repeats its advert, and a backup hears its master's once more: as long as nothing else happens, both are
done here, without the state machine. It touches little memory, which is what the work of thousands of virtual routers
costs. What does not live here: when that is allowed, and all else (fsm.py, watch.py).
"""

import math

from alived.workers.vrrp.events import AdvertReceived

NEVER = math.inf


class Pulse:
    """Times of a virtual router; those of the loop's clock, and seconds."""

    __slots__ = (
        "down_after",
        "due",
        "earliest",
        "heard_at",
        "interval",
        "patience",
        "spoke",
        "steady",
        "usual",
    )

    def __init__(self) -> None:
        self.due = NEVER
        """When something has to be done: Adver_Timer of a master, Master_Down_Timer of a backup."""
        self.interval = 0.0
        """Between two adverts of a master."""
        self.spoke = 0.0
        """When it has sent its last one."""
        self.patience = 0.0
        """Our own silence after which some peer has taken over, as far as we know our peers."""
        self.steady = False
        """It is a master that has sent an advert, and nothing has happened since."""
        self.heard_at = 0.0
        """When the last advert of another router was heard."""
        self.down_after = 0.0
        """Master_Down_Interval."""
        self.earliest = 0.0
        """End of the startup delay: nothing fires before that and a whole interval."""
        self.usual: AdvertReceived | None = None
        """The last advert, if it is a backup that the same once more would only tell to go on waiting."""

    def repeats(self, now: float) -> bool:
        """Whether a master has nothing to do but to send the advert that it sent before; then it counts as sent."""
        if not self.steady or now < self.due or self.stalled(now):
            return False
        self.spoke = now
        self.advance(now)
        return True

    def advance(self, now: float) -> None:
        """Adver_Timer anew. The rhythm is kept: a late turn does not move the adverts after it."""
        self.due += self.interval
        if self.due <= now:
            self.due = now + self.interval

    def stalled(self, now: float) -> bool:
        """Whether a master did not run for so long that it can't know whether it still is one."""
        return now - self.spoke > self.patience

    def hears_again(self, advert: AdvertReceived, now: float) -> bool:
        """Whether an advert is the one that was heard before, and a backup only goes on waiting; then it does."""
        if advert is not self.usual or now < self.earliest:
            return False
        self.heard_at = now
        self.due = now + self.down_after
        return True

    def wait(self, seconds: float, now: float) -> None:
        """A backup's timer anew."""
        self.due = max(now, self.earliest) + seconds
