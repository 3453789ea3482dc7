"""Hosts on a bridge, as the user's cluster has them.

What lives here: `Cluster` makes hosts and ends them; a `Host` has an interface `ens33`, addresses, a private layer over
the machine's /etc and /usr/local/bin, a /run of its own, and a cable that can be cut. What does not: how namespaces are
made (namespaces.py) and what runs on a host (services.py).

Several clusters can exist at once, in one process or in many: nothing in them has a name that others could meet.
"""

import json
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from examples.testbed.namespaces import Node

INTERFACE = "ens33"
LAYERED = ("/etc", "/usr/local/bin")
"""Directories of the machine that a host may write to: what it writes is its own, in memory."""

RTMGRP_IPV4_IFADDR = 0x10
POLL = 0.02
"""Seconds between two looks at something that cannot be waited for."""


class TookTooLong(AssertionError):
    """What was waited for did not come; the text says what."""


def wait_until(holds: Callable[[], bool], timeout: float, what: str) -> float:
    """Wait for something that no event tells of; returns the seconds it took."""
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > timeout:
            raise TookTooLong(f"{what}: not within {timeout:g} s")
        time.sleep(POLL)
    return time.monotonic() - begun


class Host(Node):
    """A machine of the cluster."""

    def __init__(self, name: str, switch: Node, address: str, address6: str = "") -> None:
        super().__init__(whole=True)
        self.name = name
        self.address = address.partition("/")[0]
        self._switch = switch
        self._port = f"to-{name}"
        self.address6 = address6.partition("/")[0]
        self._own_files()
        self._own_network(address, address6)

    def _own_files(self) -> None:
        self._own_empty("/run")
        for directory in LAYERED:
            layer = f"/run/layers{directory}"
            self.run("mkdir", "-p", f"{layer}/upper", f"{layer}/work")
            options = f"lowerdir={directory},upperdir={layer}/upper,workdir={layer}/work,userxattr"
            self.run("mount", "-t", "overlay", "-o", options, "overlay", directory)
        self._own_empty("/etc/keepalived")

    def _own_empty(self, directory: str) -> None:
        self.run("mkdir", "-p", directory)
        self.run("mount", "-t", "tmpfs", "own", directory)

    def _own_network(self, address: str, address6: str) -> None:
        self._switch.run(
            *("ip", "link", "add", self._port, "type", "veth", "peer", "name", INTERFACE, "netns", str(self.pid))
        )
        self._switch.run("ip", "link", "set", self._port, "master", "bridge", "up")
        self._set("ipv4/ip_nonlocal_bind", 1)
        self._set("ipv6/conf/all/disable_ipv6", int(not address6))
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "address", "add", address, "dev", INTERFACE)
        if address6:  # used at once: nobody else has addresses of ours
            self._set(f"ipv6/conf/{INTERFACE}/accept_dad", 0)
            self.run("ip", "address", "add", address6, "dev", INTERFACE, "nodad")
        self.run("ip", "link", "set", INTERFACE, "up")

    def _set(self, setting: str, value: int) -> None:
        """Set a sysctl of the network; files under /proc/sys/net are those of the network of who opens them."""
        with self.network():
            Path("/proc/sys/net", setting).write_text(str(value))

    def write(self, inside: str, text: str, mode: int = 0o644) -> str:
        """Make a file, with its directories; gives its path back."""
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return inside

    def addresses(self) -> list[str]:
        """IPv4 addresses of the interface with their prefix lengths, as `ip` shows them."""
        (interface,) = json.loads(self.run("ip", "-json", "-4", "address", "show", "dev", INTERFACE)) or [{}]
        return [f"{info['local']}/{info['prefixlen']}" for info in interface.get("addr_info", ())]

    def all_addresses(self) -> set[str]:
        """Addresses of both families on all interfaces, without their prefix lengths."""
        interfaces = json.loads(self.run("ip", "-json", "address", "show"))
        return {info["local"] for interface in interfaces for info in interface.get("addr_info", ()) if "local" in info}

    def wait_for_address(self, address: str, timeout: float, *, present: bool = True) -> float:
        """Wait until an address (`172.20.0.20/32`) is on the interface, or is gone; returns the seconds it took."""
        begun = time.monotonic()
        with self.network():
            changes = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        with changes:
            changes.bind((0, RTMGRP_IPV4_IFADDR))
            while (address in self.addresses()) is not present:
                left = begun + timeout - time.monotonic()
                if left <= 0 or not select.select([changes], [], [], left)[0]:
                    wanted = "has no" if present else "still has"
                    raise TookTooLong(f"{self.name} {wanted} {address} after {timeout:g} s")
                changes.recv(65536)
        return time.monotonic() - begun

    def cut(self) -> None:
        """Pull the cable: the interface loses its carrier."""
        self._switch.run("ip", "link", "set", self._port, "down")

    def mend(self) -> None:
        """Put the cable back."""
        self._switch.run("ip", "link", "set", self._port, "up")

    def isolate(self) -> None:
        """Lose every frame while the interface still has its carrier, as behind a broken switch."""
        self._switch.run("ip", "link", "set", self._port, "nomaster")

    def rejoin(self) -> None:
        """End the isolation."""
        self._switch.run("ip", "link", "set", self._port, "master", "bridge")


class Cluster:
    """Hosts that hear each other; leaving the `with` block ends them and all that runs on them."""

    def __init__(self) -> None:
        self._switch = Node(whole=False)
        self._hosts: list[Host] = []
        self._switch.run("ip", "link", "add", "bridge", "type", "bridge", "mcast_snooping", "0")
        self._switch.run("ip", "link", "set", "bridge", "up")

    def host(self, name: str, address: str, address6: str = "") -> Host:
        """Add a host; addresses with their prefix length. Without one of IPv6 it has no IPv6 at all."""
        host = Host(name, self._switch, address, address6)
        self._hosts.append(host)
        return host

    def cable(self, host: Host, interface: str) -> Callable[[str], None]:
        """Give a host of another cluster an interface here, down and without address; returns what sets it up or down.

        `down` pulls its cable, `up` puts it back.
        """
        port = f"{interface}-{host.name}"
        self._switch.run("ip", "link", "add", port, "type", "veth", "peer", "name", interface, "netns", str(host.pid))
        self._switch.run("ip", "link", "set", port, "master", "bridge", "up")

        def plug(how: str) -> None:
            self._switch.run("ip", "link", "set", port, how)

        return plug

    def close(self) -> None:
        """End everything."""
        for node in (*reversed(self._hosts), self._switch):
            node.close()
        self._hosts.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
