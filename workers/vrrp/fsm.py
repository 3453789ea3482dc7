"""The state machine of one virtual router: RFC 3768 and RFC 9568, 6.4, with keepalived's Fault state.

PURE and sans-I/O: `receive` and `expire` return what is to be done, `deadline` says when `expire` wants to be called.
Everything that decides over a state lives in this file; `_TABLE` at its end says which function handles what, and
`_enter` does every exit and entry. What does not live here: performing the actions (instance.py), bytes (wire),
tracking (priority.py), how long a backup waits and for whom (watch.py), and what the members of a sync group mean to
each other (sync_group.py).

Where it goes beyond the RFCs it does as keepalived does: the Fault state with a priority-0 advert on the way into it,
`state MASTER` that skips the election only for the owner of the addresses, and a startup delay that is spent as a
backup. Beyond keepalived: a master that was stopped for longer than its peers wait listens before it speaks again.
"""

from collections import deque
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, ClassVar

from alived.ipc.messages import State, Transition
from alived.workers.vrrp.events import (
    STOPPING,
    Action,
    AddAddresses,
    AdvertReceived,
    AdvertRefused,
    Announce,
    Event,
    FaultCleared,
    FaultRaised,
    Follow,
    NotifyLowerPriority,
    PriorityChanged,
    Reconfigured,
    RemoveAddresses,
    Resumed,
    SendAdvert,
    Settings,
    Shutdown,
    Startup,
    StateChanged,
    Warn,
)
from alived.workers.vrrp.priority import OWNER
from alived.workers.vrrp.pulse import NEVER, Pulse
from alived.workers.vrrp.rivals import Rivals
from alived.workers.vrrp.timers import on_grid, patience_of_peers
from alived.workers.vrrp.watch import Watch
from alived.workers.vrrp.wire.garp import Burst

TRANSITIONS = 5
"""Transitions that are remembered."""

_ADVERTS = tuple(map(SendAdvert, range(256)))
"""One for each priority: nothing else is done as often."""
_OWNS = "owner of the addresses"
_Row = dict[type[Event], Callable[["Machine", Any, float], None]]


class Machine:
    """State of one virtual router on one interface."""

    def __init__(self, settings: Settings, priority: int, pulse: Pulse | None = None) -> None:
        self.settings = settings
        self.priority = priority
        """Effective priority, 1 to 255."""
        self.state = State.INIT
        self.since = 0.0
        self.reason = "not started"
        self.history: deque[Transition] = deque(maxlen=TRANSITIONS)
        """The last transitions, oldest first."""
        self.faults: set[str] = set()
        """Its own; a member of a sync group may be in FAULT without any."""
        self.led = False
        """A sync group decides when it becomes master and when it leaves INIT and FAULT."""
        self.rivals, self.refused = Rivals(), Rivals()
        """Other masters beside us: those whose adverts count, and those whose adverts are refused."""
        self.last_heard: AdvertReceived | None = None
        self.pulse = pulse or Pulse()
        """Its timers: what it does for years is done with them alone."""
        self._begun = False
        self._resumed: Resumed | None = None
        self._watch = Watch(settings, priority, self.pulse)
        self._actions: list[Action] = []

    @property
    def wants(self) -> State:
        """The state that it would be in if it were for itself."""
        if not self._begun:
            return State.INIT
        if self.faults:
            return State.FAULT
        return State.MASTER if self.state is State.MASTER or self._watch.elected else State.BACKUP

    @property
    def master(self) -> bytes:
        """Primary address of the master as far as known: its last advert's source, or our own."""
        return self.settings.address if self.state is State.MASTER else self._watch.master

    @property
    def master_interval(self) -> float:
        """Seconds between the master's adverts: what it has named, or our own interval."""
        return self.settings.advert_int if self.state is State.MASTER else self._watch.master_interval

    def waits_for(self, now: float) -> str:
        """What `deadline` is about, for operators: an `advert`, `master_down`, `preempt` or the end of `startup`."""
        if self.state is State.MASTER:
            return "advert"
        return self._watch.waits_for(now)

    # --- the three verbs ----------------------------------------------------------------------------------------------

    def receive(self, event: Event, now: float) -> list[Action]:
        """Take note of an event; returns what is to be done, in this order."""
        self.pulse.steady = False
        self._listen_first_after_stall(now)
        self._TABLE[self.state][type(event)](self, event, now)
        return self._take_actions()

    def deadline(self) -> float | None:
        """When `expire` has something to do; None: never."""
        return None if self.pulse.due == NEVER else self.pulse.due

    def expire(self, now: float) -> list[Action]:
        """Do what is due at `now`; nothing if nothing is."""
        self._listen_first_after_stall(now)
        if now >= self.pulse.due:
            self._TIMED[self.state](self, now)
        return self._take_actions()

    # --- INIT, FAULT: 6.4.1 -------------------------------------------------------------------------------------------

    def _start(self, event: Startup, now: float) -> None:
        self._begun, self.pulse.earliest = True, event.until
        self._begin("started", now)

    def _resume(self, event: Resumed, now: float) -> None:
        self._begun, self.pulse.earliest, self._resumed = True, event.until, event
        self._watch.elected = event.state is State.MASTER
        self.history.extend(event.history)
        self._settle("resumed", now)

    def _withdraw(self, _event: Shutdown, _now: float) -> None:
        """It ends before its group has begun."""
        self._begun = False

    def _note_fault(self, event: FaultRaised, _now: float) -> None:
        self.faults.add(event.fault)

    def _forget_fault(self, event: FaultCleared, _now: float) -> None:
        self.faults.discard(event.fault)

    def _recover(self, event: FaultCleared, now: float) -> None:
        self.faults.discard(event.fault)
        if not self.faults:
            self._begin(f"recovered: {event.fault}", now)

    def _begin(self, reason: str, now: float) -> None:
        if self._owns_addresses and now >= self.pulse.earliest:  # "If the Priority = 255": there is nobody to elect
            self._watch.elected, self._watch.case = True, _OWNS
        self._settle(reason, now)

    @property
    def _owns_addresses(self) -> bool:
        return self.settings.initially_master and self.priority == OWNER

    def _settle(self, reason: str, now: float) -> None:
        """Be what it wants to be; a member of a sync group waits until it is told to follow."""
        if not self.led:
            self._become(self.wants, reason, now)

    def _follow(self, event: Follow, now: float) -> None:
        if self._begun:
            self._become(event.state, event.reason, now)

    def _become(self, state: State, reason: str, now: float) -> None:
        """Enter a state that it, or its group, wants; what drives it out of one enters the next itself."""
        (resumed, self._resumed), since = (self._resumed, None), None
        if resumed is not None and resumed.state is state:
            reason, since = "resumed", resumed.since
        elif state is State.FAULT and self.faults:
            reason = ", ".join(sorted(self.faults))
        elif state is State.MASTER and self._watch.case:
            reason = f"{self._watch.case}; {reason}" if self.led else self._watch.case
        self._enter(state, reason, now, since)
        if state is State.BACKUP and self._owns_addresses:  # only a startup delay or the group can have put it off
            self._watch.claim(_OWNS, now)

    # --- BACKUP: 6.4.2 ------------------------------------------------------------------------------------------------

    def _master_down(self, now: float) -> None:
        """Master_Down_Timer fired."""
        if self._watch.fire(now):
            self._settle("", now)

    def _backup_heard(self, event: AdvertReceived, now: float) -> None:
        if not self._ignores_adverts:
            self._note_advert(event, now)
            self._watch.heard(event, now)

    def _backup_refused(self, event: AdvertRefused, now: float) -> None:
        if not self._ignores_adverts:
            self._watch.refused(event, now)

    # --- MASTER: 6.4.3 ------------------------------------------------------------------------------------------------

    def _advert_due(self, now: float) -> None:
        """Adver_Timer fired."""
        self._send_advert(now)
        self.pulse.advance(now)
        for rivals in (self.rivals, self.refused):
            if rivals:
                self._actions += rivals.silent(now)
        self.pulse.steady = not self.rivals and not self.refused

    def _send_advert(self, now: float) -> None:
        self._actions.append(_ADVERTS[self.priority])
        self.pulse.spoke = now

    def _master_heard(self, event: AdvertReceived, now: float) -> None:
        if self._ignores_adverts:
            return
        self._note_advert(event, now)
        if event.priority == STOPPING:  # "If the Priority in the ADVERTISEMENT is Zero": answer, restart Adver_Timer
            self._send_advert(now)
            self.pulse.due = now + self.settings.advert_int
            self._actions += self.rivals.stopped(event.source)
            return
        if event.priority == self.priority == OWNER:  # RFC 9568, erratum 8298: the address decides here too
            self._actions.append(Warn(f"{_text(event.source)} has priority 255 too: an address has one owner"))
        # "greater than, or equal and the primary address is greater": as numbers in network order, as bytes compare
        ours, theirs = (self.priority, self.settings.address), (event.priority, event.source)
        if theirs > ours:
            self._give_way(event, now)
        else:
            self._stay(event, now, twin=ours == theirs)

    def _give_way(self, event: AdvertReceived, now: float) -> None:
        if self.settings.higher_prio_send_advert:
            self._send_advert(now)
        source = _text(event.source)
        reason = f"{source} has priority {event.priority}, ours is {self.priority}"
        if event.priority == self.priority:
            reason = f"{source} has the same priority and a higher address"
        self._watch.master = event.source
        self._watch.learn(event.interval)
        self._enter(State.BACKUP, reason, now)

    def _stay(self, event: AdvertReceived, now: float, *, twin: bool) -> None:
        """RFC 9568, 6.4.3: tell the other one, and the switches, who is master. A twin would take it as its own."""
        if twin:
            self._actions.append(Warn(f"{_text(event.source)} has our address and priority"))
        elif self.rivals.to_be_answered(self.pulse.due, now):
            if not self.settings.lower_prio_no_advert:
                self._send_advert(now)
            self._actions += (Announce(Burst.LOWER_PRIORITY), NotifyLowerPriority())
        self._actions += self.rivals.heard(event, self._patience_with(event), now)

    def _master_refused(self, event: AdvertRefused, now: float) -> None:
        """Whoever sends it takes itself for the master, and hears of us as little as we of it: nobody gives way."""
        if not self._ignores_adverts:
            self._actions += self.refused.heard(event, self._patience_with(event), now)

    def _patience_with(self, event: AdvertReceived | AdvertRefused) -> float:
        """Seconds of silence after which another master is one no more."""
        return patience_of_peers(event.interval or self.settings.advert_int, self.settings.down_timer_adverts)

    def _listen_first_after_stall(self, now: float) -> None:
        if self.state is State.MASTER and self.pulse.stalled(now):
            self._enter(State.BACKUP, f"did not run for {now - self.pulse.spoke:.3g} s", now)

    # --- any state ----------------------------------------------------------------------------------------------------

    @property
    def _ignores_adverts(self) -> bool:
        return self.priority == OWNER and self.settings.owner_ignore_adverts

    def _note_advert(self, event: AdvertReceived, now: float) -> None:
        self.last_heard, self.pulse.heard_at = event, now

    def _fail(self, event: FaultRaised, now: float) -> None:
        self.faults.add(event.fault)
        self._enter(State.FAULT, event.fault, now)

    def _stop(self, event: Shutdown, now: float) -> None:
        self._begun = False
        self._enter(State.INIT, event.reason, now)

    def _take_priority(self, event: PriorityChanged, now: float) -> None:
        """The next advert carries it; a backup applies it to the next advert it hears."""
        self.priority = event.effective
        if self._watch.weigh(event.effective) and self.state is State.BACKUP:
            self._watch.begin(now)

    def _take_settings(self, event: Reconfigured, now: float) -> None:
        before, self.settings = self.settings, event.settings
        begins_anew = self._watch.adapt(event.settings)
        if self.state is State.BACKUP and begins_anew:
            self._watch.begin(now)
        elif self.state is State.MASTER and event.settings.advert_int != before.advert_int:
            self._send_advert(now)
            self.pulse.due = now + event.settings.advert_int

    def _ignore(self, _event: Event, _now: float) -> None:
        """Means nothing in this state."""

    # --- entry and exit -----------------------------------------------------------------------------------------------

    def _enter(self, state: State, reason: str, now: float, since: float | None = None) -> None:
        """Leave the state and enter another: every entry and exit action of the machine."""
        previous, self.state = self.state, state
        if previous is State.MASTER:
            if state is not State.BACKUP:  # 6.4.3, Shutdown; nobody else is master yet
                self._actions.append(SendAdvert(STOPPING))
            self._actions += (RemoveAddresses(), *self.rivals.clear(), *self.refused.clear())
        if state is State.BACKUP:
            self._watch.enter(now)
        else:
            self._watch.forget()
            self.pulse.due = NEVER
        if state is State.MASTER:  # 6.4.2: the advert goes first, it makes another master give the addresses up
            self._send_advert(now)
            self.pulse.due = on_grid(now + self.settings.advert_int, self.settings.advert_int)
            self._actions += (AddAddresses(), Announce(Burst.ARRIVED))
        self.since = now if since is None else since
        self.reason = reason
        self.history.append(Transition(state, self.since, reason))
        self._actions.append(StateChanged(state, self.since, reason, previous))

    def _take_actions(self) -> list[Action]:
        actions, self._actions = self._actions, []
        return actions

    # --- which function handles what ----------------------------------------------------------------------------------

    _TIMED: ClassVar[dict[State, Callable[["Machine", float], None]]] = {
        State.BACKUP: _master_down,
        State.MASTER: _advert_due,
    }
    """What happens when a state's timer fires."""

    _BEGUN: ClassVar[_Row] = {
        Startup: _ignore,
        Resumed: _ignore,
        Shutdown: _stop,
        PriorityChanged: _take_priority,
        Reconfigured: _take_settings,
        Follow: _follow,
    }
    """What is the same in all states but INIT."""

    _TABLE: ClassVar[dict[State, _Row]] = {
        State.INIT: {
            Startup: _start,
            Resumed: _resume,
            Shutdown: _withdraw,
            PriorityChanged: _take_priority,
            Reconfigured: _take_settings,
            Follow: _follow,
            AdvertReceived: _note_advert,
            AdvertRefused: _ignore,
            FaultRaised: _note_fault,
            FaultCleared: _forget_fault,
        },
        State.BACKUP: _BEGUN
        | {
            AdvertReceived: _backup_heard,
            AdvertRefused: _backup_refused,
            FaultRaised: _fail,
            FaultCleared: _ignore,
        },
        State.MASTER: _BEGUN
        | {
            AdvertReceived: _master_heard,
            AdvertRefused: _master_refused,
            FaultRaised: _fail,
            FaultCleared: _ignore,
        },
        State.FAULT: _BEGUN
        | {
            AdvertReceived: _note_advert,
            AdvertRefused: _ignore,
            FaultRaised: _note_fault,
            FaultCleared: _recover,
        },
    }
    """What handles an event in a state; complete, so that an event without a meaning is one by decision."""


def _text(address: bytes) -> str:
    return str(ip_address(address))
