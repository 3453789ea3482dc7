"""Dialects of every kind, and datagrams as a raw socket delivers them, for the tests of this room."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

from alived.ipc.model.authentication import AntiReplay, AuthHmac, HmacKey, HmacMode
from alived.ipc.model.vrrp import UnicastChecksum
from alived.workers.vrrp.wire.advert import (
    AUTHENTICATION_HEADER,
    SIMPLE_PASSWORD,
    V2,
    V2_IPV6,
    V3,
    V3_IPV6,
)
from alived.workers.vrrp.wire.checksum import PROTOCOL
from alived.workers.vrrp.wire.datagram import Datagram, ipv4_header, open_ipv4
from alived.workers.vrrp.wire.dialect import GROUP, Conversation, Dialect, Limits
from alived.workers.vrrp.wire.inspection import GROUP_IPV6
from alived.workers.vrrp.wire.judge import Heard
from alived.workers.vrrp.wire.reception import Receiver
from alived.workers.vrrp.wire.rejection import Reason, Rejection
from alived.workers.vrrp.wire.writer import Writer
from bench.fuzz import record

WALL = 1_800_000_000.25


def packed(text: str) -> bytes:
    return ip_address(text).packed


OURS, PEER, OTHER = packed("10.9.0.1"), packed("10.9.0.2"), packed("10.9.0.3")
OURS6, PEER6 = packed("fe80::1"), packed("fe80::2")
VIRTUAL, VIRTUAL6 = (packed("10.9.0.100"), packed("10.9.0.101")), (packed("fe80::100"), packed("fd09::100"))
KEYS = (HmacKey(number=1, secret=bytes(range(32))), HmacKey(number=7, secret=bytes(64)))
TIMED = AuthHmac(keys=KEYS, active_key=1)
MONOTONIC = replace(TIMED, anti_replay=AntiReplay.MONOTONIC)
PERMISSIVE = replace(TIMED, mode=HmacMode.PERMISSIVE)
RECEIVE_ONLY = replace(TIMED, mode=HmacMode.RECEIVE_ONLY)

PLAIN = Dialect(V2, 51, 1.0, VIRTUAL, group=GROUP)
PASSWORD = replace(PLAIN, auth_type=SIMPLE_PASSWORD, password=b"1111")
AH = replace(PLAIN, auth_type=AUTHENTICATION_HEADER, password=b"secret12")
THREE = Dialect(V3, 51, 1.0, VIRTUAL, group=GROUP)
THREE_ALONE = replace(THREE, message_only=True)
SIX = Dialect(V3_IPV6, 51, 1.0, VIRTUAL6, group=GROUP_IPV6)
SIX_OF_TWO = Dialect(V2_IPV6, 51, 1.0, VIRTUAL6, group=GROUP_IPV6)
EITHER = {OURS: Limits(0, 255), PEER: Limits(0, 255)}
UNICAST = Dialect(V3, 51, 1.0, VIRTUAL, peers=EITHER)
OLD = replace(UNICAST, old_unicast_checksum=UnicastChecksum.OLD)
NEVER = replace(UNICAST, old_unicast_checksum=UnicastChecksum.NEVER)
UNICAST_AH = replace(AH, group=b"", peers=EITHER)
UNICAST6 = Dialect(V3_IPV6, 51, 1.0, VIRTUAL6, peers={OURS6: Limits(0, 255), PEER6: Limits(0, 255)})

OPEN = {
    "v2": PLAIN,
    "v2 PASS": PASSWORD,
    "v3": THREE,
    "v3 message alone": THREE_ALONE,
    "v3 IPv6": SIX,
    "v2 IPv6": SIX_OF_TWO,
    "v3 unicast": UNICAST,
    "v3 old unicast": OLD,
    "v3 IPv6 unicast": UNICAST6,
}
SEALED = {
    "v2 AH": AH,
    "v2 AH unicast": UNICAST_AH,
    "v2 HMAC": replace(PLAIN, auth_hmac=TIMED),
    "v3 HMAC": replace(THREE, auth_hmac=TIMED),
    "v3 HMAC monotonic": replace(THREE, auth_hmac=MONOTONIC),
    "v3 HMAC unicast": replace(UNICAST, auth_hmac=TIMED),
    "v3 IPv6 HMAC": replace(SIX, auth_hmac=TIMED),
    "v3 IPv6 HMAC unicast": replace(UNICAST6, auth_hmac=TIMED),
}
EVERY = OPEN | SEALED


def is_six(dialect: Dialect) -> bool:
    return dialect.layout.address_size == 16


def ends(dialect: Dialect) -> tuple[bytes, bytes]:
    """Where adverts of the peer come from, and where they go."""
    source, target = (PEER6, OURS6) if is_six(dialect) else (PEER, OURS)
    return source, dialect.group or target


def datagram(
    message: bytes, source: bytes = PEER, destination: bytes = GROUP, ttl: int = 255, number: int = 1
) -> bytes:
    """An IPv4 datagram around an advert."""
    header = ipv4_header(source, destination, protocol=PROTOCOL, ttl=ttl, identification=number, size=len(message))
    return header + message


def ipv6_packet(payload: bytes, source: bytes, destination: bytes, hop_limit: int = 255) -> bytes:
    """An IPv6 packet as a capture has it."""
    return (
        b"\x6c\0\0\0" + len(payload).to_bytes(2, "big") + bytes((PROTOCOL, hop_limit)) + source + destination + payload
    )


def opened(packet: bytes) -> Datagram:
    found = open_ipv4(packet)
    assert isinstance(found, Datagram)
    return found


class Ear:
    """A listener that writes down what it hears."""

    def __init__(self) -> None:
        self.all: list[Heard] = []
        self.new: list[Heard] = []
        self.refusals: list[Rejection] = []

    def heard(self, heard: Heard) -> None:
        self.all.append(heard)

    def met(self, heard: Heard) -> None:
        self.new.append(heard)

    def refused(self, rejection: Rejection, source: bytes) -> None:
        assert len(source) in (4, 16)
        self.refusals.append(rejection)

    @property
    def reasons(self) -> list[Reason]:
        return [refusal.reason for refusal in self.refusals]


class Pair:
    """A peer that writes, and an ear that hears it."""

    def __init__(self, dialect: Dialect, hearing: Dialect | None = None) -> None:
        self.dialect, self.ear = dialect, Ear()
        self.writer = Writer(dialect, Conversation())
        self.conversation = Conversation()
        self.receiver = Receiver(lambda _: False)
        self.receiver.add(hearing or dialect, self.conversation, self.ear)

    def packet(self, priority: int = 100, wall: float = WALL) -> bytes:
        """What the peer puts on the wire, with a header in IPv4."""
        source, destination = ends(self.dialect)
        message = self.writer.message(priority, source, destination, wall)
        if self.writer.with_header or is_six(self.dialect):
            return message
        return datagram(message, source, destination)

    def deliver(self, packet: bytes, wall: float = WALL) -> None:
        if is_six(self.dialect):
            self.receiver.receive_ipv6([record(packet, *ends(self.dialect))], wall)
        else:
            self.receiver.receive_ipv4([packet], wall)

    def accepted(self, packet: bytes, wall: float = WALL) -> Iterator[Heard]:
        """What is heard of a packet."""
        before = len(self.ear.all)
        self.deliver(packet, wall)
        yield from self.ear.all[before:]


def changed(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]
