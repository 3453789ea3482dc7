"""Routers that claim to be master while this one is: a split brain, seen from inside.

PURE. One advert may have crossed ours in the air; who goes on after our answers does not hear us, or refuses what we
say as we may refuse what it says. What does not live here: who of the two has to give way (fsm.py), and words for
operators (instance.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from alived.workers.vrrp.events import AdvertReceived, AdvertRefused, OtherMaster, OtherMasterGone

CERTAIN = 3
"""Adverts in a row by which it is certain that a rival does not hear us, or does not care."""
REMEMBERED = 16
"""Rivals that are told apart: whoever invents sources must not fill memory."""
ANSWERS_APART = 0.1
"""Seconds between two answers at least, however short the interval is."""


@dataclass(slots=True)
class Rival:
    """Another router that was heard as master."""

    source: bytes
    priority: int
    """0: not known."""
    since: float
    """CLOCK_MONOTONIC seconds of its first advert, and in `last` of its last one."""
    last: float
    count: int
    patience: float
    """Seconds of silence after which it counts as gone."""
    refused: str = ""
    """Why its adverts are not accepted."""

    def gone(self) -> OtherMasterGone:
        """That it is no longer one."""
        return OtherMasterGone(self.source, self.since, self.count)


class Rivals:
    """All that were heard since we became master, and not given up."""

    def __init__(self) -> None:
        self._by_source: dict[bytes, Rival] = {}
        self._answered_until = 0.0

    def __len__(self) -> int:
        return len(self._by_source)

    def __iter__(self) -> Iterator[Rival]:
        return iter(self._by_source.values())

    def heard(self, event: AdvertReceived | AdvertRefused, patience: float, now: float) -> list[OtherMaster]:
        """Count an advert of another master; returns what operators are to be told."""
        priority, refused = (event.priority, "") if isinstance(event, AdvertReceived) else (0, event.reason)
        rival = self._by_source.get(event.source)
        if rival is None:
            if len(self._by_source) == REMEMBERED:
                return []
            rival = self._by_source[event.source] = Rival(event.source, priority, now, now, 0, patience)
        rival.priority, rival.refused, rival.patience, rival.last = priority, refused, patience, now
        rival.count += 1
        if rival.count not in (1, CERTAIN):
            return []
        return [OtherMaster(rival.source, rival.priority, rival.since, rival.count, rival.refused)]

    def to_be_answered(self, next_advert: float, now: float) -> bool:
        """Whether an advert of a rival is to be answered: the first one before our own `next_advert` is due.

        All others hear that answer too. Who forges them must not make us send more than he does.
        """
        if now < self._answered_until:
            return False
        self._answered_until = max(next_advert, now + ANSWERS_APART)
        return True

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
        self._answered_until = 0.0
        return gone
