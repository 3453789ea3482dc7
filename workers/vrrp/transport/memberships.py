"""The sockets of one protocol at one place: one, and more where it hears more groups than a socket may be a member of.

For IPv4 that is net.ipv4.igmp_max_memberships, 20 as a rule, of each socket; IPv6 knows no such limit. What does not
live here: a single socket (receiving.py), and who wants which group (inlet.py).
"""

import contextlib
import errno
from collections.abc import Iterator

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.transport.listening import Listening
from alived.workers.vrrp.transport.place import Place
from alived.workers.vrrp.transport.receiving import (
    Ipv4Socket,
    Ipv6Socket,
    Received,
    ReceiveSocket,
)

DESTINATION = slice(16, 20)
"""Where an IPv4 header has it (RFC 791 section 3.1)."""


class Memberships:
    """What one protocol hears at one place. OSError: the kernel refuses a socket."""

    def __init__(
        self,
        place: Place,
        protocol: int,
        listening: Listening,
        received: Received,
    ) -> None:
        """`make_room` comes first."""
        self._place, self._protocol, self._listening, self._received = place, protocol, listening, received
        self._room = 0
        kind = Ipv6Socket if place.family is Family.IPV6 else Ipv4Socket
        self._first: ReceiveSocket = kind(place, protocol, listening, received)
        self._groups: dict[ReceiveSocket, set[bytes]] = {self._first: set()}
        """By socket, the groups that it is a member of. The first hears what is sent to this host alone as well."""

    @property
    def sockets(self) -> Iterator[ReceiveSocket]:
        """All of them, the first first."""
        return iter(self._groups)

    def be_member_of(self, wanted: set[bytes]) -> None:
        """Hear these groups and no others. OSError: the kernel refuses; what was joined by then stays joined."""
        for group in wanted.difference(*self._groups.values()):
            self._join(group)
        for opened, groups in list(self._groups.items()):
            for group in groups - wanted:
                groups.discard(group)
                with contextlib.suppress(OSError):  # the interface may be gone, and the membership with it
                    opened.leave(group)
            if not groups and opened is not self._first:
                del self._groups[opened]
                opened.close()

    def make_room(self, size: int) -> None:
        """Let so many bytes wait to be read, in each socket."""
        self._room = size
        for opened in self._groups:
            opened.make_room(size)

    def close(self) -> None:
        """Hear no more."""
        for opened in self._groups:
            opened.close()

    def _join(self, group: bytes) -> None:
        for opened, groups in self._groups.items():
            try:
                opened.join(group)
            except OSError as error:
                if error.errno != errno.ENOBUFS or self._place.family is Family.IPV6:
                    raise
            else:
                groups.add(group)
                return
        self._join_with_another(group)

    def _join_with_another(self, group: bytes) -> None:
        """A further socket would hand on, once more, what is sent to this host alone: it hands on its groups only."""
        groups: set[bytes] = set()
        received = self._received

        def of_groups(datagrams: list[bytes]) -> None:
            received([datagram for datagram in datagrams if datagram[DESTINATION] in groups])

        opened = Ipv4Socket(self._place, self._protocol, self._listening, of_groups)
        try:
            opened.join(group)
        except OSError:
            opened.close()
            raise
        opened.make_room(self._room)
        groups.add(group)
        self._groups[opened] = groups
