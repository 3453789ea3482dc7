"""Raw sockets that hear adverts: of one protocol, at one place.

What is received is handed on as it came, at most PACKETS_PER_TURN before other work gets its turn. What does not live
here: when it is read (listening.py), who wants it (inlet.py), what it means (wire/reception.py), and the sockets that
send (outlet.py).
"""

import abc
import errno
import logging
import socket
import struct
from collections.abc import Callable
from typing import Any, ClassVar

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.transport.backlog import enlarge
from alived.workers.vrrp.transport.listening import Listening
from alived.workers.vrrp.transport.place import Place

PACKETS_PER_TURN = 512
"""Adverts read before other work gets its turn: after a stall one of each virtual router, before their timers fire."""
DATAGRAM = 4352
"""Bytes. 255 IPv6 addresses take 4,088, and what is cut off is refused as too short."""

IP_MULTICAST_ALL = 49
IPV6_MULTICAST_ALL = 29

ReceiveDatagram = Callable[[bytes], None]
"""Takes an IPv4 datagram, header included."""
ReceivePayload = Callable[[bytes, bytes, bytes, int], None]
"""Takes what follows the IPv6 header, and of this the source, the destination and the hop limit; -1: not known."""

_PACKET_INFORMATION = struct.Struct("=16sI")
_INTEGER = struct.Struct("=i")

log = logging.getLogger(__name__)


class ReceiveSocket(abc.ABC):
    """What IPv4 and IPv6 have in common. OSError: the kernel refuses a socket."""

    _LEVEL: ClassVar[int]
    _JOIN: ClassVar[int]
    _LEAVE: ClassVar[int]

    def __init__(self, place: Place, protocol: int, listening: Listening) -> None:
        self.place = place
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

    @abc.abstractmethod
    def _take(self) -> Any:
        """Take one packet, in the form of `_hand_on`. BlockingIOError: there is none."""

    _hand_on: Callable[[Any], None]
    """Hands a packet on."""

    def _read(self) -> None:
        take, hand_on = self._take, self._hand_on
        for _ in range(PACKETS_PER_TURN):
            try:
                packet = take()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno not in (errno.ENETDOWN, errno.ENODEV):  # these netlink tells us better
                    log.warning("reading adverts on %s: %s", self.place.device or "any interface", error.strerror)
                return
            hand_on(packet)  # whatever is wrong with that is no matter of this socket


class Ipv4Socket(ReceiveSocket):
    """Receives IPv4 datagrams."""

    _LEVEL, _JOIN, _LEAVE = socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.IP_DROP_MEMBERSHIP

    def __init__(self, place: Place, protocol: int, listening: Listening, received: ReceiveDatagram) -> None:
        self._hand_on = received
        self._buffer = memoryview(bytearray(DATAGRAM))
        super().__init__(place, protocol, listening)

    def _membership(self, group: bytes) -> bytes:
        return struct.pack("=4s4si", group, bytes(4), self.place.ifindex)

    def _set_up(self) -> None:
        # Not the groups that other sockets of this host joined.
        self._socket.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)

    def _take(self) -> bytes:
        size = self._socket.recv_into(self._buffer)  # a third less than recv, which makes room for the longest advert
        return bytes(self._buffer[:size])


class Ipv6Socket(ReceiveSocket):
    """Receives what IPv6 packets carry; the kernel keeps their headers for itself."""

    _LEVEL, _JOIN, _LEAVE = socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.IPV6_LEAVE_GROUP

    def __init__(self, place: Place, protocol: int, listening: Listening, received: ReceivePayload) -> None:
        self._received = received
        self._hand_on = self._parted
        super().__init__(place, protocol, listening)

    def _membership(self, group: bytes) -> bytes:
        return struct.pack("=16si", group, self.place.ifindex)

    def _set_up(self) -> None:
        for option, value in (
            (IPV6_MULTICAST_ALL, 0),
            (socket.IPV6_RECVPKTINFO, 1),
            (socket.IPV6_RECVHOPLIMIT, 1),
        ):
            self._socket.setsockopt(socket.IPPROTO_IPV6, option, value)

    def _take(self) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        return self._socket.recvmsg(DATAGRAM, _ANCILLARY)

    def _parted(self, packet: tuple[bytes, list[tuple[int, int, bytes]], int, Any]) -> None:
        payload, ancillary, _, sender = packet
        destination, hops = b"", -1
        for _, kind, data in ancillary:
            if kind == socket.IPV6_PKTINFO and len(data) == _PACKET_INFORMATION.size:
                destination = data[:16]
            elif kind == socket.IPV6_HOPLIMIT and len(data) == _INTEGER.size:
                (hops,) = _INTEGER.unpack(data)
        source = socket.inet_pton(socket.AF_INET6, sender[0].partition("%")[0])
        if destination:
            self._received(payload, source, destination, hops)


_ANCILLARY = socket.CMSG_SPACE(_PACKET_INFORMATION.size) + socket.CMSG_SPACE(_INTEGER.size)
