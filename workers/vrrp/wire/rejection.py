"""Why a packet was not accepted, in words that operators see.

PURE. What does not live here: the checks themselves (datagram.py, advert.py, ah.py, trailer.py, judge.py).
"""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why a packet was not accepted; the value is what operators see."""

    TRUNCATED = "truncated"
    PROTOCOL = "wrong protocol"
    OWN = "own advert came back"
    VRID = "unknown virtual router ID"
    CAST = "unicast instead of multicast, or the other way round"
    TTL = "wrong TTL"
    PEER = "not from a unicast peer"
    VERSION = "wrong version"
    TYPE = "unknown type"
    CHECKSUM = "bad checksum"
    COUNT = "no address"
    INTERVAL = "other advertisement interval"
    AUTH_TYPE = "wrong authentication type"
    PASSWORD = "wrong password"  # noqa: S105  (a message)
    AH_DIGEST = "wrong AH digest"
    AH_SPI = "AH index is not the source address"
    AH_REPLAY = "AH sequence number was there before"
    HMAC_MISSING = "no HMAC trailer"
    HMAC_MALFORMED = "malformed HMAC trailer"
    HMAC_KEY = "unknown HMAC key"
    HMAC_STALE = "HMAC time outside the window"
    HMAC_DIGEST = "wrong HMAC"
    HMAC_REPLAY = "HMAC sequence number was there before"


NO_CLAIM = frozenset({Reason.TRUNCATED, Reason.PROTOCOL, Reason.OWN, Reason.VRID, Reason.TYPE})
"""Such a packet says nothing of our virtual router; any other comes from somebody who takes itself for its master."""


class Rejection(NamedTuple):
    """A packet that was not accepted, and what was seen."""

    reason: Reason
    detail: str = ""
    interval: float = 0.0
    """Seconds between adverts of the sender, if that is what is wrong."""

    def __str__(self) -> str:
        return f"{self.reason.value} ({self.detail})" if self.detail else self.reason.value
