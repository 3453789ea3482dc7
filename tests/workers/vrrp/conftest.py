"""Fixtures of the vrrp worker's tests."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workers.vrrp.lab import AddressChanges, Capture, Keepalived, Lab, Namespace, Worker, built
from tests.workers.vrrp.quick import Tap, Wire


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Hosts `a` 10.9.0.1 and `b` 10.9.0.2, and an observer 10.9.0.9, on one bridge."""
    with built() as lab:
        yield lab


@pytest.fixture
def unprivileged_host() -> Iterator[Namespace]:
    """A host 10.9.0.1 whose root is nobody outside of it, as of a container or of `unshare --map-root-user`."""
    unshare = ("unshare", "--user", "--map-root-user", "--net", "sh", "-c", "echo; exec cat")
    with subprocess.Popen(unshare, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"\n"
        host = Namespace("unprivileged", ("nsenter", "--target", str(holder.pid), "--user", "--net"))
        try:
            host.ip("link", "add", "eth0", "type", "veth", "peer", "name", "other")
            host.ip("address", "add", "10.9.0.1/24", "dev", "eth0")
            for link in ("lo", "eth0", "other"):
                host.ip("link", "set", link, "up")
            yield host
        finally:
            host.stop()  # and the holder ends with its stdin


@pytest.fixture
def start_worker() -> Callable[[Namespace], Worker]:
    """Starts a vrrp worker in a namespace of the lab, which ends it."""
    return Worker


@pytest.fixture
def keepalived(tmp_path: Path) -> Callable[[Namespace, int], Keepalived]:
    """Starts keepalived of some priority in a namespace of the lab, which ends it."""
    return lambda host, priority: Keepalived(host, tmp_path, priority)


@pytest.fixture
def capture(lab: Lab, tmp_path: Path) -> Capture:
    """Captures ARP and VRRP at the observer."""
    return Capture(lab.observer, tmp_path)


@pytest.fixture
def tap() -> Iterator[Tap]:
    """Begins to hear the frames of a host's interface."""
    wires: list[Wire] = []

    def begin(host: Namespace, dev: str = "eth0") -> Wire:
        wires.append(Wire(host, dev))
        return wires[-1]

    yield begin
    for wire in wires:
        wire.close()


@pytest.fixture
def address_changes() -> Callable[[Namespace], AddressChanges]:
    """Begins to watch the addresses of a namespace."""
    return AddressChanges
