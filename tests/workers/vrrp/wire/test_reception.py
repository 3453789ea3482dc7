"""From a datagram to the instance that it concerns."""

from dataclasses import replace

import pytest

from alived.workers.vrrp.wire.dialect import GROUP, Conversation, Dialect
from alived.workers.vrrp.wire.judge import Heard
from alived.workers.vrrp.wire.reception import MEANINGS, REMEMBERED, STRANGERS, Receiver
from alived.workers.vrrp.wire.rejection import Reason
from alived.workers.vrrp.wire.writer import Writer
from bench.fuzz import record
from tests.workers.vrrp.wire.kit import (
    AH,
    EITHER,
    EVERY,
    OPEN,
    OTHER,
    OURS,
    OURS6,
    PEER,
    PEER6,
    PERMISSIVE,
    PLAIN,
    SEALED,
    SIX,
    THREE,
    TIMED,
    UNICAST,
    WALL,
    Ear,
    Pair,
    datagram,
    ends,
    packed,
)


def advert(dialect: Dialect, priority: int = 100, source: bytes = PEER, destination: bytes = GROUP) -> bytes:
    message = Writer(dialect, Conversation()).message(priority, source, destination, WALL)
    return datagram(message, source, destination)


def receiver(*dialects: Dialect) -> tuple[Receiver, list[Ear]]:
    result = Receiver(lambda source: source in (OURS, OURS6))
    ears = [Ear() for _ in dialects]
    for dialect, ear in zip(dialects, ears, strict=True):
        result.add(dialect, Conversation(), ear)
    return result, ears


@pytest.mark.parametrize("dialect", EVERY.values(), ids=EVERY)
def test_a_repeated_advert_is_heard_each_time_and_met_once(dialect: Dialect) -> None:
    pair = Pair(dialect)
    for _ in range(3):
        pair.deliver(pair.packet())
    assert len(pair.ear.all) == 3
    assert pair.ear.new == pair.ear.all[:1]
    assert pair.ear.all[0] is pair.ear.all[2]


@pytest.mark.parametrize("dialect", OPEN.values(), ids=OPEN)
def test_identification_and_header_checksum_do_not_make_another_advert(dialect: Dialect) -> None:
    pair = Pair(dialect)
    message = pair.writer.message(100, *ends(dialect), WALL)
    if dialect.layout.address_size == 4:
        for number in range(1, 4):
            pair.receiver.receive_ipv4([datagram(message, *ends(dialect), number=number)])
        assert (len(pair.ear.all), len(pair.ear.new)) == (3, 1)


@pytest.mark.parametrize("dialect", SEALED.values(), ids=SEALED)
def test_a_sealed_advert_never_comes_twice(dialect: Dialect) -> None:
    pair = Pair(dialect)
    packet = pair.packet()
    pair.deliver(packet)
    pair.deliver(packet)
    assert len(pair.ear.all) == 1
    assert pair.ear.reasons[0] in (Reason.AH_REPLAY, Reason.HMAC_REPLAY)


def test_an_unsigned_advert_is_known_by_heart_where_it_is_accepted() -> None:
    pair = Pair(THREE, hearing=replace(THREE, auth_hmac=PERMISSIVE))
    pair.deliver(pair.packet())
    pair.deliver(pair.packet())
    assert (len(pair.ear.all), len(pair.ear.new)) == (2, 1)


def test_another_ttl_is_not_taken_for_a_repetition() -> None:
    port, [ear] = receiver(THREE)
    port.receive_ipv4([advert(THREE)])
    message = Writer(THREE, Conversation()).message(100, PEER, GROUP)
    port.receive_ipv4([datagram(message, ttl=254)])
    assert (len(ear.all), ear.reasons) == (1, [Reason.TTL])


def test_those_who_speak_in_turn_are_told_apart_and_each_met_once() -> None:
    port, [ear] = receiver(THREE)
    sources = (PEER, OTHER, PEER, OTHER)
    for source in sources:
        port.receive_ipv4([advert(THREE, source=source)])
    assert tuple(heard.source for heard in ear.all) == sources
    assert len(ear.new) == 2


def test_a_changed_configuration_is_applied_to_what_was_accepted() -> None:
    port, [ear] = receiver(PLAIN)
    port.receive_ipv4([advert(PLAIN)])
    port.remove(ear)
    port.add(replace(PLAIN, interval=2.0), Conversation(), ear)
    port.receive_ipv4([advert(PLAIN)])
    assert (len(ear.all), ear.reasons) == (1, [Reason.INTERVAL])


def test_what_is_remembered_is_bounded() -> None:
    port, [ear] = receiver(THREE)
    for number in range(REMEMBERED + 1):
        port.receive_ipv4([advert(replace(THREE, addresses=(number.to_bytes(4, "big"),)))])
    assert len(ear.all) == REMEMBERED + 1
    port.receive_ipv4([advert(replace(THREE, addresses=(bytes(4),)))])
    assert len(ear.new) == REMEMBERED + 2


def test_what_is_remembered_of_a_router_is_bounded() -> None:
    signed = replace(THREE, auth_hmac=TIMED)
    pair = Pair(signed)
    for priority in (*range(1, MEANINGS + 2), 1):
        pair.deliver(pair.packet(priority))
    assert len(pair.ear.new) == MEANINGS + 2


def test_many_listeners_are_all_known_by_heart() -> None:
    dialects = [
        replace(THREE, vrid=vrid, group=bytes((224, 0, 0, group))) for group in (18, 19) for vrid in range(1, 256)
    ]
    port, ears = receiver(*dialects)
    assert len(port) == 510
    packets = [
        advert(dialect, source=source, destination=dialect.group) for dialect in dialects for source in (PEER, OTHER)
    ]
    for packet in packets * 2:
        port.receive_ipv4([packet])
    assert all((len(ear.all), len(ear.new)) == (4, 2) for ear in ears)


# --- whom it concerns -----------------------------------------------------------------------------------------------


def test_the_same_router_id_in_another_group_is_another_router() -> None:
    other = replace(THREE, group=packed("224.0.0.88"))
    port, ears = receiver(THREE, other)
    port.receive_ipv4([advert(THREE)])
    port.receive_ipv4([advert(other, destination=other.group)])
    assert [len(ear.all) for ear in ears] == [1, 1]
    port.receive_ipv4([advert(THREE, destination=packed("224.0.0.99"))])
    assert port.rejected == {Reason.VRID: 1}


def test_unicast_goes_to_the_instance_that_knows_the_peer() -> None:
    stranger = replace(UNICAST, peers={OTHER: EITHER[PEER]})
    port, ears = receiver(stranger, UNICAST)
    port.receive_ipv4([advert(UNICAST, destination=OURS)])
    assert [len(ear.all) for ear in ears] == [0, 1]


def test_unicast_goes_to_the_instance_with_the_address() -> None:
    here, there = replace(UNICAST, local=OURS), replace(UNICAST, local=OTHER)
    port, ears = receiver(here, there)
    port.receive_ipv4([advert(UNICAST, destination=OURS)])
    port.receive_ipv4([advert(UNICAST, destination=OTHER)])
    port.receive_ipv4([advert(UNICAST, destination=packed("10.9.0.77"))])
    assert [len(ear.all) for ear in ears] == [1, 1]
    assert port.rejected == {Reason.VRID: 1}


def test_multicast_and_unicast_are_not_mixed() -> None:
    port, [ear] = receiver(UNICAST)
    port.receive_ipv4([advert(THREE)])
    assert ear.reasons == [Reason.CAST]
    port, [ear] = receiver(THREE)
    port.receive_ipv4([advert(UNICAST, destination=OURS)])
    assert ear.reasons == [Reason.CAST]
    port, ears = receiver(THREE, UNICAST)
    port.receive_ipv4([advert(THREE)])
    port.receive_ipv4([advert(UNICAST, destination=OURS)])
    assert [(len(ear.all), ear.reasons) for ear in ears] == [(1, []), (1, [])]


def test_instances_of_both_versions_share_an_interface() -> None:
    port, ears = receiver(PLAIN, replace(THREE, vrid=52))
    port.receive_ipv4([advert(PLAIN)])
    port.receive_ipv4([advert(replace(THREE, vrid=52))])
    port.receive_ipv4([advert(THREE)])
    assert [(len(ear.all), ear.reasons) for ear in ears] == [(1, [Reason.VERSION]), (1, [])]


def test_our_own_adverts_are_dropped() -> None:
    port, [ear] = receiver(THREE)
    port.receive_ipv4([advert(THREE, source=OURS)])
    assert (ear.all, ear.refusals, port.rejected) == ([], [], {Reason.OWN: 1})
    port, [ear] = receiver(SIX)
    message = Writer(SIX, Conversation()).message(100, OURS6, SIX.group)
    port.receive_ipv6([record(message, OURS6, SIX.group)])
    assert (ear.all, port.rejected) == ([], {Reason.OWN: 1})


def test_an_address_that_becomes_ours_is_noticed() -> None:
    ours: set[bytes] = set()
    port, ear = Receiver(lambda source: source in ours), Ear()
    port.add(THREE, Conversation(), ear)
    port.receive_ipv4([advert(THREE)])
    ours.add(PEER)
    port.forget()
    port.receive_ipv4([advert(THREE)])
    assert (len(ear.all), port.rejected) == (1, {Reason.OWN: 1})


def test_a_malformed_advert_is_laid_to_the_instance_that_it_names() -> None:
    port, [ear] = receiver(THREE)
    port.receive_ipv4([datagram(b"\x31\x33")])
    assert ear.reasons == [Reason.TRUNCATED]


def test_what_an_instance_refuses_by_meaning() -> None:
    port, [ear] = receiver(PLAIN)
    port.receive_ipv4([advert(replace(PLAIN, interval=3.0))])
    assert ear.reasons == [Reason.INTERVAL]
    assert not ear.all


def test_what_concerns_nobody_is_counted_by_reason() -> None:
    port, [ear] = receiver(THREE)
    port.receive_ipv4([advert(replace(THREE, vrid=52))])
    port.receive_ipv4([datagram(b"\x31")])
    port.receive_ipv4([b"junk"])
    port.receive_ipv4([Pair(AH).packet()[:44].replace(b"\x45\xc0\x00\x40", b"\x45\xc0\x00\x28")])
    port.receive_ipv6([record(b"", PEER6, SIX.group), b""])
    port.remove(ear)
    port.remove(ear)
    port.receive_ipv4([advert(THREE)])
    assert port.rejected == {Reason.VRID: 2, Reason.TRUNCATED: 5}
    assert not ear.refusals
    assert len(port) == 0
    assert not ear.all


def test_nothing_stays_of_a_listener_that_goes_when_it_hears() -> None:
    port = Receiver(lambda _: False)

    class Leaving(Ear):
        def met(self, heard: Heard) -> None:
            super().met(heard)
            port.remove(self)

    ear = Leaving()
    port.add(THREE, Conversation(), ear)
    port.receive_ipv4([advert(THREE)])
    port.receive_ipv4([advert(THREE)])
    assert (len(ear.all), port.rejected) == (1, {Reason.VRID: 1})


def test_an_ear_that_stays_hears_on() -> None:
    other = replace(THREE, group=packed("224.0.0.88"))
    port, ears = receiver(THREE, other)
    port.remove(ears[0])
    port.receive_ipv4([advert(other, destination=other.group)])
    assert len(ears[1].all) == len(port) == 1


def test_unknown_routers_are_told_of_once() -> None:
    told: list[tuple[int, bytes]] = []
    port = Receiver(lambda _: False, lambda vrid, source: told.append((vrid, source)))
    for source in (PEER, OTHER, PEER):
        port.receive_ipv4([advert(THREE, source=source)])
    port.forget()  # an address of ours has changed, which makes nobody better known
    port.receive_ipv4([advert(THREE, source=PEER)])
    assert told == [(51, PEER), (51, OTHER)]
    assert not port.knows(51)
    port.add(THREE, Conversation(), Ear())
    assert port.knows(51)


def test_unknown_routers_that_are_remembered_are_bounded() -> None:
    told: list[bytes] = []
    port = Receiver(lambda _: False, lambda _, source: told.append(source))
    for number in (*range(STRANGERS + 1), 0, STRANGERS):
        port.receive_ipv4([datagram(b"\x31\x33", number.to_bytes(4, "big"))])
    assert len(told) == STRANGERS + 2, "those who were remembered stay so, the last one is told of twice"
    assert told[-1] == told[-2]
