"""Adverts that a test makes up and sends from a host: another router, of which every word is the test's.

What does not live here: what they are good for.
"""

import socket
import struct
from collections.abc import Sequence

from examples.testbed.adverts import GROUP, VRRP
from examples.testbed.hosts import INTERFACE, Host


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def version_2(vrid: int, priority: int, addresses: Sequence[str], *, interval: int = 1, password: str = "") -> bytes:
    """An advert of VRRPv2 (RFC 3768, 5.1; RFC 2338 for the password)."""
    head = struct.pack("!BBBBBB", 0x21, vrid, priority, len(addresses), int(bool(password)), interval)
    rest = b"".join(map(socket.inet_aton, addresses)) + password.encode().ljust(8, b"\0")
    return head + struct.pack("!H", checksum(head + bytes(2) + rest)) + rest


def version_3(vrid: int, priority: int, addresses: Sequence[str], source: str, *, interval: float = 0.2) -> bytes:
    """An advert of VRRPv3 over IPv4 (RFC 5798, 5.1), its checksum with the pseudo-header, as keepalived wants it."""
    head = struct.pack("!BBBBH", 0x31, vrid, priority, len(addresses), round(interval * 100))
    rest = b"".join(map(socket.inet_aton, addresses))
    size = len(head) + 2 + len(rest)
    pseudo = socket.inet_aton(source) + socket.inet_aton(GROUP) + struct.pack("!BBH", 0, VRRP, size)
    return head + struct.pack("!H", checksum(pseudo + head + bytes(2) + rest)) + rest


class Forger:
    """Sends from a host to all VRRP routers."""

    def __init__(self, host: Host) -> None:
        self.host = host
        with host.network():
            self._wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, VRRP)
            self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, INTERFACE.encode())
        host.at_end.callback(self._wire.close)

    def send(self, message: bytes, ttl: int = 255) -> None:
        """One packet."""
        self._wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
        self._wire.sendto(message, (GROUP, 0))
