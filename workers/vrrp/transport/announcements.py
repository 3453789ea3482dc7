"""Sends gratuitous ARP and unsolicited neighbour advertisements, of all instances on all interfaces.

One packet socket serves all interfaces: with a macvlan for each of some hundred virtual routers there would be as many
otherwise. What does not live here: when an instance announces what (wire/garp.py), the bytes (wire/garp.py,
wire/neighbour.py), and who waits for whom (pace.py).

Only interfaces with an Ethernet address are announced on. On others, as loopback and tunnels, nobody asks for a MAC
address; Infiniband does, with one of 20 bytes, which keepalived supports and this does not.
"""

import logging
import socket
from collections.abc import Callable, Iterable
from typing import NamedTuple

from alived.workers.vrrp.alarm import Alarm
from alived.workers.vrrp.transport.pace import Kind, Lane, LaneKey, Paces, Waiting
from alived.workers.vrrp.wire import garp, neighbour

FRAMES_PER_TURN = 64
"""Frames of a lane that are sent before other work gets its turn."""

log = logging.getLogger(__name__)


class Speaker(NamedTuple):
    """The interface that an announcement goes out of."""

    name: str
    mac: bytes
    base: str
    """The interface below a macvlan, whose pace holds; the interface itself otherwise."""

    @property
    def is_ethernet(self) -> bool:
        """It has a MAC address that others can learn."""
        return len(self.mac) == _MAC and any(self.mac)


class Announcements:
    """The packet socket, and what waits to be sent through it. OSError: the kernel refuses the socket."""

    def __init__(self, alarm: Alarm, sent: Callable[[str, Kind], None]) -> None:
        """`sent` is told whose frame was sent, and what it was."""
        self._alarm = alarm
        self._sent = sent
        self._paces = Paces()
        self._runners: dict[LaneKey, _Runner] = {}
        # With a protocol of 0 it receives nothing; sending goes by the frame's own header.
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)

    def configure(self, paces: Paces) -> None:
        """Take on other paces; what waits already goes on in its lane."""
        self._paces = paces
        for key, runner in self._runners.items():
            runner.lane.interval = paces.of(key.interfaces[0], key.kind).interval

    def announce(self, owner: str, speaker: Speaker, addresses: Iterable[bytes], repeat: int) -> None:
        """Announce addresses, in network order, one after the other, and all of them `repeat` times.

        What is not paced is sent before this returns, up to FRAMES_PER_TURN; the rest when its time has come.
        """
        if not speaker.is_ethernet:
            return
        frames: dict[Kind, list[Waiting]] = {}
        for address in addresses:
            kind = Kind.ARP if len(address) == _IPV4 else Kind.NEIGHBOUR
            frame = _FRAMES[kind](speaker.mac, address)
            frames.setdefault(kind, []).append(Waiting(owner, speaker.name, frame))
        for kind, waiting in frames.items():
            runner = self._runner(speaker.base, kind)
            runner.lane.push(waiting * repeat)
            runner.expire(self._alarm.now())
            self._alarm.note(runner)

    def silence(self, owner: str) -> None:
        """Send nothing more for an instance."""
        for runner in self._runners.values():
            runner.lane.drop(owner)

    def close(self) -> None:
        """Send nothing more."""
        for runner in self._runners.values():
            self._alarm.forget(runner)
        self._runners.clear()
        self._socket.close()

    def _runner(self, base: str, kind: Kind) -> "_Runner":
        pace = self._paces.of(base, kind)
        runner = self._runners.get(pace.lane)
        if runner is None:
            runner = self._runners[pace.lane] = _Runner(kind, self._alarm.now, self._send)
            runner.lane.interval = pace.interval
        return runner

    def _send(self, waiting: Waiting, kind: Kind) -> None:
        try:
            self._socket.sendto(waiting.frame, (waiting.interface, 0))
        except OSError as error:
            log.debug("(%s) %s on %s: %s", waiting.owner, kind.value, waiting.interface, error)
        else:
            self._sent(waiting.owner, kind)


class _Runner:
    """Lets the frames of a lane go when their time has come."""

    def __init__(self, kind: Kind, clock: Callable[[], float], send: Callable[[Waiting, Kind], None]) -> None:
        self.lane = Lane()
        self.deadline = self.lane.deadline
        self._kind = kind
        self._clock = clock
        self._send = send

    def expire(self, _now: float) -> None:
        """Send what may be sent now: by the clock, as the alarm may ring early, and each pause after its frame."""
        for _ in range(FRAMES_PER_TURN):
            waiting = self.lane.take(self._clock())
            if waiting is None:
                return
            self._send(waiting, self._kind)
            self.lane.sent(self._clock())


_MAC, _IPV4 = 6, 4
"""Bytes."""
_FRAMES = {Kind.ARP: garp.frame, Kind.NEIGHBOUR: neighbour.frame}
