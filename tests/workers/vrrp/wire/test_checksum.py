"""The sum of adverts, by the plain algorithm of RFC 1071 and by keepalived's packets."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.wire.checksum import Covers, coverage, field, ones_sum, pseudo_sum
from alived.workers.vrrp.wire.dialect import GROUP
from tests.workers.vrrp.wire.captured import IPV4, IPV6
from tests.workers.vrrp.wire.kit import packed

ALL = tuple(Covers)


def by_hand(data: bytes) -> int:
    """RFC 1071, 4.1."""
    padded = data + b"\0" if len(data) % 2 else data
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


@given(st.binary(max_size=99))
def test_the_sum_is_that_of_rfc_1071(data: bytes) -> None:
    assert ones_sum(data) == by_hand(data) % 0xFFFF


@given(st.binary(min_size=1, max_size=98).filter(lambda data: data[0] != 0))
def test_what_carries_its_checksum_sums_to_nothing(data: bytes) -> None:
    padded = data + bytes(len(data) % 2)
    assert field(by_hand(data)) == (~by_hand(data) & 0xFFFF).to_bytes(2, "big")
    assert ones_sum(padded + field(ones_sum(data))) == 0


def test_the_pseudo_header_of_ipv4() -> None:
    """Written out by hand from RFC 8200, 8.1, for IPv4: source, destination, zero, protocol, length."""
    source, destination = packed("10.9.0.1"), packed("224.0.0.18")
    written = source + destination + bytes((0, 112)) + (16).to_bytes(2, "big")
    assert pseudo_sum(source, destination, 16) % 0xFFFF == ones_sum(written)


def test_the_pseudo_header_of_ipv6() -> None:
    source, destination = packed("fe80::1"), packed("ff02::12")
    written = source + destination + (40).to_bytes(4, "big") + bytes((0, 0, 0, 112))
    assert pseudo_sum(source, destination, 40) % 0xFFFF == ones_sum(written)


@pytest.mark.parametrize(
    ("name", "covers"),
    [
        ("v3", Covers.PSEUDO_HEADER),
        ("v3 to a peer", Covers.PSEUDO_HEADER),
        ("old_unicast_checksum", Covers.OLD_UNICAST),
    ],
)
def test_keepalived_s_checksums_are_told_apart(name: str, covers: Covers) -> None:
    packet = bytes.fromhex(IPV4[name][1])
    source, destination, message = packet[12:16], packet[16:20], packet[20:]
    assert coverage(message, source, destination, ALL, GROUP) is covers
    others = tuple(other for other in ALL if other is not covers)
    if name != "v3":  # to the group itself, old and new checksums are one
        assert coverage(message, source, destination, others, GROUP) is None


def test_the_checksum_of_ipv6() -> None:
    packet = bytes.fromhex(IPV6[1])
    accepted = (Covers.PSEUDO_HEADER,)
    assert coverage(packet[40:], packet[8:24], packet[24:40], accepted, GROUP) is Covers.PSEUDO_HEADER
    assert coverage(packet[40:], packet[8:24], packed("ff02::13"), accepted, GROUP) is None


def test_the_checksum_of_the_message_alone() -> None:
    """Summed by hand: 3136 + c801 + 0032 + 0a09 + 0068 = 103da, folded 03db, inverted fc24."""
    message = bytes.fromhex("3136c8010032fc240a090068")
    assert coverage(message, packed("10.9.0.1"), GROUP, ALL, GROUP) is Covers.MESSAGE
