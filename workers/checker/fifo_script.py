"""The program that reads a pipe (`notify_fifo_script`): runs as long as the pipe is there.

keepalived starts it once, and does not notice more than that it has ended. Here it is started again, since nobody reads
the pipe otherwise: at once if it had run for a while, else later and later. It is ended if this worker dies, as in
keepalived; the next worker starts another.
"""

import asyncio
import logging

from alived.ipc.model.common import Program
from alived.workers.checker.programs import Run

FIRST_DELAY = 1.0
"""Seconds after which it is started again; doubled each time that it does not last."""
LONGEST_DELAY = 60.0
"""Seconds; one that has run for so long has lasted."""

log = logging.getLogger(__name__)


class FifoScript:
    """One of them, with the path of its pipe as its last argument."""

    def __init__(self, title: str, program: Program, path: str) -> None:
        """Start it. `title` is the keyword, for the log."""
        self.program = program
        self._title = title
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._delay = FIRST_DELAY
        self._run: Run | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stopping = False
        self._start()

    @property
    def pid(self) -> int | None:
        """Of the program; None: it does not run now."""
        return self._run.pid if self._run is not None else None

    async def stop(self, within: float) -> None:
        """End it: SIGTERM, and SIGKILL if it does not go. Returns after `within` seconds at most."""
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()
        if self._run is not None:
            run = self._run
            run.end("the pipe is closed")
            if not await run.gone(within):
                log.warning("%s (pid %d) does not end and is left to itself", self._title, run.pid)

    def _start(self) -> None:
        self._timer = None
        try:
            run = Run(self.program, self._path, dies_with_us=True)
        except OSError as error:
            log.error("%s cannot be run: %s", self._title, error)
            self._again()
            return
        self._run = run
        log.info("%s runs (pid %d): %s", self._title, run.pid, " ".join((*self.program.argv, self._path)))
        run.reaped.add_done_callback(lambda _: self._ended(run))

    def _ended(self, run: Run) -> None:
        self._run = None
        for line in run.output.lines:
            log.info("%s: %s", self._title, line)
        if self._stopping:
            return
        if self._loop.time() - run.started >= LONGEST_DELAY:
            self._delay = FIRST_DELAY
        log.warning("%s %s: started again in %g s", self._title, run.outcome.result().reason, self._delay)
        self._again()

    def _again(self) -> None:
        self._timer = self._loop.call_later(self._delay, self._start)
        self._delay = min(2 * self._delay, LONGEST_DELAY)
