"""What people are shown of a captured packet."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.wire.advert import V2, V3, V3_IPV6, Advert, Format, encode, stamped
from alived.workers.vrrp.wire.checksum import Covers, field, ones_sum, pseudo_sum
from alived.workers.vrrp.wire.datagram import ipv4_header
from alived.workers.vrrp.wire.dialect import GROUP, Conversation, Dialect
from alived.workers.vrrp.wire.inspection import GROUP_IPV6, Inspection, Seal, inspect, seal_of
from alived.workers.vrrp.wire.writer import Writer
from tests.workers.vrrp.wire import captured
from tests.workers.vrrp.wire.kit import (
    AH,
    EVERY,
    OLD,
    OURS,
    PASSWORD,
    PEER,
    PEER6,
    PLAIN,
    SEALED,
    SIX,
    SIX_OF_TWO,
    THREE,
    THREE_ALONE,
    TIMED,
    UNICAST6,
    VIRTUAL,
    WALL,
    changed,
    datagram,
    ends,
    ipv6_packet,
    is_six,
    packed,
)


def packet(dialect: Dialect) -> bytes:
    """As a capture has it."""
    writer, (source, destination) = Writer(dialect, Conversation()), ends(dialect)
    message = writer.message(100, source, destination, WALL)
    if is_six(dialect):
        return ipv6_packet(message, source, destination)
    return message if writer.with_header else datagram(message, source, destination)


def seen(data: bytes) -> Inspection:
    found = inspect(data)
    assert found is not None
    return found


def four(advert: Advert, layout: Format = V3) -> bytes:
    message = encode(layout, advert)
    return datagram(stamped(message, field(ones_sum(message))))


def test_keepalived_s_packets() -> None:
    assert seen(bytes.fromhex(captured.IPV4["v3"][1])) == Inspection(
        family=Family.IPV4,
        source="10.9.0.1",
        destination="224.0.0.18",
        ttl=255,
        version=3,
        vrid=52,
        priority=200,
        interval=0.5,
        addresses=("10.9.0.101", "10.9.0.102"),
        covers=Covers.PSEUDO_HEADER,
    )
    assert seen(bytes.fromhex(captured.IPV6[1])) == Inspection(
        family=Family.IPV6,
        source="fe80::45b:54ff:fe33:3139",
        destination="ff02::12",
        ttl=255,
        version=3,
        vrid=53,
        priority=200,
        interval=0.5,
        addresses=("fe80::9:100", "fd09::100"),
        covers=Covers.PSEUDO_HEADER,
    )
    ah = seen(bytes.fromhex(captured.IPV4["AH"][1]))
    assert (ah.seal, ah.number, ah.version, ah.vrid, ah.faults) == (Seal.AH, 1, 2, 51, ())
    assert seen(bytes.fromhex(captured.IPV4["old_unicast_checksum"][1])).covers is Covers.OLD_UNICAST


FAULTS = {
    "v2 PASS": ("the password can be read by anyone",),
    "v2 IPv6": ("version 2 over IPv6",),
}


@pytest.mark.parametrize("name", EVERY)
def test_what_we_send_has_no_fault_but_its_kind_s(name: str) -> None:
    dialect = EVERY[name]
    found = seen(packet(dialect))
    assert found.faults == FAULTS.get(name, ())
    assert (found.version, found.vrid, found.priority, found.interval) == (dialect.layout.version, 51, 100, 1.0)
    assert found.covers is not None
    assert (found.number is not None) is (name in SEALED)


def test_a_password_is_not_shown() -> None:
    found = seen(packet(PASSWORD))
    assert found.seal is Seal.PASS
    assert "1111" not in repr(found)


def test_an_hmac() -> None:
    found = seen(packet(replace(SIX, auth_hmac=TIMED)))
    assert (found.seal, found.key, found.number) == (Seal.HMAC, 1, (1_800_000_000 << 32) + (1 << 30))
    assert found.covers is Covers.PSEUDO_HEADER


def test_padding_is_neither_a_fault_nor_an_hmac() -> None:
    whole = packet(THREE)
    found = seen(whole + bytes(10))
    assert (found.seal, found.faults) == (Seal.NONE, ())
    message = whole[20:]
    assert seen(datagram(message + bytes(28))).seal is Seal.NONE
    assert seen(datagram(message + bytes(6))).faults == ()


@pytest.mark.parametrize("other", [b"", b"\x45", bytes(60), changed(packet(THREE), 9, 17), changed(packet(SIX), 6, 58)])
def test_what_is_no_vrrp_is_passed_over(other: bytes) -> None:
    assert inspect(other) is None


def test_another_protocol_behind_ah_is_passed_over() -> None:
    assert inspect(changed(packet(AH), 20, 6)) is None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (changed(packet(THREE), 26, 0), "bad checksum (00ed)"),
        (changed(packet(SIX), 46, 0), "bad checksum (00ab)"),
        (changed(packet(THREE), 8, 3), "wrong TTL (3, not 255)"),
        (changed(packet(SIX), 7, 64), "wrong TTL (64, not 255)"),
        (changed(packet(THREE), 20, 0x41), "wrong version (version 4)"),
        (changed(packet(THREE), 20, 0x32), "unknown type (type 2)"),
        (changed(packet(THREE), 23, 9), "truncated (16 bytes, 9 addresses need 44)"),
        (datagram(b""), "wrong version (version 0)"),
        (changed(packet(AH), 21, 9), "truncated (authentication header of 44 bytes, not 24)"),
        (datagram(packet(THREE)[20:], source=bytes(4)), "sent from " + ".".join("0000")),
        (datagram(packet(THREE)[20:], destination=packed("224.0.0.88")), "sent to 224.0.0.88, not to 224.0.0.18"),
        (
            ipv6_packet(packet(SIX)[40:], packed("fd09::1"), GROUP_IPV6),
            "sent from fd09::1, which is not link-local",
        ),
        (four(Advert(0, 100, 100, VIRTUAL)), "virtual router ID is 0"),
        (four(Advert(51, 100, 0, VIRTUAL)), "advertisement interval is 0"),
        (four(Advert(51, 100, 100, ())), "no address"),
        (four(Advert(51, 100, 100, VIRTUAL, auth_type=3)), "reserved bits are set"),
        (four(Advert(51, 100, 1, VIRTUAL, auth_type=2), V2), "authentication type is 2"),
        (packet(SIX_OF_TWO), "version 2 over IPv6"),
    ],
)
def test_what_is_wrong_is_named(data: bytes, fault: str) -> None:
    assert fault in seen(data).faults


def test_a_header_of_authentication_around_another_type() -> None:
    inner = packet(PLAIN)[20:]
    whole = packet(AH)
    assert seen(whole[:44] + inner).faults == ("authentication header around another type",)


def test_old_checksums_are_wrong_in_multicast() -> None:
    message = Writer(OLD, Conversation()).message(100, PEER, OURS)
    assert seen(datagram(message, PEER, OURS)).covers is Covers.OLD_UNICAST
    assert seen(datagram(message, PEER, packed("224.0.0.88"))).covers is None


def test_the_checksum_of_the_message_alone() -> None:
    assert seen(packet(THREE_ALONE)).covers is Covers.MESSAGE


def test_unicast_may_come_through_routers() -> None:
    data = packet(UNICAST6)
    assert seen(changed(data, 7, 3)).faults == ()


def test_the_router_of_a_message_that_can_t_be_read_is_named() -> None:
    found = seen(datagram(packet(THREE)[20:30]))
    assert (found.version, found.vrid, found.priority) == (3, 51, 100)
    found = seen(datagram(b"\x41\x33\x64"))
    assert (found.version, found.vrid, found.priority) == (4, 0, 0)
    header = ipv4_header(PEER, GROUP, protocol=51, ttl=255, identification=1, size=4)
    assert seen(header + bytes(4)).faults == ("truncated (4 bytes of authentication header)",)


@given(st.binary(max_size=120))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    for whole in (data, datagram(data), ipv6_packet(data, PEER6, GROUP_IPV6), b"\x45" + data, b"\x60" + data):
        assert isinstance(inspect(whole), Inspection | None)


def test_the_pseudo_header_of_a_trailer_is_that_of_the_whole() -> None:
    whole = packet(replace(SIX, auth_hmac=TIMED))
    payload = whole[40:]
    assert (ones_sum(payload) + pseudo_sum(whole[8:24], whole[24:40], len(payload))) % 0xFFFF == 0
    assert V3_IPV6.address_size == 16


@pytest.mark.parametrize("dialect", EVERY.values(), ids=EVERY)
def test_an_instance_is_named_for_the_seal_that_its_adverts_have(dialect: Dialect) -> None:
    assert seal_of(dialect) is seen(packet(dialect)).seal
