"""The packet sockets of one interface: one for adverts in both directions, one for ARP.

However many instances an interface has, it has one socket of each kind. What does not live here: the meaning of what is
received (receiver.py) and the bytes of what is sent (packet.py, garp.py).
"""

import asyncio
import contextlib
import errno
import logging
import socket
import struct
from collections import Counter
from collections.abc import Callable

from alived.workers.vrrp.transport.backlog import enlarge
from alived.workers.vrrp.wire.packet import PROTOCOL, TTL

PACKETS_PER_TURN = 64
"""Adverts read before other work gets its turn."""
DATAGRAM = 2048
"""Bytes; the longest advert of VRRPv2 has 1,036, and an IP header at most 60."""

INTERNETWORK_CONTROL = 0xC0
"""Type of service of adverts, as keepalived's (RFC 791)."""
PRIORITY_CONTROL = 7
"""Queueing priority: TC_PRIO_CONTROL of linux/pkt_sched.h."""

IP_MULTICAST_ALL = 49
IP_MTU_DISCOVER, IP_PMTUDISC_DONT = 10, 0

log = logging.getLogger(__name__)


class AdvertSocket:
    """Raw socket that hears the adverts of all groups that an interface's instances use, and sends theirs."""

    def __init__(self, interface: str, index: int, received: Callable[[bytes], None]) -> None:
        self._index = index
        self._received = received
        self._groups: Counter[str] = Counter()
        self._source = b""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, PROTOCOL)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        enlarge(self._socket)
        for option, value in (
            (IP_MULTICAST_ALL, 0),  # not the groups that other sockets of this host joined
            (socket.IP_MULTICAST_LOOP, 0),
            (socket.IP_MULTICAST_TTL, TTL),
            (socket.IP_TOS, INTERNETWORK_CONTROL),
            (IP_MTU_DISCOVER, IP_PMTUDISC_DONT),
        ):
            self._socket.setsockopt(socket.IPPROTO_IP, option, value)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, PRIORITY_CONTROL)
        asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def join(self, group: str) -> None:
        """One more instance uses this group. OSError: the kernel refuses."""
        if not self._groups[group]:
            self._membership(socket.IP_ADD_MEMBERSHIP, group)
        self._groups[group] += 1

    def leave(self, group: str) -> None:
        """One instance less uses this group."""
        self._groups[group] -= 1
        if not self._groups[group]:
            with contextlib.suppress(OSError):  # the interface may be gone, and the membership with it
                self._membership(socket.IP_DROP_MEMBERSHIP, group)

    def send_from(self, address: bytes) -> None:
        """Adverts come from this address of the interface from now on. OSError: the kernel refuses."""
        if address != self._source:
            request = struct.pack("=4s4si", bytes(4), address, self._index)
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, request)
            self._source = address

    def send(self, message: bytes, group: str) -> None:
        """Multicast an advert. OSError: the kernel refuses."""
        self._socket.sendto(message, (group, 0))

    def close(self) -> None:
        """Hear no more; the kernel leaves the groups."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _membership(self, option: int, group: str) -> None:
        request = struct.pack("=4s4si", socket.inet_aton(group), bytes(4), self._index)
        self._socket.setsockopt(socket.IPPROTO_IP, option, request)

    def _readable(self) -> None:
        receive, received = self._socket.recv, self._received
        for _ in range(PACKETS_PER_TURN):
            try:
                packet = receive(DATAGRAM)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno not in (errno.ENETDOWN, errno.ENODEV):  # these netlink tells us better
                    raise
                return
            received(packet)


class ArpSocket:
    """Packet socket that sends ARP frames out of one interface and hears nothing."""

    def __init__(self, interface: str) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
        # Bound with a protocol of 0 it receives nothing; sending goes by the frame's own header.
        self._socket.bind((interface, 0))

    def send(self, frame: bytes) -> None:
        """Send an Ethernet frame. OSError: the kernel refuses."""
        self._socket.send(frame)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
