"""What a program prints: the last of it is kept for the log, all of it is read.

The pipe is read until every process that holds it has closed it, also after the program itself has ended: a daemon that
a script starts in the background inherits it, and would be killed by SIGPIPE if nobody read.
"""

import asyncio
import contextlib
import os

KEPT = 4096
"""Bytes kept of the end of what was printed."""

_READ = 65536
"""Bytes read at once: all that a pipe holds."""


class Output:
    """The reading end of a program's standard output and error. Closes itself at end of file."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._descriptor, self.writer = os.pipe2(os.O_CLOEXEC)
        self._kept = b""
        self._cut = False
        self._open = True
        self._keeping = True
        os.fchmod(self.writer, 0o666)  # a script of another user may open /dev/stderr, which is this pipe, by name
        os.set_blocking(self._descriptor, False)
        self._loop.add_reader(self._descriptor, self._read)

    def close_writer(self) -> None:
        """The program has its copy (or will never have one): end of file is reached when the last copy is closed."""
        os.close(self.writer)

    def finish(self) -> None:
        """The program has ended: take what it left in the pipe; what others print from now on is not kept."""
        if self._open:
            self._read()
        self._keeping = False

    @property
    def lines(self) -> list[str]:
        """What was printed, or the end of it: then the first line says so."""
        lines = [line.rstrip() for line in self._kept.decode("utf-8", "replace").splitlines() if line.strip()]
        return [f"(only the last {KEPT} bytes of the output:)", *lines] if self._cut else lines

    @property
    def last_line(self) -> str:
        """The last line that is not empty; empty if there is none."""
        lines = self.lines
        return lines[-1] if lines else ""

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._descriptor, _READ)
            if not data:
                self._open = False
                self._loop.remove_reader(self._descriptor)
                os.close(self._descriptor)
            elif self._keeping:
                self._cut = self._cut or len(self._kept) + len(data) > KEPT
                self._kept = (self._kept + data)[-KEPT:]
