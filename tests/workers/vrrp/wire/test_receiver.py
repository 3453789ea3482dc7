"""From a datagram to an instance."""

from alived.workers.vrrp.events import AdvertReceived
from alived.workers.vrrp.wire.packet import V2, Advert, Expected, Reason, Rejection, checksum, encode
from alived.workers.vrrp.wire.receiver import REMEMBERED, Receiver

PEER, OWN = bytes([10, 9, 0, 2]), bytes([10, 9, 0, 1])
GROUP = bytes([224, 0, 0, 18])
ADVERT = Advert(51, 100, 1, 0, bytes(8), (bytes([10, 9, 0, 100]),))


def datagram(message: bytes, source: bytes = PEER, ttl: int = 255, identification: int = 1) -> bytes:
    total = (20 + len(message)).to_bytes(2, "big")
    header = b"\x45\xc0" + total + identification.to_bytes(2, "big") + bytes(2) + bytes([ttl, 112])
    rest = source + GROUP
    return header + checksum(header + bytes(2) + rest).to_bytes(2, "big") + rest + message


class Ear:
    """A listener that writes down what it hears."""

    def __init__(self) -> None:
        self.expected = Expected(1, 0, bytes(8))
        self.events: list[AdvertReceived] = []
        self.new: list[Advert] = []
        self.refusals: list[Reason] = []

    def heard(self, event: AdvertReceived) -> None:
        self.events.append(event)

    def met(self, advert: Advert, source: bytes) -> None:
        assert source == PEER
        self.new.append(advert)

    def refused(self, rejection: Rejection, source: bytes) -> None:
        assert source in (PEER, OWN)
        self.refusals.append(rejection.reason)


def receiver() -> tuple[Receiver, Ear]:
    result, ear = Receiver(V2, lambda source: source == OWN), Ear()
    result.add(GROUP, 51, ear)
    return result, ear


def test_a_repeated_advert_is_examined_once_and_heard_each_time() -> None:
    port, ear = receiver()
    for number in range(3):
        port.receive(datagram(encode(V2, ADVERT), identification=number))
    assert ear.events == [AdvertReceived(100, PEER)] * 3
    assert ear.new == [ADVERT]


def test_another_ttl_is_not_taken_for_a_repetition() -> None:
    port, ear = receiver()
    port.receive(datagram(encode(V2, ADVERT)))
    port.receive(datagram(encode(V2, ADVERT), ttl=254))
    assert len(ear.events) == 1
    assert ear.refusals == [Reason.TTL]


def test_a_changed_configuration_is_applied_to_what_was_accepted() -> None:
    port, ear = receiver()
    port.receive(datagram(encode(V2, ADVERT)))
    ear.expected = Expected(2, 0, bytes(8))
    port.forget()
    port.receive(datagram(encode(V2, ADVERT)))
    assert ear.refusals == [Reason.INTERVAL]


def test_what_is_remembered_is_bounded() -> None:
    port, ear = receiver()
    for number in range(REMEMBERED + 1):
        port.receive(datagram(encode(V2, ADVERT._replace(addresses=(number.to_bytes(4, "big"),)))))
    port.receive(datagram(encode(V2, ADVERT._replace(addresses=(bytes(4),)))))
    assert len(ear.new) == REMEMBERED + 2


def test_the_same_router_id_in_another_group_is_another_router() -> None:
    port, ear = receiver()
    other = Ear()
    port.add(bytes([224, 0, 0, 88]), 51, other)
    port.receive(datagram(encode(V2, ADVERT)))
    assert (len(ear.events), len(other.events)) == (1, 0)


def test_our_own_advert_is_refused() -> None:
    port, ear = receiver()
    port.receive(datagram(encode(V2, ADVERT), source=OWN))
    assert ear.refusals == [Reason.OWN]


def test_a_malformed_advert_is_laid_to_the_instance_that_it_names() -> None:
    port, ear = receiver()
    port.receive(datagram(encode(V2, ADVERT)[:-1]))
    assert ear.refusals == [Reason.TRUNCATED]


def test_what_concerns_nobody_is_counted_by_reason() -> None:
    port, ear = receiver()
    port.receive(datagram(encode(V2, ADVERT._replace(vrid=52))))
    port.receive(datagram(b"\x21"))
    port.receive(b"junk")
    port.remove(GROUP, 51)
    port.remove(GROUP, 51)
    port.receive(datagram(encode(V2, ADVERT)))
    assert port.rejected == {Reason.VRID: 2, Reason.TRUNCATED: 2}
    assert not ear.refusals
    assert len(port) == 0
