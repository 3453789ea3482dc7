"""Netlink's framing, whole and broken."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.kernel import nlmessage
from alived.workers.vrrp.kernel.nlmessage import Ack, Done, Received, attribute, attributes, message, nested, received


def test_a_message_is_padded_and_comes_back() -> None:
    data = message(16, 5, 7, b"abcde")
    assert data.hex() == "15000000100005000700000000000000" + "6162636465000000"
    assert list(received(data + message(3, 0, 8, b""))) == [Received(16, 5, 7, b"abcde"), Received(3, 0, 8, b"")]


def test_impossible_lengths_end_the_reading() -> None:
    whole = message(3, 0, 7, b"")
    assert len(list(received(whole + message(20, 0, 7, bytes(12))[:-4]))) == 1
    assert len(list(received(whole + struct.pack("=IHHII", 4, 3, 0, 0, 0)))) == 1
    assert len(list(received(whole + b"abc"))) == 1


def test_attributes_come_back_without_the_flags_of_their_kind() -> None:
    inner = attribute(1, b"abc")
    data = b"head" + attribute(3) + nested(9, inner, attribute(2, b"x"))
    assert attributes(data, 4) == {3: b"", 9: inner + attribute(2, b"x")}
    assert nested(9).hex() == "04000980"


def test_a_broken_attribute_ends_the_attributes() -> None:
    good = attribute(1, b"abcd")
    assert attributes(good + struct.pack("=HH", 3, 2)) == {1: b"abcd"}
    assert attributes(good + struct.pack("=HH", 9, 2) + b"abcd") == {1: b"abcd"}
    assert attributes(good + b"ab") == {1: b"abcd"}


def test_numbers_and_strings() -> None:
    assert [nlmessage.u8(7), nlmessage.u16(7), nlmessage.u32(7)] == [struct.pack(f"={kind}", 7) for kind in "BHI"]
    assert nlmessage.number(struct.pack("=Q", 2**40)) == 2**40
    assert nlmessage.number(b"") == 0
    assert nlmessage.text("eth0") == b"eth0\0"
    assert [nlmessage.string(value) for value in (b"eth0\0", b"eth0", b"a\0b", b"\xff")] == [
        "eth0",
        "eth0",
        "a",
        "\ufffd",
    ]


def test_answers() -> None:
    refused = struct.pack("=i", -17) + bytes(16)
    words = attribute(nlmessage.NLMSGERR_ATTR_MSG, b"Nexthop has invalid gateway.\0")
    assert nlmessage.answer(Received(2, 0x300, 5, refused + words)) == Ack(5, 17, "Nexthop has invalid gateway.")
    assert nlmessage.answer(Received(2, 0x100, 5, refused)) == Ack(5, 17)
    assert nlmessage.answer(Received(3, 0, 5, bytes(4))) == Done(5)
    assert nlmessage.answer(Received(3, 0, 5, struct.pack("=i", -4))) == Done(5, 4)
    assert nlmessage.answer(Received(16, 0, 5, b"")) is None


@given(st.binary(max_size=300))
def test_nothing_raises(data: bytes) -> None:
    for got in received(data):
        attributes(got.body)
        nlmessage.answer(got)
    attributes(data)
