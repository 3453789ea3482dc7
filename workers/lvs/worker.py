"""The lvs worker: messages in, the kernel's table kept equal to the wanted one, states out.

What lives here: which messages mean what, which data plane is used, and when the kernel is looked at: at every
configuration, after an error, when the kernel says that someone changed its table, and every few seconds. What does
not: what is wanted (table.py), and how the kernel gets there (keeper.py, plan.py and the planes).
"""

import asyncio
import logging
from collections.abc import Iterable

from alived.ipc.loop import CannotBoot, Send
from alived.ipc.messages import Configure, Document, Message, RealServerState, StopHow, VirtualServerState
from alived.ipc.model.lvs import LvsBackend, LvsGlobals, VirtualServer
from alived.workers.lvs import backend
from alived.workers.lvs.keeper import Keeper
from alived.workers.lvs.plane import PlaneError
from alived.workers.lvs.report import report
from alived.workers.lvs.table import Wanted

COMPARE_INTERVAL = 5.0
"""Seconds between comparisons with the kernel's table."""

COMPARE_SHARE = 0.02
"""Largest share of the time that comparing may take: with very many services it is done less often."""

SETTLE = 0.02
"""Seconds from the kernel's word that its table changed to looking at it: changes come in bunches."""

log = logging.getLogger(__name__)


class LvsWorker:
    """See the module; the interface is `alived.ipc.loop.Worker`."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._wanted = Wanted()
        self._globals = LvsGlobals()
        self._keeper: Keeper | None = None
        self._chosen_for: LvsBackend | None = None
        """The setting by which the present data plane was chosen."""
        self._reason = ""
        self._timer: asyncio.TimerHandle | None = None
        self._pause = 0.0
        """Seconds to leave between comparisons, by how long the last one took."""

    def configure(self, message: Configure) -> None:
        """Take on the configuration. CannotBoot when no data plane works here, and there was none before."""
        for retained in message.retained:
            self.receive(retained)
        self._globals = _globals(message, self._globals)
        servers = [item for item in message.put if isinstance(item, VirtualServer)]
        states = self._wanted.configure(servers, message.drop)
        owned = self._wanted.owned
        former = self._choose_plane()
        self._compare()
        if former is not None:
            former.clear(owned)
        self._tell(states)

    def receive(self, message: Message) -> None:
        """A verdict changes the table at once, by exactly the operations that it takes."""
        if isinstance(message, RealServerState | VirtualServerState):
            states = self._wanted.receive(message)
            if self._keeper is not None:
                self._keeper.update()
            self._tell(states)

    def query(self, topic: str, arguments: Document) -> Document:  # noqa: ARG002 - the loop's interface
        """`lvs`: virtual and real servers, what the kernel counted, and what was done last."""
        keeper = self._keeper
        if topic != "lvs" or keeper is None:
            raise LookupError(f"the lvs worker knows nothing of {topic!r}")
        try:
            statistics = keeper.plane.statistics()
        except PlaneError as error:
            raise LookupError(str(error)) from error
        return {
            "backend": keeper.plane.name,
            "backend_reason": self._reason,
            "virtual_servers": report(self._wanted, keeper.table or {}, statistics),
            "last_operations": [{"time": when, "operation": operation} for when, operation in keeper.operations],
            "drift_repairs": keeper.repairs,
            "complaints": sorted(keeper.complaints),
        }

    async def stop(self, how: StopHow) -> None:
        """CLEAN: take what is ours out of the kernel; LEAVE: let it stand."""
        if self._timer is not None:
            self._timer.cancel()
        if self._keeper is None:
            return
        self._unwatch(self._keeper)
        if how is StopHow.CLEAN:
            self._keeper.clear(self._wanted.owned)
        else:
            self._keeper.plane.close()

    def _choose_plane(self) -> Keeper | None:
        """Open the data plane that the configuration asks for; returns one that is to be cleared.

        That is the former one, or at start the other one, if a predecessor may have used it.
        """
        former = self._keeper
        if former is not None and self._chosen_for is self._globals.backend:
            return None
        try:
            choice = backend.choose(self._globals.backend)
        except PlaneError as error:
            if former is None:
                raise CannotBoot(f"no data plane for alived_lvs_backend {self._globals.backend}: {error}") from error
            log.error("staying with %s: %s", former.plane.name, error)
            return None
        self._chosen_for, self._reason = self._globals.backend, choice.reason
        if former is not None and former.plane.name == choice.plane.name:
            choice.plane.close()
            return None
        log.info("data plane is %s: %s", choice.plane.name, choice.reason)
        self._keeper = Keeper(choice.plane, self._wanted)
        self._watch(self._keeper)
        if former is not None:
            self._unwatch(former)
            return former
        other = backend.other(choice.plane) if self._wanted.had_predecessor else None
        return Keeper(other, self._wanted) if other is not None else None

    def _compare(self) -> None:
        """Compare now, and again after a while."""
        if self._keeper is None:
            return
        begun = self._loop.time()
        self._keeper.compare()
        self._pause = (self._loop.time() - begun) / COMPARE_SHARE
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(max(COMPARE_INTERVAL, self._pause), self._compare)

    def _notified(self, keeper: Keeper) -> None:
        """The kernel says that something changed: compare soon."""
        keeper.plane.quiet()
        due = self._loop.time() + max(SETTLE, self._pause)
        if self._timer is not None and due < self._timer.when():
            self._timer.cancel()
            self._timer = self._loop.call_at(due, self._compare)

    def _watch(self, keeper: Keeper) -> None:
        if (descriptor := keeper.plane.watch()) is not None:
            self._loop.add_reader(descriptor, self._notified, keeper)

    def _unwatch(self, keeper: Keeper) -> None:
        if (descriptor := keeper.plane.watch()) is not None:
            self._loop.remove_reader(descriptor)

    def _tell(self, states: Iterable[VirtualServerState]) -> None:
        for state in states:
            log.info(
                "virtual server %s: quorum %s, weight %d",
                state.virtual_server,
                "up" if state.quorum_up else "lost",
                state.weight,
            )
            self._send(state)


def make(send: Send) -> LvsWorker:
    """Make the worker, inside the running loop; see `alived.ipc.loop.Factory`."""
    return LvsWorker(send)


def _globals(message: Configure, before: LvsGlobals) -> LvsGlobals:
    settings = LvsGlobals() if before.key in message.drop else before
    for item in message.put:
        if isinstance(item, LvsGlobals):
            settings = item
    return settings
