"""The pipes that events of instances and groups are written to, and the programs that read them.

keepalived has two: `notify_fifo` for events of all kinds, `vrrp_notify_fifo` for these; each has its program. A reload
leaves alone what it does not change, so no reader misses anything. What does not live here: a pipe (fifo.py), a program
(fifo_script.py).
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass

from alived.ipc.messages import Document
from alived.ipc.model.common import Program
from alived.ipc.model.globals import CheckerGlobals
from alived.ipc.model.settings import Fifo
from alived.workers.checker.fifo import Pipe
from alived.workers.checker.fifo_script import FifoScript

DRAIN = 1.0
"""Seconds that the reader has at the end to take what is left."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Reader:
    """A pipe and its program."""

    pipe: Pipe
    script: FifoScript | None = None


class Pipes:
    """All that are configured and could be opened."""

    def __init__(self) -> None:
        self._readers: dict[str, _Reader] = {}
        """By keyword."""
        self._ending: set[asyncio.Task[None]] = set()

    def configure(self, settings: CheckerGlobals, *, inherited: bool = False) -> None:
        """Open, keep and close pipes; start and end programs. `inherited`: a predecessor may have left pipes."""
        wanted = {
            "notify_fifo": (settings.notify_fifo, settings.notify_fifo_script),
            "vrrp_notify_fifo": (settings.vrrp_notify_fifo, settings.vrrp_notify_fifo_script),
        }
        for keyword, (fifo, _) in wanted.items():  # before any is opened: they may change places
            reader = self._readers.get(keyword)
            if reader is not None and reader.pipe.fifo != fifo:
                self._close(self._readers.pop(keyword))
        for keyword, (fifo, program) in wanted.items():
            if fifo is not None:
                self._open(keyword, fifo, inherited=inherited)
            if (reader := self._readers.get(keyword)) is not None:
                self._staff(keyword, reader, program)

    def write(self, line: str) -> None:
        """Write a line to each of them. Never blocks, never raises."""
        for reader in self._readers.values():
            reader.pipe.write(line)

    async def stop(self, within: float) -> None:
        """Let the readers take what is left, end the programs, close and remove the pipes."""
        ends = [self._end(reader, within) for reader in self._readers.values()]
        self._readers.clear()
        await asyncio.gather(*ends, *self._ending)

    def report(self) -> list[Document]:
        """Each of them: how much was written and lost, and which process reads."""
        return [
            {"keyword": keyword, **reader.pipe.report(), "script_pid": reader.script.pid if reader.script else None}
            for keyword, reader in self._readers.items()
        ]

    def _open(self, keyword: str, fifo: Fifo, *, inherited: bool) -> None:
        if keyword in self._readers:
            return
        if any(reader.pipe.fifo.path == fifo.path for reader in self._readers.values()):
            log.warning("%s %s is another pipe already: it is ignored", keyword, fifo.path)
            return
        try:
            self._readers[keyword] = _Reader(Pipe(fifo, inherited=inherited))
        except OSError as error:
            log.error("%s %s cannot be had, nothing is written to it: %s", keyword, fifo.path, error.strerror)

    def _staff(self, keyword: str, reader: _Reader, program: Program | None) -> None:
        """Make its program the one that is wanted."""
        if reader.script is not None and reader.script.program != program:
            self._spawn(reader.script.stop(DRAIN))
            reader.script = None
        if reader.script is None and program is not None:
            reader.script = FifoScript(f"{keyword}_script", program, reader.pipe.fifo.path)

    def _close(self, reader: _Reader) -> None:
        """A reload has no more use for it."""
        if reader.script is not None:
            self._spawn(reader.script.stop(DRAIN))
        reader.pipe.close()

    async def _end(self, reader: _Reader, within: float) -> None:
        """The daemon stops: the last lines are read first, if there is somebody."""
        if reader.script is not None and reader.script.pid is not None:
            await reader.pipe.drained(DRAIN)
        if reader.script is not None:
            await reader.script.stop(within - DRAIN)
        reader.pipe.close()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
