"""What is malformed, on the wire or on the bus, changes no state and ends no process."""

import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import zmq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples.testbed.adverts import GROUP, VRRP
from examples.testbed.hosts import INTERFACE, wait_until
from examples.testbed.pair import VIP, Pair, ask, workers
from examples.testbed.witness import Witness

STRONGER = 250
"""A priority that would end host1's mastership if the advert were taken for good."""


@dataclass(frozen=True)
class Packet:
    """An advert of VRRPv2 that host1 would obey."""

    version_type: int = 0x21
    virtual_router_id: int = 51
    priority: int = STRONGER
    count: int = 1
    auth_type: int = 1
    interval: int = 1
    addresses: bytes = socket.inet_aton(VIP)
    password: bytes = b"1111\0\0\0\0"
    checksum: int | None = None
    """None: the right one."""
    length: int | None = None
    ttl: int = 255

    def message(self) -> bytes:
        fields = (self.version_type, self.virtual_router_id, self.priority, self.count, self.auth_type, self.interval)
        header = struct.pack("!6B", *fields)
        body = self.addresses + self.password
        right = internet_checksum(header + b"\0\0" + body)
        checksum = right if self.checksum is None else self.checksum
        return (header + struct.pack("!H", checksum) + body)[: self.length]


def internet_checksum(data: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


BROKEN = {
    "version 1": Packet(version_type=0x11),
    "version 3 in a router of version 2": Packet(version_type=0x31),
    "unknown type": Packet(version_type=0x22),
    "another router's id": Packet(virtual_router_id=52),
    "huge count": Packet(count=255),
    "count of nothing": Packet(count=0),
    "no authentication": Packet(auth_type=0),
    "AH authentication": Packet(auth_type=2),
    "wrong password": Packet(password=b"2222\0\0\0\0"),
    "longer password": Packet(password=b"11111\0\0\0"),
    "another interval": Packet(interval=2),
    "bad checksum": Packet(checksum=0x1234),
    "no checksum": Packet(checksum=0),
    "TTL 254": Packet(ttl=254),
    "TTL 1": Packet(ttl=1),
    **{f"truncated to {length}": Packet(length=length) for length in (0, 1, 7, 8, 12, 19)},
}

Send = Callable[[Packet], None]


@pytest.fixture(scope="module")
def send(running: Pair) -> Send:
    """Send a packet from the client to all VRRP routers."""
    with running.client.network():
        wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, VRRP)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, INTERFACE.encode())
    running.client.at_end.callback(wire.close)

    def multicast(packet: Packet) -> None:
        wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, packet.ttl)
        wire.sendto(packet.message(), (GROUP, 0))

    return multicast


def state(pair: Pair) -> tuple[object, object]:
    """What must not change on host1: its instances' states, since when, and its processes."""
    instances = [(instance["name"], instance["state"]) for instance in ask(pair.host1, "status")["instances"]]
    return instances, workers(pair.host1)


def test_the_unbroken_packet_would_end_the_mastership(running: Pair, send: Send) -> None:
    """Or the tests below would prove nothing."""
    send(Packet())
    running.host1.wait_for_address(f"{VIP}/32", 2, present=False)
    running.host1.wait_for_address(f"{VIP}/32", 8)
    running.wait_for_page(running.host1, 2)


def test_no_broken_packet_is_obeyed(running: Pair, send: Send) -> None:
    before = state(running)
    witness = Witness(running, running.host1)
    for packet in BROKEN.values():
        send(packet)
    witness.end()
    client = {running.client.address}
    assert [line for line in witness.noticed() if running.client.address not in line] == []
    assert witness.advertisers <= {running.host1.address} | client
    assert state(running) == before


any_byte = st.integers(0, 255)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    packet=st.builds(
        Packet,
        version_type=any_byte,
        virtual_router_id=st.sampled_from([0, 51, 52, 255]),
        count=any_byte,
        auth_type=any_byte,
        addresses=st.integers(0, 300).flatmap(lambda words: st.binary(min_size=4 * words, max_size=4 * words)),
        password=st.binary(min_size=8, max_size=8).filter(lambda password: password != Packet().password),
        checksum=st.none() | st.integers(0, 0xFFFF),
        length=st.none() | st.integers(0, 1300),
    )
)
def test_no_made_up_packet_is_obeyed(send: Send, packet: Packet) -> None:
    send(packet)


def test_nothing_became_of_the_made_up_packets(running: Pair) -> None:
    (instance,) = ask(running.host1, "status")["instances"]
    assert instance["state"] == "MASTER"
    assert all(worker.get("restarts", 0) == 0 for worker in ask(running.host1, "workers")["workers"])
    assert f"{VIP}/32" in running.host1.addresses()


FRAMES = [b"", b"\0", b"\xc1", b"\x90", b"\x95\x01\xa5Hello", bytes(range(256)) * 400, b"\xdd\xff\xff\xff\xff"]


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=st.lists(st.sampled_from(FRAMES) | st.binary(max_size=200), min_size=1, max_size=4))
def test_malformed_frames_on_the_bus_are_dropped(stranger: "zmq.Socket[bytes]", frames: list[bytes]) -> None:
    stranger.send_multipart(frames)


@pytest.fixture(scope="module")
def stranger(running: Pair) -> "zmq.Socket[bytes]":
    """A socket on host1's bus that belongs to no worker."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    running.client.at_end.callback(context.destroy, 0)
    dealer = context.socket(zmq.DEALER)
    dealer.connect(f"ipc://{running.host1.path('/run/alived/bus')}")
    return dealer


def test_nothing_became_of_the_malformed_frames(running: Pair) -> None:
    wait_until(
        lambda: sum(ask(running.host1, "status")["dropped_frames"].values()) > 0, 5, "dropped frames are counted"
    )
    with socket.socket(socket.AF_UNIX) as bare:
        bare.connect(str(running.host1.path("/run/alived/bus")))
        bare.sendall(b"not even ZeroMQ\n" * 100)
        assert all(worker.get("restarts", 0) == 0 for worker in ask(running.host1, "workers")["workers"])
    running.wait_for_page(running.host1, 2)
