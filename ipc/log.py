"""One line of log, from any process of ours to the supervisor.

A worker's log is its standard error: a pipe that the supervisor reads, one stream per worker. Each line begins with
``<N>``, N the syslog priority, as sd-daemon(3) has it. Tracebacks and faulthandler's last words go the same way,
without a prefix, and so always end up in the stream of the worker that spoke them. The pipe never blocks: what finds it
full is dropped, counted, and the count is logged as soon as there is room.

What lives here: the two ends of that line, pure text. What does not: where lines end up (supervisor/sinks.py).
"""

import faulthandler
import logging
import os
import sys
from typing import NamedTuple

MAX_LINE = 4096
"""Bytes of one line with its end; the rest of a longer one is cut. A pipe takes that much whole or not (pipe(7))."""

ERROR, WARNING, INFO, DEBUG = 3, 4, 6, 7
"""Syslog priorities."""


class Parsed(NamedTuple):
    """A line as read from a worker's stream."""

    level: int
    text: str


def priority(levelno: int) -> int:
    """Syslog priority of a level of the logging module."""
    if levelno >= logging.ERROR:
        return ERROR
    if levelno >= logging.WARNING:
        return WARNING
    return INFO if levelno >= logging.INFO else DEBUG


def render(levelno: int, text: str) -> str:
    """A text as prefixed lines: a traceback has as many as it needs, each with the prefix."""
    prefix = f"<{priority(levelno)}>"
    return "".join(f"{prefix}{line}\n" for line in text.splitlines() or [""])


def parse(line: bytes) -> Parsed:
    """A line of a worker's stream; one without a prefix is a last word, and an error."""
    text = line[:MAX_LINE].decode("utf-8", "replace").rstrip("\r\n")
    if len(text) >= 3 and text[0] == "<" and text[2] == ">" and text[1] in "01234567":
        return Parsed(int(text[1]), text[3:])
    return Parsed(ERROR, text)


class PipeHandler(logging.Handler):
    """Writes prefixed lines to a non-blocking descriptor."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or count it as dropped."""
        data = render(record.levelno, self.format(record))
        if self._dropped:
            data = f"<{WARNING}>{self._dropped} log messages were dropped: nobody read them\n{data}"
        try:
            for line in data.encode("utf-8", "replace").splitlines():
                os.write(self._descriptor, line[: MAX_LINE - 1] + b"\n")
        except OSError:
            self._dropped += 1
        else:
            self._dropped = 0


def to_pipe(descriptor: int, level: int) -> None:
    """Make a descriptor the standard error and the log of this process, and have a fatal fault speak there too."""
    os.dup2(descriptor, 2)
    os.set_blocking(2, False)
    faulthandler.enable(sys.stderr)
    root = logging.getLogger()
    root.handlers[:] = [PipeHandler(2)]
    root.setLevel(level)
