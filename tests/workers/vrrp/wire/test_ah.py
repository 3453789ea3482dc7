"""The authentication header: keepalived's own packets, and all that must not pass."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.wire import ah
from alived.workers.vrrp.wire.ah import LAST, SIZE, Counter, Key
from alived.workers.vrrp.wire.datagram import Datagram
from alived.workers.vrrp.wire.dialect import GROUP
from alived.workers.vrrp.wire.rejection import Reason, Rejection
from tests.workers.vrrp.wire.captured import IPV4
from tests.workers.vrrp.wire.kit import OTHER, PEER, changed, opened

KEY = Key(b"secret12")
MULTICAST = bytes.fromhex(IPV4["AH"][1])
UNICAST = bytes.fromhex(IPV4["AH to a peer, unicast_ttl 64"][1])


def refused(packet: bytes, *, unicast: bool = False, key: Key = KEY, counter: Counter | None = None) -> Reason | None:
    verdict = ah.verify(opened(packet), key, counter or Counter(), unicast=unicast)
    return verdict.reason if verdict else None


def enclosed(message: bytes, number: int = 5, ttl: int = 255, source: bytes = PEER, *, unicast: bool = False) -> bytes:
    return ah.enclose(
        message, KEY, number, source=source, destination=GROUP, ttl=ttl, identification=9, unicast=unicast
    )


def test_keepalived_s_adverts_are_authentic() -> None:
    assert refused(MULTICAST) is None
    assert refused(UNICAST, unicast=True) is None
    assert ah.inside(opened(MULTICAST)) == MULTICAST[44:]
    assert ah.number_of(MULTICAST[20:]) == 1


def test_the_key_is_hmac_md5_whatever_a_policy_says_of_md5() -> None:
    assert KEY.digest(b"data") == hmac.digest(b"secret12", b"data", "md5")[:12]
    assert Key(b"longer than eight").digest(b"") == Key(b"longer t").digest(b"")


def test_in_unicast_routers_may_lower_the_ttl_and_in_multicast_not() -> None:
    assert refused(changed(UNICAST, 8, 60), unicast=True) is None
    assert refused(changed(MULTICAST, 8, 254)) is Reason.AH_DIGEST


@pytest.mark.parametrize("at", [1, 6, 10, 11])  # type of service, fragment, checksum
def test_what_routers_change_is_not_covered(at: int) -> None:
    packet = changed(MULTICAST, at, 0x40)
    assert refused(packet) is None


@pytest.mark.parametrize("at", [4, 5, 12, 16, 24, 28, 32, 43, 44, 46, 50, 63])
def test_one_changed_byte_is_not_authentic(at: int) -> None:
    assert refused(changed(MULTICAST, at, MULTICAST[at] ^ 1)) is Reason.AH_DIGEST


def test_another_password_is_not_authentic() -> None:
    assert refused(MULTICAST, key=Key(b"secret13")) is Reason.AH_DIGEST


def test_the_index_has_to_be_the_source() -> None:
    """Somebody who knows the password, and sends what keepalived would not."""
    body = MULTICAST[20:]
    header = enclosed(MULTICAST[44:])[:20]
    forged = body[:4] + OTHER + body[8:12]
    zeroed = header[:1] + b"\0" + header[2:6] + b"\0\0" + header[8:10] + b"\0\0" + header[12:]
    digest = KEY.digest(zeroed + forged + bytes(12) + MULTICAST[44:])
    assert refused(header + forged + digest + MULTICAST[44:]) is Reason.AH_SPI


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (MULTICAST[20:43], Reason.TRUNCATED),
        (changed(MULTICAST[20:], 0, 6), Reason.PROTOCOL),
        (changed(MULTICAST[20:], 1, 5), Reason.TRUNCATED),
    ],
)
def test_a_bad_header_is_refused(payload: bytes, reason: Reason) -> None:
    verdict = ah.inside(Datagram(PEER, GROUP, 255, 51, payload))
    assert isinstance(verdict, Rejection)
    assert verdict.reason is reason


def test_a_number_is_taken_once_and_only_upwards() -> None:
    counter = Counter(3)
    first, second = enclosed(b"message!", 4), enclosed(b"message!", 5)
    assert refused(second, counter=counter) is None
    assert refused(second, counter=counter) is Reason.AH_REPLAY
    assert refused(first, counter=counter) is Reason.AH_REPLAY
    assert counter.number == 5


def test_a_forgery_does_not_move_the_counter() -> None:
    counter = Counter(3)
    assert refused(changed(enclosed(b"message!", 4000), 46, 0), counter=counter) is Reason.AH_DIGEST
    assert counter.number == 3


def test_a_new_master_goes_on_where_the_old_one_stopped() -> None:
    counter = Counter()
    assert counter.accept(41)
    assert counter.advance() == 42


def test_after_the_last_number_comes_the_first() -> None:
    counter = Counter(LAST - 1)
    assert (counter.advance(), counter.advance()) == (LAST, 1)


@given(st.binary(max_size=100), st.integers(1, LAST), st.integers(1, 255), st.booleans())
def test_what_is_enclosed_comes_out(message: bytes, number: int, ttl: int, unicast: bool) -> None:
    packet = enclosed(message, number, ttl, unicast=unicast)
    datagram = opened(packet)
    assert ah.inside(datagram) == message
    assert ah.verify(datagram, KEY, Counter(), unicast=unicast) is None
    assert ah.number_of(datagram.payload) == number
    assert len(packet) == 20 + SIZE + len(message)
