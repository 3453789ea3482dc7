"""The loop of the daemon: signals, the bus, reload, systemd, the end.

Everything here is called on one asyncio loop and returns at once; reading the configuration happens on a thread. What
does not live here: the workers' lives (crew.py), what is answered to alivectl (control.py).
"""

import asyncio
import json
import logging
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from alived.ipc import codec, paths
from alived.ipc.bus import SupervisorBus
from alived.ipc.messages import (
    Configured,
    Document,
    Heartbeat,
    Hello,
    Message,
    Query,
    Reply,
    StopHow,
)
from alived.supervisor import control, dumpfiles, exitcodes
from alived.supervisor.config.load import Loaded, load
from alived.supervisor.control import Control
from alived.supervisor.crew import Crew
from alived.supervisor.daemon import Caller
from alived.supervisor.departed import Departed
from alived.supervisor.forker import Forker
from alived.supervisor.names import instances
from alived.supervisor.options import Options
from alived.supervisor.private import write_private
from alived.supervisor.reload import plan
from alived.supervisor.router import Routed, Router
from alived.supervisor.sinks import Sinks
from alived.supervisor.snapshot import Keeper, Snapshot
from alived.supervisor.systemd import Notifier

SETTLE_TIMEOUT = 20.0
"""Seconds within which workers should have taken on a configuration; after that it is said that they have not."""

log = logging.getLogger(__name__)


class Parent:
    """The supervisor."""

    def __init__(self, options: Options, sinks: Sinks, caller: Caller) -> None:
        self._options = options
        self._caller = caller
        self._loop = asyncio.get_running_loop()
        self._notifier = Notifier(os.environ)
        self._sinks = sinks
        self._bus = SupervisorBus(paths.bus(options.runtime_dir), paths.events(options.runtime_dir))
        snapshot = Snapshot(options.runtime_dir)
        retained, silent_for = snapshot.load(time.monotonic())
        self._router = Router(retained)
        self._keeper = Keeper(snapshot, lambda: self._router.retained)
        self._crew = Crew(
            bus=self._bus,
            router=self._router,
            sinks=self._sinks,
            endpoint=paths.bus(options.runtime_dir),
            log_level=logging.getLogger().level,
            changed=self._changed,
            forker=Forker(lambda level, text: self._sinks.write("supervisor", level, text)),
            last_seen=time.monotonic() - silent_for,
        )
        self._control = Control(self._crew, self._router, self._sinks, self._status)
        self._reloading = asyncio.Lock()
        self._reload_error = ""
        self._complete = False
        """All braces are closed in the configuration in force."""
        self._loaded_at = 0.0
        self._departed = Departed()
        self._ready = False
        self._settled = asyncio.Event()
        self._end: asyncio.Future[None] = self._loop.create_future()
        self._tasks: set[asyncio.Task[object]] = set()

    # --- from start to end --------------------------------------------------------------------------------------------

    async def run(self) -> int:
        """Be the daemon; returns the exit code."""
        self._signals()
        self._bus.start(self._receive, self._observable)
        self._sinks.outputs.append(self._bus.publish)
        try:
            async with self._reloading:  # a HUP that comes now is served after the start
                refused = await self._start()
            if refused:
                return refused
            await self._end
            await self._stop()
        finally:
            self._crew.forker.close()
            self._notifier.close()
            self._sinks.outputs.remove(self._bus.publish)
            self._bus.close()
        return exitcodes.OK

    async def _start(self) -> int:
        """Load the configuration and start the workers; an exit code if there is nothing to start with, else 0."""
        loaded = await self._load()
        if obstacle := self._obstacle(loaded, self._options.config_file):
            log.error("not started: %s", obstacle)
            said = "" if self._options.log_console else "\n".join(found.render() for found in loaded.diagnostics) + "\n"
            code = exitcodes.COMPLAINTS if loaded.readable else exitcodes.NO_CONFIG
            self._caller.tell(code, f"{said}alived: not started: {obstacle}\n")
            return code
        log.info("%s, pid %d, configuration %s", control.version(), os.getpid(), self._options.config_file)
        self._loaded_at = time.time()
        self._complete = loaded.complete
        self._crew.run(loaded.config, 1)
        self._tick(self._loop.time())
        await self._crew.start(loaded.config.slices)
        self._changed()
        return exitcodes.OK

    def _signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self.stop)
        self._loop.add_signal_handler(signal.SIGHUP, lambda: self._spawn(self._hangup()))
        self._loop.add_signal_handler(signal.SIGUSR1, lambda: self._spawn(self._dump("alived.data", control.DATA)))
        self._loop.add_signal_handler(signal.SIGUSR2, lambda: self._spawn(self._dump_stats()))
        if self._notifier.watchdog_interval:
            self._watchdog()

    def stop(self) -> None:
        """Begin the end."""
        if not self._end.done():
            self._end.set_result(None)

    async def _stop(self) -> None:
        """Priority-0 adverts and addresses first, so that a peer takes over; then the rest."""
        log.info("stopping")
        self._notifier.stopping()
        self._crew.stopping = True
        self._settled.set()  # a reload under way waits for nothing more
        async with self._reloading:
            await self._stop_workers()
        self._keeper.end()
        log.info("stopped")

    async def _stop_workers(self) -> None:
        await self._crew.stop("vrrp", StopHow.LEAVE if self._options.dont_release_vrrp else StopHow.CLEAN)
        await self._crew.stop("checker", StopHow.CLEAN)
        await self._crew.stop("lvs", StopHow.LEAVE if self._options.dont_release_ipvs else StopHow.CLEAN)

    def _tick(self, due: float) -> None:
        """Look after the workers, and leave a sign of their health for a successor."""
        due = max(due + self._crew.look_every, self._loop.time())
        self._loop.call_at(due, self._tick, due)
        now = time.monotonic()
        if not self._crew.stopping:
            self._crew.look(now)
            vrrp = self._crew.children["vrrp"]
            self._keeper.beat(vrrp.last_seen if "vrrp" in self._crew.config.slices else now)

    def _watchdog(self) -> None:
        self._notifier.alive()
        self._loop.call_later(self._notifier.watchdog_interval, self._watchdog)

    # --- what arrives -------------------------------------------------------------------------------------------------

    def _receive(self, identity: bytes, frame: codec.Frame) -> None:
        message = frame.message
        if isinstance(message, Query):
            self._spawn(self._answer(identity, message))
            return
        child = self._crew.by_identity(identity)
        if child is None:
            self._bus.faults.note(identity.decode("ascii", "backslashreplace"), "not a worker of ours")
            return
        match message:
            case Hello():
                self._crew.greet(child)
            case Heartbeat():
                child.beat(time.monotonic(), message.loop_lag)
            case Configured():
                self._crew.ready(child, message.generation)
            case Reply():
                child.answered(time.monotonic())
                self._control.replied(message)
            case _ if isinstance(message, Routed):
                child.spoke(time.monotonic())
                self._crew.deliver(child.name, message)
                self._bus.publish(message)
                self._keeper.changed()
            case _:
                self._bus.faults.note(child.name, f"{type(message).__name__} does not come from a worker")

    def _observable(self) -> Iterator[Message]:
        return (message for _, message in self._router.retained)

    async def _answer(self, identity: bytes, query: Query) -> None:
        try:
            reply = await self._reply(query)
        except Exception as error:
            log.exception("%s cannot be answered", query.topic)
            reply = Reply(id=query.id, ok=False, body={"error": f"{error!r}; the log says more"})
        self._bus.send(identity, reply)

    async def _reply(self, query: Query) -> Reply:
        match query.topic:
            case "reload":
                return Reply(id=query.id, ok=True, body=await self.reload())
            case "plan":
                return await self._planned(query)
            case "stop":
                self.stop()
                return Reply(id=query.id, ok=True, body={"stopping": True})
        return await self._control.answer(query)

    def _status(self) -> Document:
        return {
            "version": control.version(),
            "pid": os.getpid(),
            "config_file": os.fsencode(self._options.config_file).decode("utf-8", "replace"),
            "loaded_at": self._loaded_at,
            "generation": self._crew.generation,
            "reload_error": self._reload_error or None,
            "ready": self._ready,
            "departed": self._departed.document(self._loop.time()),
            "dropped_frames": dict(self._bus.faults.counts),
        }

    def _changed(self) -> None:
        """Something that shows in the state has changed."""
        self._keeper.changed()
        if self._crew.stopping:
            return
        if not self._crew.settled:
            self._settled.clear()
            return
        self._settled.set()
        if not self._ready and self._loaded_at:
            self._ready = True
            log.info("ready")
            self._notifier.ready(self._summary())
            self._caller.tell(exitcodes.OK)
        else:
            self._notifier.status(self._summary())

    def _summary(self) -> str:
        parts = [f"{name} {child.phase}" for name, child in self._crew.children.items() if child.phase != "absent"]
        if self._reload_error:
            parts.append("last reload refused, the configuration before it is in force")
        return ", ".join(parts) or "nothing is configured"

    # --- reload and dump ----------------------------------------------------------------------------------------------

    async def _hangup(self) -> None:
        await self.reload()

    async def reload(self) -> Document:
        """Read the configuration again and run what is valid of it, as keepalived does.

        What is no configuration at all leaves the present one in force, and so does one whose blocks do not close:
        where they end would be a guess. With --strict any error does.
        """
        async with self._reloading:
            self._notifier.reloading()
            loaded = await self._load()
            problems = [diagnostic.render() for diagnostic in loaded.diagnostics]
            self._reload_error = self._refusal(loaded, self._options.config_file)
            if self._reload_error:
                log.error("reload refused, %s: the configuration before it stays in force", self._reload_error)
                self._notifier.ready(self._summary())
                return {"applied": False, "changes": [], "problems": problems}
            self._complete = loaded.complete
            change = await asyncio.to_thread(plan, self._crew.config, loaded.config)
            for word in change.words:
                log.info("reload: %s", word)
            self._loaded_at = time.time()
            self._departed.note(change.changes, instances(loaded.config), self._loop.time())
            await self._crew.apply(loaded.config, change)
            self._changed()
            try:
                await asyncio.wait_for(self._settled.wait(), SETTLE_TIMEOUT)
            except TimeoutError:
                log.warning("reload: not all workers are ready after %g s", SETTLE_TIMEOUT)
            log.info("reloaded, generation %d, %s", self._crew.generation, _count(len(change.words), "change"))
            self._notifier.ready(self._summary())
            return {"applied": True, "changes": list(change.words), "problems": problems}

    async def _planned(self, query: Query) -> Reply:
        """What a reload would change, were it done from a file; nothing is done."""
        file = query.arguments.get("file") or str(self._options.config_file)
        if not isinstance(file, str):
            return Reply(id=query.id, ok=False, body={"error": "plan takes the name of a file"})
        return Reply(id=query.id, ok=True, body=await asyncio.to_thread(self._plan, Path(file)))

    def _plan(self, file: Path) -> Document:
        """The same, on a thread."""
        loaded = load(file, self._options.config_id)
        refusal = self._refusal(loaded, file)
        found = () if refusal else plan(self._crew.config, loaded.config).changes
        return control.planned(str(file), refusal, found, [problem.render() for problem in loaded.diagnostics])

    async def _dump(self, name: str, topics: tuple[str, ...]) -> Document:
        """SIGUSR1 and SIGUSR2: write what is known to a file in the runtime directory, and return it."""
        document: Document = {}
        for topic in topics:
            reply = await self._control.answer(Query(id=0, topic=topic, arguments={}))
            document[topic] = reply.body
        await self._write("state", str(self._options.runtime_dir / name), json.dumps(document, indent=2) + "\n")
        return document

    async def _dump_stats(self) -> None:
        """SIGUSR2: the statistics of instances, too, where and as keepalived writes them."""
        document = await self._dump("alived.stats", control.STATS)
        instances = document["stats"].get("instances")
        if instances is not None:  # else there is no vrrp worker to ask
            path = dumpfiles.stats_file(self._crew.config.settings, tempfile.gettempdir())
            await self._write("statistics", path, dumpfiles.stats_text(instances))

    async def _write(self, what: str, path: str, text: str) -> None:
        try:
            await asyncio.to_thread(write_private, Path(path), text)
        except OSError as error:
            log.error("the %s cannot be written to %s: %s", what, path, error.strerror)
        else:
            log.info("%s written to %s", what, path)

    # --- small things -------------------------------------------------------------------------------------------------

    def _obstacle(self, loaded: Loaded, file: Path) -> str:
        """Why a configuration cannot be run; empty: it can."""
        if not loaded.readable:
            return f"no configuration in {file}"
        if self._options.strict and loaded.errors:
            return f"{_count(loaded.errors, 'error')} in {file}"
        return ""

    def _refusal(self, loaded: Loaded, file: Path) -> str:
        """Why a reload leaves the present configuration in force; empty: it does not."""
        if obstacle := self._obstacle(loaded, file):
            return obstacle
        return f"{file} is not complete" if self._complete and not loaded.complete else ""

    async def _load(self) -> Loaded:
        """Read the configuration, on a thread, and log what there is to say about it."""
        loaded = await asyncio.to_thread(load, self._options.config_file, self._options.config_id)
        for diagnostic in loaded.diagnostics:
            log.log(diagnostic.level, "%s", diagnostic.render())
        return loaded

    def _spawn(self, coroutine: "asyncio._CoroutineLike[object]") -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
