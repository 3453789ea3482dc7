"""Routers that claim to be master while this one is: a split brain, seen from inside.

PURE. One advert may have crossed ours in the air; who goes on after our answers does not hear us. What does not live
here: who of the two has to give way (fsm.py), and words for operators (instance.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from alived.workers.vrrp.events import AdvertReceived, OtherMaster, OtherMasterGone

CERTAIN = 3
"""Adverts in a row by which it is certain that a rival does not hear us, or does not care."""
REMEMBERED = 16
"""Rivals that are told apart: whoever invents sources must not fill memory."""


@dataclass(slots=True)
class Rival:
    """Another router that was heard as master."""

    source: bytes
    priority: int
    since: float
    """CLOCK_MONOTONIC seconds of its first advert, and in `last` of its last one."""
    last: float
    count: int
    patience: float
    """Seconds of silence after which it counts as gone."""

    def gone(self) -> OtherMasterGone:
        """That it is no longer one."""
        return OtherMasterGone(self.source, self.since, self.count)


class Rivals:
    """All that were heard since we became master, and not given up."""

    def __init__(self) -> None:
        self._by_source: dict[bytes, Rival] = {}

    def __len__(self) -> int:
        return len(self._by_source)

    def __iter__(self) -> Iterator[Rival]:
        return iter(self._by_source.values())

    def heard(self, event: AdvertReceived, patience: float, now: float) -> list[OtherMaster]:
        """Count an advert of another master; returns what operators are to be told."""
        rival = self._by_source.get(event.source)
        if rival is None:
            if len(self._by_source) == REMEMBERED:
                return []
            rival = self._by_source[event.source] = Rival(event.source, event.priority, now, now, 0, patience)
        rival.priority, rival.patience, rival.last = event.priority, patience, now
        rival.count += 1
        if rival.count not in (1, CERTAIN):
            return []
        return [OtherMaster(rival.source, rival.priority, rival.since, rival.count)]

    def stopped(self, source: bytes) -> list[OtherMasterGone]:
        """A router said that it stops, whether it was known or not."""
        rival = self._by_source.pop(source, None)
        return [] if rival is None else [rival.gone()]

    def silent(self, now: float) -> list[OtherMasterGone]:
        """Give up those that were not heard for too long."""
        silent = [rival for rival in self if now - rival.last > rival.patience]
        return [gone for rival in silent for gone in self.stopped(rival.source)]

    def clear(self) -> list[OtherMasterGone]:
        """We are no longer master: nobody is our rival."""
        gone = [rival.gone() for rival in self]
        self._by_source.clear()
        return gone
