"""The main loop that all workers run: one asyncio loop, one bus connection, a heartbeat.

What lives here: the life of a worker process from the moment the fork server hands it over until it exits, and the
small interface through which a worker's own code is called. What does not: what any worker does (its `worker.py`),
and how the process was made (supervisor/zygote.py).

The rules of the house for a worker: every call below returns quickly and never raises for bad input; nothing in it
blocks. The loop measures its own lag, and the heartbeat tells the supervisor.
"""

import asyncio
import contextlib
import gc
import logging
import os
from collections.abc import Callable
from typing import Any, Protocol

from alived.ipc import memory
from alived.ipc.bus import WorkerBus
from alived.ipc.messages import (
    Configure,
    Configured,
    Document,
    Heartbeat,
    Hello,
    Message,
    Query,
    Reply,
    Stop,
    StopHow,
    WorkerExit,
)

CONFIGURE_LIMIT = 15.0
"""Seconds within which the supervisor answers a hello; one that does not know this life never will."""

HEARTBEAT_INTERVAL = 0.25
"""Seconds between heartbeats; the supervisor's patience is a multiple of it."""

ALIVE = "alive"
"""Topic of the supervisor's question whether the loop turns, for when it cannot wait for the next heartbeat."""

log = logging.getLogger(__name__)


class CannotBoot(Exception):
    """Raised by a worker that can't do its work here and won't be able to after a restart; the text says why."""


class Worker(Protocol):
    """What a worker's own code offers to the loop. Called on the loop's thread, one call at a time."""

    def configure(self, message: Configure) -> None:
        """Take on new and changed objects, forget dropped ones; the first call also carries what is retained.

        CannotBoot: this configuration cannot work here.
        """

    def receive(self, message: Message) -> None:
        """Take note of a message that was routed here; ignore kinds that mean nothing to this worker."""

    def query(self, topic: str, arguments: Document) -> Document:
        """Answer a question about the present state. LookupError: nothing of that name."""

    async def stop(self, how: StopHow) -> None:
        """End: undo or leave what was put into the kernel. The process exits when this returns."""


Send = Callable[[Message], None]
"""Send a message to the supervisor; never blocks."""

Factory = Callable[[Send], Worker]
"""Makes the worker, inside the running loop; raises CannotBoot. Each worker package's `worker.py` has `make`."""


class Loop:
    """Joins one worker to the bus and keeps the heartbeat."""

    def __init__(self, bus: WorkerBus, factory: Factory) -> None:
        self._bus = bus
        self._worker = factory(self._bus.send)
        self._stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._stopping: asyncio.Task[None] | None = None
        self._lag = 0.0
        self._configured = False
        self._timers: list[asyncio.TimerHandle] = []
        """The next heartbeat, and the end of waiting for a configuration."""

    async def run(self) -> None:
        """Say hello and work until told to stop."""
        self._bus.start(self._dispatch)
        self._bus.send(Hello(pid=os.getpid()))
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._callback_failed)
        self._beat(loop, loop.time())
        self._timers[1:] = [loop.call_later(CONFIGURE_LIMIT, self._give_up)]
        try:
            await self._stopped
        finally:
            for timer in self._timers:
                timer.cancel()
            self._bus.close()

    def _callback_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A timer's or a reader's callback raised: what it had to do is half done, and may never be done again.

        The heartbeat would go on, so nobody would notice. An heir takes up where the last whole step ended.
        """
        error = context.get("exception")
        if "handle" in context and isinstance(error, Exception) and not self._stopped.done():
            self._stopped.set_exception(error)
        else:
            loop.default_exception_handler(context)

    def _beat(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._lag = max(self._lag, loop.time() - due)
        self._bus.send(Heartbeat(loop_lag=self._lag))
        self._lag = 0.0
        next_due = loop.time() + HEARTBEAT_INTERVAL
        self._timers[:1] = [loop.call_at(next_due, self._beat, loop, next_due)]

    def _dispatch(self, message: Message) -> None:
        match message:
            case Configure():
                self._configure(message)
            case Query():
                self._bus.send(self._answer(message))
            case Stop():
                if self._stopping is None:
                    self._stopping = asyncio.get_running_loop().create_task(self._stop(message.how))
            case _:
                self._worker.receive(message)

    def _configure(self, message: Configure) -> None:
        """A worker that cannot take on its configuration ends: half configured, it would only pretend to work."""
        if message.no_swap:
            try:
                memory.lock()
            except OSError as error:
                log.warning("memory is not kept out of swap: %s", error.strerror)
        try:
            self._worker.configure(message)
        except Exception as error:
            if not self._stopped.done():
                self._stopped.set_exception(error)
            return
        self._bus.send(Configured(generation=message.generation))
        if self._configured:  # what is garbage now would stay; of a first configuration nothing is
            gc.collect()
        self._configured = True
        # A configuration lives long: the collector need not walk it. To walk it at each reload would take long, and
        # unshare what the zygote had imported. So what a worker drops must not be in a cycle: nobody would find it.
        gc.freeze()

    def _answer(self, query: Query) -> Reply:
        if query.topic == ALIVE:
            return Reply(id=query.id, ok=True, body={})
        try:
            return Reply(id=query.id, ok=True, body=self._worker.query(query.topic, query.arguments))
        except LookupError as error:
            return Reply(id=query.id, ok=False, body={"error": str(error.args[0] if error.args else error)})
        except Exception as error:
            log.exception("%s cannot be answered", query.topic)
            return Reply(id=query.id, ok=False, body={"error": f"{error!r}; the log says more"})

    async def _stop(self, how: StopHow) -> None:
        try:
            await self._worker.stop(how)
        except Exception:
            log.exception("stopping failed")
        if not self._stopped.done():
            self._stopped.set_result(None)

    def _give_up(self) -> None:
        if not self._configured and not self._stopped.done():
            self._stopped.set_exception(TimeoutError("the supervisor did not answer"))


def run(name: str, identity: str, endpoint: str, factory: Factory) -> int:
    """Run a worker in this process until it ends; returns the exit code.

    `identity` names this life of the worker on the bus, so that a dead one's last words are not taken for its heir's.
    """

    async def main() -> None:
        await Loop(WorkerBus(name, identity, endpoint), factory).run()

    try:
        asyncio.run(main())
    except CannotBoot as error:
        log.error("%s", error)
        return WorkerExit.CANNOT_BOOT
    except Exception:
        log.exception("the worker failed")
        return 1
    with contextlib.suppress(Exception):
        logging.shutdown()
    return WorkerExit.OK
