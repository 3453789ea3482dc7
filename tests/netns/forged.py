"""Adverts that a test makes up and sends from a host: other routers, of which every word is the test's.

`python -m tests.netns.forged SOURCE` is a process that goes on sending them, however busy the test is; a `Chorus` tells
it what to send. What does not live here: what they are good for.
"""

import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence

from examples.testbed.adverts import GROUP, VRRP
from examples.testbed.hosts import INTERFACE, Host
from examples.testbed.services import ROOT

LINE = ("127.0.0.1", 5999)
"""Where a chorus is told what to send."""


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
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


def wire() -> socket.socket:
    """What adverts are sent through."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_RAW, VRRP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, INTERFACE.encode())
    return opened


class Forger:
    """Sends from a host to all VRRP routers."""

    def __init__(self, host: Host) -> None:
        with host.network():
            self._wire = wire()
        host.at_end.callback(self._wire.close)

    def send(self, message: bytes, ttl: int = 255) -> None:
        """One packet."""
        self._wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
        self._wire.sendto(message, (GROUP, 0))


class Chorus:
    """Routers of version 3 on one host, each with one address, that send adverts until they are told otherwise."""

    def __init__(self, host: Host) -> None:
        self.host = host
        argv = (sys.executable, "-m", __name__, host.address)
        process = host.popen(*argv, output=subprocess.PIPE, PYTHONPATH=str(ROOT))
        assert process.stdout is not None
        process.stdout.readline()  # it is ready
        process.stdout.close()
        with host.network():
            self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        host.at_end.callback(self._line.close)

    def speak(self, vrid: int, priority: int, address: str, interval: float = 0.25) -> None:
        """Be master of a virtual router, from now on."""
        self._tell(f"{vrid} {priority} {address} {interval}")

    def hush(self, vrid: int) -> None:
        """Say nothing more of it, as if the router were dead."""
        self._tell(f"{vrid}")

    def once(self, vrid: int, priority: int, address: str, interval: float = 0.25) -> None:
        """Send one advert, and no other after it."""
        self._tell(f"{vrid} {priority} {address} {interval} once")

    def _tell(self, command: str) -> None:
        self._line.sendto(command.encode(), LINE)


def sing(source: str) -> None:
    """Do what one is told, until one is killed."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(LINE)
    out = wire()
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    parts: dict[int, tuple[float, float, bytes]] = {}
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        due = min((at for at, _, _ in parts.values()), default=time.monotonic() + 1)
        if select.select([line], [], [], max(0.0, due - time.monotonic()))[0]:
            words = line.recv(1500).decode().split()
            parts.pop(int(words[0]), None)
            if len(words) > 1:
                vrid, priority, address, interval = int(words[0]), int(words[1]), words[2], float(words[3])
                message = version_3(vrid, priority, [address], source, interval=interval)
                parts[vrid] = (time.monotonic(), 0.0 if words[4:] else interval, message)
        now = time.monotonic()
        for vrid, (at, interval, message) in list(parts.items()):
            if at <= now:
                out.sendto(message, (GROUP, 0))
                parts[vrid] = (at + interval, interval, message)
                if not interval:
                    del parts[vrid]


if __name__ == "__main__":
    sing(sys.argv[1])
