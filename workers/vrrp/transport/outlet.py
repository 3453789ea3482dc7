"""The socket that adverts leave by: one for each device and family, however many instances send through it.

It takes whole datagrams (headers.py). Its protocol is IPPROTO_RAW, so that it hears nothing: what is received comes
through inlet.py, for a macvlan from the interface below it. One system call for each datagram: sendmmsg(2) through
ctypes saves nothing that can be measured.
"""

import socket
import struct
from collections.abc import Callable
from typing import NamedTuple

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.transport.headers import INTERNETWORK_CONTROL, datagram, needs_scope
from alived.workers.vrrp.transport.place import Place

PRIORITY_CONTROL = 7
"""Queueing priority: TC_PRIO_CONTROL of linux/pkt_sched.h."""
IP_PKTINFO = 8

_Ancillary = list[tuple[int, int, bytes]]


Target = tuple[str, int] | tuple[str, int, int, int]
"""A destination as a socket wants it."""


class Path(NamedTuple):
    """From where to where an instance's adverts go; made once, used for all of them."""

    source: bytes
    destination: bytes
    hops: int
    """TTL or hop limit."""
    target: Target
    ancillary: _Ancillary

    def datagram(self, payload: bytes) -> bytes:
        """An advert on this path, ready to be sent as often as need be."""
        return datagram(self.source, self.destination, self.hops, payload)


class Outlet:
    """Sends adverts through one device, or by the routing table. OSError: the kernel refuses a socket."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._users: set[str] = set()
        family = socket.AF_INET if place.family is Family.IPV4 else socket.AF_INET6
        self._socket = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.IPPROTO_RAW)
        self.sendto: Callable[[bytes, Target], object] = self._socket.sendto
        """Send a whole datagram by a path without ancillary data. OSError: the kernel refuses."""
        try:
            self._set_up()
        except OSError:
            self._socket.close()
            raise

    def use(self, owner: str) -> None:
        """An instance sends through it."""
        self._users.add(owner)

    def drop(self, owner: str) -> None:
        """An instance does so no more."""
        self._users.discard(owner)

    @property
    def unused(self) -> bool:
        """Nobody sends through it."""
        return not self._users

    def path(self, source: bytes, destination: bytes, hops: int) -> Path:
        """The way from one of our addresses to a group or a peer; `hops` is the TTL or hop limit, 1 to 255."""
        if self.place.family is Family.IPV4:
            target: Target = (socket.inet_ntop(socket.AF_INET, destination), 0)
        else:
            scope = self.place.ifindex if needs_scope(destination) else 0
            target = (socket.inet_ntop(socket.AF_INET6, destination), 0, 0, scope)
        # Where no device is given, rules of the routing table may ask for the source (ip-rule(8), `from`).
        ancillary = [] if self.place.device else [_source(source)]
        return Path(source, destination, hops, target, ancillary)

    def send(self, advert: bytes, path: Path) -> None:
        """Send a whole datagram along a path. OSError: the kernel refuses."""
        if path.ancillary:
            self._socket.sendmsg((advert,), path.ancillary, 0, path.target)
        else:
            self.sendto(advert, path.target)

    def close(self) -> None:
        """Send nothing more."""
        self._socket.close()

    def _set_up(self) -> None:
        if self.place.device:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self.place.device.encode())
        if self.place.family is Family.IPV4:
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, INTERNETWORK_CONTROL)
        else:
            self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, PRIORITY_CONTROL)  # after IP_TOS, which sets it
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)


def _source(address: bytes) -> tuple[int, int, bytes]:
    """Ancillary data by which the kernel looks for a route from an address (ip(7), ipv6(7))."""
    if len(address) == 4:
        return socket.IPPROTO_IP, IP_PKTINFO, struct.pack("=i4s4s", 0, address, bytes(4))
    return socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, struct.pack("=16si", address, 0)
