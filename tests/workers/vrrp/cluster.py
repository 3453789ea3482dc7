"""Routers joined in memory, under a clock of our own and networks that lose, delay, double and reorder.

A router has a member in each segment; if there is more than one segment its members are a sync group. What does not
live here: what must hold of all this (test_fsm_cluster.py).
"""

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random

from alived.ipc.messages import State
from alived.workers.vrrp.events import (
    Action,
    AddAddresses,
    AdvertReceived,
    Event,
    RemoveAddresses,
    Resumed,
    SendAdvert,
    Settings,
    Startup,
)
from alived.workers.vrrp.fsm import Machine
from alived.workers.vrrp.sync_group import MemberActs, SyncGroup

MAX_DELAY = 0.05
"""Seconds that a packet travels at most."""


@dataclass
class Network:
    """What becomes of packets; changed while it runs."""

    random: Random
    loss: float = 0.0
    """Probability that a packet is lost, and in `doubling` that it comes twice."""
    doubling: float = 0.0
    delay: float = 0.001
    """Seconds at most; each packet takes its own time, so that one may overtake another."""

    def arrivals(self) -> list[float]:
        """When the copies of a packet arrive, seconds from now."""
        if self.random.random() < self.loss:
            return []
        copies = 2 if self.random.random() < self.doubling else 1
        return [self.random.uniform(0.0, self.delay) for _ in range(copies)]


@dataclass
class Router:
    """One host."""

    address: bytes
    settings: Settings
    priority: int
    machines: list[Machine] = field(default_factory=list)
    group: SyncGroup | None = None
    has_addresses: dict[int, bool] = field(default_factory=dict)
    cut: set[int] = field(default_factory=set)
    """Segments that it is cut off from."""
    stalled: bool = False
    """Its process does not run: nothing is received, no timer fires."""
    inbox: list[tuple[int, AdvertReceived]] = field(default_factory=list)

    @property
    def state(self) -> State:
        """The state of all its members."""
        (state,) = {machine.state for machine in self.machines}
        return state


class Cluster:
    """All routers, and what is on its way between them."""

    def __init__(self, routers: list[tuple[Settings, int]], network: Network, segments: int = 1) -> None:
        """`routers`: settings (without an address) and priority of each; they all start at once."""
        self.now = 0.0
        self.network = network
        self.routers: list[Router] = []
        self._segments = segments
        self._flying: list[tuple[float, int, Router, int, AdvertReceived]] = []
        self._number = count()
        self._adverts: dict[AdvertReceived, AdvertReceived] = {}
        for number, (settings, priority) in enumerate(routers, 1):
            address = bytes([10, 9, 0, number])
            self.routers.append(Router(address, replace(settings, address=address), priority))
        for router in self.routers:
            self.boot(router)

    @property
    def masters(self) -> list[Router]:
        """Who is master now."""
        return [router for router in self.routers if router.state is State.MASTER]

    # --- what happens to a router -------------------------------------------------------------------------------------

    def boot(self, router: Router, resumed: Resumed | None = None) -> None:
        """Start a router anew, with nothing that it knew before; the addresses of a dead one are taken away."""
        router.machines = [Machine(router.settings, router.priority) for _ in range(self._segments)]
        router.has_addresses = dict.fromkeys(range(self._segments), False)
        router.group = None
        if self._segments > 1:
            router.group = SyncGroup("G", resumed)
            for segment, machine in enumerate(router.machines):
                router.group.join(str(segment), machine)
        for segment in range(self._segments):
            self._interact(router, segment, resumed or Startup())
        self._check(router)

    def tell(self, router: Router, segment: int, event: Event) -> None:
        """Give a member an event."""
        if isinstance(event, AdvertReceived) and router.machines[segment].pulse.hears_again(event, self.now):
            return
        self._interact(router, segment, event)
        self._check(router)

    def wake(self, router: Router, *, lost: bool) -> None:
        """Let a stalled process go on: it reads what has come meanwhile, if that is not lost, and then its timers."""
        inbox, router.inbox = router.inbox, []
        for segment, advert in inbox if not lost else []:
            self.tell(router, segment, advert)
        for segment in range(self._segments):
            self._expire(router, segment)
        router.stalled = False
        self._check(router)

    # --- time ---------------------------------------------------------------------------------------------------------

    def run(self, until: float) -> Iterator[float]:
        """Run, and yield the time after each event."""
        while True:
            timer, (router, segment) = min(
                ((deadline, (router, segment)) for deadline, router, segment in self._deadlines()),
                key=lambda timer: timer[0],
                default=(math.inf, (self.routers[0], 0)),
            )
            packet = self._flying[0][0] if self._flying else math.inf
            if min(timer, packet) >= until:
                self.now = max(self.now, until)
                return
            if packet <= timer:
                self.now, _, receiver, segment, advert = heapq.heappop(self._flying)
                self._arrive(receiver, segment, advert)
            else:
                self.now = timer
                self._expire(router, segment)
            yield self.now

    def run_to(self, until: float, check: Callable[[], None] = lambda: None) -> None:
        """Run, with a check after each event."""
        for _ in self.run(until):
            check()

    def _deadlines(self) -> Iterator[tuple[float, Router, int]]:
        for router in self.routers:
            for segment, machine in enumerate(router.machines):
                deadline = machine.deadline()
                if deadline is not None and not router.stalled:
                    yield deadline, router, segment

    # --- a router at work ---------------------------------------------------------------------------------------------

    def _arrive(self, router: Router, segment: int, advert: AdvertReceived) -> None:
        if router.stalled:
            router.inbox.append((segment, advert))
        elif segment not in router.cut:
            self.tell(router, segment, advert)

    def _expire(self, router: Router, segment: int) -> None:
        machine = router.machines[segment]
        if machine.pulse.repeats(self.now):
            self._done(router, segment, [SendAdvert(machine.priority)])
        else:
            self._done(router, segment, machine.expire(self.now))
        self._check(router)

    def _interact(self, router: Router, segment: int, event: Event) -> None:
        self._done(router, segment, router.machines[segment].receive(event, self.now))

    def _done(self, router: Router, segment: int, actions: list[Action]) -> None:
        self._perform(router, segment, actions)
        if router.group is not None and router.group.note(str(segment), actions):
            while (step := router.group.step(self.now)) is not None:
                if isinstance(step, MemberActs):
                    self._perform(router, int(step.member), step.actions)

    def _perform(self, router: Router, segment: int, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case SendAdvert():
                    self._send(router, segment, self._advert(router, action.priority))
                case AddAddresses():
                    router.has_addresses[segment] = True
                case RemoveAddresses():
                    router.has_addresses[segment] = False

    def _advert(self, router: Router, priority: int) -> AdvertReceived:
        """The same again if nothing has changed, as the receiver of a real router finds it."""
        advert = AdvertReceived(priority, router.address, self._interval(router))
        return self._adverts.setdefault(advert, advert)

    def _interval(self, router: Router) -> float:
        return router.settings.advert_int

    def _send(self, sender: Router, segment: int, advert: AdvertReceived) -> None:
        for receiver in self.routers:
            if receiver is sender or segment in sender.cut:
                continue
            for delay in self.network.arrivals():
                entry = (self.now + delay, next(self._number), receiver, segment, advert)
                heapq.heappush(self._flying, entry)

    def _check(self, router: Router) -> None:
        """What holds of every router after everything that happens to it."""
        for segment, machine in enumerate(router.machines):
            assert machine.state is router.state  # members of a group do not differ
            assert router.has_addresses[segment] == (machine.state is State.MASTER)
            deadline = machine.deadline()
            assert (deadline is None) == (machine.state in (State.INIT, State.FAULT))
            assert deadline is None or deadline >= self.now or router.stalled
            assert machine.wants is not State.MASTER or not machine.faults
