"""The checksum of adverts: one sum, and the four things that routers take it over.

PURE. VRRPv2 sums the message (RFC 3768, 5.3.8), every version over IPv6 a pseudo-header with it (RFC 9568, 5.2.8), and
over IPv4 the implementations of VRRPv3 disagree. What does not live here: which sum an instance sends (dialect.py).
"""

from enum import StrEnum

PROTOCOL = 112
"""IP protocol number of VRRP."""


class Covers(StrEnum):
    """What the checksum of an advert was taken over; the value is what operators see."""

    MESSAGE = "the message alone"
    """RFC 3768, 5.3.8; VRRPv3 over IPv4 by RFC 9568, 5.2.8."""
    PSEUDO_HEADER = "the message and a pseudo-header"
    """Source and destination, protocol and length, as RFC 8200, 8.1 has it; keepalived and FRR do so over IPv4 too."""
    OLD_UNICAST = "the message and a pseudo-header of the multicast group"
    """keepalived before 1.3.7, in adverts to a unicast peer."""


def ones_sum(data: bytes) -> int:
    """One's complement sum of 16-bit words (RFC 1071), 0 to 65,534: a folded sum of 65,535 is 0 here."""
    # Since 2**16 is 1 modulo 65535, the number that all bytes make together leaves the remainder of its words' sum.
    number = int.from_bytes(data, "big")
    return (number << 8 if len(data) % 2 else number) % 0xFFFF


def pseudo_sum(source: bytes, destination: bytes, length: int) -> int:
    """Sum of the pseudo-header before `length` bytes of VRRP; the same for both families (RFC 8200, 8.1)."""
    return ones_sum(source + destination) + PROTOCOL + length


def field(total: int) -> bytes:
    """The checksum field for what has this sum with the field at zero. The first byte of an advert never is zero."""
    return (-total % 0xFFFF).to_bytes(2, "big")


def coverage(
    message: bytes, source: bytes, destination: bytes, accepted: tuple[Covers, ...], group: bytes
) -> Covers | None:
    """By which of the accepted sums the checksum of a message is right; None: by none.

    `group` is the multicast address that takes the place of the destination in OLD_UNICAST.
    """
    total = ones_sum(message)
    for covers in accepted:
        if covers is Covers.MESSAGE:
            added = 0
        else:
            added = pseudo_sum(source, group if covers is Covers.OLD_UNICAST else destination, len(message))
        if (total + added) % 0xFFFF == 0:
            return covers
    return None
