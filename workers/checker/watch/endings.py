"""The ends of known processes, told at once and without any privilege: pidfd_open(2).

What does not live here: finding processes (proc.py), and what follows from their end (processes.py).
"""

import asyncio
import os
from collections.abc import Callable, Set

MOST = 64
"""Processes that are watched in this way, as each takes a descriptor; of others it is seen when they are looked for."""


class Endings:
    """The processes whose end is waited for."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._descriptors: dict[int, int] = {}

    def watch(self, pids: Set[int]) -> None:
        """Wait for the end of these processes and of no others."""
        for pid in self._descriptors.keys() - pids:
            self._close(pid)
        for pid in pids - self._descriptors.keys():
            if len(self._descriptors) >= MOST:
                return
            try:
                descriptor = os.pidfd_open(pid)
            except OSError:
                continue  # it has ended already, or there are too many descriptors: it will be seen to be gone
            self._descriptors[pid] = descriptor
            self._loop.add_reader(descriptor, self._ended, pid)

    def _ended(self, pid: int) -> None:
        self._close(pid)
        self._tell(pid)

    def _close(self, pid: int) -> None:
        descriptor = self._descriptors.pop(pid)
        self._loop.remove_reader(descriptor)
        os.close(descriptor)
