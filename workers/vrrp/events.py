"""What a virtual router's state machine is told, and what it wants done.

PURE. The words between fsm.py, which decides, and instance.py, which performs.
"""

from dataclasses import dataclass

from alived.ipc.messages import State
from alived.workers.vrrp.wire.garp import Burst

STOPPING = 0
"""Priority of the advert by which a master says that it stops (RFC 3768, 5.3.4)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the machine needs of an instance's configuration, and the interface's address."""

    advert_int: float
    address: bytes = b""
    """Primary address of the interface, in network order; decides between equal priorities."""
    initially_master: bool = False
    """Priority 255 and `state MASTER`: starts as master without an election."""
    nopreempt: bool = False
    preempt_delay: float = 0.0


# --- events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Startup:
    """The instance begins to work."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The instance goes on where a predecessor stopped, so soon that no peer can have noticed."""

    state: State
    since: float


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The instance ends."""

    reason: str


@dataclass(frozen=True, slots=True)
class AdvertReceived:
    """An accepted advert of another router."""

    priority: int
    source: bytes


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """Something that the instance can't work without is missing."""

    fault: str


@dataclass(frozen=True, slots=True)
class FaultCleared:
    """It is there again."""

    fault: str


@dataclass(frozen=True, slots=True)
class PriorityChanged:
    """Tracking or the configuration moved the effective priority."""

    effective: int


@dataclass(frozen=True, slots=True)
class Reconfigured:
    """Other settings; the state stays."""

    settings: Settings


Event = Startup | Resumed | Shutdown | AdvertReceived | FaultRaised | FaultCleared | PriorityChanged | Reconfigured


# --- actions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendAdvert:
    """Multicast an advert."""

    priority: int


@dataclass(frozen=True, slots=True)
class AddAddresses:
    """Make all virtual addresses present; those that are there already are adopted."""


@dataclass(frozen=True, slots=True)
class RemoveAddresses:
    """Take the virtual addresses away and announce nothing more."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Start a burst of gratuitous ARP for all virtual addresses."""

    burst: Burst


@dataclass(frozen=True, slots=True)
class StateChanged:
    """Tell the world."""

    state: State
    since: float
    reason: str
    previous: State


@dataclass(frozen=True, slots=True)
class Warn:
    """Tell the operator of something that the configuration of some router should not allow."""

    text: str


Action = SendAdvert | AddAddresses | RemoveAddresses | Announce | StateChanged | Warn
