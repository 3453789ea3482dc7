"""What one interface hears: from the bytes of a datagram to the instance that it concerns.

PURE. A master repeats itself: a datagram like one that was accepted before is not looked into again. What does not live
here: the checks (packet.py), what an advert leads to (fsm.py), and the socket (sockets.py).
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Protocol

from alived.workers.vrrp.events import AdvertReceived
from alived.workers.vrrp.wire.packet import (
    TTL,
    Advert,
    Datagram,
    Expected,
    Format,
    Reason,
    Rejection,
    decode,
    ipv4_payload,
)

REMEMBERED = 1024
"""Datagrams known by heart; when there are more, remembering starts anew."""


class Listener(Protocol):
    """An instance, as its interface's receiver sees it."""

    expected: Expected

    def heard(self, event: AdvertReceived) -> None:
        """An accepted advert of another router."""

    def met(self, advert: Advert, source: bytes) -> None:
        """The same, in full, when it is not like one that was accepted before; comes before `heard`."""

    def refused(self, rejection: Rejection, source: bytes) -> None:
        """A datagram for this virtual router that was not accepted."""


class _Accepted(NamedTuple):
    listener: Listener
    event: AdvertReceived


class Receiver:
    """Listeners of one interface, by multicast group and virtual router ID."""

    def __init__(self, layout: Format, is_own: Callable[[bytes], bool]) -> None:
        self._layout = layout
        self._is_own = is_own
        self._listeners: dict[tuple[bytes, int], Listener] = {}
        self._accepted: dict[bytes, _Accepted] = {}
        self.rejected: Counter[Reason] = Counter()
        """Datagrams that concern no listener."""

    def add(self, group: bytes, vrid: int, listener: Listener) -> None:
        """Adverts of this virtual router that come to this group go to this listener."""
        self._listeners[group, vrid] = listener
        self.forget()

    def remove(self, group: bytes, vrid: int) -> None:
        """Nobody cares for this virtual router any more."""
        self._listeners.pop((group, vrid), None)
        self.forget()

    def forget(self) -> None:
        """What was accepted may not be acceptable now: a configuration or an address changed."""
        self._accepted.clear()

    def __len__(self) -> int:
        return len(self._listeners)

    def receive(self, datagram: bytes) -> None:
        """Take an IPv4 datagram, header included."""
        # All but the identification, fragment and checksum fields of the IP header, which differ each time.
        key = datagram[:4] + datagram[8:10] + datagram[12:]
        known = self._accepted.get(key)
        if known is None:
            known = self._examine(datagram)
            if known is None:
                return
            if len(self._accepted) >= REMEMBERED:
                self.forget()
            self._accepted[key] = known
        known.listener.heard(known.event)

    def _examine(self, datagram: bytes) -> _Accepted | None:
        opened = ipv4_payload(datagram)
        if isinstance(opened, Rejection):
            self.rejected[opened.reason] += 1
            return None
        listener = self._listeners.get((opened.destination, opened.payload[1])) if len(opened.payload) > 1 else None
        verdict = self._judge(opened, listener)
        if listener is None:
            self.rejected[verdict.reason if isinstance(verdict, Rejection) else Reason.VRID] += 1
        elif isinstance(verdict, Rejection):
            listener.refused(verdict, opened.source)
        else:
            listener.met(verdict, opened.source)
            return _Accepted(listener, AdvertReceived(verdict.priority, opened.source))
        return None

    def _judge(self, datagram: Datagram, listener: Listener | None) -> Advert | Rejection:
        if self._is_own(datagram.source):
            return Rejection(Reason.OWN)
        if datagram.ttl != TTL:
            return Rejection(Reason.TTL, f"TTL {datagram.ttl}")
        advert = decode(self._layout, datagram.payload)
        if listener is None or isinstance(advert, Rejection):
            return advert
        return listener.expected.objection(advert) or advert
