"""The pid file: says who runs, and by its lock (flock(2)) that only one does. A stale file stops nobody."""

import contextlib
import fcntl
import os
from pathlib import Path


class AlreadyRunning(Exception):
    """Another daemon holds the lock; the text is one line for the user."""


class PidFile:
    """Held from start to end; the lock goes with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock and write our pid. AlreadyRunning; OSError if the file cannot be written."""
        self._path = path
        self._descriptor = self._lock()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def _lock(self) -> int:
        """A descriptor with the lock, of the file that bears the name: another daemon may just be removing it."""
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
                os.close(descriptor)
                raise AlreadyRunning(f"alived runs already, with pid {pid or 'unknown'} ({self._path})") from None
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), self._path.stat()):
                    return descriptor
            os.close(descriptor)

    def remove(self) -> None:
        """Remove the file, then let go of the lock."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)
