"""Bytes of adverts: against keepalived's own, round trips, and everything that is not an advert."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.wire.packet import (
    V2,
    Advert,
    Datagram,
    Expected,
    Reason,
    Rejection,
    checksum,
    decode,
    encode,
    ipv4_payload,
)

# Captured from keepalived 2.2.7: vrid 51, priority 100, three addresses, PASS 1111, 10.9.0.1 to 224.0.0.18.
KEEPALIVED = bytes.fromhex(
    "45c0003000010000ff70d0800a090001e0000012213364030101f81b0a0900640a0900650a0900663131313100000000"
)
GROUP = bytes([224, 0, 0, 18])
ADVERT = Advert(
    vrid=51,
    priority=100,
    interval=1,
    auth_type=1,
    auth_data=b"1111\0\0\0\0",
    addresses=(b"\x0a\x09\0\x64", b"\x0a\x09\0\x65", b"\x0a\x09\0\x66"),
)
EXPECTED = Expected(interval=1, auth_type=1, auth_data=b"1111\0\0\0\0")

adverts = st.builds(
    Advert,
    vrid=st.integers(1, 255),
    priority=st.integers(0, 255),
    interval=st.integers(1, 255),
    auth_type=st.integers(0, 2),
    auth_data=st.binary(min_size=8, max_size=8),
    addresses=st.lists(st.binary(min_size=4, max_size=4), max_size=255).map(tuple),
)


def changed(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]


def test_we_say_what_keepalived_says() -> None:
    assert encode(V2, ADVERT) == KEEPALIVED[20:]


def test_we_understand_what_keepalived_says() -> None:
    assert ipv4_payload(KEEPALIVED) == Datagram(bytes([10, 9, 0, 1]), GROUP, 255, KEEPALIVED[20:])
    assert decode(V2, KEEPALIVED[20:]) == ADVERT
    assert EXPECTED.objection(ADVERT) is None


@given(adverts, st.binary(max_size=40))
def test_every_advert_comes_back_whatever_padding_follows(advert: Advert, padding: bytes) -> None:
    assert decode(V2, encode(V2, advert) + padding) == advert


@given(adverts, st.data())
def test_a_truncated_advert_is_never_taken(advert: Advert, data: st.DataObject) -> None:
    message = encode(V2, advert)
    verdict = decode(V2, message[: data.draw(st.integers(0, len(message) - 1))])
    assert isinstance(verdict, Rejection)
    assert verdict.reason is Reason.TRUNCATED


@given(adverts, st.data())
def test_one_changed_byte_is_never_taken_for_the_same_advert(advert: Advert, data: st.DataObject) -> None:
    message = encode(V2, advert)
    at = data.draw(st.integers(0, len(message) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda value: value != message[at]))
    assert decode(V2, changed(message, at, value)) != advert


@given(st.binary(max_size=1100))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert isinstance(decode(V2, data), Advert | Rejection)
    assert isinstance(ipv4_payload(data), Datagram | Rejection)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [(0, 0x31, Reason.VERSION), (0, 0x22, Reason.TYPE), (3, 255, Reason.TRUNCATED), (2, 99, Reason.CHECKSUM)],
)
def test_what_is_wrong_is_named(at: int, value: int, reason: Reason) -> None:
    verdict = decode(V2, changed(KEEPALIVED[20:], at, value))
    assert isinstance(verdict, Rejection)
    assert verdict.reason is reason


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (KEEPALIVED[:19], Reason.TRUNCATED),
        (KEEPALIVED[:-1], Reason.TRUNCATED),  # shorter than its header says
        (changed(KEEPALIVED, 0, 0x44), Reason.TRUNCATED),  # a header of 16 bytes
        (changed(KEEPALIVED, 3, 19), Reason.TRUNCATED),  # a total shorter than the header
        (changed(KEEPALIVED, 0, 0x65), Reason.PROTOCOL),
        (changed(KEEPALIVED, 9, 17), Reason.PROTOCOL),
    ],
)
def test_a_bad_ip_header_is_refused(datagram: bytes, reason: Reason) -> None:
    verdict = ipv4_payload(datagram)
    assert isinstance(verdict, Rejection)
    assert verdict.reason is reason


def test_ip_options_are_passed_over() -> None:
    datagram = bytes([0x46]) + KEEPALIVED[1:3] + bytes([0x34]) + KEEPALIVED[4:20] + b"\1\1\1\0" + KEEPALIVED[20:]
    assert ipv4_payload(datagram) == Datagram(bytes([10, 9, 0, 1]), GROUP, 255, KEEPALIVED[20:])


@pytest.mark.parametrize(
    ("advert", "reason"),
    [
        (ADVERT._replace(auth_type=0), Reason.AUTH_TYPE),
        (ADVERT._replace(auth_data=b"2222\0\0\0\0"), Reason.PASSWORD),
        (ADVERT._replace(interval=2), Reason.INTERVAL),
    ],
)
def test_an_advert_that_does_not_fit_the_configuration_is_refused(advert: Advert, reason: Reason) -> None:
    objection = EXPECTED.objection(advert)
    assert objection is not None
    assert objection.reason is reason


def test_without_authentication_its_data_is_not_looked_at() -> None:
    open_ = Expected(1, *V2.authentication(b""))
    assert open_.objection(ADVERT._replace(auth_type=0, auth_data=b"whatever")) is None


def test_a_password_is_padded_with_zeros() -> None:
    assert V2.authentication(b"1111") == (1, b"1111\0\0\0\0")
    assert V2.authentication(b"") == (0, bytes(8))


@pytest.mark.parametrize(("seconds", "units"), [(1.0, 1), (0.1, 1), (1.5, 2), (255.0, 255), (1000.0, 255)])
def test_the_interval_on_the_wire_is_in_whole_seconds(seconds: float, units: int) -> None:
    assert V2.interval(seconds) == units


@given(st.binary(max_size=99))
def test_a_checksum_makes_its_own_data_sum_to_nothing(data: bytes) -> None:
    padded = data + bytes(len(data) % 2)
    assert checksum(padded + struct.pack("!H", checksum(data))) == 0
