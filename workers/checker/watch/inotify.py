"""The kernel's news of names in directories: inotify(7), through ctypes, as three calls need no package.

What does not live here: which directories matter (paths.py), and what news mean (files.py).
"""

import asyncio
import ctypes
import errno
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

CREATED, DELETED, MOVED, WRITTEN = 0x100, 0x200, 0x40 | 0x80, 0x8
"""IN_CREATE; IN_DELETE; IN_MOVED_FROM and IN_MOVED_TO; IN_CLOSE_WRITE."""
RIGHTS = 0x4
"""IN_ATTRIB: a file that could not be read may be readable now."""
_OVERFLOW, _IGNORED, _ONLY_DIRECTORIES = 0x4000, 0x8000, 0x1000000
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR)

_LIBC = ctypes.CDLL(None, use_errno=True)
_EVENT = struct.Struct("=iIII")
"""wd, mask, cookie, len; then `len` bytes of name, filled up with NUL."""
_READ_MOST = 65536


class News(NamedTuple):
    """Something happened."""

    directory: str | None
    """None: the kernel had more to tell than it could keep, so that anything may have happened."""
    name: str
    """Empty: it is about the directory itself, which is not watched any more."""


class Inotify:
    """The watched directories of one user."""

    def __init__(self, tell: Callable[[list[News]], None]) -> None:
        """OSError: there are too many such objects, see fs.inotify.max_user_instances."""
        self._descriptor = _checked(_LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._descriptor, self._read)
        self._watched: dict[str, int] = {}
        """Directory -> its number."""
        self._by_number: dict[int, str] = {}

    def close(self) -> None:
        """Hear nothing any more."""
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)

    def watch(self, wanted: Mapping[str, int]) -> dict[str, str]:
        """Watch these directories for these kinds of events, and no others; returns why some are not.

        A directory that is not there is not watched, which is no failure: that it comes is news of the one above. Ask
        again when one may have been replaced: its name says nothing of which one the kernel watches.
        """
        for directory in self._watched.keys() - wanted.keys():
            self._drop(directory)
        failures = {}
        for directory, mask in wanted.items():
            if code := self._add(directory, mask):
                failures[directory] = os.strerror(code)
        return failures

    def _add(self, directory: str, mask: int) -> int:
        """An error number; 0: it is watched, or is not there."""
        number = _LIBC.inotify_add_watch(self._descriptor, os.fsencode(directory), mask | _ONLY_DIRECTORIES)
        code = ctypes.get_errno() if number < 0 else 0
        if self._watched.get(directory) != number:
            self._drop(directory)
            if number >= 0:
                self._watched[directory] = number
                self._by_number[number] = directory
        return 0 if code in _NOT_THERE else code

    def _drop(self, directory: str) -> None:
        number = self._watched.pop(directory, None)
        if number is not None:
            del self._by_number[number]
            _LIBC.inotify_rm_watch(self._descriptor, number)  # it may be gone with its directory already

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, _READ_MOST)
        except BlockingIOError:
            return
        news = list(dict.fromkeys(self._parsed(data)))
        if news:
            self._tell(news)

    def _parsed(self, data: bytes) -> Iterable[News]:
        at = 0
        while len(data) - at >= _EVENT.size:
            number, mask, _, length = _EVENT.unpack_from(data, at)
            at += _EVENT.size
            name = os.fsdecode(data[at : at + length].rstrip(b"\0"))
            at += length
            directory = self._by_number.get(number)
            if mask & _OVERFLOW:
                yield News(None, "")
            elif directory is not None:
                if mask & _IGNORED:
                    self._drop(directory)
                yield News(directory, "" if mask & _IGNORED else name)


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
