"""What one place hears for all its instances: which protocols and groups, and how much may wait.

However many instances there are, it is one socket, one more if some of them authenticate with AH, and more of either
where there are many groups (memberships.py). What does not live here: the sockets (receiving.py), and the meaning of
what is received (wire/reception.py).
"""

from collections.abc import Callable
from typing import NamedTuple

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.transport.buffers import total
from alived.workers.vrrp.transport.headers import VRRP
from alived.workers.vrrp.transport.listening import Listening
from alived.workers.vrrp.transport.memberships import Memberships
from alived.workers.vrrp.transport.place import Place
from alived.workers.vrrp.transport.receiving import Received

AUTHENTICATION_HEADER = 51
"""IP protocol number of AH (RFC 2402)."""


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

    def __init__(self, place: Place, received: Received, listening: Listening) -> None:
        self.place = place
        self._listening = listening
        self._received = received
        self._needs: dict[str, Need] = {}
        self._protocols: dict[int, Memberships] = {}
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
        for opened in self._protocols.values():
            opened.close()
        self._protocols.clear()

    def _settle(self) -> None:
        """Make protocols, groups and buffers what the instances need: nothing more, and nothing twice."""
        needs = set(self._needs.values())  # of many instances there are few kinds
        if any(need.ah for need in needs) and self.place.family is Family.IPV4:
            self._open(AUTHENTICATION_HEADER)
        elif AUTHENTICATION_HEADER in self._protocols:
            self._protocols.pop(AUTHENTICATION_HEADER).close()
        for protocol, opened in self._protocols.items():
            ah = protocol == AUTHENTICATION_HEADER
            opened.be_member_of({need.group for need in needs if need.group and need.ah is ah})
        room = total([need.buffer for need in self._needs.values()])
        if room != self._room:
            self._room = room
            for opened in self._protocols.values():
                opened.make_room(room)

    def _open(self, protocol: int) -> None:
        if protocol not in self._protocols:
            opened = Memberships(self.place, protocol, self._listening, self._received)
            opened.make_room(self._room or total(()))
            self._protocols[protocol] = opened


Hear = Callable[[Place], Received]
"""Says who is told of what is received at a place."""
