"""How adverts are authenticated: the password of VRRP version 2, and keepalived's HMAC trailer."""

from dataclasses import field
from enum import StrEnum

from alived.ipc.record import record


class AuthType(StrEnum):
    """`auth_type`: what the password of VRRP version 2 is used for."""

    NONE = ""
    PASS = "PASS"  # noqa: S105  the name of a kind, no password
    AH = "AH"


class HmacMode(StrEnum):
    """`mode` of auth_hmac: which adverts carry the trailer, and which are accepted without it."""

    ENFORCE = "enforce"
    PERMISSIVE = "permissive"
    """Adverts without a trailer are accepted."""
    RECEIVE_ONLY = "receive-only"
    """They are accepted, and none is sent with one."""


class AntiReplay(StrEnum):
    """`anti_replay`: what is asked of the sequence number of an advert."""

    TIME = "time"
    """It grows and is close to this machine's clock."""
    MONOTONIC = "monotonic"
    """It grows."""


@record(kw_only=True)
class HmacKey:
    """One key of auth_hmac."""

    number: int
    """1 to 255; an advert names it."""
    secret: bytes = field(repr=False)
    """32 to 64 bytes."""
    file: str = ""
    """Where the secret was read from; empty: it stands in the configuration."""


@record(kw_only=True)
class AuthHmac:
    """The auth_hmac block of an instance."""

    keys: tuple[HmacKey, ...]
    active_key: int
    """Number of the key that adverts are signed with."""
    anti_replay: AntiReplay = AntiReplay.TIME
    time_window: int = 5
    """Seconds that the clocks of sender and receiver may differ; 3 advert intervals if those are longer and it was
    not said. Without meaning where `anti_replay` is monotonic."""
    mode: HmacMode = HmacMode.ENFORCE
