"""What an instance's configuration says about the bytes of its adverts, and what it remembers of those exchanged.

PURE. A `Dialect` never changes; a `Conversation` does, and outlives a reload. What does not live here: what is done by
them (judge.py for adverts received, writer.py for those sent).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from typing import NamedTuple

from alived.ipc.model.authentication import AntiReplay, AuthHmac, AuthType, HmacMode
from alived.ipc.model.vrrp import Family, UnicastChecksum, VrrpInstance
from alived.workers.vrrp.wire.advert import (
    ADDRESSES,
    AUTHENTICATION_HEADER,
    FORMATS,
    NO_AUTHENTICATION,
    SIMPLE_PASSWORD,
    Format,
)
from alived.workers.vrrp.wire.ah import Counter, Key
from alived.workers.vrrp.wire.checksum import Covers
from alived.workers.vrrp.wire.datagram import TTL
from alived.workers.vrrp.wire.trailer import SENDERS, Freshness, Marks, Numbers, Ring

GROUP = bytes((224, 0, 0, 18))
"""The multicast group of VRRP over IPv4, which old checksums cover (RFC 3768, 5.2.2)."""

_AUTH_TYPES = {
    AuthType.NONE: NO_AUTHENTICATION,
    AuthType.PASS: SIMPLE_PASSWORD,
    AuthType.AH: AUTHENTICATION_HEADER,
}


class Limits(NamedTuple):
    """TTL or hop limit that adverts of a peer may have (min_ttl, max_ttl of unicast_peer)."""

    lowest: int
    highest: int


@dataclass(frozen=True)
class Dialect:
    """How adverts of one virtual router look, those that we send and those that we accept."""

    layout: Format
    vrid: int
    interval: float
    """Seconds between adverts of ours."""
    addresses: tuple[bytes, ...]
    group: bytes = b""
    """Multicast group; empty: unicast."""
    local: bytes = b""
    """The address that peers send to, if that is configured; empty: any of ours."""
    peers: Mapping[bytes, Limits] = field(default_factory=dict)
    check_source: bool = False
    """Adverts of others than the peers are refused (check_unicast_src)."""
    ttl: int = TTL
    """Of what we send; matters here only where we make the IP header."""
    auth_type: int = NO_AUTHENTICATION
    password: bytes = field(default=b"", repr=False)
    auth_hmac: AuthHmac | None = None
    message_only: bool = False
    """The checksum of VRRPv3 over IPv4 is sent without a pseudo-header (v3_checksum_as_v2)."""
    old_unicast_checksum: UnicastChecksum = UnicastChecksum.AUTO

    @property
    def unicast(self) -> bool:
        """Adverts go to peers."""
        return not self.group

    @property
    def by_ah(self) -> bool:
        """Adverts stand in an authentication header, and we send whole IPv4 datagrams."""
        return self.auth_type == AUTHENTICATION_HEADER

    @property
    def auth_data(self) -> bytes:
        """What stands after the addresses of VRRPv2: the password if it is sent in clear (RFC 2338, 5.3.10)."""
        return self.password if self.auth_type == SIMPLE_PASSWORD else b""

    @cached_property
    def units(self) -> int:
        """Our interval as it goes on the wire."""
        return self.layout.units(self.interval)

    @cached_property
    def accepts(self) -> tuple[Covers, ...]:
        """The checksums that are right."""
        sums = self.layout.sums
        if self.unicast and self.old_unicast_checksum is not UnicastChecksum.NEVER:
            return sums
        return tuple(covers for covers in sums if covers is not Covers.OLD_UNICAST)

    @cached_property
    def ah_key(self) -> Key:
        """The password as key of AH."""
        return Key(self.password)

    @cached_property
    def ring(self) -> Ring:
        """The keys of auth_hmac."""
        if self.auth_hmac is None:
            return Ring({}, Freshness(None))
        limited = self.auth_hmac.anti_replay is AntiReplay.TIME
        return Ring(
            {key.number: key.secret for key in self.auth_hmac.keys},
            Freshness(self.auth_hmac.time_window if limited else None),
        )

    @cached_property
    def signing_key(self) -> int | None:
        """Number of the key that our adverts are signed with; None: they carry no trailer."""
        if self.auth_hmac is None or self.auth_hmac.mode is HmacMode.RECEIVE_ONLY:
            return None
        return self.auth_hmac.active_key if self.auth_hmac.active_key in self.ring.secrets else None

    @cached_property
    def senders(self) -> int:
        """How many sources have a sequence number of their own."""
        return len(self.peers) if self.unicast else SENDERS

    def sends(self, destination: bytes, old_peers: set[bytes]) -> Covers:
        """What the checksum of an advert to this address is taken over."""
        usual = self.layout.sums[0]
        if Covers.OLD_UNICAST not in self.layout.sums:
            return usual
        if self.message_only:
            return Covers.MESSAGE
        policy = self.old_unicast_checksum
        if self.unicast and (
            policy is UnicastChecksum.OLD or (policy is UnicastChecksum.AUTO and destination in old_peers)
        ):
            return Covers.OLD_UNICAST
        return usual


class Conversation:
    """What an instance remembers of the adverts that it exchanged; begun once, and kept when it is configured anew."""

    def __init__(self, ah_number: int = 0) -> None:
        """`ah_number` is the last sequence number of AH that is known from before."""
        self.ah_counter = Counter(ah_number)
        self.numbers = Numbers()
        self.marks = Marks()
        self.old_peers: set[bytes] = set()
        """Peers that were seen to make checksums as keepalived did before 1.3.7."""
        self.skew: int | None = None
        """Seconds that our clock was ahead of the sender's of the last authentic HMAC; None: there was none yet."""


def dialect_of(config: VrrpInstance) -> Dialect:
    """The part of an instance's configuration that its adverts depend on."""
    return Dialect(
        layout=FORMATS[config.version, config.family],
        vrid=config.virtual_router_id,
        interval=config.advert_int,
        addresses=tuple(_packed(virtual.address) for virtual in config.addresses)[:ADDRESSES],
        group=_packed(config.mcast_group),
        local=_packed(config.unicast_src_ip),
        peers={_packed(peer.address): Limits(peer.min_ttl, peer.max_ttl) for peer in config.unicast_peers},
        check_source=config.check_unicast_src,
        ttl=TTL if config.mcast_group or config.unicast_ttl is None else config.unicast_ttl,
        auth_type=_auth_type(config),
        password=config.auth_pass[:8],
        auth_hmac=config.auth_hmac,
        message_only=config.v3_checksum_as_v2,
        old_unicast_checksum=config.old_unicast_checksum,
    )


def _auth_type(config: VrrpInstance) -> int:
    """Only VRRPv2 over IPv4 has authentication of its own."""
    if config.version != 2 or config.family is not Family.IPV4:
        return NO_AUTHENTICATION
    return _AUTH_TYPES[config.auth_type]


def _packed(address: str) -> bytes:
    """An address in network order; a scope after a percent sign is left out."""
    return ip_address(address.partition("%")[0]).packed if address else b""
