"""What one place hears for all its instances: which protocols and groups, and how much may wait.

However many instances there are, it is one socket, and one more if some of them authenticate with AH. What does not
live here: the sockets (receiving.py), and the meaning of what is received (wire/reception.py).
"""

import contextlib
from collections.abc import Callable
from typing import NamedTuple

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.transport.buffers import total
from alived.workers.vrrp.transport.headers import VRRP
from alived.workers.vrrp.transport.listening import Listening
from alived.workers.vrrp.transport.place import Place
from alived.workers.vrrp.transport.receiving import (
    Ipv4Socket,
    Ipv6Socket,
    ReceiveDatagram,
    ReceivePayload,
    ReceiveSocket,
)

AUTHENTICATION_HEADER = 51
"""IP protocol number of AH (RFC 2402)."""


class Hearing(NamedTuple):
    """Who is told of what is received."""

    vrrp4: ReceiveDatagram
    ah: ReceiveDatagram
    """IPv4 datagrams that an authentication header follows; the RFCs have it for IPv4 only."""
    vrrp6: ReceivePayload


class Need(NamedTuple):
    """What one instance needs to hear."""

    group: bytes = b""
    """Multicast group, in network order; empty: it listens to peers only."""
    ah: bool = False
    """Its adverts come with an authentication header; IPv4 only."""
    buffer: int = 0
    """Bytes that may wait for it (buffers.share); 0: as many as we like."""


class Inlet:
    """Receives adverts at one place. OSError: the kernel refuses a socket."""

    def __init__(self, place: Place, hearing: Hearing, listening: Listening) -> None:
        self.place = place
        self._listening = listening
        self._hearing = hearing
        self._needs: dict[str, Need] = {}
        self._sockets: dict[int, ReceiveSocket] = {}
        """By protocol."""
        self._joined: dict[int, set[bytes]] = {}
        """Groups that the socket of a protocol is a member of."""
        self._room = 0
        self._open(VRRP)

    def use(self, owner: str, need: Need) -> None:
        """Hear for an instance, from now on in this way. OSError: the kernel refuses; then all is as before."""
        before = self._needs.get(owner)
        if before == need:
            return
        self._needs[owner] = need
        try:
            self._settle()
        except OSError:
            if before is None:
                del self._needs[owner]
            else:
                self._needs[owner] = before
            self._settle()
            raise

    def drop(self, owner: str) -> None:
        """Hear no more for an instance."""
        if self._needs.pop(owner, None) is not None:
            self._settle()

    @property
    def unused(self) -> bool:
        """Nobody listens."""
        return not self._needs

    def close(self) -> None:
        """Hear no more; the interface is gone, or nobody listens any more."""
        for opened in self._sockets.values():
            opened.close()
        self._sockets.clear()

    def _settle(self) -> None:
        """Make protocols, groups and buffers what the instances need: nothing more, and nothing twice."""
        needs = set(self._needs.values())  # of many instances there are few kinds
        if any(need.ah for need in needs) and self.place.family is Family.IPV4:
            self._open(AUTHENTICATION_HEADER)
        elif AUTHENTICATION_HEADER in self._sockets:
            self._sockets.pop(AUTHENTICATION_HEADER).close()
            del self._joined[AUTHENTICATION_HEADER]
        for protocol in self._sockets:
            ah = protocol == AUTHENTICATION_HEADER
            self._settle_groups(protocol, {need.group for need in needs if need.group and need.ah is ah})
        room = total([need.buffer for need in self._needs.values()])
        if room != self._room:
            self._room = room
            for opened in self._sockets.values():
                opened.make_room(room)

    def _settle_groups(self, protocol: int, wanted: set[bytes]) -> None:
        opened, joined = self._sockets[protocol], self._joined[protocol]
        for group in wanted - joined:
            opened.join(group)
            joined.add(group)
        for group in joined - wanted:
            joined.discard(group)
            with contextlib.suppress(OSError):  # the interface may be gone, and the membership with it
                opened.leave(group)

    def _open(self, protocol: int) -> None:
        if protocol in self._sockets:
            return
        opened: ReceiveSocket
        if self.place.family is Family.IPV6:
            opened = Ipv6Socket(self.place, protocol, self._listening, self._hearing.vrrp6)
        else:
            received = self._hearing.ah if protocol == AUTHENTICATION_HEADER else self._hearing.vrrp4
            opened = Ipv4Socket(self.place, protocol, self._listening, received)
        opened.make_room(self._room or total(()))
        self._sockets[protocol] = opened
        self._joined[protocol] = set()


Hear = Callable[[Place], Hearing]
"""Says who is told of what is received at a place."""
