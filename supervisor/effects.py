"""PURE: what a change of the configuration can disturb, the words of the tables that say so (disturbance*.py)."""

from enum import StrEnum
from typing import NamedTuple


class Disturbs(StrEnum):
    """What a change can disturb, the harmless first."""

    NOTHING = "nothing"
    ADVERT = "advert"
    """Adverts say something else, or one is sent out of turn."""
    CONNECTION = "connection"
    """Connections that exist may end."""
    FAILOVER = "failover"
    """Another router may become master of some addresses, or this one."""

    @property
    def weight(self) -> int:
        """Place in the order."""
        return list(Disturbs).index(self)


class Effect(NamedTuple):
    """What comes of a change."""

    disturbs: Disturbs
    reason: str


class Sign(StrEnum):
    """What happens to an object or a value."""

    ADDED = "+"
    """It comes, or is switched on."""
    REMOVED = "-"
    """It goes, or is switched off."""
    CHANGED = ""
    """Neither; of a list: its order, since what is in it comes or goes by itself."""


def nothing(reason: str) -> Effect:
    """Nobody notices."""
    return Effect(Disturbs.NOTHING, reason)


def advert(reason: str) -> Effect:
    """Adverts say something else."""
    return Effect(Disturbs.ADVERT, reason)


def connection(reason: str) -> Effect:
    """Connections may end."""
    return Effect(Disturbs.CONNECTION, reason)


def failover(reason: str) -> Effect:
    """Another router may become master."""
    return Effect(Disturbs.FAILOVER, reason)
