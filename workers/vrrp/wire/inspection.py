"""What a captured packet says, and what is wrong with it by itself: for people who look at the wire.

PURE. Nothing is verified that needs a password or a key. What does not live here: whether an instance would accept it
(judge.py, which gives its own reasons).
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import NamedTuple

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.wire import ah, trailer
from alived.workers.vrrp.wire.advert import (
    ADVERTISEMENT,
    AUTHENTICATION_HEADER,
    FORMATS,
    NO_AUTHENTICATION,
    SIMPLE_PASSWORD,
    Advert,
    Format,
    measure,
    parse,
)
from alived.workers.vrrp.wire.checksum import Covers, coverage
from alived.workers.vrrp.wire.datagram import AH_PROTOCOL, TTL, Datagram, open_ipv4, open_ipv6
from alived.workers.vrrp.wire.dialect import GROUP, Dialect
from alived.workers.vrrp.wire.rejection import Reason, Rejection

GROUP_IPV6 = bytes.fromhex("ff020000000000000000000000000012")
"""RFC 9568, 5.1.2.2."""


class Seal(StrEnum):
    """How an advert is authenticated."""

    NONE = "none"
    PASS = "PASS"  # noqa: S105  the name of a kind, no password
    AH = "AH"
    HMAC = "HMAC"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A packet of VRRP, as far as it could be read; passwords are not shown."""

    family: Family
    source: str
    destination: str
    ttl: int
    """TTL or hop limit."""
    version: int = 0
    """0: there is no message in it."""
    vrid: int = 0
    priority: int = 0
    interval: float = 0.0
    """Seconds."""
    addresses: tuple[str, ...] = ()
    seal: Seal = Seal.NONE
    key: int | None = None
    """Number of the key of an HMAC."""
    number: int | None = None
    """Sequence number of AH or HMAC."""
    covers: Covers | None = None
    """What its checksum covers; None: it is wrong, or could not be looked at."""
    faults: tuple[str, ...] = ()
    """What is wrong with it by itself."""


class _Opened(NamedTuple):
    """A packet whose headers are off."""

    family: Family
    datagram: Datagram
    payload: bytes
    number: int | None
    """Sequence number of AH."""
    faults: list[str]


def inspect(packet: bytes) -> Inspection | None:
    """Read an IP packet as it was captured, without the header of the link; None: it is no VRRP."""
    family = Family.IPV6 if packet[:1] and packet[0] >> 4 == 6 else Family.IPV4
    datagram = open_ipv6(packet) if family is Family.IPV6 else open_ipv4(packet)
    if isinstance(datagram, Rejection):
        return None
    opened = _Opened(family, datagram, datagram.payload, None, _way(datagram, family))
    if datagram.protocol == AH_PROTOCOL:
        inside = ah.inside(datagram)
        if isinstance(inside, Rejection):
            return None if inside.reason is Reason.PROTOCOL else _unread(opened, inside)
        opened = opened._replace(payload=inside, number=ah.number_of(datagram.payload))
    version = opened.payload[0] >> 4 if opened.payload else 0
    layout = FORMATS.get((version, family))
    if layout is None:
        return _unread(opened, Rejection(Reason.VERSION, f"version {version}"))
    end = measure(layout, opened.payload)
    return _unread(opened, end) if isinstance(end, Rejection) else _read(opened, layout, end)


def seal_of(dialect: Dialect) -> Seal:
    """How adverts of an instance are authenticated, those that it sends."""
    if dialect.signing_key is not None:
        return Seal.HMAC
    if dialect.by_ah:
        return Seal.AH
    return Seal.PASS if dialect.auth_type == SIMPLE_PASSWORD else Seal.NONE


def _read(opened: _Opened, layout: Format, end: int) -> Inspection:
    datagram, payload, faults = opened.datagram, opened.payload, opened.faults
    message, rest = payload[:end], payload[end:]
    advert = parse(layout, message)
    covers = _coverage(datagram, layout, payload, end)
    if covers is None:
        faults.append(str(Rejection(Reason.CHECKSUM, message[6:8].hex())))
    seal, key, number = _seal(layout, advert), None, opened.number
    if datagram.protocol == AH_PROTOCOL:
        seal = Seal.AH
    elif _is_trailer(rest):
        signature = trailer.read(rest)
        seal, key, number = Seal.HMAC, signature.key, signature.number
    return Inspection(
        family=opened.family,
        source=str(ip_address(datagram.source)),
        destination=str(ip_address(datagram.destination)),
        ttl=datagram.ttl,
        version=layout.version,
        vrid=advert.vrid,
        priority=advert.priority,
        interval=layout.seconds(advert.interval),
        addresses=tuple(str(ip_address(address)) for address in advert.addresses),
        seal=seal,
        key=key,
        number=number,
        covers=covers,
        faults=(*faults, *_fields(datagram, layout, advert, seal)),
    )


def _unread(opened: _Opened, why: Rejection) -> Inspection:
    """A packet whose message could not be taken apart; its virtual router is named if those bytes are there."""
    datagram, payload = opened.datagram, opened.payload.ljust(3, b"\0")
    is_advert = (payload[0] >> 4, opened.family) in FORMATS and payload[0] & 0x0F == ADVERTISEMENT
    return Inspection(
        family=opened.family,
        source=str(ip_address(datagram.source)),
        destination=str(ip_address(datagram.destination)),
        ttl=datagram.ttl,
        version=payload[0] >> 4,
        vrid=payload[1] if is_advert else 0,
        priority=payload[2] if is_advert else 0,
        number=opened.number,
        faults=(*opened.faults, str(why)),
    )


def _coverage(datagram: Datagram, layout: Format, payload: bytes, end: int) -> Covers | None:
    """What the checksum covers, by whatever sum it is right."""
    sums = tuple(covers for covers in layout.sums if covers is not Covers.OLD_UNICAST or not datagram.is_multicast)
    covers = coverage(payload[:end], datagram.source, datagram.destination, sums, GROUP)
    if covers is None and layout.address_size == 16:  # the kernel sums a trailer, too
        covers = coverage(payload, datagram.source, datagram.destination, sums, GROUP)
    return covers


def _way(datagram: Datagram, family: Family) -> list[str]:
    """What is wrong with addresses and TTL (RFC 3768, 5.2; RFC 9568, 5.1)."""
    faults = []
    source = ip_address(datagram.source)
    if source.is_unspecified or source.is_multicast or source.is_loopback:
        faults.append(f"sent from {source}")
    if not datagram.is_multicast:
        return faults
    if datagram.ttl != TTL:
        faults.append(f"{Reason.TTL.value} ({datagram.ttl}, not {TTL})")
    usual = GROUP_IPV6 if family is Family.IPV6 else GROUP
    if datagram.destination != usual:
        faults.append(f"sent to {ip_address(datagram.destination)}, not to {ip_address(usual)}")
    if family is Family.IPV6 and not source.is_link_local:
        faults.append(f"sent from {source}, which is not link-local")
    return faults


def _fields(datagram: Datagram, layout: Format, advert: Advert, seal: Seal) -> list[str]:
    """What is wrong with the fields of an advert."""
    wrong = (
        (not advert.vrid, "virtual router ID is 0"),
        (not advert.interval, "advertisement interval is 0"),
        (not advert.addresses, Reason.COUNT.value),
        (layout.version == 2 and len(datagram.source) == 16, "version 2 over IPv6"),
        (layout.version == 3 and advert.auth_type != 0, "reserved bits are set"),
        (seal is Seal.UNKNOWN, f"authentication type is {advert.auth_type}"),
        (seal is Seal.AH and advert.auth_type != AUTHENTICATION_HEADER, "authentication header around another type"),
        (seal is Seal.PASS, "the password can be read by anyone"),
    )
    return [text for is_wrong, text in wrong if is_wrong]


def _seal(layout: Format, advert: Advert) -> Seal:
    """How an advert outside an authentication header and without a trailer says that it is authenticated."""
    if layout.version == 3 or advert.auth_type == NO_AUTHENTICATION:
        return Seal.NONE
    return Seal.PASS if advert.auth_type == SIMPLE_PASSWORD else Seal.UNKNOWN


def _is_trailer(rest: bytes) -> bool:
    if len(rest) != trailer.SIZE:
        return False
    found = trailer.read(rest)
    return found.kind == trailer.HMAC_SHA256 and not found.reserved
