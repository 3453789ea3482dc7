"""The parent's end of the zygote: ask for a worker, get its pid; another zygote as soon as that one has died.

The next zygote imports what workers need before any is wanted: a worker that dies after the zygote is replaced as fast
as ever.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field

from alived.supervisor import restart
from alived.supervisor.logpipe import LogPipe
from alived.supervisor.phase import Phase

MAX_REQUEST = 4096
"""Bytes of a request to the zygote."""

IMPORT_TIMEOUT = 10.0
"""Seconds for the zygote's start, and for a first fork, which imports."""

FORK_TIMEOUT = 1.0
"""Seconds for a fork of what is imported; it takes some milliseconds. A zygote that is slower is replaced."""

SIGNAL_NAMES = {number.value: number.name for number in signal.Signals}

log = logging.getLogger(__name__)


class ForkFailed(Exception):
    """No worker could be forked; the text says why."""


@dataclass(slots=True, eq=False)
class _Zygote:
    """One life of the zygote."""

    process: "subprocess.Popen[bytes]"
    channel: socket.socket
    pidfd: int
    imported: set[str] = field(default_factory=set)
    """Workers whose modules it has."""
    greeted: bool = False
    """It has said that it serves."""
    prepared: bool = False
    """It has imported what its predecessors had forked."""

    async def ask(self, request: dict[str, str | int], descriptors: Sequence[int] = ()) -> int:
        """Have a worker forked, or without a descriptor its modules imported; returns the pid, or 0.

        OSError, ValueError, TimeoutError: it is dead or as good as dead.
        """
        await self.greet()
        worker = str(request["worker"])
        socket.send_fds(self.channel, [json.dumps(request).encode()], descriptors)
        pid = await self._answer(FORK_TIMEOUT if worker in self.imported else IMPORT_TIMEOUT)
        self.imported.add(worker)
        return pid

    async def greet(self) -> None:
        """Wait until it serves. The same errors."""
        if not self.greeted:
            await self._answer(IMPORT_TIMEOUT)
            self.greeted = True

    async def _answer(self, timeout: float) -> int:
        loop = asyncio.get_running_loop()
        return int(await asyncio.wait_for(loop.sock_recv(self.channel, 32), timeout))


class Forker:
    """Owns the zygote. Started by exec, so that it can be started again while ZeroMQ's threads run here."""

    def __init__(self, write_log: Callable[[int, str], None]) -> None:
        self._log = LogPipe(write_log)
        self._lock = asyncio.Lock()
        self._wanted: dict[str, None] = {}
        """Workers that have been asked for."""
        self._unreaped: set[_Zygote] = set()
        self._deaths: tuple[float, ...] = ()
        self._again: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._zygote: _Zygote | None = None
        self.restarts = 0
        self._launch()

    # --- what others see ----------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """Process id of the zygote; None: there is none at present."""
        return None if self._zygote is None else self._zygote.process.pid

    @property
    def pids(self) -> frozenset[int]:
        """Zygotes that have not been reaped yet."""
        return frozenset(zygote.process.pid for zygote in self._unreaped)

    @property
    def phase(self) -> Phase:
        """Whether the zygote forks at once, is being started, or keeps dying."""
        if self._zygote is None:
            return Phase.WAITING
        return Phase.READY if self._zygote.prepared else Phase.STARTING

    async def fork(self, worker: str, identity: str, endpoint: str, log_level: int, stderr: int) -> int:
        """Start a worker; returns its pid. ForkFailed: try again, with another identity."""
        request: dict[str, str | int] = {
            "worker": worker,
            "identity": identity,
            "endpoint": endpoint,
            "log_level": log_level,
            "parent": os.getpid(),
        }
        if len(json.dumps(request)) > MAX_REQUEST:
            raise ForkFailed("the request is too long")
        self._wanted[worker] = None
        async with self._lock:
            if (zygote := self._zygote) is None:
                raise ForkFailed("there is no zygote, as it keeps dying")
            try:
                return await zygote.ask(request, [stderr])
            except (OSError, ValueError, TimeoutError) as error:
                self._abandon(zygote)
                failed = f"the zygote (pid {zygote.process.pid}) does not answer, another one is started: {error!r}"
                raise ForkFailed(failed) from error

    def close(self) -> None:
        """End the zygote."""
        if self._again is not None:
            self._again.cancel()
        for task in self._tasks:
            task.cancel()
        for zygote in self._unreaped.copy():
            zygote.process.kill()
            zygote.process.wait()
            self._forget(zygote)
            zygote.channel.close()
        self._log.handed_over()
        self._log.close()

    # --- its lives ----------------------------------------------------------------------------------------------------

    def _launch(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                process = subprocess.Popen(
                    [sys.executable, "-m", "alived.supervisor.zygote", str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=self._log.write_end,
                    stderr=self._log.write_end,
                )
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        self._zygote = zygote = _Zygote(process, ours, os.pidfd_open(process.pid))
        self._unreaped.add(zygote)
        asyncio.get_running_loop().add_reader(zygote.pidfd, self._died, zygote)
        self._spawn(self._prepare(zygote))

    async def _prepare(self, zygote: _Zygote) -> None:
        """Have it import what has been asked for so far, one by one: a fork that is wanted meanwhile comes between."""
        try:
            async with self._lock:
                await zygote.greet()
            for worker in tuple(self._wanted):
                async with self._lock:
                    await zygote.ask({"worker": worker})
            zygote.prepared = True
        except (OSError, ValueError, TimeoutError) as error:
            if zygote is self._zygote:
                log.error("the zygote (pid %d) does not start, another one is: %r", zygote.process.pid, error)
                self._abandon(zygote)

    def _died(self, zygote: _Zygote) -> None:
        """It is a zombie: this does not wait."""
        code = zygote.process.wait()
        self._forget(zygote)
        self._spawn(self._let_go(zygote))
        if zygote is self._zygote:
            log.warning("the zygote (pid %d) %s", zygote.process.pid, restart.words(code, SIGNAL_NAMES))
            self._relaunch()

    def _abandon(self, zygote: _Zygote) -> None:
        """It does not answer: it is killed, and reaped when it has ended, and another one takes its place."""
        zygote.process.kill()
        if zygote is self._zygote:
            self._relaunch()

    def _relaunch(self) -> None:
        self._zygote = None
        self.restarts += 1
        now = time.monotonic()
        again = restart.again(self._deaths, now)
        self._deaths = again.deaths
        if again.when > now:
            log.warning("the zygote keeps dying: started again in %.1f s", again.when - now)
            self._again = asyncio.get_running_loop().call_later(again.when - now, self._try)
        else:
            self._try()

    def _try(self) -> None:
        try:
            self._launch()
        except OSError as error:
            log.error("the zygote cannot be started: %s", error.strerror)
            self._relaunch()

    def _forget(self, zygote: _Zygote) -> None:
        self._unreaped.discard(zygote)
        asyncio.get_running_loop().remove_reader(zygote.pidfd)
        os.close(zygote.pidfd)

    async def _let_go(self, zygote: _Zygote) -> None:
        """Close its channel, once nobody waits for an answer on it."""
        async with self._lock:
            zygote.channel.close()

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
