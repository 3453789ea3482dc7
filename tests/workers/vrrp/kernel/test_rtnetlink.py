"""Bytes of links and addresses, against what the kernel and iproute2 say."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.kernel import rtnetlink
from alived.workers.vrrp.kernel.nlmessage import Ack, Done, Request
from alived.workers.vrrp.kernel.nlmessage import message as whole
from alived.workers.vrrp.kernel.rtnetlink import Address, AddressGone, Link, LinkGone, parse

ADDRESS = Address(ifindex=2, address=bytes([10, 0, 0, 1]), prefixlen=32, label="eth0")


def message(kind: int, body: bytes, sequence: int = 7) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, 0, sequence, 0) + body


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def sent(request: Request, flags: int = 0) -> bytes:
    return whole(request.kind, request.flags | flags, 0, request.body)


def link_body(family: int = 0, flags: int = 0x41) -> bytes:
    fields = struct.pack("=BxHiII", family, 1, 3, flags, 0)
    return fields + attribute(3, b"eth1\0") + attribute(1, b"\2\0\0\0\0\1") + attribute(99, b"odd")


def test_adding_an_address_is_what_pyroute2_would_send() -> None:
    expected = (
        "340000001400050600000000000000000220000002000000080002000a000001080001000a000001090003006574683000000000"
    )
    assert sent(rtnetlink.adding(ADDRESS), 0x5).hex() == expected


def test_an_ipv6_address_has_flags_lifetimes_and_a_peer() -> None:
    address = Address(2, bytes(15) + b"\1", 128, peer=bytes(15) + b"\2", flags=0x302, preferred=0, protocol=18)
    assert sent(rtnetlink.adding(address)).hex() == (
        "64000000140000060000000000000000"
        "0a80020002000000"
        "1400020000000000000000000000000000000001"
        "1400010000000000000000000000000000000002"
        "0800080002030000"
        "1400060000000000ffffffff0000000000000000"
        "05000b0012000000"
    )
    assert list(parse(sent(rtnetlink.adding(address)))) == [address]


def test_deleting_names_the_same_address() -> None:
    request = rtnetlink.deleting(
        ADDRESS._replace(label="eth0:1", broadcast=b"\xff\xff\xff\xff", peer=bytes(4), scope=9)
    )
    assert request.kind == 21
    bare = Address(2, ADDRESS.address, 32, peer=bytes(4))
    assert list(parse(sent(request))) == [AddressGone(bare)]


@given(
    st.builds(
        Address,
        ifindex=st.integers(1, 2**31),
        address=st.one_of(st.binary(min_size=4, max_size=4), st.binary(min_size=16, max_size=16)),
        prefixlen=st.integers(0, 128),
        scope=st.integers(0, 255),
        label=st.text("abcdefgh:0123", max_size=15),
        broadcast=st.one_of(st.just(b""), st.binary(min_size=4, max_size=4)),
        peer=st.just(b""),
        flags=st.integers(0, 2**16),
        preferred=st.integers(0, 2**32 - 1),
        valid=st.integers(0, 2**32 - 1),
        protocol=st.integers(0, 255),
    )
)
def test_an_address_comes_back(address: Address) -> None:
    assert list(parse(sent(rtnetlink.adding(address)))) == [address]


def test_dumps_ask_for_everything() -> None:
    assert rtnetlink.dump_links(5)[4:8] == struct.pack("=HH", 18, 0x301)
    assert rtnetlink.dump_addresses(5)[4:8] == struct.pack("=HH", 22, 0x301)
    assert rtnetlink.dump_addresses(5)[16] == 0  # both families


def test_links_are_up_with_a_carrier_only() -> None:
    up = Link(3, "eth1", b"\2\0\0\0\0\1", up=True, flags=0x41)
    assert list(parse(message(16, link_body()))) == [up]
    assert list(parse(message(16, link_body(flags=0x1)))) == [up._replace(up=False, flags=0x1)]
    assert list(parse(message(16, link_body(flags=0x40)))) == [up._replace(up=False, flags=0x40)]
    assert list(parse(message(17, link_body()))) == [LinkGone(3)]


def test_what_else_there_is_to_a_link() -> None:
    info = attribute(1, b"vrf\0") + attribute(2, attribute(1, struct.pack("=I", 1010)))
    numbers = ((4, 1500), (5, 7), (10, 8), (27, 9))
    body = link_body() + b"".join(attribute(kind, struct.pack("=I", number)) for kind, number in numbers)
    body += attribute(16, b"\6") + attribute(33, b"\0") + attribute(18, info)
    (link,) = parse(message(16, body))
    assert isinstance(link, Link)
    assert link[4:] == (0x41, 1500, "vrf", 7, 8, 9, 6, False, 1010)
    (abroad,) = parse(message(16, body + attribute(37, bytes(4))))
    assert abroad == link._replace(parent=0)  # that index is one of another namespace


def test_a_bridge_that_loses_a_port_has_not_lost_the_interface() -> None:
    assert list(parse(message(17, link_body(family=7)))) == []


def test_other_families_and_kinds_are_passed_over() -> None:
    other = struct.pack("=BBBBI", 28, 20, 0, 0, 2)
    assert list(parse(message(20, other) + message(99, b"") + message(3, b""))) == [Done(7)]


def test_answers_carry_their_sequence_and_a_positive_errno() -> None:
    data = message(2, struct.pack("=i", 0) + bytes(16), 1) + message(2, struct.pack("=i", -17) + bytes(16), 2)
    assert list(parse(data)) == [Ack(1, 0), Ack(2, 17)]


def test_states_of_addresses_are_told_apart() -> None:
    body = struct.pack("=BBBBI", 2, 24, 0x1, 0, 2) + attribute(2, bytes([10, 0, 0, 1]))
    (first,) = parse(message(20, body))
    assert isinstance(first, Address)
    assert (first.secondary, first.tentative, first.duplicate) == (True, False, False)
    (second,) = parse(message(20, body + attribute(8, struct.pack("=I", 0x48))))
    assert isinstance(second, Address)
    assert (second.secondary, second.tentative, second.duplicate) == (False, True, True)


def test_a_cut_message_ends_the_reading() -> None:
    done = message(3, b"")
    assert list(parse(done + message(20, bytes(12))[:-4])) == [Done(7)]
    assert list(parse(done + message(20, b"\2") + message(16, b"\0"))) == [Done(7)]


@given(st.sampled_from((2, 3, 16, 17, 20, 21)), st.binary(max_size=200))
def test_nothing_raises(kind: int, body: bytes) -> None:
    list(parse(message(kind, body)))
