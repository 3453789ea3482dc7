"""A client, a director and three real servers as network namespaces, and an lvs worker on the director.

    client 10.0.1.2 … .9 --- 10.0.1.1 director 10.0.2.1 --- 10.0.2.11 s1, 10.0.2.12 s2, 10.0.2.13 s3
                             10.0.1.1 has the VIP too

The namespaces have no names: they end with this process, whatever happens. Servers are threads with sockets in their
namespaces, the worker runs on an event loop of the test's own thread, which is in the director's namespace.
"""

import asyncio
import contextlib
import ctypes
import http.client
import os
import select
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from alived.ipc.messages import Configure, Document, Message, RealServerState, Retained, StopHow, VirtualServerState
from alived.ipc.model.config import ConfigObject
from alived.ipc.model.lvs import LvsBackend, LvsGlobals, Protocol, RealServer, VirtualServer
from alived.workers.lvs.worker import LvsWorker, make

VIP = "172.20.0.20"
DIRECTOR = "10.0.1.1"
SERVERS = {"s1": "10.0.2.11", "s2": "10.0.2.12", "s3": "10.0.2.13"}
CLIENTS = [f"10.0.1.{number}" for number in range(2, 10)]
PATIENCE = 10.0
"""Seconds that anything here may take before the test fails."""

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _current() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


@contextlib.contextmanager
def inside(namespace: int) -> Iterator[None]:
    """Be in a network namespace, with the calling thread."""
    before = _current()
    try:
        _checked(libc.setns(namespace, CLONE_NEWNET))
        yield
    finally:
        _checked(libc.setns(before, CLONE_NEWNET))
        os.close(before)


def _new_namespace() -> int:
    before = _current()
    try:
        _checked(libc.unshare(CLONE_NEWNET))
        return _current()
    finally:
        _checked(libc.setns(before, CLONE_NEWNET))
        os.close(before)


def run(*argv: str, stdin: str = "") -> str:
    """Run a program in the current namespace; what it printed."""
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


def ip(*lines: str) -> None:
    """Run lines of `ip` in the current namespace."""
    run("ip", "-batch", "-", stdin="\n".join(lines) + "\n")


class _Page(BaseHTTPRequestHandler):
    """Answers with the name of its server; keeps connections open when asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        body = self.server.title.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.seen.add(self.client_address[0])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, title: str, address: str) -> None:
        super().__init__((address, 80), _Page)
        self.title = title
        self.seen: set[str] = set()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()


class Lab:
    """The hosts. A context manager: the calling thread is the director's inside."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self.hosts: dict[str, int] = {}
        self.pages: dict[str, _Server] = {}

    def __enter__(self) -> "Lab":
        with contextlib.ExitStack() as stack:
            for name in ("client", "director", *SERVERS):
                self.hosts[name] = _new_namespace()
                stack.callback(os.close, self.hosts[name])
            stack.enter_context(inside(self.hosts["director"]))
            self._wire()
            for name, address in {**SERVERS, "director": DIRECTOR}.items():
                with inside(self.hosts[name]):
                    self.pages[name] = _Server(name, address)
                stack.callback(self._close, name)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def get(self, source: str = CLIENTS[0], host: str = "client") -> str:
        """Fetch a page from the VIP over a connection of its own; the name of the server that answered."""
        with contextlib.closing(self.connect(source, host)) as connection:
            return self.again(connection)

    def many(self, count: int, source: str = CLIENTS[0]) -> Counter[str]:
        """Fetch a page many times; how often each server answered."""
        return Counter(self.get(source) for _ in range(count))

    def connect(self, source: str = CLIENTS[0], host: str = "client") -> http.client.HTTPConnection:
        """A connection to the VIP, for `again`."""
        connection = http.client.HTTPConnection(VIP, 80, timeout=PATIENCE)
        with inside(self.hosts[host]):
            connection.sock = socket.create_connection((VIP, 80), PATIENCE, (source, 0))
        return connection

    def again(self, connection: http.client.HTTPConnection) -> str:
        """Fetch a page over a connection that exists."""
        connection.request("GET", "/")
        return connection.getresponse().read().decode()

    def ask_by_udp(self, port: int) -> str:
        """Send a datagram to the VIP, have the server that gets it answer; its name. TimeoutError if none does."""
        with contextlib.ExitStack() as stack:
            sockets: dict[str, socket.socket] = {}
            for name, address in {"client": CLIENTS[0], **SERVERS}.items():
                with inside(self.hosts[name]):
                    sockets[name] = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                sockets[name].bind((address, 0 if name == "client" else port))
            client = sockets.pop("client")
            client.settimeout(PATIENCE)
            client.connect((VIP, port))
            client.send(b"who?")
            ready, _, _ = select.select(sockets.values(), [], [], PATIENCE)
            for name, server in sockets.items():
                if server in ready:
                    _question, source = server.recvfrom(100)
                    server.sendto(name.encode(), source)
            return client.recv(100).decode()

    def _wire(self) -> None:
        def place(name: str) -> str:
            return f"/proc/{os.getpid()}/fd/{self.hosts[name]}"

        ip("link set lo up", "link add br0 type bridge", "addr add 10.0.2.1/24 dev br0", "link set br0 up")
        ip(
            f"link add front type veth peer name eth0 netns {place('client')}",
            f"addr add {DIRECTOR}/24 dev front",
            f"addr add {VIP}/32 dev front",
            "link set front up",
        )
        for name in SERVERS:
            ip(f"link add {name} type veth peer name eth0 netns {place(name)}", f"link set {name} master br0 up")
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        addresses = {"client": CLIENTS, **{name: [address] for name, address in SERVERS.items()}}
        for name, own in addresses.items():
            with inside(self.hosts[name]):
                gateway = DIRECTOR if name == "client" else "10.0.2.1"
                ip(
                    "link set lo up",
                    *(f"addr add {address}/24 dev eth0" for address in own),
                    "link set eth0 up",
                    f"route add default via {gateway}",
                )

    def _close(self, name: str) -> None:
        page = self.pages[name]
        page.shutdown()
        page.server_close()
        page.thread.join(PATIENCE)


class Director:
    """An lvs worker and what it said, on the calling thread's event loop and in its namespace."""

    def __init__(self, backend: LvsBackend) -> None:
        self.loop = asyncio.new_event_loop()
        self.sent: list[Message] = []
        self._settings = LvsGlobals(backend=backend)
        self._generation = 0
        self.worker: LvsWorker = self.loop.run_until_complete(self._make())

    async def _make(self) -> LvsWorker:
        return make(self.sent.append)

    def configure(
        self, *put: ConfigObject, drop: tuple[str, ...] = (), retained: tuple[Retained, ...] = ()
    ) -> "Director":
        """Give the worker (more) configuration."""
        self._generation += 1
        first = (self._settings,) if self._generation == 1 else ()
        self.worker.configure(Configure(generation=self._generation, put=(*first, *put), drop=drop, retained=retained))
        return self

    def set_backend(self, backend: LvsBackend) -> None:
        """Reload with another `alived_lvs_backend`."""
        self.configure(LvsGlobals(backend=backend))

    def verdict(self, server: VirtualServer, name: str, *, up: bool) -> None:
        """What the checker would say of a real server."""
        real = f"{SERVERS.get(name, DIRECTOR)}:80"
        self.worker.receive(RealServerState(virtual_server=server.name, real_server=real, up=up, checks=()))

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the worker's loop turn until something is so."""

        async def wait() -> None:
            while not condition():
                turned = asyncio.Event()
                self.loop.call_later(0.02, turned.set)
                await turned.wait()

        self.loop.run_until_complete(asyncio.wait_for(wait(), PATIENCE))

    def report(self) -> Document:
        """What `alivectl lvs` would be told."""
        return self.worker.query("lvs", {})

    def states(self) -> list[VirtualServerState]:
        """What was said of virtual servers, in order."""
        return [message for message in self.sent if isinstance(message, VirtualServerState)]

    def end(self, how: StopHow) -> tuple[Retained, ...]:
        """Stop the worker; what the supervisor would retain for the next one."""
        self.loop.run_until_complete(self.worker.stop(how))
        self.loop.close()
        return tuple({state.virtual_server: state for state in self.states()}.values())


def virtual_server(
    *names: str,
    weights: tuple[int, ...] = (1, 1, 1, 1),
    inhibit: bool = False,
    lb_algo: str = "rr",
    persistence: int = 0,
) -> VirtualServer:
    """The VIP's virtual server, NAT to the real servers of these names."""
    reals = tuple(
        RealServer(address=SERVERS.get(name, DIRECTOR), port=80, weight=weight, inhibit_on_failure=inhibit)
        for name, weight in zip(names, weights, strict=False)
    )
    return VirtualServer(
        address=VIP,
        port=80,
        protocol=Protocol.TCP,
        lb_algo=lb_algo,
        persistence_timeout=persistence,
        real_servers=reals,
    )
