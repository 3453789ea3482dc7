"""Bytes of rtnetlink, against what the kernel and iproute2 say."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.kernel import rtnetlink
from alived.workers.vrrp.kernel.rtnetlink import Ack, Address, AddressGone, Done, Link, LinkGone, parse

ADDRESS = Address(ifindex=2, address=bytes([10, 0, 0, 1]), prefixlen=32, label="eth0")


def message(kind: int, body: bytes, sequence: int = 7) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, 0, sequence, 0) + body


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def link_body(family: int = 0, flags: int = 0x41) -> bytes:
    fields = struct.pack("=BxHiII", family, 1, 3, flags, 0)
    return fields + attribute(3, b"eth1\0") + attribute(1, b"\2\0\0\0\0\1") + attribute(99, b"odd")


def test_adding_an_address_is_what_pyroute2_would_send() -> None:
    expected = (
        "340000001400050600000000000000000220000002000000080002000a000001080001000a000001090003006574683000000000"
    )
    assert rtnetlink.add_address(ADDRESS, 0).hex() == expected


def test_deleting_names_the_same_address() -> None:
    data = rtnetlink.delete_address(ADDRESS._replace(label=""), 9)
    assert data[4:6] == struct.pack("=H", 21)
    assert list(parse(data)) == [AddressGone(ADDRESS._replace(label=""))]


@given(
    st.builds(
        Address,
        ifindex=st.integers(1, 2**31),
        address=st.binary(min_size=4, max_size=4),
        prefixlen=st.integers(0, 32),
        secondary=st.just(False),
        scope=st.integers(0, 255),
        label=st.text("abcdefgh:0123", max_size=15),
        broadcast=st.one_of(st.just(b""), st.binary(min_size=4, max_size=4)),
    )
)
def test_an_address_comes_back(address: Address) -> None:
    assert list(parse(rtnetlink.add_address(address, 1))) == [address]


def test_dumps_ask_for_everything() -> None:
    assert rtnetlink.dump_links(5)[4:8] == struct.pack("=HH", 18, 0x301)
    assert rtnetlink.dump_addresses(5)[4:8] == struct.pack("=HH", 22, 0x301)
    assert rtnetlink.dump_addresses(5)[16] == rtnetlink.AF_INET


def test_links_are_up_with_a_carrier_only() -> None:
    up = Link(3, "eth1", b"\2\0\0\0\0\1", up=True)
    assert list(parse(message(16, link_body()))) == [up]
    assert list(parse(message(16, link_body(flags=0x1)))) == [up._replace(up=False)]
    assert list(parse(message(16, link_body(flags=0x40)))) == [up._replace(up=False)]
    assert list(parse(message(17, link_body()))) == [LinkGone(3)]


def test_a_bridge_that_loses_a_port_has_not_lost_the_interface() -> None:
    assert list(parse(message(17, link_body(family=7)))) == []


def test_ipv6_and_unknown_kinds_are_passed_over() -> None:
    ipv6 = struct.pack("=BBBBI", 10, 64, 0, 0, 2)
    assert list(parse(message(20, ipv6) + message(99, b"") + message(3, b""))) == [Done(7)]


def test_answers_carry_their_sequence_and_a_positive_errno() -> None:
    data = message(2, struct.pack("=i", 0) + bytes(16), 1) + message(2, struct.pack("=i", -17) + bytes(16), 2)
    assert list(parse(data)) == [Ack(1, 0), Ack(2, 17)]


def test_secondary_addresses_are_told_apart() -> None:
    body = struct.pack("=BBBBI", 2, 24, 0x1, 0, 2) + attribute(2, bytes([10, 0, 0, 1]))
    assert list(parse(message(20, body))) == [Address(2, bytes([10, 0, 0, 1]), 24, secondary=True)]


def test_a_cut_message_ends_the_reading() -> None:
    whole = message(3, b"")
    assert list(parse(whole + message(20, bytes(12))[:-4])) == [Done(7)]
    assert list(parse(whole + struct.pack("=IHHII", 4, 3, 0, 0, 0))) == [Done(7)]


def test_a_broken_attribute_ends_the_attributes() -> None:
    body = struct.pack("=BxHiII", 0, 1, 3, 0x41, 0) + attribute(3, b"eth1\0") + struct.pack("=HH", 0, 1)
    assert list(parse(message(16, body))) == [Link(3, "eth1", b"", up=True)]
