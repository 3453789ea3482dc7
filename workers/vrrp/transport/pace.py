"""How fast gratuitous ARP and neighbour advertisements may follow each other, and what waits for its turn.

PURE. keepalived's garp_group blocks, and vrrp_garp_interval and vrrp_gna_interval for interfaces in none of them.
Interfaces of one group share a lane: what they have to say is sent in the order in which it came, whosever it is. What
does not live here: the clock and the socket (announcements.py), and when something is to be said (garp.py).
"""

from collections import deque
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from alived.ipc.model.interfaces import GarpGroup

FRAMES_WAITING = 10_000
"""Frames that may wait in a lane: whoever sends us lower-priority adverts all the time must not fill memory."""


class Kind(StrEnum):
    """What is sent; each has its own pace."""

    ARP = "gratuitous ARP"
    NEIGHBOUR = "neighbour advertisement"


class LaneKey(NamedTuple):
    """What tells one lane from another."""

    kind: Kind
    interfaces: tuple[str, ...]
    """One, or all of a group that have one pace together."""


class Pace(NamedTuple):
    """Which lane an interface's frames take, and the seconds between two of its frames; 0: no pause."""

    lane: LaneKey
    interval: float


class Paces:
    """The pace of every interface."""

    def __init__(self, groups: Iterable[GarpGroup] = (), garp_interval: float = 0.0, gna_interval: float = 0.0) -> None:
        """The intervals, in seconds, are those of interfaces that no group names."""
        self._default = {Kind.ARP: garp_interval, Kind.NEIGHBOUR: gna_interval}
        self._grouped: dict[str, dict[Kind, float]] = {}
        self._together: dict[str, tuple[str, ...]] = {}
        for group in groups:
            # What a group does not say is not limited: it does not inherit the global interval.
            intervals = {Kind.ARP: group.garp_interval or 0.0, Kind.NEIGHBOUR: group.gna_interval or 0.0}
            self._grouped |= dict.fromkeys((*group.interface, *group.interfaces), intervals)
            self._together |= dict.fromkeys(group.interfaces, group.interfaces)

    def of(self, interface: str, kind: Kind) -> Pace:
        """The pace of an interface; of a macvlan ask for that of the interface below it, as both have one switch."""
        lane = LaneKey(kind, self._together.get(interface, (interface,)))
        return Pace(lane, self._grouped.get(interface, self._default)[kind])


class Waiting(NamedTuple):
    """A frame that waits to be sent."""

    owner: str
    """The instance that it speaks for."""
    interface: str
    frame: bytes


class Lane:
    """Frames that follow each other at one pace."""

    def __init__(self) -> None:
        self.interval = 0.0
        """Seconds from one frame to the next."""
        self._waiting: deque[Waiting] = deque()
        self._next = 0.0

    def push(self, frames: list[Waiting]) -> None:
        """Queue frames; what would exceed FRAMES_WAITING is left out."""
        self._waiting.extend(frames[: FRAMES_WAITING - len(self._waiting)])

    def drop(self, owner: str) -> None:
        """Forget what an instance still had to send: it is no longer master."""
        self._waiting = deque(waiting for waiting in self._waiting if waiting.owner != owner)

    def deadline(self) -> float | None:
        """When `take` has something to give; None: never."""
        return self._next if self._waiting else None

    def take(self, now: float) -> Waiting | None:
        """The next frame, if it may be sent now; say `sent` when it was."""
        return self._waiting.popleft() if self._waiting and self._next <= now else None

    def sent(self, now: float) -> None:
        """A frame was sent: the pause begins."""
        self._next = now + self.interval
