"""Where log lines go: the journal or syslog, the console, a file's worth of memory for alivectl, and all observers.

Each process has its stream, under its own identifier (team.stream). What does not live here: how a line gets from a
worker to the supervisor (ipc/log.py).
"""

import contextlib
import logging
import os
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from alived.ipc.log import WARNING, priority
from alived.ipc.messages import LogLine
from alived.supervisor.team import stream

KEPT_LINES = 2000
"""Lines of each stream that `alivectl logs` can look back on."""

JOURNAL = Path("/run/systemd/journal/socket")
SYSLOG = Path("/dev/log")

Output = Callable[[LogLine], None]


class Datagrams:
    """A log daemon's socket. Never blocks: a line that it does not take is dropped and counted."""

    def __init__(self, path: Path, render: Callable[[LogLine], bytes]) -> None:
        self.path = str(path)
        self._render = render
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)
        self._dropped = 0

    def __call__(self, line: LogLine) -> None:
        """Send one line, and before it how many were lost since the last one."""
        try:
            if self._dropped:
                lost = replace(line, level=WARNING, text=f"{self._dropped} lines before this one were dropped")
                self._socket.sendto(self._render(lost), self.path)
                self._dropped = 0
            self._socket.sendto(self._render(line), self.path)
        except OSError:
            self._dropped += 1


def journal_entry(line: LogLine) -> bytes:
    """A line in the journal's native protocol; a line has no newline, so the simple form does."""
    return f"PRIORITY={line.level}\nSYSLOG_IDENTIFIER={stream(line.worker)}\nMESSAGE={line.text}\n".encode()


def syslog_entry(facility: int) -> Callable[[LogLine], bytes]:
    """Maker of lines in syslog's local form (RFC 3164), for a facility number (3: daemon)."""

    def entry(line: LogLine) -> bytes:
        stamp = time.strftime("%b %e %H:%M:%S", time.localtime(line.time))
        return f"<{facility << 3 | line.level}>{stamp} {stream(line.worker)}[{os.getpid()}]: {line.text}".encode()

    return entry


def console(line: LogLine) -> None:
    """One line on standard error, with the worker's name."""
    stamp = time.strftime("%H:%M:%S", time.localtime(line.time))
    with contextlib.suppress(OSError):  # a terminal that is gone is no reason to end
        sys.stderr.write(f"{stamp}.{int(line.time % 1 * 1000):03d} {line.worker:<10} {line.text}\n")
        sys.stderr.flush()


def log_daemon(facility: int) -> Output | None:
    """The journal where there is one, else syslog, else nothing."""
    if JOURNAL.exists():
        return Datagrams(JOURNAL, journal_entry)
    if SYSLOG.exists():
        return Datagrams(SYSLOG, syslog_entry(facility))
    return None


class Sinks:
    """Spreads lines over outputs and remembers the last ones."""

    def __init__(self, outputs: list[Output]) -> None:
        self.outputs = outputs
        self._kept: dict[str, deque[LogLine]] = {}

    def write(self, worker: str, level: int, text: str) -> None:
        """A process said one line."""
        text = text.encode("utf-8", "replace").decode()  # file names may hold what no log takes
        line = LogLine(worker=worker, time=time.time(), level=level, text=text)
        self._kept.setdefault(worker, deque(maxlen=KEPT_LINES)).append(line)
        for output in self.outputs:
            output(line)

    def recent(self, worker: str | None, count: int) -> Iterator[LogLine]:
        """The last `count` lines of one stream, or of all in order of time."""
        streams = [self._kept.get(worker, deque())] if worker else list(self._kept.values())
        lines = sorted((line for kept in streams for line in kept), key=lambda line: line.time)
        yield from lines[-count:] if count > 0 else ()


class SinkHandler(logging.Handler):
    """The supervisor's own log, as one stream among the others."""

    def __init__(self, sinks: Sinks) -> None:
        super().__init__()
        self._sinks = sinks

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's lines."""
        for text in self.format(record).splitlines():
            self._sinks.write("supervisor", priority(record.levelno), text)
