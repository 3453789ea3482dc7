"""What /proc says of processes: which there are, and what they are called (proc(5)).

What does not live here: which of them matter (matching.py), and news of them (connector.py, endings.py).
"""

import errno
import os
from pathlib import Path

from alived.workers.checker.watch.matching import Process

_STAT_MOST = 256
"""Bytes: the number and the name of a process, and its state, are within these."""
_COMMAND_MOST = 65536
_DEAD = (b"Z", b"X", b"x")
"""States of what has ended, and is only there because its parent has not asked for it."""

_NOT_THERE = (errno.ENOENT, errno.ESRCH, errno.EACCES, errno.EPERM)


def pids() -> list[int]:
    """Numbers of all processes. OSError: that can't be told now."""
    with os.scandir("/proc") as entries:
        return [int(entry.name) for entry in entries if entry.name.isdecimal()]


def look(pid: int, *, command: bool) -> Process | None:
    """What a process is; `command`: also its command line, which can take long to get as it may be swapped out.

    None: there is no such process, or it has ended, or we may not see it (hidepid). OSError: that can't be told now.
    """
    try:
        stat = _begin(Path(f"/proc/{pid}/stat"), _STAT_MOST)
        _, _, rest = stat.partition(b"(")
        name, _, rest = rest.rpartition(b")")  # a name may have brackets in it
        if rest[1:2] in _DEAD:
            return None
        return Process(name, _begin(Path(f"/proc/{pid}/cmdline"), _COMMAND_MOST) if command else b"")
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        raise


def _begin(path: Path, most: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, most)
    finally:
        os.close(descriptor)
