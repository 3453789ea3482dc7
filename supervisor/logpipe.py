"""The parent's end of a worker's standard error: bytes in, lines out (ipc/log.py says what a line is)."""

import asyncio
import os
from collections.abc import Callable

from alived.ipc import log

READ_SIZE = 65536


class LogPipe:
    """Reads a worker's standard error and passes on each line."""

    def __init__(self, write: Callable[[int, str], None]) -> None:
        self._write = write
        self._rest = b""
        self._read_end, self.write_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._read_end, self._read)

    def _read(self) -> bool:
        """Read once; False at the end of the stream or when nothing waits."""
        try:
            data = os.read(self._read_end, READ_SIZE)
        except BlockingIOError:
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        if not data or len(self._rest) > log.MAX_LINE:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            if line:
                self._write(*log.parse(line))
        if not data:
            asyncio.get_running_loop().remove_reader(self._read_end)
        return bool(data)

    def handed_over(self) -> None:
        """The writer has its own copy of the write end: let go of ours, so that the stream can end."""
        os.close(self.write_end)

    def close(self) -> None:
        """Read the last words, as many as are there, and end."""
        while self._read():
            pass
        asyncio.get_running_loop().remove_reader(self._read_end)
        os.close(self._read_end)
