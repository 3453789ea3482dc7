"""An instance as the alarm and the receiver see it: what it does for years it does here, and only the rest awakes it.

A master sends the same datagram again, a backup notes that its master lives. The times, and whether no more than that
is to be done, are in pulse.py; here are the socket and the counters. What does not live here: anything else that an
instance does (instance.py).
"""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple, Protocol

from alived.workers.vrrp.events import STOPPING, AdvertReceived
from alived.workers.vrrp.pulse import NEVER, Pulse
from alived.workers.vrrp.stats import Stats
from alived.workers.vrrp.transport.outlet import Target
from alived.workers.vrrp.wire.judge import Heard
from alived.workers.vrrp.wire.rejection import Rejection


class Refrain(NamedTuple):
    """An advert that goes out as it is, as often as need be."""

    send: Callable[[bytes, Target], object]
    """Of a socket. OSError: the kernel refuses."""
    datagram: bytes
    target: Target


class Rest(Protocol):
    """All of an instance that is no reflex."""

    def timer_fired(self, now: float) -> None:
        """Do what is due; there may be more than an advert, or nothing."""

    def sending_failed(self, error: OSError) -> None:
        """An advert was not sent."""

    def heard(self, heard: Heard) -> None:
        """As `Listener` of wire/reception.py."""

    def met(self, heard: Heard) -> None:
        """As `Listener`."""

    def refused(self, rejection: Rejection, source: bytes) -> None:
        """As `Listener`."""


class Reflex(Pulse):
    """What an instance does most of the time."""

    __slots__ = ("_rest", "advert", "known", "received", "refrain", "sent")

    def __init__(self, rest: Rest) -> None:
        super().__init__()
        self._rest: Rest | None = rest
        self.refrain: Refrain | None = None
        """What a master repeats; None: its advert has to be made, or takes more than one datagram."""
        self.known: Heard | None = None
        """What was heard last, if there was nothing in it but that a master lives."""
        self.advert = AdvertReceived(STOPPING, b"")
        """The same as an event."""
        self.sent = self.received = 0

    def end(self) -> None:
        """The instance is no more."""
        self._rest, self.refrain = None, None

    def count(self, stats: Stats) -> None:
        """Add what was sent and heard since the last time."""
        stats.adverts_sent += self.sent
        stats.adverts_received += self.received
        self.sent = self.received = 0

    # --- what the alarm calls -----------------------------------------------------------------------------------------

    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        return None if self.due == NEVER else self.due

    def expire(self, now: float) -> None:
        """Do what is due at `now`."""
        refrain = self.refrain
        if refrain is not None and self.repeats(now):
            send, datagram, target = refrain
            try:
                send(datagram, target)
            except OSError as error:
                self.refrain = None
                if self._rest is not None:
                    self._rest.sending_failed(error)
            else:
                self.sent += 1
        elif self._rest is not None:
            self._rest.timer_fired(now)

    # --- what the receiver calls --------------------------------------------------------------------------------------

    def heard(self, heard: Heard) -> None:
        """An advert of another router was accepted."""
        if heard is self.known and self.hears_again(self.advert, monotonic()):
            self.received += 1
        elif self._rest is not None:
            self._rest.heard(heard)

    def met(self, heard: Heard) -> None:
        """It is not like the one before; comes before `heard`."""
        if self._rest is not None:
            self._rest.met(heard)

    def refused(self, rejection: Rejection, source: bytes) -> None:
        """An advert for this virtual router was not accepted."""
        if self._rest is not None:
            self._rest.refused(rejection, source)
