"""Two hosts and an observer on a bridge, each a network namespace, and a vrrp worker in one of them."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from alived.ipc import codec
from alived.ipc.messages import InstanceState, Message, Query, Reply, State, Stop, StopHow

ROOT = Path(__file__).parents[3]
PATIENCE = 10.0
"""Seconds that anything may take."""


class Namespace:
    """A host: a network namespace whose `eth0` is a port of the bridge."""

    def __init__(self, name: str, enter: tuple[str, ...] = ()) -> None:
        self.name = name
        self._enter = enter or ("ip", "netns", "exec", name)
        self._processes: list[subprocess.Popen[bytes]] = []

    def run(self, *argv: str) -> str:
        done = subprocess.run([*self._enter, *argv], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout

    def start(self, *argv: str, **options: Any) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([*self._enter, *argv], **options)
        self._processes.append(process)
        return process

    def ip(self, *arguments: str) -> str:
        return self.run("ip", *arguments)

    def addresses(self, dev: str = "eth0") -> dict[str, dict[str, Any]]:
        """IPv4 addresses of an interface, as `ip -j addr` tells them."""
        (link,) = json.loads(self.ip("-j", "-4", "addr", "show", "dev", dev)) or [{"addr_info": []}]
        return {f"{info['local']}/{info['prefixlen']}": info for info in link.get("addr_info", [])}

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Look every 20 ms, for what nothing announces."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    def stop(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()


class Lines:
    """Lines of a process's output, each waited for no longer than PATIENCE."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pending = b""
        self._lines: list[bytes] = []

    def next(self, deadline: float) -> bytes:
        while not self._lines:
            remaining = deadline - time.monotonic()
            ready, _, _ = select.select([self._descriptor], [], [], max(remaining, 0))
            assert ready, "nothing came in time"
            data = os.read(self._descriptor, 1 << 16)
            assert data, "the process has ended"
            *lines, self._pending = (self._pending + data).split(b"\n")
            self._lines += lines
        return self._lines.pop(0)

    def ready(self) -> bool:
        return bool(self._lines or select.select([self._descriptor], [], [], 0.02)[0])

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text.encode() not in self.next(deadline):
            pass


class Worker:
    """A vrrp worker in a namespace, at the other end of the bus."""

    def __init__(self, host: Namespace) -> None:
        self.process = host.start(
            sys.executable,
            str(Path(__file__).with_name("driver.py")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout is not None
        self._lines = Lines(self.process.stdout.fileno())
        self._queries = 0
        self.heard: list[Message] = []

    def tell(self, message: Message) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(codec.encode(message).hex().encode() + b"\n")
        self.process.stdin.flush()

    def wait_for(self, wanted: Callable[[Message], bool], patience: float = PATIENCE) -> Message:
        """The next message that is wanted; all are kept in `heard`."""
        deadline = time.monotonic() + patience
        while True:
            message = codec.decode(bytes.fromhex(self._lines.next(deadline).decode())).message
            self.heard.append(message)
            if wanted(message):
                return message

    def wait_for_state(self, state: State, patience: float = PATIENCE) -> InstanceState:
        message = self.wait_for(lambda sent: isinstance(sent, InstanceState) and sent.state is state, patience)
        assert isinstance(message, InstanceState)
        return message

    def ask(self, topic: str, **arguments: str) -> dict[str, Any]:
        self._queries += 1
        self.tell(Query(id=self._queries, topic=topic, arguments=arguments))
        reply = self.wait_for(lambda sent: isinstance(sent, Reply))
        assert isinstance(reply, Reply)
        return reply.body

    def stop(self, how: StopHow) -> None:
        self.tell(Stop(how=how))
        assert self.process.wait(PATIENCE) == 0

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)


class Keepalived:
    """Debian's keepalived in a namespace, with one instance like ours."""

    def __init__(self, host: Namespace, directory: Path, priority: int) -> None:
        configuration = directory / "keepalived.conf"
        configuration.write_text(
            "vrrp_instance V {\n state BACKUP\n interface eth0\n virtual_router_id 51\n"
            f" priority {priority}\n advert_int 1\n"
            " authentication {\n auth_type PASS\n auth_pass 1111\n }\n"
            " virtual_ipaddress {\n 10.9.0.100\n 10.9.0.101/24 dev eth0 label eth0:1\n }\n}\n"
        )
        pids = ("-p", str(directory / "pid"), "-r", str(directory / "vrrp_pid"))
        argv = ("keepalived", "-n", "-l", "-P", "-f", str(configuration), *pids)
        self.process = host.start(*argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert self.process.stdout is not None
        self._lines = Lines(self.process.stdout.fileno())

    def wait_for_state(self, state: State) -> None:
        self._lines.wait_for(f"Entering {state.value} STATE")

    def stop(self) -> None:
        """As an administrator stops it."""
        self.process.terminate()

    def kill(self) -> None:
        """All of it at once, addresses left behind."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for victim in (pid, *map(int, children)):
            os.kill(victim, signal.SIGKILL)


class AddressChanges:
    """IPv4 addresses of a host that come and go, between two changes to lo that are made for the purpose."""

    def __init__(self, host: Namespace) -> None:
        self._host = host
        process = host.start("ip", "-o", "monitor", "address", stdout=subprocess.PIPE)
        assert process.stdout is not None
        self._lines = Lines(process.stdout.fileno())
        host.wait_until(self._listens)

    def _listens(self) -> bool:
        self._host.ip("address", "replace", "127.9.9.1/32", "dev", "lo")
        return self._lines.ready()

    def seen(self) -> list[tuple[bool, str]]:
        """Whether added, and the address, one after the other since the beginning."""
        self._host.ip("address", "add", "127.9.9.2/32", "dev", "lo")
        changes: list[tuple[bool, str]] = []
        while "127.9.9.2" not in (line := self._lines.next(time.monotonic() + PATIENCE).decode()):
            if "127.9.9.1" not in line and " inet " in line:  # and not the host's own link-local one, which comes late
                changes.append((not line.startswith("Deleted"), line.split("inet ")[1].split()[0]))
        return changes


class Capture:
    """What the observer sees, as it comes and for tshark to judge."""

    def __init__(self, host: Namespace, directory: Path) -> None:
        self._path = directory / "capture.pcap"
        # One process writes and prints, each packet at once: what was waited for is in the file.
        how = ("--immediate-mode", "-U", "-l", "-n", "-w", str(self._path), "--print")
        self._process = host.start(
            "tcpdump", "-i", "eth0", *how, "arp or proto 112", stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self._process.stderr is not None
        assert self._process.stdout is not None
        Lines(self._process.stderr.fileno()).wait_for("listening on")
        self._lines = Lines(self._process.stdout.fileno())

    def wait_for(self, text: str, count: int) -> None:
        """Wait for packets whose line in tcpdump's words contains a text."""
        for _ in range(count):
            self._lines.wait_for(text)

    def wait_for_adverts(self, count: int) -> None:
        """Wait for adverts of whomever, of either version."""
        self.wait_for(", Advertisement", count)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(PATIENCE)

    def read(self, wanted: str, *fields: str) -> list[list[str]]:
        """The fields of the packets that a display filter wants."""
        checked = ["-o", "ip.check_checksum:TRUE"]
        columns = [option for field in fields for option in ("-e", field)]
        done = subprocess.run(
            ["tshark", "-r", str(self._path), *checked, "-Y", wanted, "-T", "fields", *columns],
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in done.stdout.splitlines()]


INJECTOR = """
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.9.0.2"))
for line in sys.stdin:
    ttl, message = line.split(":")
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, int(ttl))
    sender.sendto(bytes.fromhex(message), ("224.0.0.18", 0))
    print(flush=True)
"""


class Injector:
    """Sends payloads as VRRP packets from 10.9.0.2."""

    def __init__(self, host: Namespace) -> None:
        self._process = host.start(sys.executable, "-c", INJECTOR, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, payload: bytes, ttl: int = 255) -> None:
        """Send, and return when it was sent."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{ttl}:{payload.hex()}\n".encode())
        self._process.stdin.flush()
        assert self._process.stdout.readline() == b"\n"


class Lab(SimpleNamespace):
    a: Namespace
    b: Namespace
    observer: Namespace
    bridge: Namespace


@contextlib.contextmanager
def built() -> Iterator[Lab]:
    """Hosts `a` 10.9.0.1 and `b` 10.9.0.2, and an observer 10.9.0.9, on one bridge."""
    prefix = f"alv{os.getpid()}"
    hosts = {name: Namespace(f"{prefix}{name}") for name in ("a", "b", "observer")}
    bridge = f"{prefix}br"

    def ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    created = []
    try:
        for name in (bridge, *(host.name for host in hosts.values())):
            ip("netns", "add", name)
            created.append(name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", bridge, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        ip("-n", bridge, "link", "set", "br0", "up")
        for name, number in (("a", 1), ("b", 2), ("observer", 9)):
            host = hosts[name]
            ip("-n", bridge, "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", host.name)
            ip("-n", bridge, "link", "set", f"to-{name}", "master", "br0", "up")
            ip("-n", host.name, "address", "add", f"10.9.0.{number}/24", "dev", "eth0")
            ip("-n", host.name, "link", "set", "eth0", "up")
        yield Lab(**hosts, bridge=Namespace(bridge))
    finally:
        for host in hosts.values():
            host.stop()
        for name in created:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
