"""What is retained, in the runtime directory, for a supervisor that comes after one that was killed.

Two files. `snapshot` holds the retained messages and is written anew, by rename, when they change. `pulse` holds two
numbers, 16 bytes: the moment (CLOCK_MONOTONIC, which goes on across processes until the next boot) at which the
workers were last known to be well, and a mark of the boot. From its age the next vrrp worker knows whether it may still
be master, or must listen first. A clean stop removes both: there is nothing to take up then.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import get_args

from alived.ipc import codec, paths
from alived.ipc.messages import Retained

_PULSE = struct.Struct("=dQ")
_LENGTH = struct.Struct("=I")

SAVE_EVERY = 0.05

UNKNOWN_AGE = 1e9
"""Seconds: longer than anything waits."""

log = logging.getLogger(__name__)


def _boot_mark() -> int:
    """A number that differs after a reboot, when the monotonic clock has begun anew."""
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_bytes()
    return int.from_bytes(hashlib.sha256(boot_id).digest()[:8], "little")


class Snapshot:
    """The two files of one runtime directory."""

    def __init__(self, runtime_dir: Path) -> None:
        self._path = paths.snapshot(runtime_dir)
        self._pulse_path = paths.pulse(runtime_dir)
        self._mark = _boot_mark()
        self._pulse: int | None = None

    def load(self, now: float) -> tuple[tuple[tuple[str, Retained], ...], float]:
        """What the predecessor retained, and for how long it has been silent. Anything unreadable counts as absent."""
        try:
            moment, mark = _PULSE.unpack(self._pulse_path.read_bytes())
            data = self._path.read_bytes()
        except (OSError, struct.error):
            return (), UNKNOWN_AGE
        if mark != self._mark or moment > now:
            return (), UNKNOWN_AGE
        try:
            return tuple(_unpack(data)), now - moment
        except (codec.CodecError, struct.error) as error:
            log.warning("%s cannot be used: %s", self._path, error)
            return (), UNKNOWN_AGE

    def save(self, retained: Iterable[tuple[str, Retained]]) -> None:
        """Write the retained messages anew."""
        frames = [codec.encode(message, sender) for sender, message in retained]
        data = b"".join(_LENGTH.pack(len(frame)) + frame for frame in frames)
        new = self._path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        new.replace(self._path)

    def beat(self, moment: float) -> None:
        """At this moment the workers were known to be well."""
        if self._pulse is None:
            self._pulse = os.open(self._pulse_path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.pwrite(self._pulse, _PULSE.pack(moment, self._mark), 0)

    def remove(self) -> None:
        """Nothing is to be taken up."""
        if self._pulse is not None:
            os.close(self._pulse)
            self._pulse = None
        for path in (self._path, self._pulse_path):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()


class Keeper:
    """Writes the snapshot when something changes: at once, and then not more often than every SAVE_EVERY seconds."""

    def __init__(self, snapshot: Snapshot, retained: Callable[[], Iterable[tuple[str, Retained]]]) -> None:
        self._snapshot = snapshot
        self._retained = retained
        self._dirty = False
        self._ended = False
        self._failing: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    def changed(self) -> None:
        """What is retained has changed."""
        self._dirty = True
        if self._timer is None:
            self._save()

    def _save(self) -> None:
        self._timer = None
        if self._dirty and not self._ended:
            self._dirty = False
            self._write("state", lambda: self._snapshot.save(self._retained()))
            self._timer = asyncio.get_running_loop().call_later(SAVE_EVERY, self._save)

    def beat(self, moment: float) -> None:
        """At this moment the workers were known to be well."""
        self._write("pulse", lambda: self._snapshot.beat(moment))

    def _write(self, what: str, write: Callable[[], None]) -> None:
        """A full disk costs a successor its knowledge, and nothing else."""
        try:
            write()
        except OSError as error:
            if what not in self._failing:
                log.error("the %s cannot be kept for a successor: %s", what, error)
            self._failing.add(what)
        else:
            self._failing.discard(what)

    def end(self) -> None:
        """A clean end: nothing is to be taken up."""
        self._ended = True
        self._snapshot.remove()


def _unpack(data: bytes) -> Iterable[tuple[str, Retained]]:
    offset = 0
    while offset < len(data):
        (length,) = _LENGTH.unpack_from(data, offset)
        offset += _LENGTH.size
        frame = codec.decode(data[offset : offset + length])
        offset += length
        if not isinstance(frame.message, get_args(Retained)):
            raise codec.CodecError("a message that is never retained")
        yield frame.sender, frame.message
