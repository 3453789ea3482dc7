"""A network namespace whose kernel the tests of this folder speak with from their own process."""

import asyncio
import contextlib
import ctypes
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from alived.workers.vrrp.kernel.holdings import Holdings, Outcome
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.netlink import Monitor, Requests
from alived.workers.vrrp.kernel.route_monitor import RouteMonitor
from alived.workers.vrrp.kernel.rtnetlink import Report

CLONE_NEWNET = 0x40000000
PATIENCE = 5.0

_LIBC = ctypes.CDLL(None, use_errno=True)


class Netns:
    """The namespace: `eth0` and `eth1`, each one end of a veth pair."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY)
        subprocess.run(["ip", "netns", "add", name], check=True)
        self._there = os.open(f"/run/netns/{name}", os.O_RDONLY)
        for end in ("eth0", "eth1"):
            self.ip("link", "add", end, "type", "veth", "peer", "name", f"{end}p")
        for link in ("lo", "eth0", "eth0p", "eth1", "eth1p"):
            self.ip("link", "set", link, "up")

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """What is opened here belongs to the namespace, also afterwards."""
        assert not _LIBC.setns(self._there, CLONE_NEWNET), os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert not _LIBC.setns(self._home, CLONE_NEWNET)

    def ip(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(["ip", "-n", self.name, *arguments], capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def batch(self, lines: str) -> None:
        """Many commands of iproute2 in no time."""
        subprocess.run(["ip", "-n", self.name, "-batch", "-"], input=lines.encode(), check=True, capture_output=True)

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.ip("-d", "-j", *arguments) or "[]")
        return found

    def addresses(self, dev: str = "eth0") -> dict[str, dict[str, Any]]:
        (link,) = self.json("address", "show", "dev", dev)
        return {f"{info['local']}/{info['prefixlen']}": info for info in link["addr_info"]}

    def routes(self, *arguments: str, family: str = "-4") -> dict[str, dict[str, Any]]:
        """Routes of keepalived's protocol in all tables, by destination."""
        shown = self.json(family, "route", "show", "table", "all", *arguments)
        return {route["dst"]: route for route in shown if route.get("protocol") == "keepalived"}

    def sysctl(self, path: str, value: str | None = None) -> str:
        with self.entered():
            file = Path("/proc/sys/net") / path
            if value is not None:
                file.write_text(value)
            return file.read_text().strip()

    def close(self) -> None:
        os.close(self._there)
        os.close(self._home)
        subprocess.run(["ip", "netns", "del", self.name], check=False)


class Host:
    """What the worker has of a namespace: requests, what is known, what is held, and the hearing of changes."""

    def __init__(self, netns: Netns) -> None:
        self.interfaces = Interfaces()
        with netns.entered():
            self.requests = Requests()
        self.holdings = Holdings(self.requests, self.interfaces)
        self.interfaces.replace(*self.requests.snapshot())
        self.outcomes: list[tuple[str, Outcome]] = []
        self._monitors: list[Monitor | RouteMonitor] = []
        self._netns = netns

    def listen(self) -> None:
        """Hear of changes and put back what is lost; needs a running loop."""
        with self._netns.entered():
            self._monitors.append(Monitor(self._take, self._compare))
            concerns, port = self.holdings.concerns, self.requests.port
            self._monitors.append(RouteMonitor(concerns, port, self._complete, self._doubt))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Look every 10 ms, while the loop runs."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE
        while not condition():
            assert loop.time() < deadline, f"it did not happen in time: {self.outcomes}"
            pause = loop.create_future()
            loop.call_later(0.01, pause.set_result, None)
            await pause

    def close(self) -> None:
        while self._monitors:
            self._monitors.pop().close()
        self.requests.close()

    def _take(self, reports: list[Report]) -> None:
        names: set[str] = set()
        for report in reports:
            names |= self.interfaces.take(report)
        self._complete(self.holdings.concerns.notice(reports, names))

    def _compare(self) -> None:
        self.interfaces.replace(*self.requests.snapshot())
        self._doubt()

    def _doubt(self) -> None:
        self._complete(self.holdings.doubt_all())

    def _complete(self, holders: set[str]) -> None:
        self.outcomes += [(holder, self.holdings.complete(holder)) for holder in sorted(holders)]
