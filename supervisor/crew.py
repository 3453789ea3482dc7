"""The workers together: started, greeted, given their configuration, watched, started again, stopped in order.

What lives here: the lives of all children, and what each is told at its start. What does not: signals, reload and
systemd (parent.py), and the pure decisions (restart.py, patience.py, router.py).
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from alived.ipc.bus import SupervisorBus
from alived.ipc.messages import Configure, Stop, StopHow, WorkerState
from alived.ipc.model import Config
from alived.supervisor import restart
from alived.supervisor.children import Child, Phase
from alived.supervisor.forker import Forker, ForkFailed
from alived.supervisor.patience import LIMIT
from alived.supervisor.reload import Plan
from alived.supervisor.router import Routed, Router
from alived.supervisor.sinks import Sinks
from alived.supervisor.team import TEAM

STOP_TIMEOUT = 10.0
"""Seconds that a worker may take to stop before it is killed."""

SIGNAL_NAMES = {number.value: number.name for number in signal.Signals}

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Crew:
    """All children, and the configuration that they run."""

    bus: SupervisorBus
    router: Router
    sinks: Sinks
    endpoint: str
    log_level: int
    changed: Callable[[], None]
    """Called when something that observers see has changed."""
    forker: Forker
    last_seen: float
    """When the workers of a predecessor were last well, monotonic; long ago if there was none."""
    config: Config = field(default_factory=Config)
    generation: int = 0
    stopping: bool = False
    children: dict[str, Child] = field(init=False)
    _background: set[asyncio.Task[None]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.children = {name: Child(name, self.sinks.write) for name in TEAM}
        for child in self.children.values():
            child.last_seen = self.last_seen

    # --- start and restart --------------------------------------------------------------------------------------------

    async def start(self, names: Iterable[str]) -> None:
        """Start workers that do not run, in the team's order."""
        wanted = set(names)
        for child in self.children.values():
            if child.name in wanted and not child.alive:
                await self._start(child)

    async def _start(self, child: Child) -> None:
        if self.stopping or child.alive or child.name not in self.config.slices:
            return
        try:
            await child.start(self.forker, self.endpoint, self.log_level, self._ended)
        except ForkFailed as error:
            log.error("%s: %s", child.name, error)
            self._again(child, exit_code=1)
        else:
            self._tell(child, "started")

    def _ended(self, child: Child, exit_code: int) -> None:
        """A worker is gone. What it said until then is on its way in, and is read before anything is decided."""
        self.bus.check()
        asyncio.get_running_loop().call_soon(self._after_end, child, exit_code)

    def _after_end(self, child: Child, exit_code: int) -> None:
        self.router.leaves(child.name)
        if child.phase is Phase.STOPPING:
            child.phase = Phase.ABSENT
            self._tell(child, "stopped")
        else:
            log.warning("%s worker (pid %d) %s", child.name, child.pid, restart.words(exit_code, SIGNAL_NAMES))
            self._again(child, exit_code)

    def _again(self, child: Child, exit_code: int) -> None:
        now = time.monotonic()
        match restart.decide(exit_code, child.deaths, now):
            case restart.GiveUp():
                child.phase = Phase.GIVEN_UP
                log.error("%s worker cannot work here and is not started again until a reload", child.name)
                self._tell(child, "given up")
            case restart.RestartAt(when, deaths):
                child.deaths = deaths
                child.restarts += 1
                child.phase = Phase.WAITING
                if when > now:
                    log.warning("%s worker keeps dying: started again in %.1f s", child.name, when - now)
                asyncio.get_running_loop().call_later(when - now, self._spawn, child)

    def _spawn(self, child: Child) -> None:
        task = asyncio.get_running_loop().create_task(self._start(child))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # --- what a worker is told ----------------------------------------------------------------------------------------

    def by_identity(self, identity: bytes) -> Child | None:
        """The worker that speaks under this identity in its present life."""
        name = identity.partition(b"/")[0].decode("ascii", "replace")
        child = self.children.get(name)
        return child if child is not None and child.identity == identity else None

    def greet(self, child: Child) -> None:
        """It said hello: everything it must know, then what waited for it."""
        self.bus.send(
            child.identity,
            Configure(
                generation=self.generation,
                put=self.config.slices.get(child.name, ()),
                retained=self.router.returns(child.name),
                silent_for=max(time.monotonic() - child.last_seen, 0.0),
            ),
        )
        child.greeted = True
        child.wanted_generation = self.generation
        for message in self.router.waiting(child.name):
            self.bus.send(child.identity, message)

    def ready(self, child: Child, generation: int) -> None:
        """It has taken on a generation."""
        child.generation = generation
        if generation == self.generation:
            self.router.prune(child.name, self.config)
        if child.phase is Phase.STARTING:
            child.phase = Phase.READY
            self._tell(child, "ready")
        self.changed()

    def deliver(self, sender: str, message: Routed) -> None:
        """Pass on what a worker said."""
        for delivery in self.router.receive(sender, message):
            self.bus.send(self.children[delivery.worker].identity, delivery.message)

    @property
    def settled(self) -> bool:
        """Whether every worker that is needed has taken on what it was told, or has been given up."""
        needed = [self.children[name] for name in self.config.slices]
        return all(
            child.phase is Phase.GIVEN_UP
            or (child.phase is Phase.READY and child.generation == child.wanted_generation)
            for child in needed
        )

    async def apply(self, config: Config, plan: Plan) -> None:
        """Run another configuration; workers that are not concerned hear nothing."""
        self.config = config
        self.generation += 1
        for name in plan.stop:
            await self.stop(name, StopHow.CLEAN)
        for change in plan.change:
            child = self.children[change.worker]
            if child.greeted and child.alive:
                child.wanted_generation = self.generation
                self.bus.send(child.identity, Configure(generation=self.generation, put=change.put, drop=change.drop))
        await self.start(config.slices)

    # --- watch and stop -----------------------------------------------------------------------------------------------

    def look(self, now: float) -> None:
        """Replace workers that have hung."""
        for child in self.children.values():
            if child.alive and child.patience.look(now):
                log.error("%s worker (pid %d) has hung: silent for more than %.1f s", child.name, child.pid, LIMIT)
                child.kill()

    async def stop(self, name: str, how: StopHow) -> None:
        """Stop one worker and wait until it is gone."""
        child = self.children[name]
        if not child.alive:
            child.phase = Phase.ABSENT
            return
        child.phase = Phase.STOPPING
        if child.greeted:
            self.bus.send(child.identity, Stop(how=how))
        else:
            child.kill()
        done, _ = await asyncio.wait([child.ended], timeout=STOP_TIMEOUT)
        if not done:
            log.error("%s worker (pid %d) did not stop within %g s: killed", name, child.pid, STOP_TIMEOUT)
            child.kill()
            await child.ended

    def _tell(self, child: Child, what: str) -> None:
        log.info("%s worker %s, pid %d", child.name, what, child.pid)
        state = WorkerState(worker=child.name, what=what, pid=child.pid, restarts=child.restarts)
        self.router.observe(state)
        self.bus.publish(state)
        self.changed()
