"""What is heard of VRRP on the wire, by a host that takes no part in it."""

import contextlib
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from examples.testbed.hosts import INTERFACE, Host, TookTooLong

VRRP = 112
GROUP = "224.0.0.18"
MINIMUM = 8
"""Bytes of a message without addresses; shorter ones are not adverts."""

SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
ROOM = 16 * 1024 * 1024
"""Bytes that may wait to be read."""


@dataclass(frozen=True, slots=True)
class Advert:
    """An advertisement that arrived."""

    time: float
    """Monotonic seconds at which the kernel took it from the wire."""
    source: str
    virtual_router_id: int
    priority: int


class Adverts:
    """Listens on a host from now on."""

    def __init__(self, host: Host) -> None:
        with host.network():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, VRRP)
            self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            with contextlib.suppress(PermissionError):  # then those who hear many have to read often
                self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
            member = socket.inet_aton(GROUP) + socket.inet_aton(host.address)
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, INTERFACE.encode())
        host.at_end.callback(self._socket.close)
        self._socket.setblocking(False)
        self.heard: list[Advert] = []
        """All so far, in order; `read` adds to it."""

    def read(self) -> list[Advert]:
        """Take in what has arrived; returns all that was ever heard."""
        while select.select([self._socket], [], [], 0)[0]:
            self._take()
        return self.heard

    def _take(self) -> Advert | None:
        packet, ancillary, _, (source, _) = self._socket.recvmsg(2048, 64)
        seconds, nanoseconds = struct.unpack("ll", ancillary[0][2][:16])
        arrived = seconds + nanoseconds / 1e9 - time.time() + time.monotonic()
        message = packet[(packet[0] & 15) * 4 :]
        if len(message) < MINIMUM:
            return None
        advert = Advert(arrived, source, message[1], message[2])
        self.heard.append(advert)
        return advert

    def wait(self, wanted: Callable[[Advert], bool], timeout: float, what: str) -> Advert:
        """The next advert, from now on, that is wanted."""
        self.read()
        limit = time.monotonic() + timeout
        while (left := limit - time.monotonic()) > 0 and select.select([self._socket], [], [], left)[0]:
            advert = self._take()
            if advert is not None and wanted(advert):
                return advert
        raise TookTooLong(f"{what}: not heard within {timeout:g} s")
