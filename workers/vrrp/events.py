"""What a virtual router's state machine is told, and what it wants done.

PURE. The words between fsm.py, which decides, and instance.py, which performs.
"""

from dataclasses import dataclass

from alived.ipc.messages import State, Transition
from alived.workers.vrrp.timers import ADVERTS_MISSED
from alived.workers.vrrp.wire.garp import Burst

STOPPING = 0
"""Priority of the advert by which a master says that it stops (RFC 3768, 5.3.4; RFC 9568, 5.2.4)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the machine needs of an instance's configuration, and the interface's address.

    Strict mode is not among it: all that it changes of the election (`lower_prio_no_advert`, `higher_prio_send_advert`,
    `preempt_delay`, `down_timer_adverts`, `state`) is settled when the configuration is read.
    """

    advert_int: float
    """Seconds, as adverts say it: rounded to what the version can carry."""
    address: bytes = b""
    """Primary address of the interface, in network order; decides between equal priorities."""
    initially_master: bool = False
    """Priority 255 and `state MASTER`: starts as master without an election."""
    nopreempt: bool = False
    preempt_delay: float = 0.0
    version: int = 2
    """VRRP version, 2 or 3: whose interval counts, and what the skew is a part of."""
    down_timer_adverts: int = ADVERTS_MISSED
    lower_prio_no_advert: bool = False
    """A master does not answer an advert of lower priority."""
    higher_prio_send_advert: bool = False
    """A master answers one of higher priority before it gives way, so that the other one announces the addresses."""
    owner_ignore_adverts: bool = False
    """At priority 255 no advert of another router means anything."""
    timer_expired_backup: int = 0
    """With `nopreempt`: highest priority among the peers; a master that was late for long enough that such a peer has
    taken over becomes backup. 0: it goes by its own priority."""


# --- events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Startup:
    """The instance begins to work."""

    until: float = 0.0
    """CLOCK_MONOTONIC seconds at which a startup delay ends; it listens, but is not master before."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The instance goes on where a predecessor stopped, so soon that no peer can have noticed."""

    state: State
    since: float
    until: float = 0.0
    """As of Startup: a worker's death does not shorten a startup delay."""
    history: tuple[Transition, ...] = ()
    """What the predecessor remembered."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The instance ends."""

    reason: str


@dataclass(frozen=True, slots=True)
class AdvertReceived:
    """An accepted advert of another router."""

    priority: int
    source: bytes
    interval: float = 0.0
    """Seconds between its adverts, as it says; 0: it does not. VRRPv2 routers must agree beforehand."""


@dataclass(frozen=True, slots=True)
class AdvertRefused:
    """An advert of another router that was not accepted, though it claims to be this virtual router's."""

    source: bytes
    reason: str
    interval: float = 0.0
    """Seconds between its adverts, if that is known; 0: it is not."""


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


@dataclass(frozen=True, slots=True)
class Follow:
    """The sync group goes there; nobody but SyncGroup says so."""

    state: State
    reason: str


Event = (
    Startup
    | Resumed
    | Shutdown
    | AdvertReceived
    | AdvertRefused
    | FaultRaised
    | FaultCleared
    | PriorityChanged
    | Reconfigured
    | Follow
)


# --- actions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendAdvert:
    """Send an advert to the group or the peers."""

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
class NotifyLowerPriority:
    """`notify_master_rx_lower_pri`: a master heard one that gives way to it, whose programs may have moved things.

    Comes with the answer to it, so once in an interval (rivals.py).
    """


@dataclass(frozen=True, slots=True)
class OtherMaster:
    """Split brain: another router claims to be master, and we stay it.

    Told at its first advert, and once more at the one that makes it certain that it does not hear us (rivals.py).
    """

    source: bytes
    priority: int
    """0: not known, as its adverts are refused."""
    since: float
    """When its first advert came."""
    count: int
    """Adverts heard so far."""
    refused: str = ""
    """Why its adverts are not accepted."""


@dataclass(frozen=True, slots=True)
class OtherMasterGone:
    """The split brain is over: the other one is silent or has stopped, or we are no longer master ourselves."""

    source: bytes
    since: float
    count: int


@dataclass(frozen=True, slots=True)
class Warn:
    """Tell the operator of something that the configuration of some router should not allow."""

    text: str


Action = (
    SendAdvert
    | AddAddresses
    | RemoveAddresses
    | Announce
    | StateChanged
    | NotifyLowerPriority
    | OtherMaster
    | OtherMasterGone
    | Warn
)
