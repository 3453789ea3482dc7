"""What is accepted and what is not, check by check (RFC 3768, 7.1; RFC 9568, 7.1)."""

from dataclasses import replace

import pytest

from alived.workers.vrrp.wire.advert import V3, Advert, encode, stamped
from alived.workers.vrrp.wire.checksum import Covers, field, ones_sum
from alived.workers.vrrp.wire.datagram import Datagram
from alived.workers.vrrp.wire.dialect import GROUP, Conversation, Dialect, Limits
from alived.workers.vrrp.wire.judge import Heard, read, remarks, unwrap, verdict
from alived.workers.vrrp.wire.rejection import Reason, Rejection
from alived.workers.vrrp.wire.writer import Writer
from tests.workers.vrrp.wire import captured
from tests.workers.vrrp.wire.kit import (
    AH,
    EVERY,
    NEVER,
    OLD,
    OTHER,
    OURS,
    PASSWORD,
    PEER,
    PERMISSIVE,
    PLAIN,
    RECEIVE_ONLY,
    SIX,
    THREE,
    THREE_ALONE,
    TIMED,
    UNICAST,
    WALL,
    changed,
    datagram,
    ends,
    ipv6_packet,
    is_six,
    opened,
    packed,
)


def sent(dialect: Dialect, priority: int = 100, conversation: Conversation | None = None) -> Datagram:
    """An advert of the peer as it arrives."""
    source, destination = ends(dialect)
    writer = Writer(dialect, conversation or Conversation())
    message = writer.message(priority, source, destination, WALL)
    if writer.with_header:
        return opened(message)
    return Datagram(source, destination, 255, 112, message)


def judged(
    dialect: Dialect, found: Datagram, conversation: Conversation | None = None, wall: float = WALL
) -> Heard | Rejection:
    conversation = conversation or Conversation()
    letter = unwrap(dialect, conversation, found, wall)
    return letter if isinstance(letter, Rejection) else read(dialect, conversation, found, letter)


def reason(dialect: Dialect, found: Datagram, conversation: Conversation | None = None) -> Reason | None:
    verdict = judged(dialect, found, conversation)
    return verdict.reason if isinstance(verdict, Rejection) else None


def made(advert: Advert, **fields: int) -> Datagram:
    """A VRRPv3 advert with the checksum of the message alone."""
    message = encode(V3, advert)
    return Datagram(PEER, GROUP, fields.get("ttl", 255), 112, stamped(message, field(ones_sum(message))))


@pytest.mark.parametrize("dialect", EVERY.values(), ids=EVERY)
def test_what_a_peer_of_the_same_dialect_says_is_heard(dialect: Dialect) -> None:
    heard = judged(dialect, sent(dialect))
    assert isinstance(heard, Heard)
    assert (heard.priority, heard.source, heard.interval, heard.ttl) == (100, ends(dialect)[0], 1.0, 255)
    assert heard.advert.addresses == dialect.addresses
    assert remarks(dialect, heard) == []


@pytest.mark.parametrize(("dialect", "packet"), captured.IPV4.values(), ids=captured.IPV4)
def test_what_keepalived_says_is_heard(dialect: Dialect, packet: str) -> None:
    heard = judged(dialect, opened(bytes.fromhex(packet)))
    assert isinstance(heard, Heard)
    assert (heard.priority, heard.interval) == (200, dialect.interval)
    assert remarks(dialect, heard) == []


def test_what_keepalived_says_over_ipv6_is_heard() -> None:
    dialect, packet = captured.IPV6[0], bytes.fromhex(captured.IPV6[1])
    heard = judged(dialect, Datagram(packet[8:24], packet[24:40], 255, 112, packet[40:]))
    assert isinstance(heard, Heard)
    assert heard.priority == 200
    assert remarks(dialect, heard) == []


@pytest.mark.parametrize(("dialect", "source", "whole"), [captured.HMAC_IPV4, captured.HMAC_IPV6], ids=["IPv4", "IPv6"])
def test_the_published_vectors_are_heard(dialect: Dialect, source: bytes, whole: bytes) -> None:
    found = Datagram(source, dialect.group or captured.HMAC_DESTINATION, 255, 112, whole)
    heard = judged(dialect, found)
    assert isinstance(heard, Heard)
    assert heard.priority == 200


# --- the way --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", [PLAIN, THREE, SIX, replace(THREE, auth_hmac=TIMED)])
def test_a_ttl_other_than_255_came_through_a_router(dialect: Dialect) -> None:
    assert reason(dialect, sent(dialect)._replace(ttl=254)) is Reason.TTL


@pytest.mark.parametrize(("ttl", "expected"), [(2, Reason.TTL), (3, None), (64, None), (65, Reason.TTL)])
def test_each_peer_has_its_own_ttl_policy(ttl: int, expected: Reason | None) -> None:
    dialect = replace(UNICAST, peers={PEER: Limits(3, 64)})
    assert reason(dialect, sent(dialect)._replace(ttl=ttl)) is expected


def test_only_peers_are_heard_when_that_is_asked_for() -> None:
    stranger = sent(UNICAST)
    others = replace(UNICAST, peers={OTHER: Limits(0, 255)})
    assert reason(others, stranger) is None
    assert reason(replace(others, check_source=True), stranger) is Reason.PEER
    signed = replace(UNICAST, auth_hmac=TIMED)
    assert reason(replace(others, auth_hmac=TIMED), sent(signed)) is Reason.PEER


# --- the form -------------------------------------------------------------------------------------------------------


def test_version_type_and_length() -> None:
    found = sent(THREE)
    assert reason(PLAIN, found) is Reason.VERSION
    assert reason(THREE, sent(PLAIN)) is Reason.VERSION
    assert reason(THREE, found._replace(payload=changed(found.payload, 0, 0x32))) is Reason.TYPE
    assert reason(THREE, found._replace(payload=found.payload[:-1])) is Reason.TRUNCATED


@pytest.mark.parametrize("dialect", EVERY.values(), ids=EVERY)
def test_a_wrong_checksum(dialect: Dialect) -> None:
    found = sent(dialect)
    if dialect.by_ah:  # the digest is looked at first
        assert reason(dialect, found._replace(payload=changed(found.payload, 30, 0))) is Reason.AH_DIGEST
    else:
        assert reason(dialect, found._replace(payload=changed(found.payload, 6, 0xAA))) is Reason.CHECKSUM


def test_padding_is_tolerated() -> None:
    for dialect in (PLAIN, PASSWORD, THREE, SIX):
        found = sent(dialect)
        assert reason(dialect, found._replace(payload=found.payload + bytes(6))) is None


def test_without_auth_hmac_a_trailer_is_padding() -> None:
    for dialect in (PLAIN, THREE, SIX):
        assert reason(dialect, sent(replace(dialect, auth_hmac=TIMED))) is None


# --- checksums ------------------------------------------------------------------------------------------------------


def test_both_checksums_of_vrrpv3_over_ipv4_are_accepted_whatever_we_send() -> None:
    for dialect in (THREE, THREE_ALONE):
        assert reason(dialect, sent(THREE)) is None
        assert reason(dialect, sent(THREE_ALONE)) is None


def test_the_checksum_is_of_the_addresses_that_the_packet_has() -> None:
    assert reason(THREE, sent(THREE)._replace(source=OTHER)) is Reason.CHECKSUM
    assert reason(SIX, sent(SIX)._replace(source=packed("fe80::3"))) is Reason.CHECKSUM


def test_old_checksums_of_peers_are_noticed_and_forgotten() -> None:
    conversation = Conversation()
    heard = judged(UNICAST, sent(OLD), conversation)
    assert isinstance(heard, Heard)
    assert heard.covers is Covers.OLD_UNICAST
    assert conversation.old_peers == {PEER}
    assert reason(UNICAST, sent(UNICAST), conversation) is None
    assert conversation.old_peers == set()


def test_old_checksums_are_refused_where_they_do_not_belong() -> None:
    assert reason(NEVER, sent(OLD)) is Reason.CHECKSUM
    own_group = replace(THREE, group=packed("224.0.0.88"))
    foreign = sent(THREE)._replace(destination=own_group.group)
    assert reason(own_group, foreign) is Reason.CHECKSUM


def test_a_stranger_s_checksum_is_not_remembered() -> None:
    conversation = Conversation()
    assert reason(replace(UNICAST, peers={OTHER: Limits(0, 255)}), sent(OLD), conversation) is None
    assert conversation.old_peers == set()


# --- authentication -------------------------------------------------------------------------------------------------


def test_authentication_of_vrrpv2() -> None:
    assert reason(PASSWORD, sent(PLAIN)) is Reason.AUTH_TYPE
    assert reason(PLAIN, sent(PASSWORD)) is Reason.AUTH_TYPE
    assert reason(PLAIN, sent(AH)) is Reason.AUTH_TYPE
    assert reason(AH, sent(PLAIN)) is Reason.AUTH_TYPE
    assert reason(PASSWORD, sent(replace(PASSWORD, password=b"2222"))) is Reason.PASSWORD
    assert reason(AH, sent(replace(AH, password=b"another"))) is Reason.AH_DIGEST
    assert reason(AH, sent(AH)._replace(payload=bytes(20))) is Reason.TRUNCATED


def test_an_advert_in_ah_is_heard_once() -> None:
    conversation, found = Conversation(), sent(AH)
    assert reason(AH, found, conversation) is None
    assert reason(AH, found, conversation) is Reason.AH_REPLAY


@pytest.mark.parametrize("dialect", [THREE, UNICAST, SIX, PLAIN], ids=["v3", "unicast", "IPv6", "v2"])
def test_an_advert_with_a_trailer_is_heard_once(dialect: Dialect) -> None:
    signed = replace(dialect, auth_hmac=TIMED)
    conversation, found = Conversation(), sent(signed)
    assert reason(signed, found, conversation) is None
    assert reason(signed, found, conversation) is Reason.HMAC_REPLAY


def test_the_clock_s_skew_is_known() -> None:
    signed, conversation = replace(THREE, auth_hmac=TIMED), Conversation()
    assert isinstance(judged(signed, sent(signed), conversation, WALL + 4), Heard)
    assert conversation.skew == 4
    late = judged(signed, sent(signed), conversation, WALL + 6)
    assert late == Rejection(Reason.HMAC_STALE, "the clocks differ by 6 s")


def test_a_trailer_is_asked_for_as_the_mode_says() -> None:
    """Migration: first all accept, then all sign, then unsigned ones are refused."""
    signed, unsigned = sent(replace(THREE, auth_hmac=TIMED)), sent(THREE)
    assert reason(replace(THREE, auth_hmac=TIMED), unsigned) is Reason.HMAC_MISSING
    for mode in (PERMISSIVE, RECEIVE_ONLY):
        assert reason(replace(THREE, auth_hmac=mode), unsigned) is None
        assert reason(replace(THREE, auth_hmac=mode), signed) is None
    assert reason(THREE, sent(replace(THREE, auth_hmac=RECEIVE_ONLY))) is None


def test_in_no_mode_a_wrong_trailer_is_accepted() -> None:
    signed = sent(replace(THREE, auth_hmac=TIMED))
    forged = signed._replace(payload=changed(signed.payload, -1 % len(signed.payload), signed.payload[-1] ^ 1))
    for mode in (TIMED, PERMISSIVE, RECEIVE_ONLY):
        assert reason(replace(THREE, auth_hmac=mode), forged) is Reason.HMAC_DIGEST


# --- the meaning ----------------------------------------------------------------------------------------------------


def test_the_interval_of_vrrpv2_has_to_be_ours() -> None:
    assert reason(replace(PLAIN, interval=2.0), sent(PLAIN)) is Reason.INTERVAL
    refused = judged(replace(PLAIN, interval=2.0), sent(PLAIN))
    assert isinstance(refused, Rejection)
    assert refused.interval == 1.0


def test_the_interval_of_vrrpv3_is_learned() -> None:
    heard = judged(replace(THREE, interval=2.0), sent(replace(THREE, interval=0.03)))
    assert isinstance(heard, Heard)
    assert heard.interval == 0.03
    assert remarks(replace(THREE, interval=2.0), heard) == [
        "10.9.0.2 advertises an interval of 0.03 s, ours is 2 s",
    ]


def test_an_interval_of_zero_is_taken_for_ours() -> None:
    heard = judged(replace(THREE, interval=2.0), made(Advert(51, 100, 0, THREE.addresses)))
    assert isinstance(heard, Heard)
    assert heard.interval == 2.0


def test_reserved_bits_are_ignored() -> None:
    assert reason(THREE, made(Advert(51, 100, 100, THREE.addresses, auth_type=0xF))) is None


def test_an_advert_without_addresses_is_ignored_unless_we_have_none_either() -> None:
    empty = made(Advert(51, 100, 100, ()))
    assert reason(THREE, empty) is Reason.COUNT
    assert reason(replace(THREE, addresses=()), empty) is None
    assert reason(PLAIN, sent(replace(PLAIN, addresses=()))) is None


def test_other_addresses_are_remarked_and_not_refused() -> None:
    heard = judged(THREE, sent(replace(THREE, addresses=(OURS,))))
    assert isinstance(heard, Heard)
    assert remarks(THREE, heard) == ["10.9.0.2 advertises other addresses: 10.9.0.1"]
    heard = judged(PLAIN, sent(replace(PLAIN, addresses=())))
    assert isinstance(heard, Heard)
    assert remarks(PLAIN, heard) == ["10.9.0.2 advertises other addresses: none"]


def test_the_kit_s_datagrams_are_those_of_the_wire() -> None:
    found = sent(THREE)
    assert opened(datagram(found.payload)).payload == found.payload
    assert is_six(SIX)
    assert not is_six(THREE)


# --- a captured packet ------------------------------------------------------------------------------------------------


def packet(dialect: Dialect) -> bytes:
    """An advert of the peer as a capture has it."""
    (source, destination), writer = ends(dialect), Writer(dialect, Conversation())
    message = writer.message(100, source, destination, WALL)
    if is_six(dialect):
        return ipv6_packet(message, source, destination)
    return message if writer.with_header else datagram(message, source, destination)


@pytest.mark.parametrize("dialect", EVERY.values(), ids=EVERY)
def test_a_capture_is_judged_as_what_is_heard_however_often(dialect: Dialect) -> None:
    captured_twice = [verdict(dialect, packet(dialect), WALL) for _ in range(2)]
    assert captured_twice == ["", ""]


@pytest.mark.parametrize(
    ("dialect", "seen", "words"),
    [
        (PASSWORD, packet(replace(PASSWORD, password=b"2222")), "wrong password"),
        (AH, packet(replace(AH, password=b"other")), "wrong AH digest"),
        (SIX, packet(PLAIN), "wrong protocol (the other family of addresses)"),
        (PLAIN, b"", "truncated (0 bytes of IP header)"),
        (PLAIN, packet(THREE), "wrong version (version 3, ours is 2)"),
    ],
    ids=["password", "AH", "family", "nothing", "version"],
)
def test_why_a_capture_would_be_refused(dialect: Dialect, seen: bytes, words: str) -> None:
    assert verdict(dialect, seen, WALL) == words
