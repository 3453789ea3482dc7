"""The workers together: started, greeted, given their configuration, watched, started again, stopped in order.

What lives here: the lives of all children, and what each is told at its start. What does not: signals, reload and
systemd (parent.py), and the pure decisions (restart.py, patience.py, router.py).
"""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from alived.ipc.bus import SupervisorBus
from alived.ipc.loop import ALIVE
from alived.ipc.messages import Configure, Query, Stop, StopHow, WorkerExit, WorkerState
from alived.ipc.model.config import Config
from alived.ipc.model.processes import Scheduling
from alived.supervisor import patience, restart, sched
from alived.supervisor.children import Child
from alived.supervisor.forker import SIGNAL_NAMES, Forker, ForkFailed
from alived.supervisor.phase import Phase
from alived.supervisor.reload import Plan
from alived.supervisor.router import Routed, Router
from alived.supervisor.scheduling import placement, scheduling_of
from alived.supervisor.sinks import Sinks
from alived.supervisor.team import TEAM

TAKE_ON_TIMEOUT = 2.0
"""Seconds that a reload waits for one worker before it turns to the next."""

TAKE_ON_LEAST = 1.5
TAKE_ON_EACH = 0.01
"""Seconds that a worker may take to take on a configuration, and one object of it, on a slow and busy machine."""

MAX_BURIALS = 1000
"""Orphans that are reaped in one turn of the loop."""

ASIDE = 0
"""Number of a question that is not alivectl's; those begin with 1."""

_STARTABLE = (Phase.ABSENT, Phase.WAITING, Phase.GIVEN_UP)

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
    config: Config = field(init=False)
    generation: int = field(init=False)
    stopping: bool = False
    children: dict[str, Child] = field(init=False)
    _started: float = field(init=False, default_factory=time.monotonic)
    _background: set[asyncio.Task[None]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.children = {name: Child(name, self.sinks.write) for name in TEAM}
        for child in self.children.values():
            child.last_seen = self.last_seen
        self.run(Config(), 0)

    def run(self, config: Config, generation: int) -> None:
        """From now on this is what workers are started for and given."""
        self.config, self.generation = config, generation
        for name, child in self.children.items():
            child.limit = patience.limit(config.all_slices[name])

    @property
    def look_every(self) -> float:
        """Seconds after which `look` has to be called again."""
        every = (child.patience.look_every for child in self.children.values() if child.alive)
        return min(every, default=patience.LIMIT / patience.LOOKS)

    # --- start and restart --------------------------------------------------------------------------------------------

    async def start(self, names: Iterable[str]) -> None:
        """Start workers that do not run, in the team's order."""
        wanted = set(names)
        for name, child in self.children.items():
            if name in wanted:
                await self._start(child)

    async def _start(self, child: Child) -> None:
        """Start it, unless it runs, is being started, is being stopped or is not needed."""
        if self.stopping or child.phase not in _STARTABLE or child.name not in self.config.slices:
            return
        child.phase = Phase.STARTING
        if not await self._fork(child) and child.phase is Phase.STARTING:
            self._again(child, exit_code=1)

    async def _fork(self, child: Child) -> bool:
        """Begin another life."""
        async with child.starting:
            try:
                await child.start(self.forker, self.endpoint, self.log_level, self._ended)
            except ForkFailed as error:
                log.error("%s worker: %s", child.name, error)
                return False
        self._tell(child, "started")
        return True

    def _ended(self, child: Child, exit_code: int) -> None:
        """A worker is gone. What it said until then is on its way in, and is read before anything is decided."""
        self.bus.check()
        asyncio.get_running_loop().call_soon(self._after_end, child, exit_code)

    def _after_end(self, child: Child, exit_code: int) -> None:
        self.router.leaves(child.name)
        if child.phase is not Phase.STOPPING:
            log.warning("%s worker (pid %d) %s", child.name, child.pid, restart.words(exit_code, SIGNAL_NAMES))
            self._again(child, exit_code)
        child.ended.set_result(exit_code)

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
        self._place(child)
        self.bus.send(
            child.identity,
            Configure(
                generation=self.generation,
                put=self.config.slices.get(child.name, ()),
                retained=self.router.returns(child.name),
                silent_for=max(time.monotonic() - child.last_seen, 0.0),
                started=self._started,
                no_swap=self._scheduling(child).no_swap,
            ),
        )
        child.tell(self.generation, _needs(len(self.config.slices.get(child.name, ()))))
        child.greeted.set_result(None)
        for message in self.router.waiting(child.name):
            self.bus.send(child.identity, message)

    def ready(self, child: Child, generation: int) -> None:
        """It has taken on a generation."""
        child.took_on(generation)
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
        """Run another configuration; workers that are not concerned hear nothing.

        One after the other: what the checker knows of a real server reaches the lvs worker before its new services do.
        """
        if self.stopping:
            return
        had = {name: len(objects) for name, objects in self.config.slices.items()}
        self.run(config, self.generation + 1)
        for part in plan.updates:
            child = self.children[part.worker]
            if child.reachable and child.phase is not Phase.STOPPING:
                has = len(config.slices.get(part.worker, ()))
                child.tell(self.generation, _needs(max(had[part.worker], has)))
                child.up_to_date.clear()
                update = Configure(generation=self.generation, put=part.put, drop=part.drop)
                self.bus.send(child.identity, update)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(child.up_to_date.wait(), TAKE_ON_TIMEOUT)
        for name in plan.stop:
            await self.stop(name, StopHow.CLEAN)
        for child in self.children.values():
            if child.reachable:
                self._place(child)
        await self.start(config.slices)

    # --- watch and stop -----------------------------------------------------------------------------------------------

    def look(self, now: float) -> None:
        """Replace workers that have hung, and bury orphans that were left to us."""
        for child in self.children.values():
            if not child.alive or child.killed:
                continue
            if child.phase is not Phase.STOPPING and child.hangs(now):
                log.error(
                    "%s worker (pid %d) has hung: no sign of life for %.2g s",
                    child.name,
                    child.pid,
                    child.patience.limit,
                )
                child.kill()
            elif child.riser.rise(self._scheduling(child), self.config.settings.auto_priority):
                log.warning("%s worker is late: real-time priority %d", child.name, child.riser.rt_priority)
                self._place(child)
            if child.patience.asks and not child.asked:
                child.asked = True
                self.bus.send(child.identity, Query(id=ASIDE, topic=ALIVE, arguments={}))
        self._bury_orphans()

    def _scheduling(self, child: Child) -> Scheduling:
        return scheduling_of(child.name, self.config.settings)

    def _place(self, child: Child) -> None:
        """Let it run as configured, or as it has risen."""
        wanted = placement(self._scheduling(child), child.riser.rt_priority, self.config.settings.auto_priority)
        for complaint in dict.fromkeys(sched.place(child.pid, child.placement, wanted)):
            log.warning("%s worker: %s", child.name, complaint)
        child.placement = wanted

    def _bury_orphans(self) -> None:
        """Reap what descendants left behind: as a subreaper we are the parent of every daemon that a script starts."""
        if any(child.starting.locked() for child in self.children.values()):
            return  # one that is being forked is ours before we know its pid
        known = {*self.forker.pids, *(child.pid for child in self.children.values() if child.alive)}
        for _ in range(MAX_BURIALS):
            try:
                dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if dead is None or dead.si_pid in known:
                return  # a worker or the zygote: whoever watches its pidfd comes first
            os.waitpid(dead.si_pid, os.WNOHANG)

    async def stop(self, name: str, how: StopHow) -> None:
        """Stop one worker and wait until it is gone.

        What has to come out of the kernel comes out, even if the worker has just died, hangs or waits for its restart:
        then it gets one more life for that alone.
        """
        child = self.children[name]
        if child.phase is Phase.ABSENT:
            return
        child.phase = Phase.STOPPING
        async with child.starting:  # a fork that is under way is waited for
            pass
        clean = await self._end(child, how)
        if not clean and how is StopHow.CLEAN and TEAM[name].holds_kernel_state:
            log.warning("%s worker did not stop in order: another one cleans up after it", name)
            forked = await self._fork(child) or await self._fork(child)  # again: the zygote may just have died too
            if not (forked and await self._end(child, how)):
                log.error("%s worker: what it had put into the kernel may still be there", name)
        child.phase = Phase.ABSENT
        self._tell(child, "stopped")
        self.router.forget(name)

    async def _end(self, child: Child, how: StopHow) -> bool:
        """End one life; whether it ended in order."""
        if not child.alive:
            return False
        try:
            async with asyncio.timeout(TEAM[child.name].stop_timeout):
                either: list[asyncio.Future[Any]] = [child.greeted, child.ended]
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                self.bus.send(child.identity, Stop(how=how))
                return await asyncio.shield(child.ended) == WorkerExit.OK
        except TimeoutError:
            log.error("%s worker (pid %d) does not stop: killed", child.name, child.pid)
            child.kill()
            await child.ended
            return False

    def _tell(self, child: Child, what: str) -> None:
        log.info("%s worker %s, pid %d", child.name, what, child.pid)
        state = WorkerState(worker=child.name, what=what, pid=child.pid, restarts=child.restarts)
        self.router.observe(state)
        self.bus.publish(state)
        self.changed()


def _needs(objects: int) -> float:
    """Seconds that a worker may take to take on so many objects."""
    return max(TAKE_ON_LEAST, TAKE_ON_EACH * objects)
