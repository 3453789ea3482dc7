"""Packets that nobody should send, at the adverts' parsers: `python -m bench.fuzz [CASES] [SEED]`, ten million once.

Random bytes and changed adverts of every dialect, plain and authenticated. An exception, an advert heard that nobody
sent, or a case that takes long ends it with exit code 1 and the packet that did it.
"""

import random
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from alived.ipc.model.authentication import AuthHmac, HmacKey
from alived.workers.vrrp.wire.advert import AUTHENTICATION_HEADER, SIMPLE_PASSWORD, V2, V2_IPV6, V3, V3_IPV6
from alived.workers.vrrp.wire.checksum import PROTOCOL
from alived.workers.vrrp.wire.datagram import ipv4_header
from alived.workers.vrrp.wire.dialect import GROUP, Conversation, Dialect, Limits
from alived.workers.vrrp.wire.inspection import GROUP_IPV6, inspect
from alived.workers.vrrp.wire.judge import Heard
from alived.workers.vrrp.wire.reception import Receiver
from alived.workers.vrrp.wire.rejection import Rejection
from alived.workers.vrrp.wire.writer import Writer

CASES = 100_000
LONGEST = 0.05
"""Seconds of processor time that one packet may take."""
WALL = 1_800_000_000.0
FRESH = 64
"""Changed copies of an advert before there is a new one."""


def _packed(text: str) -> bytes:
    return ip_address(text).packed


PEER, PEER6 = _packed("10.9.0.2"), _packed("fe80::2")
OURS, OURS6 = _packed("10.9.0.1"), _packed("fe80::1")
_FOUR = Dialect(V3, 51, 1.0, (_packed("10.9.0.100"),), group=GROUP)
_TWO = replace(_FOUR, layout=V2)
_SIX = Dialect(V3_IPV6, 51, 1.0, (_packed("fe80::100"), _packed("fd09::100")), group=GROUP_IPV6)
_HMAC = AuthHmac(keys=(HmacKey(number=1, secret=bytes(range(32))),), active_key=1)
_PEERS = {PEER: Limits(0, 255), PEER6: Limits(0, 255)}
_AH = replace(_TWO, auth_type=AUTHENTICATION_HEADER, password=b"secret12")

DIALECTS: dict[str, Dialect] = {
    "v2": _TWO,
    "v2 PASS": replace(_TWO, auth_type=SIMPLE_PASSWORD, password=b"secret12"),
    "v3": _FOUR,
    "v3 unicast": replace(_FOUR, group=b"", peers=_PEERS),
    "v3 IPv6": _SIX,
    "v2 IPv6": replace(_SIX, layout=V2_IPV6),
    "v2 AH": _AH,
    "v2 AH unicast": replace(_AH, group=b"", peers=_PEERS),
    "v2 HMAC": replace(_TWO, auth_hmac=_HMAC),
    "v3 HMAC": replace(_FOUR, auth_hmac=_HMAC),
    "v3 HMAC unicast": replace(_FOUR, group=b"", peers=_PEERS, auth_hmac=_HMAC),
    "v3 IPv6 HMAC": replace(_SIX, auth_hmac=_HMAC),
}


class Wrong(Exception):
    """A packet did what no packet may do."""


@dataclass
class Target:
    """A router that speaks a dialect, what a peer sent it last, and what came of it."""

    dialect: Dialect
    heard_last: Heard | None = None
    refusals: int = 0
    genuine: bytes = b""
    left: int = 0
    receiver: Receiver = field(default_factory=lambda: Receiver(lambda source: source in (OURS, OURS6)))

    def __post_init__(self) -> None:
        self.writer = Writer(self.dialect, Conversation())
        self.receiver.add(self.dialect, Conversation(), self)
        self.six = self.dialect.layout.address_size == 16
        self.ends = (PEER6, self.dialect.group or OURS6) if self.six else (PEER, self.dialect.group or OURS)
        self.sealed = self.dialect.by_ah or self.dialect.auth_hmac is not None

    def heard(self, heard: Heard) -> None:
        """An advert was accepted."""
        self.heard_last = heard

    def met(self, heard: Heard) -> None:
        """It is a new one."""

    def refused(self, _rejection: Rejection, _source: bytes) -> None:
        """It was not."""
        self.refusals += 1

    def take(self, packet: bytes) -> Heard | None:
        """Deliver a packet; what was heard of it."""
        self.heard_last = None
        if self.six:
            self.receiver.receive_ipv6([record(packet, *self.ends)], WALL)
        else:
            self.receiver.receive_ipv4([packet], WALL)
        return self.heard_last

    def renew(self, chance: random.Random) -> None:
        """Let the peer send a new advert; sealed ones are not delivered, so that their number is still free."""
        message = self.writer.message(chance.randrange(256), *self.ends, WALL)
        self.genuine = message if self.six or self.writer.with_header else around(message, *self.ends)
        self.left = FRESH
        if not self.sealed and self.take(self.genuine) is None:
            raise Wrong(f"a genuine advert was not heard: {self.genuine.hex()}")

    def unharmed(self, packet: bytes) -> bool:
        """Whether a packet says what the genuine one does: it differs at most in what nothing covers."""
        return self._covered(packet) == self._covered(self.genuine)

    def _covered(self, packet: bytes) -> bytes:
        if self.six:  # its checksum is checked, and not sealed
            return packet[:6] + packet[8:]
        # Of the IP header, AH covers the addresses among others, and an HMAC the source alone: one that was changed
        # together with its checksum says the same thing, and a packet to another address the kernel would not deliver.
        size = (packet[0] & 0x0F) * 4
        total = int.from_bytes(packet[2:4], "big")
        body = packet[size:total]
        return packet[12:20] + body if self.dialect.by_ah else packet[12:16] + body[:6] + body[8:]


def around(message: bytes, source: bytes, destination: bytes) -> bytes:
    """An IPv4 datagram around an advert."""
    header = ipv4_header(source, destination, protocol=PROTOCOL, ttl=255, identification=1, size=len(message))
    return header + message


def record(payload: bytes, source: bytes, destination: bytes, hop_limit: int = 255) -> bytes:
    """An IPv6 packet as a raw socket has it: a struct sockaddr_in6, ancillary data, the payload."""
    name = struct.pack("=HHI16sI4x", socket.AF_INET6, 0, 0, source, 0)
    where = struct.pack("@Nii16sI4x", 36, socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, destination, 2)
    hops = struct.pack("@Niii4x", 20, socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT, hop_limit)
    return name + where + hops + payload


def _noise(chance: random.Random, target: Target) -> bytes:
    data = chance.randbytes(chance.choice((0, 1, 7, 8, 20, 28, 48, 64, chance.randrange(1500))))
    return data if target.six or chance.random() < 0.3 else around(data, *target.ends)


def _flipped(chance: random.Random, target: Target) -> bytes:
    data = bytearray(target.genuine)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _cut(chance: random.Random, target: Target) -> bytes:
    return target.genuine[: chance.randrange(len(target.genuine))]


def _stretched(chance: random.Random, target: Target) -> bytes:
    at = chance.randrange(len(target.genuine))
    return target.genuine[:at] + chance.randbytes(chance.randrange(1, 40)) + target.genuine[at:]


def _swapped(chance: random.Random, target: Target) -> bytes:
    data = bytearray(target.genuine)
    start, size = chance.randrange(len(data)), chance.randrange(1, 16)
    data[start : start + size] = chance.randbytes(len(data[start : start + size]))
    return bytes(data)


CHANGES: tuple[Callable[[random.Random, Target], bytes], ...] = (_noise, _flipped, _flipped, _cut, _stretched, _swapped)


def run(cases: int, seed: int = 0) -> dict[str, int]:
    """Try so many packets; refusals by dialect. Wrong: one did what it may not."""
    chance = random.Random(seed)
    targets = {name: Target(dialect) for name, dialect in DIALECTS.items()}
    order = list(targets.values())
    for case in range(cases):
        target = order[case % len(order)]
        if not target.left:
            target.renew(chance)
        target.left -= 1
        attempt(target, chance.choice(CHANGES)(chance, target))
    return {name: target.refusals for name, target in targets.items()}


def attempt(target: Target, packet: bytes) -> None:
    """Deliver a packet that is none of the peer's, and look at what it does."""
    try:
        taken, heard = _timed(target, packet)
    except Exception as error:
        raise Wrong(f"{error!r} by {packet.hex()}") from error
    # A virtual machine's clock of processor time jumps now and then: only what is slow each time is slow.
    if taken > LONGEST and all(_timed(target, packet)[0] > LONGEST for _ in range(3)):
        raise Wrong(f"more than {LONGEST} s by {packet.hex()}")
    if heard is None:
        return
    if target.sealed:
        if not target.unharmed(packet):
            raise Wrong(f"a forgery was heard: {packet.hex()}, of {target.genuine.hex()}")
        target.left = 0  # its number is used
    elif heard.advert.vrid != target.dialect.vrid:
        raise Wrong(f"another router's advert was heard: {packet.hex()}")


def _timed(target: Target, packet: bytes) -> tuple[float, Heard | None]:
    """Seconds of processor time that a packet takes, and what was heard of it."""
    before = time.thread_time()
    heard = target.take(packet)
    inspect(packet)
    return time.thread_time() - before, heard


def main() -> int:
    """Fuzz, and say how it went."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    start = time.perf_counter()
    try:
        refusals = run(cases, seed)
    except Wrong as wrong:
        print(wrong)
        return 1
    taken = time.perf_counter() - start
    print(f"{cases} packets in {taken:.0f} s, {taken / max(cases, 1) * 1e6:.1f} µs each, none heard that should not be")
    for name, number in refusals.items():
        print(f"  {name}: {number} refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
