"""A host with a cable: the test itself is in a network namespace whose eth0 leads to `far`, in the same namespace.

Frames that arrive at `far` are what other hosts on the segment would see.
"""

import contextlib
import ctypes
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
PATIENCE = 10.0
"""Seconds that anything may take."""

_LIBC = ctypes.CDLL(None, use_errno=True)


def run(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv}: {done.stderr}"
    return done.stdout


def ip(words: str) -> str:
    return run("ip", *words.split())


def link(name: str) -> dict[str, Any]:
    """An interface, as `ip -j -d link` tells it."""
    (found,) = json.loads(run("ip", "-j", "-d", "link", "show", "dev", name))
    return dict(found)


def links() -> set[str]:
    return {found["ifname"] for found in json.loads(run("ip", "-j", "link"))}


def addresses(name: str) -> set[str]:
    (found,) = json.loads(run("ip", "-j", "addr", "show", "dev", name))
    return {f"{info['local']}/{info['prefixlen']}" for info in found["addr_info"] if "local" in info}


def setting(interface: str, name: str, family: str = "ipv4") -> int:
    return int(Path(f"/proc/sys/net/{family}/conf/{interface}/{name}").read_text())


def set_to(interface: str, name: str, value: int) -> None:
    Path(f"/proc/sys/net/ipv4/conf/{interface}/{name}").write_text(str(value))


def ruleset() -> str:
    return run("nft", "list", "ruleset")


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Wire:
    """Hears all frames that leave the host through eth0."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self._socket.bind(("far", ETH_P_ALL))
        self._socket.setblocking(False)

    def send(self, frame: bytes) -> None:
        """Another host sends a frame."""
        self._socket.send(frame)

    def frames(self) -> list[bytes]:
        """Those that came since the last call, without what was sent here."""
        found: list[bytes] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                data, (_, _, kind, _, _) = self._socket.recvfrom(2048)
                if kind != socket.PACKET_OUTGOING:
                    found.append(data)
        return found

    def into(self, seen: list[bytes]) -> list[bytes]:
        """The same, added to those seen before."""
        seen += self.frames()
        return seen

    def close(self) -> None:
        self._socket.close()


@contextlib.contextmanager
def host() -> Iterator[None]:
    """Be on such a host: eth0 has 10.9.0.1/24 and a link-local address that is no longer tentative."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    assert not _LIBC.unshare(CLONE_NEWNET), os.strerror(ctypes.get_errno())
    try:
        ip("link set lo up")
        cable()
        yield
    finally:
        assert not _LIBC.setns(home, CLONE_NEWNET)
        os.close(home)


def cable() -> None:
    """Lay the cable."""
    ip("link add eth0 address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02")
    Path("/proc/sys/net/ipv6/conf/far/disable_ipv6").write_text("1")
    Path("/proc/sys/net/ipv6/conf/eth0/accept_dad").write_text("0")
    set_to("far", "arp_ignore", 8)
    ip("link set far up")
    ip("link set eth0 up")
    ip("address add 10.9.0.1/24 dev eth0")
    wait_until(lambda: "fe80::ff:fe00:1/64" in addresses("eth0"))
