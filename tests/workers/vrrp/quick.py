"""Virtual routers that are soon master, what a host's kernel says in JSON, and frames as they come by."""

import contextlib
import ctypes
import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

from alived.ipc.messages import Configure, Configured, InstanceState, Message, State
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Announcing, Family, VrrpInstance
from tests.workers.vrrp.lab import PATIENCE, Namespace, Worker

VIP = VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0")
VIP6 = VirtualAddress(address="fd09::100", prefixlen=64, dev="eth0")
LINK_LOCAL6 = VirtualAddress(address="fe80::100", prefixlen=64, dev="eth0")
QUICK = VrrpInstance(
    name="V",
    interface="eth0",
    virtual_router_id=51,
    version=3,
    advert_int=0.1,
    priority=254,
    addresses=(VIP,),
    announcing=Announcing(master_delay=0.0, master_repeat=1),
)
"""Takes over after 0.3 s, and bears a machine that is busy for as long."""
QUICK6 = replace(QUICK, family=Family.IPV6, mcast_group="ff02::12", addresses=(LINK_LOCAL6, VIP6))

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
LIBC = ctypes.CDLL(None, use_errno=True)

StartWorker = Callable[[Namespace], Worker]


# --- the worker -------------------------------------------------------------------------------------------------------


def put(*configs: Any, generation: int = 1, **others: Any) -> Configure:
    return Configure(generation=generation, put=configs, **others)


def configured(generation: int) -> Callable[[Message], bool]:
    return lambda sent: sent == Configured(generation=generation)


def configure(worker: Worker, *configs: Any, generation: int = 1, **others: Any) -> None:
    """Have a worker take something on, and wait until it has."""
    worker.tell(put(*configs, generation=generation, **others))
    worker.wait_for(configured(generation))


def lead(worker: Worker, *configs: Any, **others: Any) -> None:
    """Have a worker take something on, and wait until each instance of it is master."""
    worker.tell(put(*configs, **others))
    for config in configs:
        if isinstance(config, VrrpInstance):
            wait_for_state(worker, State.MASTER, config.name)


def wait_for_state(worker: Worker, state: State, name: str = "V") -> InstanceState:
    """Wait until an instance is in a state, which it may be already."""
    if (last := retained(worker).get(name)) is not None and last.state is state:
        return last
    message = worker.wait_for(
        lambda sent: isinstance(sent, InstanceState) and (sent.instance, sent.state) == (name, state)
    )
    assert isinstance(message, InstanceState)
    return message


def retained(worker: Worker) -> dict[str, InstanceState]:
    """What the supervisor would retain of each instance."""
    return {sent.instance: sent for sent in worker.heard if isinstance(sent, InstanceState)}


def status(worker: Worker, name: str = "V") -> dict[str, Any]:
    (document,) = worker.ask("vrrp", instance=name)["instances"]
    assert isinstance(document, dict)
    return document


# --- the kernel -------------------------------------------------------------------------------------------------------


def addresses(host: Namespace, dev: str = "eth0") -> dict[str, dict[str, Any]]:
    """Addresses of both families; none if there is no such interface."""
    found = json.loads(host.run("sh", "-c", f"ip -d -j addr show dev {dev} 2>/dev/null || echo []"))
    return {f"{info['local']}/{info['prefixlen']}": info for link in found for info in link.get("addr_info", [])}


def link(host: Namespace, name: str) -> dict[str, Any] | None:
    """An interface; None: there is none such."""
    return next((found for found in json.loads(host.ip("-d", "-j", "link")) if found["ifname"] == name), None)


def links(host: Namespace) -> set[str]:
    return {found["ifname"] for found in json.loads(host.ip("-j", "link"))}


def routes(host: Namespace, family: str = "-4") -> dict[str, dict[str, Any]]:
    """Routes that alived made, in whatever table, by destination."""
    found = json.loads(host.ip("-d", "-j", family, "route", "show", "table", "all") or "[]")
    return {route["dst"]: route for route in found if route.get("protocol") == "keepalived"}


def rules(host: Namespace, family: str = "-4") -> dict[int, dict[str, Any]]:
    """Rules by priority."""
    return {rule["priority"]: rule for rule in json.loads(host.ip("-d", "-j", family, "rule", "show"))}


def sysctl(host: Namespace, name: str, value: int | None = None) -> int:
    """A setting, set first if there is a value; the interface's name may have dots, so `/` divides."""
    path = f"/proc/sys/net/{name}"
    if value is not None:
        host.run("sh", "-c", f"echo {value} > {path}")
    return int(host.run("cat", path))


def sysctls(host: Namespace) -> dict[str, str]:
    """All settings of the network that stay as they are by themselves."""
    shown = host.run("sh", "-c", "grep -r . /proc/sys/net/ipv4 /proc/sys/net/ipv6 2>/dev/null || true")
    lines = (line.partition(":") for line in shown.splitlines())
    # Secrets and states; what is per interface is compared for those that are there before and after.
    return {path: value for path, _, value in lines if "stable_secret" not in path and "tcp_fastopen_key" not in path}


def tables(host: Namespace) -> set[str]:
    """Names of nftables tables."""
    listed = json.loads(host.run("nft", "-j", "list", "tables"))["nftables"]
    return {item["table"]["name"] for item in listed if "table" in item}


def mac(host: Namespace, dev: str = "eth0") -> str:
    found = link(host, dev)
    assert found is not None
    return str(found["address"])


def without_dad(host: Namespace, dev: str = "eth0") -> str:
    """Let an interface have its link-local address at once; returns it."""
    room = f"/proc/sys/net/ipv6/conf/{dev}"
    host.run("sh", "-c", f"cd {room}; echo 0 > accept_dad; echo 1 > disable_ipv6; echo 0 > disable_ipv6")
    host.wait_until(lambda: any(address.startswith("fe80") for address in addresses(host, dev)))
    return next(address.partition("/")[0] for address in addresses(host, dev) if address.startswith("fe80"))


def second_interface(lab: Any, host: Namespace, number: int) -> None:
    """Give a host an eth1 with 10.8.0.NUMBER, a port of the same bridge."""
    port = f"to-{number}-1"
    lab.bridge.ip("link", "add", port, "type", "veth", "peer", "name", "eth1", "netns", host.name)
    lab.bridge.ip("link", "set", port, "master", "br0", "up")
    host.ip("address", "add", f"10.8.0.{number}/24", "dev", "eth1")
    host.ip("link", "set", "eth1", "up")


# --- frames -----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def entered(host: Namespace) -> Iterator[None]:
    """Sockets that are opened inside belong to a host, and stay with it."""
    with Path("/proc/self/ns/net").open("rb") as ours, Path("/run/netns", host.name).open("rb") as theirs:
        assert LIBC.setns(theirs.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert LIBC.setns(ours.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())


class Frame(NamedTuple):
    """One frame, as far as the tests are concerned."""

    time: float
    """Seconds, of the wall clock, when the kernel saw it."""
    kind: str
    """advert, advert6, ah, garp, arp (any other), na or other."""
    mac: str
    """Of the sender."""
    source: str = ""
    destination: str = ""
    hops: int = 0
    payload: bytes = b""
    """Of an advert, VRRP's header first."""
    subject: str = ""
    """The address that ARP or neighbour discovery is about."""

    @property
    def vrid(self) -> int:
        return self.payload[1]

    @property
    def priority(self) -> int:
        return self.payload[2]


def parse(when: float, data: bytes) -> Frame:
    """What a frame says."""
    sender, ethertype, packet = data[6:12].hex(":"), int.from_bytes(data[12:14], "big"), data[14:]
    if ethertype == 0x0806:
        asked, subject = str(ip_address(packet[24:28])), str(ip_address(packet[14:18]))
        return Frame(when, "garp" if asked == subject else "arp", sender, subject=asked)
    if ethertype == 0x0800:
        start, kinds = (packet[0] & 15) * 4, {112: "advert", 51: "ah"}
        ends = (str(ip_address(packet[12:16])), str(ip_address(packet[16:20])))
        kind, length = kinds.get(packet[9], "other"), int.from_bytes(packet[2:4], "big")
        if kind == "ah":
            start += 24  # as long as AH with HMAC-MD5-96 is
        return Frame(when, kind, sender, *ends, packet[8], packet[start:length])
    if ethertype == 0x86DD:
        ends = (str(ip_address(packet[8:24])), str(ip_address(packet[24:40])))
        if packet[6] == 58 and packet[40] == 136:
            return Frame(when, "na", sender, *ends, packet[7], subject=str(ip_address(packet[48:64])))
        return Frame(when, "advert6" if packet[6] == 112 else "other", sender, *ends, packet[7], packet[40:])
    return Frame(when, "other", sender)


class Wire:
    """Hears what comes to an interface of a host and what leaves it, from now on."""

    def __init__(self, host: Namespace, dev: str = "eth0") -> None:
        with entered(host):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
            self._socket.bind((dev, ETH_P_ALL))
        self.seen: list[Frame] = []

    def wait_for(self, wanted: Callable[[Frame], bool], count: int = 1, patience: float = PATIENCE) -> list[Frame]:
        """The next frames that are wanted; all are kept in `seen`."""
        deadline, found = time.monotonic() + patience, list[Frame]()
        while len(found) < count:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                frame = self._next()
            except TimeoutError:
                raise AssertionError(f"only {len(found)} of {count} frames came: {found}") from None
            found += [frame] if wanted(frame) else []
        return found

    def all(self) -> list[Frame]:
        """Everything that came until now."""
        self._socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._next()
        return self.seen

    def of(self, *kinds: str) -> list[Frame]:
        """What came until now of some kinds."""
        return [frame for frame in self.all() if frame.kind in kinds]

    def forget(self) -> None:
        """From here on only what is new counts."""
        self.all()
        self.seen.clear()

    def close(self) -> None:
        self._socket.close()

    def _next(self) -> Frame:
        data, ancillary, _, _ = self._socket.recvmsg(2048, 64)
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
        self.seen.append(parse(seconds + nanoseconds / 1e9, data))
        return self.seen[-1]


def advert(frame: Frame) -> bool:
    """Whether it is an advert, of whatever kind."""
    return frame.kind in ("advert", "advert6", "ah")


Tap = Callable[..., Wire]
"""Begins to hear the frames of a host's interface."""
