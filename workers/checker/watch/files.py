"""track_file: tells of the number in each file, at once when it changes.

A file is read when the kernel tells of its name or of a name on the way to it. One that is not there, cannot be read or
has no number in it counts as 0 (keepalived.conf(5), "Track files"). What does not live here: what the number adds to a
priority (the vrrp worker).
"""

import asyncio
import errno
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

from alived.ipc.loop import Send
from alived.ipc.messages import Document, TrackerChanged
from alived.ipc.model.tracking import InitFile, TrackFile
from alived.workers.checker.alarm import Alarm
from alived.workers.checker.watch import inotify
from alived.workers.checker.watch.inotify import Inotify, News
from alived.workers.checker.watch.number import LONGEST, number_in
from alived.workers.checker.watch.paths import Step, steps

_ON_THE_WAY = inotify.CREATED | inotify.DELETED | inotify.MOVED
_OF_THE_FILE = _ON_THE_WAY | inotify.WRITTEN | inotify.RIGHTS

_SHORT_OF = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""Errors that say nothing about the file."""

RETRY = 1.0
"""Seconds after which what could not be opened for want of something is tried again."""
RESTLESS = 8
"""Times that a way is followed again because it changed while it was: then news of it are on their way anyhow."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Watched:
    """A file as configured, and what is known of it."""

    file: TrackFile
    said: TrackerChanged | None
    """What was last told of it; a predecessor may have."""
    way: tuple[Step, ...] = ()
    trouble: str = ""
    """Why it counts as 0, or as what it was."""
    again: bool = False
    """It has to be read again, since it could not be opened for want of something."""


class Files:
    """All track_files of this worker."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._watched: dict[str, _Watched] = {}
        self._inotify: Inotify | None = None
        self._retry = Alarm(self._read_again)
        self._unwatchable: dict[str, str] = {}

    def configure(
        self,
        put: Iterable[TrackFile],
        drop: Iterable[str],
        retained: Mapping[str, TrackerChanged],
        *,
        at_start: bool,
    ) -> None:
        """Take on files and forget others. `retained`: what a predecessor told, by tracker.

        `at_start`: the daemon has just been started, and did not only read its configuration again.
        """
        for key in drop:
            self._watched.pop(key, None)
        fresh = []
        for file in put:
            known = self._watched.get(file.key)
            said = known.said if known else retained.get(_tracker(file))
            if file.init_file is not None:
                _initialise(file, file.init_file, overwrite=at_start and said is None)
            self._watched[file.key] = watched = _Watched(file, said)
            fresh.append(watched)
        self._follow(fresh)

    def report(self) -> list[Document]:
        """What is known of each file, for alivectl."""
        return [
            {
                "track_file": watched.file.name,
                "file": watched.file.file,
                "value": watched.said.value if watched.said else None,
                "trouble": watched.trouble,
            }
            for watched in self._watched.values()
        ]

    def stop(self) -> None:
        """Watch nothing any more."""
        self._watched.clear()
        self._retry.set(None)
        self._follow([])

    # --- following them -----------------------------------------------------------------------------------------------

    def _heard(self, news: list[News]) -> None:
        happened = {(one.directory, one.name) for one in news}
        gone = {directory for directory, name in happened if not name}
        self._follow(
            [
                watched
                for watched in self._watched.values()
                if None in gone
                or any(step.directory in gone or (step.directory, step.name) in happened for step in watched.way)
            ]
        )

    def _follow(self, files: list[_Watched]) -> None:
        """Watch the ways to all files, and read these. In this order, so that no change falls between."""
        for _ in range(RESTLESS):
            for watched in files:
                watched.way = _way(watched.file)
            self._watch()
            if all(watched.way == _way(watched.file) for watched in files):
                break
        for watched in files:
            self._read(watched)

    def _watch(self) -> None:
        wanted: dict[str, int] = {}
        for watched in self._watched.values():
            for step in watched.way:
                mask = _OF_THE_FILE if step.last else _ON_THE_WAY
                wanted[step.directory] = wanted.get(step.directory, 0) | mask
        if not wanted and self._inotify is not None:
            self._inotify.close()
            self._inotify = None
        failures: dict[str, str] = {}
        if wanted:
            try:
                self._inotify = self._inotify or Inotify(self._heard)
                failures = self._inotify.watch(wanted)
            except OSError as error:
                failures = {"": error.strerror or str(error)}
        for directory, reason in failures.items() - self._unwatchable.items():
            log.error("changes of track_files %sare not noticed: %s", f"in {directory} " * bool(directory), reason)
        self._unwatchable = failures

    # --- reading them -------------------------------------------------------------------------------------------------

    def _read_again(self) -> None:
        self._follow([watched for watched in self._watched.values() if watched.again])

    def _read(self, watched: _Watched) -> None:
        name, before = watched.file.name, watched.said
        found = _reading(watched.file.file)
        stays = found.trouble is _Trouble.OURS or (found.trouble is _Trouble.OVERFLOW and before is not None)
        if found.reason and found.reason != watched.trouble:
            level = logging.INFO if found.trouble is _Trouble.NOTHING_THERE else logging.WARNING
            log.log(level, "track_file %s: %s: it %s", name, found.reason, "stays" if stays else "counts as 0")
        watched.trouble, watched.again = found.reason, found.trouble is _Trouble.OURS
        if watched.again:
            self._retry.set(asyncio.get_running_loop().time() + RETRY)
        if stays:
            return
        told = TrackerChanged(tracker=_tracker(watched.file), up=found.trouble is None, value=found.value)
        if told != before:
            if before is not None and before.value != told.value:
                log.info("track_file %s is %d, was %d", name, told.value, before.value)
            watched.said = told
            self._send(told)


class _Trouble(Enum):
    """Why a file does not say its number."""

    NOTHING_THERE = auto()
    """There is no file, or no number in it."""
    OVERFLOW = auto()
    UNREADABLE = auto()
    """It may well say it, but not to us."""
    OURS = auto()
    """We are short of something."""


class _Reading(NamedTuple):
    """What a file says."""

    value: int = 0
    trouble: _Trouble | None = None
    reason: str = ""


def _reading(path: str) -> _Reading:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            value = number_in(os.read(descriptor, LONGEST))
        finally:
            os.close(descriptor)
    except OverflowError as error:
        return _Reading(trouble=_Trouble.OVERFLOW, reason=str(error))
    except FileNotFoundError as error:
        return _Reading(trouble=_Trouble.NOTHING_THERE, reason=f"{path}: {error.strerror}")
    except OSError as error:
        trouble = _Trouble.OURS if error.errno in _SHORT_OF else _Trouble.UNREADABLE
        return _Reading(trouble=trouble, reason=f"{path}: {error.strerror}")
    if value is None:
        return _Reading(trouble=_Trouble.NOTHING_THERE, reason=f"{path} begins with no number")
    return _Reading(value)


def _initialise(file: TrackFile, initial: InitFile, *, overwrite: bool) -> None:
    """Write the number that a file begins with, if there is no file, or in any case if that is wanted."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    try:
        if not (overwrite and initial.overwrite):
            flags |= os.O_EXCL
        elif Path(file.file).exists() and not Path(file.file).is_file():
            log.error("track_file %s: %s is not a regular file, and is left as it is", file.name, file.file)
            return
        descriptor = os.open(file.file, flags, 0o644)
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, b"%d\n" % initial.value)
        finally:
            os.close(descriptor)
    except FileExistsError:
        return
    except OSError as error:
        log.error("track_file %s: %s cannot be written: %s", file.name, file.file, error.strerror)


def _way(file: TrackFile) -> tuple[Step, ...]:
    return steps(str(Path.cwd() / file.file), _link)


def _link(path: str) -> str | None:
    try:
        return str(Path(path).readlink())
    except OSError:
        return None


def _tracker(file: TrackFile) -> str:
    return f"file {file.name}"
