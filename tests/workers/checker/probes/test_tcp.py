"""TCP_CHECK against real sockets, on loopback and in a network namespace whose routes we choose."""

import asyncio
import ctypes
import errno
import os
import resource
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from alived.ipc.model.checks import TcpCheck
from alived.workers.checker.outcome import Down, LocalError, Outcome, Up
from alived.workers.checker.probes.tcp import probe
from tests.workers.checker.kit import run

NETNS = "alived-probe"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def check(port: int, address: str = "127.0.0.1", **settings: str | float) -> TcpCheck:
    return TcpCheck(**{"address": address, "port": port, "connect_timeout": 5.0, **settings})  # type: ignore[arg-type] # by name


def test_accepted(listener: socket.socket) -> None:
    assert run(probe(check(listener.getsockname()[1]))) == Up("connected")
    with listener.accept()[0] as accepted:
        assert accepted.recv(1) == b""  # closed in order


def test_refused(closed_port: int) -> None:
    assert run(probe(check(closed_port))) == Down("Connection refused")


def test_no_answer() -> None:
    """A listener whose backlog is full drops what comes."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as opened, socket.socket() as first:
        first.connect(opened.getsockname())
        outcome = run(probe(check(opened.getsockname()[1], connect_timeout=0.2)))
        assert outcome == Down("no answer within 0.2 s")


def test_source_address_and_port(listener: socket.socket, closed_port: int) -> None:
    """Twice in a row: the pair of ports does not rest in TIME_WAIT."""
    settings = check(listener.getsockname()[1], bindto="127.0.0.2", bind_port=closed_port)
    for _ in range(3):
        assert run(probe(settings)) == Up("connected")
        accepted, source = listener.accept()
        accepted.close()
        assert source == ("127.0.0.2", closed_port)


def test_a_source_port_alone(listener: socket.socket, closed_port: int) -> None:
    assert run(probe(check(listener.getsockname()[1], bind_port=closed_port))) == Up("connected")
    accepted, source = listener.accept()
    accepted.close()
    assert source[1] == closed_port


def test_a_source_of_the_other_family(listener: socket.socket) -> None:
    assert isinstance(run(probe(check(listener.getsockname()[1], bindto="::1"))), LocalError)


def test_an_address_that_is_none() -> None:
    assert isinstance(run(probe(check(80, "server.example"))), LocalError)


def test_a_connection_to_itself_is_not_a_server(closed_port: int) -> None:
    outcome = run(probe(check(closed_port, bindto="127.0.0.1", bind_port=closed_port)))
    assert outcome == Down("nobody listens: the connection was made to itself")


def test_no_descriptor_is_not_the_servers_fault(listener: socket.socket) -> None:
    async def main() -> Outcome:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        highest = max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest, limits[1]))
        opened = []
        try:
            while True:
                opened.append(os.dup(0))
        except OSError:
            return await probe(check(listener.getsockname()[1]))
        finally:
            for descriptor in opened:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    assert run(main()) == LocalError(os.strerror(errno.EMFILE))


def test_a_cancelled_probe_leaves_no_socket() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as opened, socket.socket() as first:
            first.connect(opened.getsockname())
            before = len(list(Path("/proc/self/fd").iterdir()))
            task = asyncio.get_running_loop().create_task(probe(check(opened.getsockname()[1])))
            turn = asyncio.Event()
            asyncio.get_running_loop().call_soon(turn.set)
            await turn.wait()
            assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(list(Path("/proc/self/fd").iterdir())) == before

    run(main())


@pytest.fixture(scope="module")
def netns() -> Iterator[None]:
    """This process inside a network namespace with one interface; nobody answers beyond it."""
    if os.geteuid() != 0:
        pytest.skip("a network namespace needs root")

    def ip(*arguments: str) -> None:
        subprocess.run(("ip", *arguments), check=True, stdout=subprocess.DEVNULL)

    name = f"{NETNS}-{os.getpid()}"
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    ip("netns", "add", name)
    try:
        for arguments in (
            "link set lo up",
            "link add veth0 type veth peer name veth1",
            "address add 192.0.2.1/24 dev veth0",
            "link set veth0 up",
            "link set veth1 up",
            "route add unreachable 198.51.100.1",
            "route add blackhole 198.51.100.2",
            "route add prohibit 198.51.100.3",
        ):
            ip("-n", name, *arguments.split())
        inside = os.open(f"/run/netns/{name}", os.O_RDONLY)
        _setns(inside)
        os.close(inside)
        Path("/proc/sys/net/ipv4/neigh/veth0/retrans_time_ms").write_text("50")
        yield
    finally:
        _setns(own)
        os.close(own)
        ip("netns", "delete", name)


def _setns(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@pytest.mark.netns
@pytest.mark.usefixtures("netns")
@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("203.0.113.1", LocalError("Network is unreachable")),
        ("2001:db8::1", LocalError("Network is unreachable")),
        ("198.51.100.1", LocalError("No route to host")),
        ("198.51.100.2", LocalError("Invalid argument")),
        ("198.51.100.3", LocalError("Permission denied")),
        ("192.0.2.9", Down("No route to host")),  # on the link, but nobody answers its ARP: the server is dead
    ],
)
def test_whose_fault_it_is(address: str, outcome: Outcome) -> None:
    assert run(probe(check(80, address))) == outcome


@pytest.mark.netns
@pytest.mark.usefixtures("netns")
def test_silence() -> None:
    """Packets to the server are dropped by a filter: nothing ever comes back."""
    ruleset = "table ip probe { chain out { type filter hook input priority 0; tcp dport 81 drop; }; }"
    subprocess.run(("nft", "-f", "-"), input=ruleset.encode(), check=True)
    with socket.create_server(("127.0.0.1", 81)):
        assert run(probe(check(81, connect_timeout=0.2))) == Down("no answer within 0.2 s")


@pytest.mark.netns
@pytest.mark.usefixtures("netns")
def test_a_source_that_is_not_ours_is_not_the_servers_fault() -> None:
    outcome = run(probe(check(80, "192.0.2.1", bindto="192.0.2.77")))
    assert outcome == LocalError("cannot bind to 192.0.2.77:0: Cannot assign requested address")


@pytest.mark.netns
@pytest.mark.usefixtures("netns")
def test_ipv6() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as opened:
        assert run(probe(check(opened.getsockname()[1], "::1"))) == Up("connected")
        assert run(probe(check(opened.getsockname()[1], "::1", bind_port=0, bindto="::1"))) == Up("connected")
