"""One worker's life as the parent sees it: forked, heard, ready, ended; and its standard error, which is its log.

What lives here: the process, its pidfd, its heartbeat. What does not: whether it is started again
(restart.py) and what it is told (parent.py).
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable

from alived.supervisor.forker import Forker, ForkFailed
from alived.supervisor.logpipe import LogPipe
from alived.supervisor.patience import RECENT, Patience, lenient
from alived.supervisor.phase import Phase
from alived.supervisor.scheduling import Placement, Riser


class Child:
    """A worker, through all its lives."""

    def __init__(self, name: str, write_log: Callable[[str, int, str], None]) -> None:
        self.name = name
        self.phase = Phase.ABSENT
        self.pid = 0
        self.started_at = 0.0
        self.restarts = 0
        self.deaths: tuple[float, ...] = ()
        self.loop_lag = 0.0
        self.generation = 0
        self.wanted_generation = 0
        """The last one it was told of."""
        self.busy_until = 0.0
        """It may be taking that on until then, monotonic."""
        self.identity = b""
        self.limit = 0.0
        """Seconds without a sign of life after which it has hung."""
        self.patience = Patience(0.0)
        self.placement = Placement()
        """How it runs in this life."""
        self.riser = Riser()
        self.last_seen = 0.0
        """When it or its predecessor was last known to be well, monotonic."""
        self.starting = asyncio.Lock()
        """Held while it is forked."""
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Settled when this life has said hello and has been given its configuration."""
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """Settled, with the exit code, when this life is over and everything about its end has been done."""
        self.up_to_date = asyncio.Event()
        """It has taken on all that it was told."""
        self._write_log = write_log
        self.asked = False
        """It was asked whether its loop turns, and has not answered yet."""
        self.killed = False
        """It was sent SIGKILL."""
        self._hung: tuple[float, ...] = ()
        """When its lives were ended as hung, monotonic."""
        self._lives = 0
        self._pidfd = -1

    @property
    def alive(self) -> bool:
        """Whether there is a process."""
        return self._pidfd >= 0

    @property
    def reachable(self) -> bool:
        """Whether there is a process that knows its configuration."""
        return self.alive and self.greeted.done()

    async def start(self, forker: Forker, endpoint: str, log_level: int, ended: Callable[["Child", int], None]) -> None:
        """Fork it. `ended` is called with the exit code (negative: a signal) when it is gone. ForkFailed."""
        loop = asyncio.get_running_loop()
        self._lives += 1
        self.identity = f"{self.name}/{os.getpid()}/{self._lives}".encode()
        self.patience = Patience(time.monotonic(), self.limit)
        self.placement, self.riser = Placement(), Riser()
        self.generation, self.killed, self.asked = 0, False, False
        self.greeted, self.ended = loop.create_future(), loop.create_future()
        self.up_to_date.clear()
        pipe = LogPipe(lambda level, text: self._write_log(self.name, level, text))
        try:
            pid = await forker.fork(self.name, self.identity.decode(), endpoint, log_level, pipe.write_end)
        except ForkFailed:
            pipe.handed_over()
            pipe.close()
            raise
        pipe.handed_over()
        self.pid = pid
        self.started_at = time.time()
        self._pidfd = os.pidfd_open(pid)
        loop.add_reader(self._pidfd, self._reap, pid, self._pidfd, pipe, ended)

    def _reap(self, pid: int, pidfd: int, pipe: LogPipe, ended: Callable[["Child", int], None]) -> None:
        """One life is over; everything about it was bound when it began."""
        _, status = os.waitpid(pid, 0)  # it is a zombie: this does not wait
        asyncio.get_running_loop().remove_reader(pidfd)
        os.close(pidfd)
        self._pidfd = -1
        pipe.close()
        ended(self, os.waitstatus_to_exitcode(status))

    def tell(self, generation: int, needs: float) -> None:
        """It is being told of a generation, which it may need so many seconds to take on."""
        self.wanted_generation = generation
        self.busy_until = time.monotonic() + needs

    def took_on(self, generation: int) -> None:
        """It says that it has done so."""
        self.generation = generation
        self.patience.beat(time.monotonic())
        self.riser.excuse()
        if generation == self.wanted_generation:
            self.up_to_date.set()

    def beat(self, now: float, loop_lag: float) -> None:
        """A heartbeat was heard."""
        self.patience.beat(now)
        self.last_seen = now
        self.loop_lag = loop_lag
        self.riser.beat(loop_lag)

    def spoke(self, now: float) -> None:
        """It has said something else. Where thousands of instances do, heartbeats wait behind them."""
        self.patience.beat(now)

    def answered(self, now: float) -> None:
        """It has answered a question."""
        self.patience.beat(now)
        self.last_seen = now
        self.asked = False

    def hangs(self, now: float) -> bool:
        """No sign of life for too long. While it takes on a configuration, none is expected. For every look."""
        self.patience.limit = lenient(self.limit, self._hung, now)
        if not self.patience.look(now) or (self.generation != self.wanted_generation and now <= self.busy_until):
            return False
        self._hung = (*(moment for moment in self._hung if now - moment < RECENT), now)
        return True

    def kill(self) -> None:
        """End it now. A stopped process ends as well; one that waits for the kernel may take its time."""
        if self.alive:
            self.killed = True
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
