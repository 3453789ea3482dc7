"""Whether a datagram is an advert that an instance accepts: the checks of RFC 3768 and RFC 9568, 7.1, in two steps.

PURE. `unwrap` asks what has to be asked of each datagram: did it come the right way, is it whole, is it authentic.
`read` gives the message its meaning, which is the same whenever the message is. What does not live here: which instance
a datagram is for (reception.py), and what an accepted advert leads to (fsm.py).

The addresses of an advert are never a reason to refuse it, and in VRRPv3 the interval is not either: `remarks` are for
the operator.
"""

import hmac
from ipaddress import ip_address
from typing import NamedTuple

from alived.ipc.model.authentication import HmacMode
from alived.workers.vrrp.wire import ah, trailer
from alived.workers.vrrp.wire.advert import SIMPLE_PASSWORD, Advert, measure, parse
from alived.workers.vrrp.wire.checksum import Covers, coverage
from alived.workers.vrrp.wire.datagram import AH_PROTOCOL, TTL, Datagram, open_ipv4, open_ipv6
from alived.workers.vrrp.wire.dialect import GROUP, Conversation, Dialect
from alived.workers.vrrp.wire.rejection import Reason, Rejection


class Letter(NamedTuple):
    """A whole message that came the right way and was not changed."""

    message: bytes
    covers: Covers
    sealed: bool
    """By AH or HMAC: it never comes again with the same bytes."""


class Heard(NamedTuple):
    """An accepted advert of another router. While a master repeats itself, the very same object is given again."""

    priority: int
    source: bytes
    interval: float
    """Seconds between adverts of the sender, as it says."""
    advert: Advert
    covers: Covers
    ttl: int
    """TTL or hop limit."""


def unwrap(dialect: Dialect, conversation: Conversation, datagram: Datagram, wall: float) -> Letter | Rejection:
    """The message in a datagram. `wall`: seconds since the epoch, for auth_hmac only."""
    objection = _path(dialect, datagram)
    if objection is not None:
        return objection
    payload = _payload(dialect, conversation, datagram)
    if isinstance(payload, Rejection):
        return payload
    end = measure(dialect.layout, payload)
    if isinstance(end, Rejection):
        return end
    covers = _coverage(dialect, datagram, payload, end)
    if covers is None:
        return Rejection(Reason.CHECKSUM, payload[6:8].hex())
    message = payload[:end]
    if dialect.auth_hmac is None:
        return Letter(message, covers, sealed=dialect.by_ah)
    rest = payload[end:]
    if len(rest) == trailer.SIZE:
        objection = _trailer(dialect, conversation, datagram.source, message, rest, wall=wall)
        return objection or Letter(message, covers, sealed=True)
    if dialect.auth_hmac.mode is HmacMode.ENFORCE:
        return Rejection(Reason.HMAC_MISSING)
    return Letter(message, covers, sealed=False)


def read(dialect: Dialect, conversation: Conversation, datagram: Datagram, letter: Letter) -> Heard | Rejection:
    """What a message says, if it fits the configuration."""
    layout = dialect.layout
    advert = parse(layout, letter.message)
    if layout.version == 2:
        objection = _version_2(dialect, advert)
        if objection is not None:
            return objection
    elif not advert.addresses and dialect.addresses:  # RFC 9568, 5.2.5; but see no_virtual_ipaddress
        return Rejection(Reason.COUNT)
    if dialect.unicast and datagram.source in dialect.peers:
        _learn(conversation, datagram.source, letter.covers)
    # No RFC says what an interval of 0 means; the least harm is done by taking it for ours.
    interval = layout.seconds(advert.interval) if advert.interval else dialect.interval
    return Heard(advert.priority, datagram.source, interval, advert, letter.covers, datagram.ttl)


def verdict(dialect: Dialect, packet: bytes, wall: float) -> str:
    """Why a captured IP packet is refused, in words; empty: it is accepted.

    A capture sees what was heard already, so that nothing is taken for a replay here.
    """
    opened = open_ipv6(packet) if packet[:1] and packet[0] >> 4 == 6 else open_ipv4(packet)
    if isinstance(opened, Rejection):
        return str(opened)
    if len(opened.source) != dialect.layout.address_size:
        return str(Rejection(Reason.PROTOCOL, "the other family of addresses"))
    conversation = Conversation()
    letter = unwrap(dialect, conversation, opened, wall)
    found = letter if isinstance(letter, Rejection) else read(dialect, conversation, opened, letter)
    return str(found) if isinstance(found, Rejection) else ""


def remarks(dialect: Dialect, heard: Heard) -> list[str]:
    """What in an accepted advert differs from our configuration, in words (RFC 9568, 7.1: SHOULD be logged)."""
    found = []
    advert, sender = heard.advert, ip_address(heard.source)
    if set(advert.addresses) != set(dialect.addresses):
        listed = ", ".join(str(ip_address(address)) for address in advert.addresses) or "none"
        found.append(f"{sender} advertises other addresses: {listed}")
    if advert.interval != dialect.units:
        ours = dialect.layout.seconds(dialect.units)
        found.append(
            f"{sender} advertises an interval of {dialect.layout.seconds(advert.interval):g} s, ours is {ours:g} s"
        )
    return found


def _path(dialect: Dialect, datagram: Datagram) -> Rejection | None:
    """What is wrong with the way a datagram came (RFC 9568, 5.1.1.3; min_ttl, max_ttl, check_unicast_src)."""
    if not dialect.unicast:
        return None if datagram.ttl == TTL else Rejection(Reason.TTL, f"{datagram.ttl}, not {TTL}")
    limits = dialect.peers.get(datagram.source)
    if limits is None:
        # A sequence number has to belong to somebody that we know.
        return Rejection(Reason.PEER) if dialect.check_source or dialect.auth_hmac is not None else None
    if not limits.lowest <= datagram.ttl <= limits.highest:
        return Rejection(Reason.TTL, f"{datagram.ttl}, not {limits.lowest} to {limits.highest}")
    return None


def _payload(dialect: Dialect, conversation: Conversation, datagram: Datagram) -> bytes | Rejection:
    """The payload of a datagram, out of its authentication header if it is to have one."""
    if (datagram.protocol == AH_PROTOCOL) is not dialect.by_ah:
        return Rejection(Reason.AUTH_TYPE, "without AH" if dialect.by_ah else "AH")
    if not dialect.by_ah:
        return datagram.payload
    payload = ah.inside(datagram)
    if isinstance(payload, Rejection):
        return payload
    objection = ah.verify(datagram, dialect.ah_key, conversation.ah_counter, unicast=dialect.unicast)
    return objection or payload


def _coverage(dialect: Dialect, datagram: Datagram, payload: bytes, end: int) -> Covers | None:
    """What the checksum covers: over IPv6 all of the payload, as the kernel makes it, or all but padding."""
    source, destination = datagram.source, datagram.destination
    if dialect.layout.address_size == 16 and len(payload) > end:
        whole = coverage(payload, source, destination, dialect.accepts, GROUP)
        if whole is not None:
            return whole
    return coverage(payload[:end], source, destination, dialect.accepts, GROUP)


def _trailer(
    dialect: Dialect, conversation: Conversation, source: bytes, message: bytes, data: bytes, *, wall: float
) -> Rejection | None:
    """What is wrong with the trailer of a message; None: it is authentic and new."""
    pseudo = trailer.pseudo_header(dialect.layout.version, dialect.vrid, source)
    number = dialect.ring.verify(pseudo, message, data, wall)
    if isinstance(number, Rejection):
        return number
    if not conversation.marks.accept(source, number, wall, dialect.ring.freshness, dialect.senders):
        return Rejection(Reason.HMAC_REPLAY)
    conversation.skew = trailer.skew(number, wall)
    return None


def _version_2(dialect: Dialect, advert: Advert) -> Rejection | None:
    """What VRRPv2 asks for beyond (RFC 3768, 7.1; RFC 2338, 5.3.6)."""
    if advert.auth_type != dialect.auth_type:
        return Rejection(Reason.AUTH_TYPE, f"type {advert.auth_type}, ours is {dialect.auth_type}")
    if dialect.auth_type == SIMPLE_PASSWORD:
        expected = dialect.password.ljust(dialect.layout.trailer_size, b"\0")
        if not hmac.compare_digest(advert.auth_data, expected):
            return Rejection(Reason.PASSWORD)
    if advert.interval != dialect.units:
        detail = f"{advert.interval} s, ours is {dialect.units} s"
        return Rejection(Reason.INTERVAL, detail, dialect.layout.seconds(advert.interval))
    return None


def _learn(conversation: Conversation, source: bytes, covers: Covers) -> None:
    """Remember how a peer makes its checksums, so that it gets ones that it accepts."""
    if covers is Covers.OLD_UNICAST:
        conversation.old_peers.add(source)
    else:
        conversation.old_peers.discard(source)
