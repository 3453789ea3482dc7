"""The parent's end of the zygote: ask for a worker, get its pid; start another zygote if that one has died."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable

from alived.supervisor.logpipe import LogPipe

MAX_REQUEST = 4096
"""Bytes of a request to the zygote."""

ANSWER_TIMEOUT = 10.0
"""Seconds for a fork, the zygote's own start included; a slower one is replaced."""


class ForkFailed(Exception):
    """No worker could be forked; the text says why."""


class Forker:
    """Owns the zygote. Started by exec, so that it can be started again while ZeroMQ's threads run here."""

    def __init__(self, write_log: Callable[[int, str], None]) -> None:
        self._log = LogPipe(write_log)
        self._lock = asyncio.Lock()
        self._launch()

    def _launch(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "alived.supervisor.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log.write_end,
                stderr=self._log.write_end,
            )
        ours.setblocking(False)
        self._channel = ours

    @property
    def pid(self) -> int:
        """Process id of the zygote."""
        return self._process.pid

    async def fork(self, worker: str, identity: str, endpoint: str, log_level: int, stderr: int) -> int:
        """Start a worker; returns its pid. ForkFailed: try again, with another identity."""
        request = {
            "worker": worker,
            "identity": identity,
            "endpoint": endpoint,
            "log_level": log_level,
            "parent": os.getpid(),
        }
        data = json.dumps(request).encode()
        if len(data) > MAX_REQUEST:
            raise ForkFailed("the request is too long")
        async with self._lock:
            try:
                return await self._ask(data, stderr)
            except (OSError, ValueError, TimeoutError) as error:
                failed = f"the zygote (pid {self.pid}) does not answer, another one is started: {error!r}"
                self._end()
                self._launch()
                raise ForkFailed(failed) from error

    async def _ask(self, data: bytes, stderr: int) -> int:
        socket.send_fds(self._channel, [data], [stderr])
        loop = asyncio.get_running_loop()
        return int(await asyncio.wait_for(loop.sock_recv(self._channel, 32), ANSWER_TIMEOUT))

    def _end(self) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the zygote."""
        self._end()
        self._log.handed_over()
        self._log.close()
