"""The notify programs of one instance or group: one after the other, so that its events never overtake each other.

A program may take as long as it likes while nothing waits behind it; when something does, it is ended after PATIENCE,
which is logged (keepalived does neither wait nor limit). Their output goes to the log when they end. What does not live
here: which programs are run, and with what (notify_plan.py).
"""

import asyncio
import logging
from collections import deque

from alived.workers.checker.notify_plan import Call
from alived.workers.checker.outcome import Up
from alived.workers.checker.programs import GRACE, Run

PATIENCE = 300.0
"""Seconds that a program may run while others wait behind it."""

MAX_WAITING = 1000
"""Programs that wait; the oldest give way."""

log = logging.getLogger(__name__)


class RunQueue:
    """What waits, and what runs."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Call] = deque()
        self._current: tuple[Call, Run] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.idle = asyncio.Event()
        """Set when nothing runs or waits."""

    def put(self, call: Call) -> None:
        """Run it after those that are there."""
        if call.once and call in self._waiting:
            return
        if len(self._waiting) >= MAX_WAITING:
            log.error("%s was not run: %d others wait", self._waiting.popleft().title, MAX_WAITING)
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

    def _start(self, call: Call) -> None:
        log.info("running %s: %s", call.title, " ".join((*call.program.argv, *call.arguments)))
        try:
            run = Run(call.program, *call.arguments)
        except OSError as error:
            log.error("%s cannot be run: %s", call.title, error)
            return
        self._current = call, run
        run.reaped.add_done_callback(lambda _: self._ended(call, run))

    def _ended(self, call: Call, run: Run) -> None:
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

    def _end(self, call: Call, run: Run) -> None:
        """Others wait behind it, and it had its time."""
        log.warning("%s has run for %g s while others wait: it is ended", call.title, PATIENCE)
        run.end(f"took longer than {PATIENCE:g} s")
        self._timer = self._loop.call_later(2 * GRACE, self._pass, run)
