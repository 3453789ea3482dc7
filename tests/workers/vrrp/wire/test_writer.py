"""Adverts as they go out: byte for byte keepalived's, and made as seldom as can be."""

from dataclasses import replace

import pytest

from alived.workers.vrrp.wire.ah import LAST
from alived.workers.vrrp.wire.checksum import Covers, ones_sum
from alived.workers.vrrp.wire.dialect import GROUP, Conversation, Dialect
from alived.workers.vrrp.wire.trailer import SIZE
from alived.workers.vrrp.wire.writer import KEPT, Writer
from tests.workers.vrrp.wire import captured
from tests.workers.vrrp.wire.kit import (
    AH,
    OPEN,
    OTHER,
    OURS,
    PASSWORD,
    PEER,
    RECEIVE_ONLY,
    SEALED,
    THREE,
    TIMED,
    UNICAST,
    UNICAST_AH,
    WALL,
    ends,
)


@pytest.mark.parametrize(("dialect", "packet"), captured.IPV4.values(), ids=captured.IPV4)
def test_we_say_what_keepalived_says(dialect: Dialect, packet: str) -> None:
    whole = bytes.fromhex(packet)
    writer = Writer(dialect, Conversation())
    message = writer.message(200, captured.SOURCE, whole[16:20])
    assert message == (whole if writer.with_header else whole[20:])


def test_we_say_what_keepalived_says_over_ipv6() -> None:
    dialect, packet = captured.IPV6[0], bytes.fromhex(captured.IPV6[1])
    assert Writer(dialect, Conversation()).message(200, packet[8:24], packet[24:40]) == packet[40:]


@pytest.mark.parametrize(("dialect", "source", "whole"), [captured.HMAC_IPV4, captured.HMAC_IPV6], ids=["IPv4", "IPv6"])
def test_we_sign_as_the_published_vectors(dialect: Dialect, source: bytes, whole: bytes) -> None:
    writer = Writer(dialect, Conversation())
    destination = dialect.group or captured.HMAC_DESTINATION
    assert writer.message(200, source, destination, captured.HMAC_TIME) == whole


@pytest.mark.parametrize("dialect", OPEN.values(), ids=OPEN)
def test_an_advert_is_made_once(dialect: Dialect) -> None:
    writer = Writer(dialect, Conversation())
    first = writer.message(100, *ends(dialect))
    assert writer.message(100, *ends(dialect)) is first
    assert writer.message(0, *ends(dialect)) != first
    assert not writer.with_header


@pytest.mark.parametrize("dialect", SEALED.values(), ids=SEALED)
def test_a_sealed_advert_is_never_the_same(dialect: Dialect) -> None:
    writer = Writer(dialect, Conversation())
    assert len({writer.message(100, *ends(dialect), WALL) for _ in range(20)}) == 20


def test_each_peer_gets_a_checksum_of_its_own() -> None:
    writer = Writer(UNICAST, Conversation())
    assert writer.message(100, OURS, PEER)[6:8] != writer.message(100, OURS, OTHER)[6:8]


def test_a_changed_source_changes_the_checksum() -> None:
    writer = Writer(THREE, Conversation())
    assert writer.message(100, OURS, GROUP)[6:8] != writer.message(100, PEER, GROUP)[6:8]


def test_a_peer_of_old_gets_old_checksums_once_it_is_known() -> None:
    conversation = Conversation()
    writer = Writer(UNICAST, conversation)
    usual = writer.message(100, OURS, PEER)
    conversation.old_peers.add(PEER)
    old = writer.message(100, OURS, PEER)
    assert old[6:8] != usual[6:8]
    assert UNICAST.sends(PEER, conversation.old_peers) is Covers.OLD_UNICAST
    assert writer.message(100, OURS, OTHER)[:6] == usual[:6]


def test_receive_only_signs_nothing() -> None:
    plain = Writer(THREE, Conversation()).message(100, OURS, GROUP, WALL)
    assert Writer(replace(THREE, auth_hmac=RECEIVE_ONLY), Conversation()).message(100, OURS, GROUP, WALL) == plain
    signed = Writer(replace(THREE, auth_hmac=TIMED), Conversation()).message(100, OURS, GROUP, WALL)
    assert (signed[: len(plain)], len(signed)) == (plain, len(plain) + SIZE)


def test_the_active_key_signs() -> None:
    rotated = replace(THREE, auth_hmac=replace(TIMED, active_key=7))
    assert Writer(rotated, Conversation()).message(100, OURS, GROUP, WALL)[-SIZE:][:4] == b"\1\7\0\0"


def test_identifications_are_never_zero() -> None:
    """The kernel would put its own in place of 0, and the digest covers it."""
    writer = Writer(AH, Conversation())
    found = {int.from_bytes(writer.message(100, OURS, GROUP)[4:6], "big") for _ in range(0x10001)}
    assert found == set(range(1, 0x10000))


def test_an_ah_datagram_is_whole() -> None:
    packet = Writer(replace(UNICAST_AH, ttl=64), Conversation()).message(100, OURS, PEER)
    assert (packet[0], packet[1], packet[8], packet[9]) == (0x45, 0xC0, 64, 51)
    assert int.from_bytes(packet[2:4], "big") == len(packet)
    assert ones_sum(packet[:20]) == 0
    assert (packet[12:16], packet[16:20]) == (OURS, PEER)


def test_sequence_numbers_of_a_conversation_outlive_its_writers() -> None:
    conversation = Conversation(LAST - 2)
    numbers = [int.from_bytes(Writer(AH, conversation).message(100, OURS, GROUP)[28:32], "big") for _ in range(3)]
    assert numbers == [LAST - 1, LAST, 1]


def test_what_is_kept_is_bounded() -> None:
    writer = Writer(PASSWORD, Conversation())
    first = writer.message(0, OURS, GROUP)
    for number in range(KEPT):
        writer.message(100, number.to_bytes(4, "big"), GROUP)
    again = writer.message(0, OURS, GROUP)
    assert again == first
    assert again is not first
