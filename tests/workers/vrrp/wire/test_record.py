"""IPv6 packets as the kernel hands them on."""

import socket
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alived.workers.vrrp.wire.checksum import PROTOCOL
from alived.workers.vrrp.wire.datagram import Datagram
from alived.workers.vrrp.wire.record import ANCILLARY_SIZE, HEAD_SIZE, NAME_SIZE, open_record
from alived.workers.vrrp.wire.rejection import Reason, Rejection
from bench.fuzz import record

SOURCE, GROUP = bytes.fromhex("fe80" + "00" * 13 + "02"), bytes.fromhex("ff02" + "00" * 13 + "12")


def changed(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def test_its_parts() -> None:
    packet = record(b"advert", SOURCE, GROUP, 254)
    assert open_record(packet) == Datagram(SOURCE, GROUP, 254, PROTOCOL, b"advert")
    assert open_record(record(b"", SOURCE, GROUP)) == Datagram(SOURCE, GROUP, 255, PROTOCOL, b"")


def test_the_order_of_ancillary_data_means_nothing() -> None:
    packet = record(b"advert", SOURCE, GROUP, 255)
    turned = packet[:32] + packet[72:96] + packet[32:72] + packet[96:]
    assert open_record(turned) == open_record(packet)


def test_sizes_are_the_kernels() -> None:
    spaces = socket.CMSG_SPACE(struct.calcsize("=16sI")) + socket.CMSG_SPACE(struct.calcsize("=i"))
    assert (struct.calcsize("=HHI16sI"), spaces) == (NAME_SIZE, ANCILLARY_SIZE)
    assert HEAD_SIZE >= NAME_SIZE + ANCILLARY_SIZE
    assert HEAD_SIZE % struct.calcsize("N") == 0


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        record(b"", SOURCE, GROUP)[:-1],
        changed(record(b"x", SOURCE, GROUP), 32, struct.pack("@N", 35)),
        changed(record(b"x", SOURCE, GROUP), 32, struct.pack("@N", 15)),
        changed(record(b"x", SOURCE, GROUP), 32, struct.pack("@N", 1 << 60)),
        changed(record(b"x", SOURCE, GROUP), 40, struct.pack("@ii", socket.IPPROTO_IPV6, socket.IPV6_TCLASS)),
    ],
)
def test_without_its_destination_it_is_refused(packet: bytes) -> None:
    refused = open_record(packet)
    assert isinstance(refused, Rejection)
    assert refused.reason is Reason.TRUNCATED


@pytest.mark.parametrize("at", [72, 80, 84])
def test_a_hop_limit_that_the_kernel_does_not_tell_is_none_that_is_right(at: int) -> None:
    opened = open_record(changed(record(b"x", SOURCE, GROUP, 255), at, b"\x7f"))
    assert isinstance(opened, Datagram)
    assert opened.ttl == -1


@given(st.binary(max_size=HEAD_SIZE + 40))
@example(bytes(HEAD_SIZE))
def test_whatever_it_is_nothing_is_raised(packet: bytes) -> None:
    opened = open_record(packet)
    assert isinstance(opened, Rejection) or len(opened.source) == len(opened.destination) == 16
