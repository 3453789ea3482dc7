"""How long a change of an interface must last before it counts: interface_up_down_delays of keepalived.conf(5).

PURE. What does not live here: where changes come from (kernel/, linkbeat.py), and what follows from those that count
(priority.py for tracked interfaces, instance.py for an instance's own).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alived.ipc.model.interfaces import InterfaceDelay


@dataclass(slots=True)
class _Known:
    counts: bool
    """Up or down, as far as anybody is concerned."""
    due: float | None = None
    """When the other one will count; None: it is not in the offing."""


class LinkDelays:
    """The states of all interfaces that somebody asks for, each as it counts."""

    def __init__(self) -> None:
        self._delays: dict[str, InterfaceDelay] = {}
        self._known: dict[str, _Known] = {}

    def configure(self, delays: Iterable[InterfaceDelay], now: float) -> None:
        """Take on all delays there are from now on.

        What is waited for is waited for no longer than a new delay from now on, and never longer than it would have
        been.
        """
        self._delays = {delay.name: delay for delay in delays}
        for name, known in self._known.items():
            if known.due is not None:
                known.due = min(known.due, now + self._delay(name, up=not known.counts))

    def take(self, name: str, up: bool, now: float) -> bool:
        """An interface is up or down now; returns which of the two counts.

        The first state counts at once: nothing has changed (keepalived does not delay what it finds at start either).
        A change that is taken back before its time has never happened.
        """
        known = self._known.setdefault(name, _Known(up))
        if up == known.counts:
            known.due = None
        elif known.due is None:
            delay = self._delay(name, up=up)
            if delay > 0:
                known.due = now + delay
            else:
                known.counts = up
        return known.counts

    def counts(self, name: str) -> bool | None:
        """Whether an interface counts as up; None: nothing was said of it."""
        known = self._known.get(name)
        return known.counts if known else None

    def forget(self, name: str) -> None:
        """Nobody asks for an interface any more."""
        self._known.pop(name, None)

    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        return min((known.due for known in self._known.values() if known.due is not None), default=None)

    def expire(self, now: float) -> Mapping[str, bool]:
        """Changes that have lasted: name -> what counts from now on."""
        changed: dict[str, bool] = {}
        for name, known in self._known.items():
            if known.due is not None and known.due <= now:
                known.counts, known.due = not known.counts, None
                changed[name] = known.counts
        return changed

    def _delay(self, name: str, *, up: bool) -> float:
        delay = self._delays.get(name)
        if delay is None:
            return 0.0
        return delay.up if up else delay.down
