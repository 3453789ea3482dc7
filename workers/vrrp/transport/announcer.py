"""Sends the gratuitous ARP of all instances out of one interface, at the pace that was configured.

What does not live here: when an instance announces what, and the bytes (both garp.py).
"""

import logging
from collections.abc import Callable

from alived.workers.vrrp.alarm import Alarm
from alived.workers.vrrp.kernel.rtnetlink import Link
from alived.workers.vrrp.transport.sockets import ArpSocket
from alived.workers.vrrp.wire.garp import Queue, frame

log = logging.getLogger(__name__)


class Announcer:
    """The ARP socket of an interface and what waits to be sent through it."""

    def __init__(self, link: Link, alarm: Alarm, sent: Callable[[str], None]) -> None:
        """`sent` is told whose frame was sent. OSError: the kernel refuses a socket."""
        self._link = link
        self._alarm = alarm
        self._sent = sent
        self._queue = Queue()
        self._socket = ArpSocket(link.name)

    def fits(self, link: Link) -> bool:
        """Whether the interface is still the same and has the same MAC address."""
        return (link.ifindex, link.mac) == (self._link.ifindex, self._link.mac)

    def announce(self, owner: str, addresses: list[bytes], repeat: int, interval: float) -> None:
        """Announce addresses `repeat` times, one after the other, `interval` seconds between frames."""
        frames = [frame(self._link.mac, address) for address in addresses]
        self._queue.push(owner, frames * repeat, interval)
        self.expire(self._alarm.now())
        self._alarm.note(self)

    def silence(self, owner: str) -> None:
        """Send nothing more for an instance."""
        self._queue.drop(owner)

    def deadline(self) -> float | None:
        """When the next frame may go."""
        return self._queue.deadline()

    def expire(self, now: float) -> None:
        """Send what may be sent now."""
        for owner, data in self._queue.take(now):
            try:
                self._socket.send(data)
            except OSError as error:
                log.debug("gratuitous ARP on %s: %s", self._link.name, error)
            else:
                self._sent(owner)

    def close(self) -> None:
        """Send nothing more."""
        self._alarm.forget(self)
        self._socket.close()
