"""Notify programs: run when an instance enters another state, in order, one at a time for each instance.

Events of one instance never overtake each other: the next program starts when the one before has ended. A program may
take as long as it likes while nothing waits behind it; when something does, it is ended after PATIENCE, which is logged
(keepalived does neither wait nor limit). Their output goes to the log when they end.

After a restart of this worker nothing is notified twice, and nothing is lost. What the first Configure retains is the
state of the world, and was notified by the predecessor: unless it began after that one was last known to be well.
Messages that arrived while there was no checker are delivered as news after it. A program that a dead worker had
started goes on, unlike a check script: its work may be half done.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from alived.ipc.messages import InstanceState, State
from alived.ipc.model.checker import Notify
from alived.ipc.model.common import Program
from alived.workers.checker.outcome import Up
from alived.workers.checker.programs import GRACE, Run

PATIENCE = 300.0
"""Seconds that a program may run while others wait behind it."""

STOP_PATIENCE = 5.0
"""Seconds that `stop` waits for programs to end."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Call:
    """A program to run, and what it is called in the log."""

    title: str
    program: Program
    arguments: tuple[str, ...] = ()


class Notifier:
    """Knows the state that each instance was last notified of, and the queue of each."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._configured: dict[str, Notify] = {}
        self._words: dict[str, str] = {}
        self._queues: dict[str, _Queue] = {}
        self._handled_until = -math.inf

    def resume(self, retained: Iterable[InstanceState], silent_for: float) -> None:
        """Take note of the world as it is; what began less than `silent_for` seconds ago is notified."""
        self._handled_until = self._loop.time() - silent_for
        for message in retained:
            self.receive(message)

    def configure(self, put: Iterable[Notify], drop: Iterable[str]) -> None:
        """Take on and forget programs. A change of programs is no change of state: nothing runs."""
        for key in drop:
            self._configured.pop(key, None)
            self._words.pop(key, None)
        self._configured.update((notify.key, notify) for notify in put)

    def receive(self, message: InstanceState) -> None:
        """An instance is in a state; if it is not the one that was notified last, its programs are queued."""
        key = f"notify {message.instance}"
        word = "STOP" if message.stopping else str(message.state)
        before = self._words.get(key)
        self._words[key] = word
        if word == before or (before is None and message.since <= self._handled_until):
            return
        if (notify := self._configured.get(key)) is not None:
            queue = self._queues.setdefault(message.instance, _Queue())
            for call in calls(notify, word, message.priority):
                queue.put(call)

    async def stop(self) -> None:
        """Let what is queued finish, for a bounded time; what still runs then is left to itself."""
        busy = [queue.idle.wait() for queue in self._queues.values()]
        try:
            async with asyncio.timeout(STOP_PATIENCE):
                await asyncio.gather(*busy)
        except TimeoutError:
            for queue in self._queues.values():
                queue.abandon()


def calls(notify: Notify, word: str, priority: int) -> list[_Call]:
    """What is run on entering a state (`STOP`: the daemon stops), in the order of keepalived.conf(5)."""
    own = {State.MASTER: notify.master, State.BACKUP: notify.backup, State.FAULT: notify.fault, "STOP": notify.stop}
    if word not in own:
        return []
    found = []
    if (program := own[word]) is not None:
        found.append(_Call(f"notify_{word.lower()} of {notify.instance}", program))
    if notify.any_state is not None:
        arguments = ("INSTANCE", notify.instance, word, str(priority))
        found.append(_Call(f"notify of {notify.instance} ({word})", notify.any_state, arguments))
    return found


class _Queue:
    """The programs of one instance, one after the other."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Call] = deque()
        self._current: tuple[_Call, Run] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.idle = asyncio.Event()

    def put(self, call: _Call) -> None:
        """Run it after those that are there."""
        self.idle.clear()
        self._waiting.append(call)
        self._go_on()

    def abandon(self) -> None:
        """Start nothing more, and say what was not done."""
        if self._current is not None:
            log.warning("%s (pid %d) still runs and is left to itself", self._current[0].title, self._current[1].pid)
        for call in self._waiting:
            log.warning("%s was not run: alived is stopping", call.title)
        self._waiting.clear()

    def _go_on(self) -> None:
        while self._current is None and self._waiting:
            self._start(self._waiting.popleft())
        if self._current is None:
            self.idle.set()
        elif self._waiting and self._timer is None:
            call, run = self._current
            self._timer = self._loop.call_at(run.started + PATIENCE, self._end, call, run)

    def _start(self, call: _Call) -> None:
        log.info("running %s: %s", call.title, " ".join((*call.program.argv, *call.arguments)))
        try:
            run = Run(call.program, *call.arguments)
        except OSError as error:
            log.error("%s cannot be run: %s", call.title, error)
            return
        self._current = call, run
        run.reaped.add_done_callback(lambda _: self._ended(call, run))

    def _ended(self, call: _Call, run: Run) -> None:
        for line in run.output.lines:
            log.info("%s: %s", call.title, line)
        outcome = run.outcome.result()
        if not isinstance(outcome, Up):
            log.warning("%s %s", call.title, outcome.reason)
        self._pass(run)

    def _pass(self, run: Run) -> None:
        """It is over, or hangs in the kernel and is not waited for any longer: the next one."""
        if self._current is None or self._current[1] is not run:
            return
        self._current = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._go_on()

    def _end(self, call: _Call, run: Run) -> None:
        """Others wait behind it, and it had its time."""
        log.warning("%s has run for %g s while others wait: it is ended", call.title, PATIENCE)
        run.end(f"took longer than {PATIENCE:g} s")
        self._timer = self._loop.call_later(2 * GRACE, self._pass, run)
