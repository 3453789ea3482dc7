"""Sockets of this process in the namespaces of the lab, and a capture of what they send."""

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.transport.headers import VRRP
from alived.workers.vrrp.transport.place import Place
from alived.workers.vrrp.transport.receiving import Received
from alived.workers.vrrp.wire.datagram import Datagram
from alived.workers.vrrp.wire.record import open_record
from tests.workers.vrrp.lab import PATIENCE, Lines, Namespace

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def packed(address: str) -> bytes:
    return ip_address(address).packed


@contextlib.contextmanager
def entered(host: Namespace) -> Iterator[None]:
    """Sockets that are opened inside belong to a host, and stay with it."""
    with Path("/proc/self/ns/net").open("rb") as ours, Path("/run/netns", host.name).open("rb") as theirs:
        assert LIBC.setns(theirs.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert LIBC.setns(ours.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())


def place(host: Namespace, family: Family, device: str = "eth0") -> Place:
    with entered(host):
        return Place(family, device, socket.if_nametoindex(device))


def mac(host: Namespace, device: str = "eth0") -> bytes:
    (link,) = json.loads(host.ip("-j", "link", "show", "dev", device))
    return bytes.fromhex(link["address"].replace(":", ""))


def link_local(host: Namespace, device: str = "eth0") -> bytes:
    """The link-local address of a host, when it may be used."""

    def settled() -> list[str]:
        shown = host.ip("-j", "-6", "addr", "show", "dev", device, "scope", "link", "-tentative")
        return [info["local"] for link in json.loads(shown) for info in link.get("addr_info", [])]

    host.wait_until(lambda: bool(settled()))
    return packed(settled()[0])


class Ears:
    """Keeps what is received at a place."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        """IPv4 datagrams."""
        self.vrrp6: list[tuple[bytes, bytes, bytes, int]] = []
        """Payload, source, destination and hop limit of IPv6 packets."""

    def hear(self, where: Place) -> Received:
        return self.packets.extend if where.family is Family.IPV4 else self._records

    @property
    def vrrp4(self) -> list[bytes]:
        """IPv4 adverts without authentication header."""
        return [packet for packet in self.packets if packet[9] == VRRP]

    @property
    def ah(self) -> list[bytes]:
        """Those with one."""
        return [packet for packet in self.packets if packet[9] != VRRP]

    def _records(self, records: list[bytes]) -> None:
        for record in records:
            opened = open_record(record)
            assert isinstance(opened, Datagram)
            self.vrrp6.append((opened.payload, opened.source, opened.destination, opened.ttl))


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something has happened."""
    loop, happened = asyncio.get_running_loop(), asyncio.Event()

    def look() -> None:
        if condition():
            happened.set()
        else:
            loop.call_later(0.005, look)

    look()
    async with asyncio.timeout(PATIENCE):
        await happened.wait()


async def turn() -> None:
    """Let the loop see what is ready."""
    seen = asyncio.Event()
    asyncio.get_running_loop().call_later(0.005, seen.set)
    await seen.wait()


class Wiretap:
    """Captures at a host what a filter of pcap-filter(7) lets through, and has tshark judge it."""

    def __init__(self, host: Namespace, directory: Path, wanted: str, device: str = "eth0") -> None:
        self._path = directory / f"{device}.pcap"
        how = ("--immediate-mode", "-U", "-l", "-n", "-w", str(self._path), "--print")
        self._process = host.start(
            "tcpdump", "-i", device, *how, wanted, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self._process.stderr is not None
        assert self._process.stdout is not None
        Lines(self._process.stderr.fileno()).wait_for("listening on")
        self._lines = Lines(self._process.stdout.fileno())

    def wait_for(self, count: int, text: str = "") -> None:
        """Wait for packets whose line in tcpdump's words contains a text."""
        for _ in range(count):
            self._lines.wait_for(text)

    def read(self, *fields: str, wanted: str = "frame") -> list[list[str]]:
        """The fields of the packets that a display filter wants; the capture ends."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE)
        columns = [option for field in fields for option in ("-e", field)]
        checked = ("-o", "ip.check_checksum:TRUE")
        done = subprocess.run(
            ["tshark", "-r", str(self._path), *checked, "-Y", wanted, "-T", "fields", *columns],
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    def complaints(self) -> list[list[str]]:
        """What tshark finds wrong, beyond a remark."""
        return self.read("_ws.expert.message", wanted="_ws.expert.severity >= 6291456 || _ws.malformed")
