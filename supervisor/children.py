"""One worker's life as the parent sees it: forked, heard, ready, ended; and its standard error, which is its log.

What lives here: the process, its pidfd, its heartbeat. What does not: whether it is started again
(restart.py) and what it is told (parent.py).
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from enum import StrEnum

from alived.supervisor.forker import Forker
from alived.supervisor.logpipe import LogPipe
from alived.supervisor.patience import Patience


class Phase(StrEnum):
    """Where a worker is in its life."""

    ABSENT = "absent"
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    WAITING = "waiting to restart"
    GIVEN_UP = "given up"


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
        self.identity = b""
        self.patience = Patience(0.0)
        self.last_seen = 0.0
        """When it or its predecessor was last known to be well, monotonic."""
        self.greeted = False
        """This life has said hello and has been given its configuration."""
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._write_log = write_log
        self._lives = 0
        self._pidfd = -1
        self._pipe: LogPipe | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a process."""
        return self._pidfd >= 0

    async def start(self, forker: Forker, endpoint: str, log_level: int, ended: Callable[["Child", int], None]) -> None:
        """Fork it. `ended` is called with the exit code (negative: a signal) when it is gone. ForkFailed."""
        self._lives += 1
        self.identity = f"{self.name}/{os.getpid()}/{self._lives}".encode()
        self.phase = Phase.STARTING
        self.greeted = False
        self.patience = Patience(time.monotonic())
        pipe = LogPipe(lambda level, text: self._write_log(self.name, level, text))
        try:
            self.pid = await forker.fork(self.name, self.identity.decode(), endpoint, log_level, pipe.write_end)
        finally:
            pipe.handed_over()
        self._pipe = pipe
        self.started_at = time.time()
        self._pidfd = os.pidfd_open(self.pid)
        self.ended = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(self._pidfd, self._reap, ended)

    def _reap(self, ended: Callable[["Child", int], None]) -> None:
        _, status = os.waitpid(self.pid, 0)
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = -1
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        code = os.waitstatus_to_exitcode(status)
        if not self.ended.done():
            self.ended.set_result(code)
        ended(self, code)

    def beat(self, now: float, loop_lag: float) -> None:
        """A heartbeat was heard."""
        self.patience.beat(now)
        self.last_seen = now
        self.loop_lag = loop_lag

    def kill(self) -> None:
        """End it now. A stopped process ends as well."""
        if self.alive:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
