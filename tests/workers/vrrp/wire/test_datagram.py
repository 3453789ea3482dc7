"""IP headers, of packets that keepalived sent and of ones that nobody should send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.wire.checksum import PROTOCOL, ones_sum
from alived.workers.vrrp.wire.datagram import Datagram, ipv4_header, open_ipv4, open_ipv6
from alived.workers.vrrp.wire.dialect import GROUP
from alived.workers.vrrp.wire.inspection import GROUP_IPV6
from alived.workers.vrrp.wire.rejection import Reason, Rejection
from tests.workers.vrrp.wire.captured import IPV4, IPV6
from tests.workers.vrrp.wire.kit import OURS, OURS6, changed, datagram, packed

FOUR, SIX = bytes.fromhex(IPV4["v3"][1]), bytes.fromhex(IPV6[1])


def test_the_parts_of_keepalived_s_datagram() -> None:
    assert open_ipv4(FOUR) == Datagram(packed("10.9.0.1"), GROUP, 255, PROTOCOL, FOUR[20:], FOUR[:20])
    assert open_ipv4(FOUR + bytes(10)) == open_ipv4(FOUR)  # Ethernet padding
    found = open_ipv6(SIX)
    assert isinstance(found, Datagram)
    assert (found.destination, found.ttl, found.payload, found.header) == (GROUP_IPV6, 255, SIX[40:], b"")
    assert open_ipv6(SIX + bytes(4)) == found


def test_ip_options_are_passed_over() -> None:
    packet = b"\x46" + FOUR[1:3] + bytes([len(FOUR) + 4]) + FOUR[4:20] + b"\1\1\1\0" + FOUR[20:]
    found = open_ipv4(packet)
    assert isinstance(found, Datagram)
    assert (found.payload, len(found.header)) == (FOUR[20:], 24)


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (FOUR[:19], Reason.TRUNCATED),
        (FOUR[:-1], Reason.TRUNCATED),  # shorter than its header says
        (changed(FOUR, 0, 0x44), Reason.TRUNCATED),  # a header of 16 bytes
        (changed(FOUR, 3, 19), Reason.TRUNCATED),  # a total shorter than the header
        (changed(FOUR, 6, 0x20), Reason.TRUNCATED),  # more fragments
        (changed(FOUR, 7, 1), Reason.TRUNCATED),  # a later fragment
        (changed(FOUR, 0, 0x65), Reason.PROTOCOL),
        (changed(FOUR, 9, 17), Reason.PROTOCOL),
    ],
)
def test_a_bad_ipv4_header_is_refused(packet: bytes, reason: Reason) -> None:
    verdict = open_ipv4(packet)
    assert isinstance(verdict, Rejection)
    assert verdict.reason is reason


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (SIX[:39], Reason.TRUNCATED),
        (SIX[:-1], Reason.TRUNCATED),
        (changed(SIX, 0, 0x45), Reason.PROTOCOL),
        (changed(SIX, 6, 51), Reason.PROTOCOL),
    ],
)
def test_a_bad_ipv6_header_is_refused(packet: bytes, reason: Reason) -> None:
    verdict = open_ipv6(packet)
    assert isinstance(verdict, Rejection)
    assert verdict.reason is reason


def test_dont_fragment_is_no_fragment() -> None:
    assert isinstance(open_ipv4(changed(FOUR, 6, 0x40)), Datagram)


def test_groups_are_told_from_addresses() -> None:
    assert Datagram(OURS, GROUP, 255, PROTOCOL, b"").is_multicast
    assert not Datagram(OURS, OURS, 255, PROTOCOL, b"").is_multicast
    assert Datagram(OURS6, GROUP_IPV6, 255, PROTOCOL, b"").is_multicast
    assert not Datagram(OURS6, OURS6, 255, PROTOCOL, b"").is_multicast


def test_a_header_of_ours_is_that_of_keepalived() -> None:
    header = ipv4_header(packed("10.9.0.1"), GROUP, protocol=112, ttl=255, identification=1, size=16)
    assert header == FOUR[:20]
    assert ones_sum(header) == 0


@given(st.binary(max_size=80))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert isinstance(open_ipv4(data), Datagram | Rejection)
    assert isinstance(open_ipv6(data), Datagram | Rejection)


@given(st.binary(max_size=64))
def test_what_is_wrapped_comes_out(message: bytes) -> None:
    found = open_ipv4(datagram(message))
    assert isinstance(found, Datagram)
    assert found.payload == message
