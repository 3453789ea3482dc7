"""Whether an interface counts as up: what the kernel says, what linkbeat sees, and how long a change must last.

What does not live here: waiting for a change to last (link_delay.py), asking for a link (linkbeat.py).
"""

from collections.abc import Callable, Iterable, Mapping

from alived.ipc.model.interfaces import InterfaceDelay, LinkbeatInterface
from alived.workers.vrrp.alarm import Alarm
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.link_delay import LinkDelays
from alived.workers.vrrp.linkbeat import PERIOD, Linkbeat


class LinkStates:
    """The states of all interfaces that somebody asks for."""

    def __init__(self, interfaces: Interfaces, alarm: Alarm, changed: Callable[[set[str]], None]) -> None:
        """`changed` is told the names of interfaces that count as up or down now, when nothing else tells of it."""
        self._interfaces = interfaces
        self._alarm = alarm
        self._changed = changed
        self._delays = LinkDelays()
        self._linkbeat = Linkbeat()
        self._beats: Mapping[str, bool] = {}
        self._poll_due: float | None = None

    def configure(self, delays: Iterable[InterfaceDelay], polled: Iterable[LinkbeatInterface]) -> None:
        """Take on all delays and all polled interfaces there are."""
        now = self._alarm.now()
        polled = list(polled)
        self._delays.configure(delays, now)
        self._linkbeat.configure(polled)
        self._beats = self._linkbeat.poll()
        self._poll_due = now + PERIOD if polled else None
        self._alarm.note(self)

    def up(self, name: str) -> bool:
        """Whether an interface counts as up."""
        interface = self._interfaces.get(name)
        if interface is None:  # what is not there is not waited for
            self._delays.forget(name)
            return False
        up = interface.link.up and self._beats.get(name, True)
        counts = self._delays.take(name, up, self._alarm.now())
        if counts is not up:
            self._alarm.note(self)
        return counts

    def deadline(self) -> float | None:
        """When a change has lasted, or a link is to be asked for."""
        due = self._delays.deadline()
        if self._poll_due is None or (due is not None and due < self._poll_due):
            return due
        return self._poll_due

    def expire(self, now: float) -> None:
        """Do what is due."""
        changed = set(self._delays.expire(now))
        if self._poll_due is not None and self._poll_due <= now:
            self._poll_due = now + PERIOD
            before, self._beats = self._beats, self._linkbeat.poll()
            changed |= {name for name, up in self._beats.items() if before.get(name) is not up}
        if changed:
            self._changed(changed)

    def close(self) -> None:
        """Ask for nothing any more."""
        self._alarm.forget(self)
        self._linkbeat.close()
