"""Gratuitous ARP as a host hears it: whose address is where, for all that listen.

What does not live here: when it should be sent.
"""

import select
import socket
import struct

from examples.testbed.hosts import INTERFACE, Host

ETH_P_ARP = 0x0806
_MESSAGE = struct.Struct("!HHBBH6s4s6s4s")


class Arps:
    """Listens on a host from now on."""

    def __init__(self, host: Host, interface: str = INTERFACE) -> None:
        with host.network():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ARP))
            self._socket.bind((interface, ETH_P_ARP))
        host.at_end.callback(self._socket.close)
        self.announced: list[str] = []
        """Addresses that somebody said were at their own interface, in order; `read` adds to it."""

    def read(self) -> list[str]:
        """Take in what has arrived; returns all that was ever announced."""
        while select.select([self._socket], [], [], 0)[0]:
            packet = self._socket.recv(1500)
            if len(packet) >= _MESSAGE.size:
                *_, sender, _, target = _MESSAGE.unpack_from(packet)
                if sender == target:
                    self.announced.append(socket.inet_ntoa(sender))
        return self.announced
