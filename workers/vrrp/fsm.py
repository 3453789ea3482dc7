"""The state machine of one virtual router: RFC 3768, 6.4, with keepalived's Fault state.

PURE and sans-I/O: `receive` and `expire` return what is to be done, `deadline` says when `expire` wants to be called.
Everything that decides over a state lives in this file; `_TABLE` at its end says which function handles what, and
`_enter` does every exit and entry. What does not live here: performing the actions (instance.py), bytes (packet.py),
tracking (priority.py).

Where it goes beyond the RFC it does as keepalived does: preempt_delay, the Fault state with a priority-0 advert on the
way into it, `state MASTER` that skips the election only for the owner of the addresses, and an answer to lower-priority
adverts. Beyond keepalived: a master that was stopped for longer than its peers wait listens before it speaks again.
"""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, ClassVar

from alived.ipc.messages import State
from alived.workers.vrrp.events import (
    STOPPING,
    Action,
    AddAddresses,
    AdvertReceived,
    Announce,
    Event,
    FaultCleared,
    FaultRaised,
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
from alived.workers.vrrp.timers import PreemptDelay, master_down_interval, skew_time
from alived.workers.vrrp.wire.garp import Burst


class Machine:
    """State of one virtual router on one interface."""

    def __init__(self, settings: Settings, priority: int) -> None:
        self.settings = settings
        self.priority = priority
        """Effective priority, 1 to 255."""
        self.state = State.INIT
        self.since = 0.0
        self.reason = "not started"
        self.faults: set[str] = set()
        self.master = b""
        """Primary address of the master as far as known: its last advert's source, or our own."""
        self._due = 0.0
        """Master_Down_Timer while BACKUP, Adver_Timer while MASTER."""
        self._silence = ""
        """Why the Master_Down_Timer fires, should it fire."""
        self._last_advert = 0.0
        self._preempt_delay = PreemptDelay(settings.preempt_delay)
        self._actions: list[Action] = []

    # --- the three verbs ----------------------------------------------------------------------------------------------

    def receive(self, event: Event, now: float) -> list[Action]:
        """Take note of an event; returns what is to be done, in this order."""
        self._listen_first_after_stall(now)
        self._TABLE[self.state][type(event)](self, event, now)
        return self._take_actions()

    def deadline(self) -> float | None:
        """When `expire` has something to do; None: never."""
        return self._due if self.state in self._TIMED else None

    def expire(self, now: float) -> list[Action]:
        """Do what is due at `now`; nothing if nothing is."""
        self._listen_first_after_stall(now)
        if self.state in self._TIMED and now >= self._due:
            self._TIMED[self.state](self, now)
        return self._take_actions()

    # --- INIT, FAULT: RFC 3768, 6.4.1 ---------------------------------------------------------------------------------

    def _begin(self, reason: str, now: float) -> None:
        if self.faults:
            self._enter(State.FAULT, ", ".join(sorted(self.faults)), now)
        elif self.settings.initially_master and self.priority == OWNER:
            self._enter(State.MASTER, "owner of the addresses", now)
        else:
            self._enter(State.BACKUP, reason, now)

    def _start(self, _event: Startup, now: float) -> None:
        self._begin("started", now)

    def _resume(self, event: Resumed, now: float) -> None:
        if self.faults:
            self._begin("", now)
        else:
            self._enter(event.state, "resumed", now, since=event.since)

    def _note_fault(self, event: FaultRaised, _now: float) -> None:
        self.faults.add(event.fault)

    def _forget_fault(self, event: FaultCleared, _now: float) -> None:
        self.faults.discard(event.fault)

    def _recover(self, event: FaultCleared, now: float) -> None:
        self.faults.discard(event.fault)
        if not self.faults:
            self._begin(f"recovered: {event.fault}", now)

    # --- BACKUP: RFC 3768, 6.4.2 --------------------------------------------------------------------------------------

    def _master_down(self, now: float) -> None:
        """Master_Down_Timer fired."""
        self._enter(State.MASTER, self._silence, now)

    def _backup_heard(self, event: AdvertReceived, now: float) -> None:
        self.master = event.source
        if event.priority == STOPPING:  # "If the Priority in the ADVERTISEMENT is Zero": only the skew is waited for
            self._await_master(skew_time(self.priority), f"{_text(event.source)} has stopped", now)
        elif event.priority >= self.priority:
            self._preempt_delay.cancel()
            self._await_next_advert(now)
        elif not self._preempts(now):  # "If Preempt_Mode is False"
            self._await_next_advert(now)
        else:  # discarded: the timer runs on
            self._silence = f"preempts {_text(event.source)} of priority {event.priority}"

    def _preempts(self, now: float) -> bool:
        if self.priority == OWNER:  # 6.1, Preempt_Mode: the owner of the addresses always preempts
            return True
        return not self.settings.nopreempt and self._preempt_delay.passed(now)

    def _await_next_advert(self, now: float) -> None:
        interval = master_down_interval(self.settings.advert_int, self.priority)
        silence = f"no advert from {_text(self.master)} for {interval:.3g} s" if self.master else "no master was heard"
        self._await_master(interval, silence, now)

    def _await_master(self, seconds: float, silence: str, now: float) -> None:
        self._due = now + seconds
        self._silence = silence

    # --- MASTER: RFC 3768, 6.4.3 --------------------------------------------------------------------------------------

    def _advert_due(self, now: float) -> None:
        """Adver_Timer fired. The rhythm is kept: a late turn does not move the adverts after it."""
        self._send_advert(now)
        if self._due + self.settings.advert_int > now:
            self._due += self.settings.advert_int
        else:
            self._due = now + self.settings.advert_int

    def _send_advert(self, now: float) -> None:
        self._actions.append(SendAdvert(self.priority))
        self._last_advert = now

    def _master_heard(self, event: AdvertReceived, now: float) -> None:
        ours, theirs = (self.priority, self.settings.address), (event.priority, event.source)
        if event.priority == STOPPING:  # "If the Priority in the ADVERTISEMENT is Zero": answer, restart Adver_Timer
            self._send_advert(now)
            self._due = now + self.settings.advert_int
            return
        if event.priority == self.priority == OWNER:  # RFC 9568, erratum 8298: the address decides here too
            self._actions.append(Warn(f"{_text(event.source)} has priority 255 too: an address has one owner"))
        if ours == theirs:
            self._actions.append(Warn(f"{_text(event.source)} has our address and priority"))
        elif theirs > ours:  # greater priority, or equal priority and greater primary address
            self.master = event.source
            self._enter(State.BACKUP, self._yield_reason(event), now)
        else:  # RFC 9568, 6.4.3: tell the other one, and the switches, who is master
            self._send_advert(now)
            self._actions.append(Announce(Burst.LOWER_PRIORITY))

    def _yield_reason(self, event: AdvertReceived) -> str:
        source = _text(event.source)
        if event.priority == self.priority:
            return f"{source} has the same priority and a higher address"
        return f"{source} has priority {event.priority}, ours is {self.priority}"

    def _listen_first_after_stall(self, now: float) -> None:
        """A process that did not run for so long can't know whether it still is the master."""
        silent = now - self._last_advert
        if self.state is State.MASTER and silent > master_down_interval(self.settings.advert_int, self.priority):
            self.master = b""
            self._enter(State.BACKUP, f"did not run for {silent:.3g} s", now)

    # --- any state ----------------------------------------------------------------------------------------------------

    def _fail(self, event: FaultRaised, now: float) -> None:
        self.faults.add(event.fault)
        self._enter(State.FAULT, event.fault, now)

    def _stop(self, event: Shutdown, now: float) -> None:
        self._enter(State.INIT, event.reason, now)

    def _take_priority(self, event: PriorityChanged, _now: float) -> None:
        """The next advert carries it; a backup applies it to the next advert it hears."""
        self.priority = event.effective

    def _take_settings(self, event: Reconfigured, now: float) -> None:
        if event.settings.preempt_delay != self.settings.preempt_delay:
            self._preempt_delay = PreemptDelay(event.settings.preempt_delay)
        other_interval = event.settings.advert_int != self.settings.advert_int
        self.settings = event.settings
        if self.state is State.MASTER:
            self.master = event.settings.address
        if other_interval and self.state is State.MASTER:
            self._send_advert(now)
            self._due = now + event.settings.advert_int
        elif other_interval:
            self._await_next_advert(now)

    def _ignore(self, _event: Event, _now: float) -> None:
        """Means nothing in this state."""

    # --- entry and exit -----------------------------------------------------------------------------------------------

    def _enter(self, state: State, reason: str, now: float, since: float | None = None) -> None:
        """Leave the state and enter another: every entry and exit action of the machine."""
        previous, self.state = self.state, state
        if previous is State.MASTER:
            if state is not State.BACKUP:  # 6.4.3, Shutdown; nobody else is master yet
                self._actions.append(SendAdvert(STOPPING))
            self._actions.append(RemoveAddresses())
        if state is State.MASTER:  # 6.4.2: the advert goes first, it makes another master give the addresses up
            self.master = self.settings.address
            self._send_advert(now)
            self._due = now + self.settings.advert_int
            self._actions += (AddAddresses(), Announce(Burst.ARRIVED))
        elif state is State.BACKUP:
            self._preempt_delay.cancel()
            self._await_next_advert(now)
        else:
            self.master = b""
        self.since = now if since is None else since
        self.reason = reason
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

    _TABLE: ClassVar[dict[State, dict[type[Event], Callable[["Machine", Any, float], None]]]] = {
        State.INIT: {
            Startup: _start,
            Resumed: _resume,
            Shutdown: _ignore,
            AdvertReceived: _ignore,
            FaultRaised: _note_fault,
            FaultCleared: _forget_fault,
            PriorityChanged: _take_priority,
            Reconfigured: _take_settings,
        },
        State.BACKUP: {
            Startup: _ignore,
            Resumed: _ignore,
            Shutdown: _stop,
            AdvertReceived: _backup_heard,
            FaultRaised: _fail,
            FaultCleared: _ignore,
            PriorityChanged: _take_priority,
            Reconfigured: _take_settings,
        },
        State.MASTER: {
            Startup: _ignore,
            Resumed: _ignore,
            Shutdown: _stop,
            AdvertReceived: _master_heard,
            FaultRaised: _fail,
            FaultCleared: _ignore,
            PriorityChanged: _take_priority,
            Reconfigured: _take_settings,
        },
        State.FAULT: {
            Startup: _ignore,
            Resumed: _ignore,
            Shutdown: _stop,
            AdvertReceived: _ignore,
            FaultRaised: _note_fault,
            FaultCleared: _recover,
            PriorityChanged: _take_priority,
            Reconfigured: _take_settings,
        },
    }
    """What handles an event in a state; complete, so that an event without a meaning is one by decision."""


def _text(address: bytes) -> str:
    return str(ip_address(address))
