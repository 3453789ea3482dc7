"""Leaving the terminal: what keepalived does unless it is told `-n` (daemon(7), the old style).

The process that was called stays until it is told how the start went, and ends with that: a start that fails fails
visibly, in the background too.
"""

import os
import sys


class Caller:
    """Whoever called `alived` and is to learn how the start went. In the foreground that is standard error."""

    def __init__(self, pipe: int | None = None) -> None:
        self._pipe = pipe

    def tell(self, code: int, text: str = "") -> int:
        """Say how it went, once; in the background, the process that was called ends with `code`. Returns `code`."""
        if self._pipe is None:
            sys.stderr.write(text)
        elif self._pipe >= 0:
            os.write(self._pipe, bytes([code]) + text.encode("utf-8", "replace"))
            os.close(self._pipe)
            self._pipe = -1
        return code


def daemonize() -> Caller:
    """Go to the background: a new session, no terminal, / as the working directory, /dev/null as standard streams.

    Returns in the background process only.
    """
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        _wait_and_exit(reader)
    os.close(reader)
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    return Caller(writer)


def _wait_and_exit(reader: int) -> None:
    said = b""
    while data := os.read(reader, 65536):
        said += data
    code, text = (said[0], said[1:]) if said else (1, b"alived: it ended before it was ready; the log says more\n")
    os.write(2, text)
    os._exit(code)
