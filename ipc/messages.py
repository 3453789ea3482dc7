"""Every message that passes between alived's processes, once.

Each is a record; its wire form is derived from its annotations by `alived.ipc.codec`. `MESSAGES` maps the
tag on the wire to the class. Of those in `Retained` the supervisor keeps the last one for each `key`, to give it
to a worker that comes back and to an observer that arrives late.

What does not live here: who receives what (supervisor/router.py) and how bytes travel (bus.py).
"""

from enum import StrEnum
from typing import Any, ClassVar

from alived.ipc.model.config import ConfigObject
from alived.ipc.model.routing import Route, Rule, VirtualAddress
from alived.ipc.record import record

Document = dict[str, Any]
"""A JSON-like answer to a query: str keys; None, bool, int, float, str, list and dict values."""


class State(StrEnum):
    """State of a virtual router (RFC 9568, 6.4; FAULT is keepalived's)."""

    INIT = "INIT"
    BACKUP = "BACKUP"
    MASTER = "MASTER"
    FAULT = "FAULT"


class StopHow(StrEnum):
    """What a worker that is told to stop does with what it put into the kernel."""

    CLEAN = "clean"
    """The daemon ends: priority-0 adverts, addresses removed, tables emptied."""
    LEAVE = "leave"
    """Another process takes over at once: everything stays."""


@record(kw_only=True)
class Message:
    """Base of all messages."""


# --- life of a worker -------------------------------------------------------------------------------------------------


@record(kw_only=True)
class Hello(Message):
    """Worker -> supervisor, first: I run and wait for Configure."""

    pid: int


@record(kw_only=True)
class Heartbeat(Message):
    """Worker -> supervisor, several times a second: the loop turns."""

    loop_lag: float
    """Longest delay of a turn since the last heartbeat, seconds."""


@record(kw_only=True)
class Configure(Message):
    """Supervisor -> worker: objects to take on (new or changed) and keys to forget.

    The first one after Hello carries everything, and in `retained` what the worker's predecessor and its sources last
    said, so that it takes up where the dead one stopped. Later ones carry only differences, and nothing retained.
    """

    generation: int
    put: tuple[ConfigObject, ...]
    drop: tuple[str, ...] = ()
    retained: tuple["Retained", ...] = ()
    silent_for: float = 0.0
    """Seconds since the predecessor was last known to be well; meaningful only with `retained`."""
    no_swap: bool = False
    """Keep your memory out of swap (vrrp_no_swap and its like)."""
    started: float = 0.0
    """CLOCK_MONOTONIC seconds at which the daemon started: startup delays run from there, whoever lives or dies."""


@record(kw_only=True)
class Configured(Message):
    """Worker -> supervisor: generation taken on; the worker is Ready."""

    generation: int


@record(kw_only=True)
class Stop(Message):
    """Supervisor -> worker: end, and how."""

    how: StopHow


# --- what happens -----------------------------------------------------------------------------------------------------


@record(kw_only=True)
class TrackerChanged(Message):
    """Checker, bfd -> vrrp: what instances track has changed; sent at every change and after the first verdict."""

    tracker: str
    """`script NAME`, `file NAME`, `process NAME` or `bfd NAME`."""
    up: bool
    """Of a file: there is a number in it that can be read."""
    value: int = 0
    """The number in a track_file; 0 for all others."""

    @property
    def key(self) -> str:
        """Retained: the last of each tracker."""
        return f"tracker {self.tracker}"


@record(kw_only=True)
class PriorityChanged(Message):
    """Vrrp -> checker (FIFO), observers: the effective priority of an instance and what made it so."""

    instance: str
    effective: int
    base: int
    reasons: tuple[str, ...]
    """One line per contribution, as `script check_nginx_alive: -15`."""

    @property
    def key(self) -> str:
        """Retained: the last of each instance."""
        return f"priority {self.instance}"


@record()
class Transition:
    """A state that an instance entered."""

    state: State
    since: float
    """CLOCK_MONOTONIC seconds."""
    reason: str


@record(kw_only=True)
class InstanceState(Message):
    """Vrrp -> checker (notify programs), observers: an instance entered a state.

    Sent again, with the same `since`, when a master's addresses change.
    """

    instance: str
    state: State
    since: float
    """CLOCK_MONOTONIC seconds at which the state was entered; survives a restart of the worker."""
    priority: int
    """Effective priority at that moment."""
    reason: str
    """Why the last transition happened, in words."""
    master: str = ""
    """Primary address of the master as far as known; empty: not known."""
    stopping: bool = False
    """The daemon is stopping: `notify_stop` is meant, not the state."""
    deleted: bool = False
    """A reload has removed the instance: its programs are told so once, and then forgotten."""
    formerly: str = ""
    """A reload has just given it its name, and until then it had this one. It has entered no state: nobody is told."""
    now_called: str = ""
    """Of one that is `deleted`: it goes on under this name. Nobody is told."""
    virtual_router: str = ""
    """What its peers know it by, in words: an heir whose configuration has another name for it goes on with it."""
    held: tuple[VirtualAddress, ...] = ()
    """Addresses that the instance has put on interfaces, and its heir must keep or remove."""
    held_routes: tuple[Route, ...] = ()
    """The same of its routes."""
    held_rules: tuple[Rule, ...] = ()
    """The same of its rules."""
    history: tuple[Transition, ...] = ()
    """The last states that it entered, oldest first: an heir can still tell of them."""

    @property
    def key(self) -> str:
        """Retained: the last of each instance."""
        return f"instance {self.instance}"


@record(kw_only=True)
class GroupState(Message):
    """Vrrp -> checker (notify programs), observers: a vrrp_sync_group entered a state, with all its members."""

    group: str
    state: State
    since: float
    """CLOCK_MONOTONIC seconds."""
    stopping: bool = False
    """The daemon is stopping: `notify_stop` is meant, not the state."""
    deleted: bool = False
    """A reload has removed the group."""

    @property
    def key(self) -> str:
        """Retained: the last of each group."""
        return f"sync_group {self.group}"


@record(kw_only=True)
class LowerPriorityHeard(Message):
    """Vrrp -> checker (notify_master_rx_lower_pri, FIFO), observers: a master heard one of lower priority."""

    instance: str
    priority: int
    """Our own, effective."""


@record(kw_only=True)
class CheckState:
    """Verdict of one check of a real server."""

    check: str
    """`TCP_CHECK 172.20.0.21:80`."""
    up: bool
    failures: int
    """Failures in a row so far."""
    reason: str
    """What the last run said."""


@record(kw_only=True)
class RealServerState(Message):
    """Checker -> lvs, observers: a real server is up or down, and what its checks say."""

    virtual_server: str
    real_server: str
    up: bool
    checks: tuple[CheckState, ...]

    @property
    def key(self) -> str:
        """Retained: the last of each real server of each virtual server."""
        return f"real_server {self.virtual_server} {self.real_server}"


@record(kw_only=True)
class VirtualServerState(Message):
    """Lvs -> vrrp (tracking), observers: whether a virtual server has its quorum, and the live weight behind it."""

    virtual_server: str
    quorum_up: bool
    weight: int

    @property
    def key(self) -> str:
        """Retained: the last of each virtual server."""
        return f"virtual_server {self.virtual_server}"


@record(kw_only=True)
class WorkerState(Message):
    """Supervisor -> observers: a worker was started, became ready, died, was given up."""

    worker: str
    what: str
    pid: int
    restarts: int

    @property
    def key(self) -> str:
        """Retained: the last of each worker."""
        return f"worker {self.worker}"


@record(kw_only=True)
class LogLine(Message):
    """Supervisor -> observers: one line of some process's log."""

    worker: str
    """`supervisor`, `vrrp`, `checker`, `lvs`."""
    time: float
    """Wall clock, seconds since the epoch."""
    level: int
    """Syslog priority: 3 error, 4 warning, 5 notice, 6 info, 7 debug."""
    text: str


# --- questions --------------------------------------------------------------------------------------------------------


@record(kw_only=True)
class Query(Message):
    """Alivectl -> supervisor, or on to a worker: a question or a command by name."""

    id: int
    topic: str
    """`status`, `vrrp`, `lvs`, `checks`, `workers`, `logs`, `reload`, `stop`, `stats`."""
    arguments: Document


@record(kw_only=True)
class Reply(Message):
    """The answer to the Query of the same id."""

    id: int
    ok: bool
    body: Document
    """When not ok: `{"error": one line}`."""


Retained = (
    TrackerChanged | PriorityChanged | InstanceState | GroupState | RealServerState | VirtualServerState | WorkerState
)
"""Messages of which the supervisor keeps the last one per key."""

MESSAGES: dict[str, type[Message]] = {
    cls.__name__: cls
    for cls in (
        Hello, Heartbeat, Configure, Configured, Stop, TrackerChanged, PriorityChanged, InstanceState, GroupState,
        LowerPriorityHeard, RealServerState, VirtualServerState, WorkerState, LogLine, Query, Reply,
    )
}  # fmt: skip


class WorkerExit:
    """Exit codes of workers that the supervisor understands."""

    OK: ClassVar[int] = 0
    CANNOT_BOOT: ClassVar[int] = 3
    """Starting again would fail the same way: said why in the log, do not restart (gunicorn's convention)."""
