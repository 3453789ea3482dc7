"""What one interface hears over one family: from the bytes of a datagram to the instance that it concerns.

PURE. A master repeats itself: a datagram like one that was accepted before is not looked into again. What does not live
here: the checks (judge.py), what an advert leads to (fsm.py), and the sockets (transport).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from alived.workers.vrrp.wire import ah
from alived.workers.vrrp.wire.datagram import AH_PROTOCOL, Datagram, open_ipv4
from alived.workers.vrrp.wire.dialect import Conversation, Dialect
from alived.workers.vrrp.wire.judge import Heard, read, unwrap
from alived.workers.vrrp.wire.record import open_record
from alived.workers.vrrp.wire.rejection import Reason, Rejection

REMEMBERED = 1024
"""Datagrams known by heart, or 4 for each listener if that is more; beyond, remembering starts anew."""
MEANINGS = 16
"""Messages of one virtual router known by heart."""
STRANGERS = 1024
"""Unknown virtual routers that are told of once; those beyond are told of each time."""

UnknownRouter = Callable[[int, bytes], None]
"""Told the virtual router ID and the source of adverts that nobody listens to (log_unknown_vrids)."""


class Listener(Protocol):
    """An instance, as its interface's receiver sees it."""

    def heard(self, heard: Heard) -> None:
        """An accepted advert of another router."""

    def met(self, heard: Heard) -> None:
        """The same, when it is not like one that was accepted before; comes before `heard`."""

    def refused(self, rejection: Rejection, source: bytes) -> None:
        """A datagram for this virtual router that was not accepted."""


class _Ear:
    """What the receiver keeps of a listener."""

    def __init__(self, dialect: Dialect, conversation: Conversation, listener: Listener) -> None:
        self.dialect, self.conversation, self.listener = dialect, conversation, listener
        self.meanings: dict[tuple[object, ...], Heard] = {}


class _Known(NamedTuple):
    listener: Listener
    heard: Heard


class Receiver:
    """Listeners of one interface and family, however many there are."""

    def __init__(self, is_own: Callable[[bytes], bool], unknown: UnknownRouter | None = None) -> None:
        """`is_own` tells this host's addresses from others; when they change, `forget`."""
        self._is_own, self._unknown = is_own, unknown
        self._ears: dict[int, list[_Ear]] = {}
        self._known: dict[bytes, _Known] = {}
        self._knowing: list[_Ear] = []
        """Those that have meanings: to ask all of them each time one is added would take long where there are many."""
        self._strangers: set[tuple[int, bytes]] = set()
        self._limit = REMEMBERED
        self.rejected: Counter[Reason] = Counter()
        """Datagrams that concern no listener, and our own."""

    def add(self, dialect: Dialect, conversation: Conversation, listener: Listener) -> None:
        """Adverts of this virtual router go to this listener. To change its dialect, remove it and add it again."""
        self._ears.setdefault(dialect.vrid, []).append(_Ear(dialect, conversation, listener))
        self._changed()

    def remove(self, listener: Listener) -> None:
        """It does not listen any more; nothing happens if it never did."""
        for vrid, ears in list(self._ears.items()):
            staying = [ear for ear in ears if ear.listener is not listener]
            if staying:
                self._ears[vrid] = staying
            else:
                del self._ears[vrid]
        self._changed()

    def knows(self, vrid: int) -> bool:
        """Whether any listener has this virtual router ID."""
        return vrid in self._ears

    def forget(self) -> None:
        """What was accepted may not be acceptable now: an address changed."""
        self._known.clear()
        for ear in self._knowing:
            ear.meanings.clear()
        self._knowing.clear()

    def __len__(self) -> int:
        return sum(len(ears) for ears in self._ears.values())

    # Of what is done for each packet, a call more would be a good part: that is why the two loops are written out.

    def receive_ipv4(self, packets: Iterable[bytes], wall: float = 0.0) -> None:
        """Take IPv4 datagrams, headers included. `wall`: seconds since the epoch, for auth_hmac only."""
        for packet in packets:
            # All but the identification, fragment and checksum fields of the IP header, which differ each time.
            key = packet[:4] + packet[8:10] + packet[12:]
            known = self._known.get(key)
            if known is None:
                self._open(open_ipv4(packet), key, wall)
            else:
                listener, heard = known
                listener.heard(heard)

    def receive_ipv6(self, records: Iterable[bytes], wall: float = 0.0) -> None:
        """Take IPv6 packets, as records (record.py)."""
        for record in records:
            known = self._known.get(record)
            if known is None:
                self._open(open_record(record), record, wall)
            else:
                listener, heard = known
                listener.heard(heard)

    def _open(self, opened: Datagram | Rejection, key: bytes, wall: float) -> None:
        if isinstance(opened, Rejection):
            self.rejected[opened.reason] += 1
        else:
            self._examine(opened, key, wall)

    def _examine(self, datagram: Datagram, key: bytes, wall: float) -> None:
        if self._is_own(datagram.source):
            self.rejected[Reason.OWN] += 1
            return
        message = ah.inside(datagram) if datagram.protocol == AH_PROTOCOL else datagram.payload
        if isinstance(message, Rejection) or len(message) < 2:
            self.rejected[message.reason if isinstance(message, Rejection) else Reason.TRUNCATED] += 1
            return
        ear = self._find(datagram, message[1])
        if ear is None:
            self.rejected[Reason.VRID] += 1
            self._tell(message[1], datagram.source)
        elif ear.dialect.unicast is datagram.is_multicast:
            ear.listener.refused(Rejection(Reason.CAST), datagram.source)
        else:
            self._judge(ear, datagram, key, wall)

    def _judge(self, ear: _Ear, datagram: Datagram, key: bytes, wall: float) -> None:
        letter = unwrap(ear.dialect, ear.conversation, datagram, wall)
        if isinstance(letter, Rejection):
            ear.listener.refused(letter, datagram.source)
            return
        meaning = (letter.message[:6], letter.message[8:], letter.covers, datagram[:3])
        before = ear.meanings.get(meaning)
        heard = before or read(ear.dialect, ear.conversation, datagram, letter)
        if isinstance(heard, Rejection):
            ear.listener.refused(heard, datagram.source)
            return
        # All is noted before the listener is told: it may go, and then nothing of it may stay.
        if not letter.sealed:
            if len(self._known) >= self._limit:
                self._known.clear()
            self._known[key] = _Known(ear.listener, heard)
        if before is None:
            if not ear.meanings:
                self._knowing.append(ear)
            elif len(ear.meanings) >= MEANINGS:
                ear.meanings.clear()
            ear.meanings[meaning] = heard
            ear.listener.met(heard)
        ear.listener.heard(heard)

    def _find(self, datagram: Datagram, vrid: int) -> _Ear | None:
        """Whom a datagram concerns: of those with this virtual router ID, the one whose group or whose peer it is."""
        best, rank = None, 0
        for ear in self._ears.get(vrid, ()):
            fit = _fit(ear.dialect, datagram)
            if fit > rank:
                best, rank = ear, fit
        return best

    def _tell(self, vrid: int, source: bytes) -> None:
        if self._unknown is None or (vrid, source) in self._strangers:
            return
        if len(self._strangers) < STRANGERS:
            self._strangers.add((vrid, source))
        self._unknown(vrid, source)

    def _changed(self) -> None:
        self._strangers.clear()
        self._limit = max(REMEMBERED, 4 * len(self))
        self.forget()


def _fit(dialect: Dialect, datagram: Datagram) -> int:
    """How well a datagram fits a listener with its virtual router ID; 0: it is another virtual router's."""
    multicast = datagram.is_multicast
    if dialect.unicast is multicast:
        return 1  # a multicast router among unicast ones, or the other way round: worth a word to the operator
    if multicast:
        return 4 if dialect.group == datagram.destination else 0
    if dialect.local and dialect.local != datagram.destination:
        return 0
    return 3 if datagram.source in dialect.peers else 2
