"""One virtual router at work: feeds its state machine and performs what the machine wants.

What does not live here: the decisions (fsm.py), the bus (worker.py), what instances share (host.py), and what operators
are shown (report.py). Every transition is logged here and nowhere else.
"""

import logging
from collections.abc import Callable, Mapping
from ipaddress import ip_address

from alived.ipc import messages
from alived.ipc.messages import InstanceState, Message, State
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance
from alived.workers.vrrp import events, translate
from alived.workers.vrrp.events import STOPPING, Action, AdvertReceived, Event, Resumed, StateChanged
from alived.workers.vrrp.fsm import Machine
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.priority import standing
from alived.workers.vrrp.stats import Stats
from alived.workers.vrrp.transport.port import Port
from alived.workers.vrrp.wire.garp import Burst, Schedule
from alived.workers.vrrp.wire.packet import Advert, Rejection

RETRY = 300.0
"""Seconds after which addresses that could not be added are tried again; each try disturbs a living master."""
REMARKS = 256
"""Different remarks about other routers that are remembered, so as not to log them twice."""

log = logging.getLogger(__name__)


class Instance:
    """One vrrp_instance."""

    def __init__(
        self, config: VrrpInstance, host: Host, send: Callable[[Message], None], trackers: Mapping[str, bool]
    ) -> None:
        """`trackers` are the last verdicts on scripts by name, kept up to date by the worker."""
        self.config = config
        self.stats = Stats()
        self.expected = translate.expected(config)
        self.last_heard: float | None = None
        self._host = host
        self._send = send
        self._trackers = trackers
        self.standing = standing(config.priority, config.track_scripts, trackers)
        self.machine = Machine(translate.settings(config, b""), self.standing.effective)
        self._priority_on_entry = self.machine.priority
        """Effective priority when the present state was entered."""
        self._schedule = Schedule(config.announcing)
        self._port: Port | None = None
        self._messages: dict[int, bytes] = {}
        self._socket_fault = ""
        self._unaddable: tuple[str, ...] = ()
        self._retry_due: float | None = None
        self._remarks: set[str] = set()
        self._sending_fails = False
        self._stopping = False

    @property
    def interfaces(self) -> set[str]:
        """Names of the interfaces that matter to it."""
        return {self.config.interface, *(virtual.dev for virtual in self.config.addresses)}

    # --- what the worker calls ----------------------------------------------------------------------------------------

    def start(self, resumed: Resumed | None) -> None:
        """Begin to work, or go on where a predecessor stopped."""
        self._tell_priority()
        self.look_around()
        self._receive(resumed or events.Startup())

    def stop(self, reason: str, *, daemon_stops: bool) -> None:
        """End: a master says so and gives its addresses up."""
        self._stopping = daemon_stops
        self._receive(events.Shutdown(reason))
        self._detach()
        self._host.alarm.forget(self)

    def reconfigure(self, config: VrrpInstance) -> None:
        """Take on a changed configuration of the same virtual router on the same interface; nothing else moves."""
        before, self.config = self.config, config
        self.expected = translate.expected(config)
        self._messages.clear()
        self._remarks.clear()
        self._schedule.settings = config.announcing
        if before.mcast_group != config.mcast_group:
            self._detach(before)
        if self._port is not None:
            self._port.receiver.forget()
        self._retry_due, self._unaddable = None, ()
        self._host.addresses.release(
            config.name, [virtual for virtual in before.addresses if virtual not in config.addresses]
        )
        self.track()
        if self.machine.state is State.MASTER:
            self._complete_addresses(logging.INFO, "added")
        self.look_around()
        if self.machine.state is State.MASTER and config.addresses != before.addresses:
            self._send_state()  # what is retained must name the addresses that an heir finds

    def track(self) -> None:
        """Judge the tracked scripts anew."""
        before = self.standing
        self.standing = standing(self.config.priority, self.config.track_scripts, self._trackers)
        if before == self.standing:
            return
        if before.effective != self.standing.effective:
            log.info(
                "(%s) effective priority is now %d, was %d", self.config.name, self.standing.effective, before.effective
            )
            self._receive(events.PriorityChanged(self.standing.effective))
        if before[:3] != self.standing[:3]:
            self._tell_priority()
        self._settle_faults()

    def look_around(self) -> None:
        """Something about the interfaces may have changed: sockets, own address, faults, addresses."""
        address = self._host.primary(self.config)
        self._attach(address)
        wanted = translate.settings(self.config, address)
        if wanted != self.machine.settings:
            self._receive(events.Reconfigured(wanted))
        self._settle_faults()
        if self.machine.state is State.MASTER:
            self._complete_addresses(logging.WARNING, "missing, put back")

    # --- what the receiver calls --------------------------------------------------------------------------------------

    def heard(self, event: AdvertReceived) -> None:
        """An advert of another router was accepted."""
        self.stats.adverts_received += 1
        if event.priority == STOPPING:
            self.stats.priority_zero_received += 1
        self.last_heard = self._host.alarm.now()
        self._receive(event)

    def met(self, advert: Advert, source: bytes) -> None:
        """Compare the addresses of an advert with ours; a difference is worth a remark, not a rejection."""
        ours = {translate.packed(virtual.address) for virtual in self.config.addresses}
        if not self.config.skip_check_adv_addr and set(advert.addresses) != ours:
            listed = ", ".join(str(ip_address(address)) for address in advert.addresses)
            text = f"{ip_address(source)} advertises other addresses: {listed}"
            self._remark(text, text)

    def refused(self, rejection: Rejection, source: bytes) -> None:
        """An advert for this virtual router was not accepted."""
        self.stats.rejected[rejection.reason] += 1
        seen = f"{rejection.reason.value} ({rejection.detail})" if rejection.detail else rejection.reason.value
        self._remark(f"{source.hex()} {rejection.reason}", f"adverts of {ip_address(source)} are ignored: {seen}")

    # --- what the alarm calls -----------------------------------------------------------------------------------------

    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        due = self.machine.deadline()
        for other in (self._schedule.deadline(), self._retry_due):
            if other is not None and (due is None or other < due):
                due = other
        return due

    def expire(self, now: float) -> None:
        """Do what is due at `now`."""
        self._perform(self.machine.expire(now))
        self._announce(now)
        if self._retry_due is not None and self._retry_due <= now:
            self._retry_due, self._unaddable = None, ()
            self._settle_faults()

    # --- faults -------------------------------------------------------------------------------------------------------

    def _settle_faults(self) -> None:
        """Make the machine's faults those that there are; new ones first, so that it does not recover in between."""
        present = {*self.standing.faults, *self._unaddable, *self._host.faults(self.config)}
        if self._socket_fault:
            present.add(self._socket_fault)
        for fault in sorted(present - self.machine.faults):
            self._receive(events.FaultRaised(fault))
        for fault in sorted(self.machine.faults - present):
            self._receive(events.FaultCleared(fault))

    def _attach(self, address: bytes) -> None:
        """Hear and send through the interface as it is now."""
        try:
            port = self._host.port(self.config.interface)
            if port is not None and port is not self._port:
                port.attach(self.config.virtual_router_id, self.config.mcast_group, self)
            self._port, self._socket_fault = port, ""
            if port is not None and address:
                port.receiver.forget()
                port.send_from(address)
        except OSError as error:
            self._port = None
            self._socket_fault = f"no socket on {self.config.interface}: {error.strerror}"

    def _detach(self, config: VrrpInstance | None = None) -> None:
        config = config or self.config
        if self._port is not None:
            self._port.detach(config.virtual_router_id, config.mcast_group)
            self._port = None
            self._host.close_unused()

    # --- actions ------------------------------------------------------------------------------------------------------

    def _receive(self, event: Event) -> None:
        self._perform(self.machine.receive(event, self._host.alarm.now()))
        self._host.alarm.note(self)

    def _perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case events.SendAdvert():
                    self._send_advert(action.priority)
                case events.AddAddresses():
                    self._hold_addresses()
                    if self._unaddable:  # a fault before anybody hears of a master without addresses
                        self._settle_faults()
                        return
                case events.RemoveAddresses():
                    self._schedule.stop()
                    self._host.silence(self.config.name)
                    self._host.addresses.release(self.config.name, self.config.addresses)
                case events.Announce():
                    self._start_burst(action.burst, self.config.addresses)
                case StateChanged():
                    self._tell_state(action)
                case events.Warn():
                    self._remark(action.text, action.text)

    def _send_advert(self, priority: int) -> None:
        if self._port is None:
            return
        message = self._messages.get(priority)
        if message is None:
            message = self._messages[priority] = translate.message(self.config, priority)
        try:
            self._port.send(message, self.config.mcast_group)
        except OSError as error:
            self.stats.send_errors += 1
            if not self._sending_fails and self.machine.state is State.MASTER:
                log.error("(%s) adverts can't be sent: %s", self.config.name, error.strerror)
            self._sending_fails = True
            return
        self._sending_fails = False
        self.stats.adverts_sent += 1
        if priority == STOPPING:
            self.stats.priority_zero_sent += 1

    def _hold_addresses(self) -> tuple[VirtualAddress, ...]:
        """Make the addresses present; returns those that were not. Failures become faults."""
        outcome = self._host.addresses.hold(self.config.name, self.config.addresses)
        self._unaddable = outcome.failures
        if outcome.failures:
            self._retry_due = self._host.alarm.now() + RETRY
        return outcome.added

    def _complete_addresses(self, level: int, what: str) -> None:
        """Add the addresses that a master lacks, and announce them."""
        added = self._hold_addresses()
        if added:
            log.log(level, "(%s) %s: %s", self.config.name, what, ", ".join(virtual.address for virtual in added))
            self._start_burst(Burst.ARRIVED, added)
        if self._unaddable:
            self._settle_faults()

    def _start_burst(self, burst: Burst, addresses: tuple[VirtualAddress, ...]) -> None:
        now = self._host.alarm.now()
        self._schedule.start(burst, addresses, now)
        self._announce(now)
        self._host.alarm.note(self)

    def _announce(self, now: float) -> None:
        for planned in self._schedule.expire(self.config.addresses, now):
            present = set(self.config.addresses)  # a reload may have taken some away since the round was planned
            addresses = [virtual for virtual in planned.addresses if virtual in present]
            self._host.announce(self.config.name, addresses, planned.repeat, self.config.announcing.interval)

    # --- words --------------------------------------------------------------------------------------------------------

    def _tell_state(self, change: StateChanged) -> None:
        if change.state is State.MASTER:
            self.stats.became_master += 1
        elif change.previous is State.MASTER:
            self.stats.lost_master += 1
        if change.state is State.INIT:
            log.info("(%s) Stopped: %s", self.config.name, change.reason)
        else:
            level = logging.WARNING if change.state is State.FAULT else logging.INFO
            log.log(level, "(%s) Entering %s STATE: %s", self.config.name, change.state.value, change.reason)
        self._priority_on_entry = self.machine.priority
        self._send_state()

    def _send_state(self) -> None:
        machine = self.machine
        self._send(
            InstanceState(
                instance=self.config.name,
                state=machine.state,
                since=machine.since,
                priority=self._priority_on_entry,
                reason=machine.reason,
                master=master_of(machine),
                stopping=self._stopping,
                held=self.config.addresses if machine.state is State.MASTER else (),
            )
        )

    def _tell_priority(self) -> None:
        now = self.standing
        self._send(
            messages.PriorityChanged(
                instance=self.config.name, effective=now.effective, base=now.base, reasons=now.reasons
            )
        )

    def _remark(self, key: str, text: str) -> None:
        """Log something about another router, once for each key."""
        if key in self._remarks:
            return
        if len(self._remarks) >= REMARKS:
            self._remarks.clear()
        self._remarks.add(key)
        log.warning("(%s) %s", self.config.name, text)


def master_of(machine: Machine) -> str:
    """The master's primary address as far as known, in text."""
    return str(ip_address(machine.master)) if machine.master else ""
