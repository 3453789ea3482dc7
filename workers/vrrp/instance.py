"""One virtual router at work: feeds its state machine and performs what the machine wants.

What does not live here: the decisions (fsm.py), how it speaks and listens (voice.py), what it has while it is master
(belongings.py), the bus (worker.py), and what operators are shown (report.py). Every transition is logged here and
nowhere else.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import NamedTuple, Protocol

from alived.ipc import messages
from alived.ipc.messages import InstanceState, LowerPriorityHeard, Message, State
from alived.ipc.model.vrrp import VrrpInstance
from alived.ipc.renaming import virtual_router
from alived.workers.vrrp import events, translate
from alived.workers.vrrp.belongings import Belongings
from alived.workers.vrrp.events import STOPPING, Action, AdvertReceived, Event, Resumed, StateChanged
from alived.workers.vrrp.fsm import Machine
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.kernel.holdings import Outcome
from alived.workers.vrrp.kernel.link_plan import LinkPlan
from alived.workers.vrrp.lacks import Lacks
from alived.workers.vrrp.priority import judge
from alived.workers.vrrp.reflex import Reflex
from alived.workers.vrrp.remarks import Remarks
from alived.workers.vrrp.retry import Retry
from alived.workers.vrrp.rivals import CERTAIN
from alived.workers.vrrp.stats import Stats
from alived.workers.vrrp.tracked import Observation, Tracker
from alived.workers.vrrp.voice import Voice
from alived.workers.vrrp.wire.garp import Burst
from alived.workers.vrrp.wire.judge import Heard
from alived.workers.vrrp.wire.rejection import NO_CLAIM, Rejection

log = logging.getLogger(__name__)


class Refused(NamedTuple):
    """An advert that was not accepted."""

    source: bytes
    reason: str
    at: float
    """CLOCK_MONOTONIC seconds."""


class Companions(Protocol):
    """The sync group of an instance, as the instance sees it."""

    def follow(self, member: str, actions: list[Action]) -> None:
        """A member has done this; the others may have to follow."""


class Instance:
    """One vrrp_instance."""

    def __init__(
        self,
        config: VrrpInstance,
        plan: LinkPlan,
        host: Host,
        send: Callable[[Message], None],
        seen: Mapping[str, Observation],
        *,
        holder: str,
    ) -> None:
        """`holder` is nobody else's. `seen` is what is known of all trackers, kept up to date by the worker."""
        self.config, self.plan = config, plan
        self._stats = Stats()
        self.trackers: tuple[Tracker, ...] = ()
        """What it tracks, its sync group's trackers included; `judge_anew` after a change."""
        self.lacks = Lacks(host)
        """`settle_faults` after a change."""
        self.holder = holder
        """What the parts that all share know it by as long as it lives: its name may change."""
        self.group: Companions | None = None
        self.last_refused: Refused | None = None
        self._host = host
        self._send = send
        self._seen = seen
        self.standing = judge(config.priority, (), seen)
        self.reflex = Reflex(self)
        """What the alarm and the receiver know it by."""
        self.machine = Machine(translate.settings(config, b""), self.standing.effective, self.reflex)
        self.machine.since = host.alarm.now()
        self.voice = Voice(holder, config, plan, host.exchange, host.interfaces)
        self.belongings = Belongings(holder, config, plan, host)
        self._priority_on_entry = self.machine.priority
        """Effective priority when the present state was entered."""
        self._tuning = Retry()
        self._remarks = Remarks(host.alarm, config.name)
        self._heard: Heard | None = None
        self._differs = False
        """It names other addresses than ours."""
        self._sending_fails = False
        self._stopping = self._deleted = False
        self._beginning: events.Startup | None = None
        """What begins its work as soon as nothing is awaited any more."""

    @property
    def interfaces(self) -> set[str]:
        """Names of the interfaces that matter to it."""
        plan = self.plan
        made = {name for link in plan.links for name in (link.name, link.base)}
        devices = {virtual.dev for virtual in self.belongings.addresses}
        return {self.config.interface, plan.send_on, plan.receive_on, plan.source_on, *made, *devices} - {""}

    # --- what the worker calls ----------------------------------------------------------------------------------------

    def start(self, resumed: Resumed | None, until: float) -> None:
        """Begin to work, or go on where a predecessor stopped; not as master before `until`, a startup delay's end.

        What could be a fault and has not reported yet is waited for: nobody is told of a fault that may be none. Who
        goes on does not wait: his predecessor did not know more.
        """
        self.standing = judge(self.config.priority, self.trackers, self._seen)
        self.machine.priority = self._priority_on_entry = self.standing.effective
        self._tell_priority()
        self.look_around()
        if resumed is not None:
            self._receive(resumed)
            return
        self._beginning = events.Startup(until)
        if self.standing.awaited:
            log.info("(%s) waits for %s", self.name, ", ".join(self.standing.awaited))
        self._begin()

    def _begin(self) -> None:
        if self._beginning is not None and not self.standing.awaited:
            beginning, self._beginning = self._beginning, None
            self._receive(beginning)

    def stop(self, reason: str, *, stopping: bool = False, deleted: bool = False) -> None:
        """End: a master says so and gives up what it has. `stopping`: so does the daemon."""
        self._stopping, self._deleted = stopping, deleted
        self._beginning = None
        was_idle = self.machine.state is State.INIT
        self._receive(events.Shutdown(reason))
        if was_idle:  # then nothing has changed, but it has ended all the same
            self._send_state()
        self.voice.leave()
        self.belongings.forget()
        self._remarks.close()
        self._host.alarm.forget(self)
        self._host.alarm.forget(self.reflex)
        self.reflex.end()

    def reconfigure(self, config: VrrpInstance, plan: LinkPlan) -> None:
        """Take on a changed configuration of the same virtual router; nothing else moves."""
        before, self.config, self.plan = (self.config, self.plan), config, plan
        if before == (config, plan):
            return
        self._remarks.clear()
        self._heard = self.reflex.known = None  # what it is to us may be something else now
        self.lacks.forgive()
        self.voice.take(config, plan)
        self.belongings.take(config, plan)
        self.judge_anew()
        if self.machine.state is State.MASTER:
            self._have(self.belongings.hold(), logging.INFO, "added")
        self.look_around()
        if self.machine.state is State.MASTER:
            self._send_state()  # what is retained must name what an heir finds

    def rename(self, name: str) -> None:
        """Go on under another name: nothing moves, and nobody on the wire notices."""
        formerly, self.config = self.name, replace(self.config, name=name)
        log.info("(%s) is called %s from now on", formerly, name)
        self.belongings.take(self.config, self.plan)
        self._remarks.rename(name)
        self._priority_on_entry = self.machine.priority  # of a name that is new nothing else was told
        self._send_state(formerly)
        self._tell_priority()

    def judge_anew(self) -> None:
        """Something that it tracks has changed."""
        before = self.standing
        self.standing = judge(self.config.priority, self.trackers, self._seen)
        if before == self.standing:
            return
        if before.effective != self.standing.effective:
            log.info("(%s) effective priority is now %d, was %d", self.name, self.standing.effective, before.effective)
            self._receive(events.PriorityChanged(self.standing.effective))
        if before[:3] != self.standing[:3]:
            self._tell_priority()
        self.settle_faults()
        self._begin()

    def look_around(self) -> None:
        """Something about the interfaces may have changed: sockets, own address, faults, what a master has."""
        self.lacks.forgive_others(self.interfaces)
        self.reflex.refrain = None
        self.voice.tune_in(self.reflex, self._host.settings, self._host.virtual)
        self._tuning.note(self._host.alarm.now(), refused=self.voice.is_refused)
        wanted = translate.settings(self.config, self.voice.source)
        if wanted != self.machine.settings:
            self._receive(events.Reconfigured(wanted))
        self.settle_faults()
        if self.machine.state is State.MASTER:
            self._have(self.belongings.restore(), logging.WARNING, "missing, put back")
        self.set_alarm()

    def set_alarm(self) -> None:
        """Something about its timers may have changed."""
        self._host.alarm.note(self.reflex)
        self._host.alarm.note(self)

    @property
    def reason(self) -> str:
        """Why it is in its state, in words."""
        if self._beginning is not None:
            return f"waits for {', '.join(self.standing.awaited)}"
        if self.machine.state is State.FAULT and self.machine.faults:  # which may be others than at first
            return ", ".join(sorted(self.machine.faults))
        return self.machine.reason

    @property
    def stats(self) -> Stats:
        """Counters, to be added to."""
        self.reflex.count(self._stats)
        return self._stats

    @property
    def name(self) -> str:
        """As configured."""
        return self.config.name

    # --- what the receiver calls --------------------------------------------------------------------------------------

    def heard(self, heard: Heard) -> None:
        """An advert of another router was accepted."""
        if heard is not self._heard:
            self._heard, self._differs = heard, self._lists_other_addresses(heard)
            self.reflex.advert = AdvertReceived(heard.priority, heard.source, heard.interval)
            self.reflex.known = None if self._differs or heard.priority == STOPPING else heard
        stats = self.stats
        stats.adverts_received += 1
        stats.priority_zero_received += heard.priority == STOPPING
        stats.address_list_errors += self._differs
        self._receive(self.reflex.advert)

    def met(self, heard: Heard) -> None:
        """Compare an advert with our configuration; a difference is worth a remark, not a rejection."""
        if not self.config.skip_check_adv_addr:
            for remark in self.voice.remarks(heard):
                self._remarks.make(remark)

    def _lists_other_addresses(self, heard: Heard) -> bool:
        if self.config.skip_check_adv_addr:
            return False
        return set(heard.advert.addresses) != {translate.packed(virtual.address) for virtual in self.config.addresses}

    def refused(self, rejection: Rejection, source: bytes) -> None:
        """An advert for this virtual router was not accepted."""
        self.stats.rejected[rejection.reason] += 1
        now = self._host.alarm.now()
        self.last_refused = Refused(source, str(rejection), now)
        if rejection.reason not in NO_CLAIM:
            actions = self.machine.receive(events.AdvertRefused(source, str(rejection), rejection.interval), now)
            if actions:
                self._act(actions)
                self.set_alarm()
        key = f"{source.hex()} {rejection.reason}"
        self._remarks.make(f"adverts of {ip_address(source)} are ignored: {rejection}", key)

    # --- what the alarm calls -----------------------------------------------------------------------------------------

    def timer_fired(self, now: float) -> None:
        """Do what is due of the protocol; from now on by reflex, if there is nothing but an advert to repeat."""
        self._act(self.machine.expire(now))
        steady = self.reflex.steady and not self._sending_fails
        self.reflex.refrain = self.voice.refrain(self.machine.priority) if steady else None

    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        due = (self.lacks.retry_due, self._tuning.due)
        return min((time for time in due if time is not None), default=None)

    def expire(self, now: float) -> None:
        """Try once more what was refused."""
        if self.lacks.retry_due is not None and self.lacks.retry_due <= now:
            self.lacks.forgive()
            self.settle_faults()
        if self._tuning.due is not None and self._tuning.due <= now:
            self.look_around()

    def settle_faults(self) -> None:
        """Make the machine's faults those that there are; new ones first, so that it does not recover in between."""
        present = {*self.standing.faults, *self.lacks.all(self.config, self.plan), self.voice.lack} - {""}
        for fault in sorted(present - self.machine.faults):
            self._receive(events.FaultRaised(fault))
        for fault in sorted(self.machine.faults - present):
            self._receive(events.FaultCleared(fault))

    # --- actions ------------------------------------------------------------------------------------------------------

    def _receive(self, event: Event) -> None:
        self._act(self.machine.receive(event, self._host.alarm.now()))
        self.set_alarm()

    def _act(self, actions: list[Action]) -> None:
        self.perform(actions)
        if self.group is not None:
            self.group.follow(self.name, actions)

    def perform(self, actions: list[Action]) -> None:
        """Do what the machine, or the sync group, wants done."""
        for action in actions:
            match action:
                case events.SendAdvert():
                    self._send_advert(action.priority)
                case events.AddAddresses():
                    self._have(self.belongings.hold())
                    if self.machine.state is not State.MASTER:  # a fault before anybody hears of a master without them
                        return
                case events.RemoveAddresses():
                    self.belongings.give_up()
                case events.Announce():
                    self.belongings.announce(action.burst)
                case StateChanged():
                    self._tell_state(action)
                case _:
                    self._tell(action)

    def _send_advert(self, priority: int) -> None:
        try:
            if not self.voice.send(priority):
                return
        except OSError as error:
            self.sending_failed(error)
            return
        self._sending_fails = False
        self.stats.adverts_sent += 1
        if priority == STOPPING:
            self.stats.priority_zero_sent += 1

    def sending_failed(self, error: OSError) -> None:
        """An advert was not sent, or not to all; that is said once."""
        self.stats.send_errors += 1
        if not self._sending_fails and self.machine.state is State.MASTER:
            log.error("(%s) adverts can't be sent: %s", self.name, error.strerror)
        self._sending_fails = True

    def _have(self, outcome: Outcome, level: int = logging.DEBUG, what: str = "") -> None:
        """Something was added, or put back: announce it. What can't be had is a fault."""
        if what and (outcome.added or outcome.restored):
            words = (*(virtual.address for virtual in outcome.added), *outcome.restored)
            log.log(level, "(%s) %s: %s", self.name, what, ", ".join(words))
            self.belongings.announce(Burst.ARRIVED, outcome.added)
        # What is missing with its interface is had again as soon as that is back.
        missing = self.lacks.of_interfaces(self.config, self.plan)
        self.lacks.tried(set() if missing else self.belongings.faults(), self.interfaces)
        if missing or self.lacks.belongings:
            self.settle_faults()

    # --- words --------------------------------------------------------------------------------------------------------

    def _tell(self, action: Action) -> None:
        match action:
            case events.NotifyLowerPriority():
                self._send(LowerPriorityHeard(instance=self.name, priority=self.machine.priority))
            case events.OtherMaster():
                self.stats.split_brains += action.count == 1
                if action.count >= CERTAIN:
                    self._remarks.tell(_told(action))
            case events.OtherMasterGone():
                if action.count >= CERTAIN:
                    self._remarks.tell(f"{ip_address(action.source)} is no longer master beside us", logging.INFO)
            case events.Warn():
                self._remarks.make(action.text)

    def _tell_state(self, change: StateChanged) -> None:
        if change.state is State.MASTER:
            self.stats.became_master += 1
        elif change.previous is State.MASTER:
            self.stats.lost_master += 1
        if change.state is State.INIT:
            log.info("(%s) Stopped: %s", self.name, change.reason)
        else:
            level = logging.WARNING if change.state is State.FAULT else logging.INFO
            log.log(level, "(%s) Entering %s STATE: %s", self.name, change.state.value, change.reason)
        if change.state is not State.MASTER:
            self.belongings.rest()
        self._priority_on_entry = self.machine.priority
        self._send_state()

    def _send_state(self, formerly: str = "") -> None:
        machine, is_master = self.machine, self.machine.state is State.MASTER
        self._send(
            InstanceState(
                instance=self.name,
                state=machine.state,
                since=machine.since,
                priority=self._priority_on_entry,
                reason=machine.reason,
                master=master_of(machine),
                stopping=self._stopping,
                deleted=self._deleted,
                formerly=formerly,
                virtual_router=virtual_router(self.config),
                held=self.belongings.addresses if is_master else (),
                held_routes=self.config.routes if is_master else (),
                held_rules=self.config.rules if is_master else (),
                history=tuple(machine.history),
            )
        )

    def _tell_priority(self) -> None:
        now = self.standing
        self._send(
            messages.PriorityChanged(instance=self.name, effective=now.effective, base=now.base, reasons=now.reasons)
        )


def _told(other: events.OtherMaster) -> str:
    source = ip_address(other.source)
    if other.refused:
        return f"{source} is master too, and its adverts are refused: {other.refused}"
    return f"{source} of priority {other.priority} is master too"


def master_of(machine: Machine) -> str:
    """The master's primary address as far as known, in text."""
    return str(ip_address(machine.master)) if machine.master else ""
