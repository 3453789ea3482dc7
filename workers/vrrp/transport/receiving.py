"""Raw sockets that hear adverts: of one protocol, at one place.

What is received is handed on as it came, in batches, and only so much before other work gets its turn. What does not
live here: when it is read (listening.py), the system call (intake.py), who wants it (inlet.py), what it means
(wire/reception.py), and the sockets that send (outlet.py).
"""

import abc
import errno
import logging
import socket
import struct
from collections.abc import Callable
from typing import ClassVar

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.transport.backlog import enlarge
from alived.workers.vrrp.transport.intake import PACKETS, Intake
from alived.workers.vrrp.transport.listening import Listening
from alived.workers.vrrp.transport.place import Place

BATCHES_PER_TURN = 8
"""Read before other work gets its turn: after a stall an advert of each virtual router, before their timers fire."""

IP_MULTICAST_ALL = 49
IPV6_MULTICAST_ALL = 29

Received = Callable[[list[bytes]], None]
"""Takes IPv4 datagrams, headers included, or records of IPv6 packets (wire/record.py)."""

log = logging.getLogger(__name__)


class ReceiveSocket(abc.ABC):
    """What IPv4 and IPv6 have in common. OSError: the kernel refuses a socket."""

    _LEVEL: ClassVar[int]
    _JOIN: ClassVar[int]
    _LEAVE: ClassVar[int]
    _INTAKE: ClassVar[Intake]

    def __init__(self, place: Place, protocol: int, listening: Listening, received: Received) -> None:
        self.place = place
        self._received = received
        self._listening = listening
        family = socket.AF_INET if place.family is Family.IPV4 else socket.AF_INET6
        self._socket = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
        try:
            if place.device:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, place.device.encode())
            self._set_up()
        except OSError:
            self._socket.close()
            raise
        listening.add(self._socket, self._read)

    def join(self, group: bytes) -> None:
        """Hear what is sent to a group, in network order. OSError: the kernel refuses."""
        self._socket.setsockopt(self._LEVEL, self._JOIN, self._membership(group))

    def leave(self, group: bytes) -> None:
        """Hear it no more. OSError: the interface is gone, and the membership with it."""
        self._socket.setsockopt(self._LEVEL, self._LEAVE, self._membership(group))

    def make_room(self, size: int) -> None:
        """Let so many bytes wait to be read."""
        enlarge(self._socket, size)

    def close(self) -> None:
        """Hear no more; the kernel leaves the groups."""
        self._listening.remove(self._socket)
        self._socket.close()

    @abc.abstractmethod
    def _membership(self, group: bytes) -> bytes:
        """The kernel's structure for a group at this place."""

    @abc.abstractmethod
    def _set_up(self) -> None:
        """Set the options of the family."""

    def _read(self) -> None:
        for _ in range(BATCHES_PER_TURN):
            try:
                packets = self._INTAKE.take(self._socket.fileno())
            except OSError as error:
                if error.errno not in (errno.ENETDOWN, errno.ENODEV):  # these netlink tells us better
                    log.warning("reading adverts on %s: %s", self.place.device or "any interface", error.strerror)
                return
            if packets:
                self._received(packets)
            if len(packets) < PACKETS or self._socket.fileno() < 0:  # an advert may have led to the end of this socket
                return


class Ipv4Socket(ReceiveSocket):
    """Receives IPv4 datagrams."""

    _LEVEL, _JOIN, _LEAVE = socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.IP_DROP_MEMBERSHIP
    _INTAKE = Intake(headed=False)

    def _membership(self, group: bytes) -> bytes:
        return struct.pack("=4s4si", group, bytes(4), self.place.ifindex)

    def _set_up(self) -> None:
        # Not the groups that other sockets of this host joined.
        self._socket.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)


class Ipv6Socket(ReceiveSocket):
    """Receives what IPv6 packets carry; the kernel keeps their headers for itself."""

    _LEVEL, _JOIN, _LEAVE = socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.IPV6_LEAVE_GROUP
    _INTAKE = Intake(headed=True)

    def _membership(self, group: bytes) -> bytes:
        return struct.pack("=16si", group, self.place.ifindex)

    def _set_up(self) -> None:
        for option, value in (
            (IPV6_MULTICAST_ALL, 0),
            (socket.IPV6_RECVPKTINFO, 1),
            (socket.IPV6_RECVHOPLIMIT, 1),
        ):
            self._socket.setsockopt(socket.IPPROTO_IPV6, option, value)
