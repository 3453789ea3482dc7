"""A named pipe that events are written to (`notify_fifo`, `vrrp_notify_fifo`): made, written, removed.

It is opened for reading too, as keepalived does, so that writing works while nobody reads; what is written then waits
in the pipe, and when that is full, here. A line is lost only when both are full; it is counted, and said once.

What does not live here: what is written (notify_plan.py), and the program that reads (fifo_script.py).
"""

import array
import asyncio
import contextlib
import fcntl
import logging
import os
import stat
import termios
from collections import deque
from pathlib import Path

from alived.ipc.messages import Document
from alived.ipc.model.settings import Fifo

MODE = 0o600
"""Of a pipe that we make; keepalived's."""

MAX_WAITING = 1000
"""Lines that wait for room in the pipe; the oldest give way."""

LOOK_EVERY = 0.02
"""Seconds between two looks at how full the pipe is, while a stop waits for its reader: the kernel does not tell."""

log = logging.getLogger(__name__)


class Pipe:
    """One of them."""

    def __init__(self, fifo: Fifo, *, inherited: bool = False) -> None:
        """Make or find it, and open it. OSError: it can't be had, or something else is there.

        `inherited`: a predecessor may have made it, which had no time to remove it.
        """
        self.fifo = fifo
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[bytes] = deque()
        self._written = 0
        self._lost = 0
        self._full = False
        made = _make(fifo.path)
        try:
            self._descriptor = os.open(fifo.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            if made:
                Path(fifo.path).unlink()
            raise
        try:
            self._ours = self._take(made=made, inherited=inherited)
        except OSError:
            self.close()
            raise

    def write(self, line: str) -> None:
        """Write a line, now or when there is room. Never blocks, never raises."""
        self._waiting.append(line.encode())
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popleft()
            self._lost += 1
            if not self._full:
                self._full = True
                log.error("%s is full, and %d lines wait: nobody reads, lines are lost", self.fifo.path, MAX_WAITING)
        if len(self._waiting) == 1:  # else the loop tells when there is room
            self._flush()

    async def drained(self, within: float) -> None:
        """Return when a reader has taken everything, or after `within` seconds."""
        until = self._loop.time() + within
        while (self._waiting or self._unread()) and self._loop.time() < until:
            look = self._loop.create_future()
            self._loop.call_later(LOOK_EVERY, look.set_result, None)
            await look

    def close(self) -> None:
        """Give it up, and remove it if we made it: first, so that a reader that opens it again does not find it."""
        if self._ours:
            with contextlib.suppress(OSError):
                Path(self.fifo.path).unlink()
        self._loop.remove_writer(self._descriptor)
        os.close(self._descriptor)
        if self._waiting:
            log.warning("%s: %d lines were not written, nobody reads", self.fifo.path, len(self._waiting))

    def report(self) -> Document:
        """What an operator may want to know."""
        return {"path": self.fifo.path, "written": self._written, "waiting": len(self._waiting), "lost": self._lost}

    def _take(self, *, made: bool, inherited: bool) -> bool:
        """Give it to its user; returns whether it is removed at the end. OSError: it is no pipe, or not permitted."""
        found = os.fstat(self._descriptor)
        if not stat.S_ISFIFO(found.st_mode):
            self._ours = False
            raise FileExistsError(17, "is there, and is no named pipe", self.fifo.path)
        wanted = (self.fifo.uid, self.fifo.gid)
        self._ours = made
        if not made:
            return inherited and (found.st_uid, found.st_gid) == wanted and stat.S_IMODE(found.st_mode) == MODE
        os.fchmod(self._descriptor, MODE)
        if (found.st_uid, found.st_gid) != wanted:
            os.fchown(self._descriptor, *wanted)
        return True

    def _flush(self) -> None:
        """Write what fits; the rest when there is room. Lines are short enough to be written whole or not (pipe(7))."""
        while self._waiting:
            try:
                os.write(self._descriptor, self._waiting[0])
            except BlockingIOError:
                self._loop.add_writer(self._descriptor, self._flush)
                return
            self._waiting.popleft()
            self._written += 1
        self._loop.remove_writer(self._descriptor)
        if self._full:
            self._full = False
            log.warning("%s is read again; %d lines were lost", self.fifo.path, self._lost)

    def _unread(self) -> int:
        """Bytes in the pipe that nobody has read."""
        count = array.array("i", [0])
        fcntl.ioctl(self._descriptor, termios.FIONREAD, count)
        return count[0]


def _make(path: str) -> bool:
    """Whether it was made, and was not there."""
    try:
        os.mkfifo(path, MODE)
    except FileExistsError:
        return False
    return True
