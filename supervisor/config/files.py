"""Files of a configuration: found by a pattern, opened without waiting, decoded to text.

What does not live here: which files an include wants and what is said when one is missing (includes.py), and what
their lines mean (language.py).
"""

import glob
import os
from collections.abc import Hashable
from pathlib import Path
from stat import S_ISDIR, S_ISREG, S_IXGRP, S_IXOTH, S_IXUSR
from typing import NamedTuple, Protocol

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Place, Report

MAX_SIZE = 64 * 1024 * 1024
"""Bytes of a file that are still read."""

REPLACED = "\ufffd"
"""What stands for bytes that are no UTF-8."""


NAME_ONE = "give the name of a file with -f"


class NoTextError(Exception):
    """There is a file, and it cannot be one of a configuration; the message says why."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy
        """What to do."""


class Content(NamedTuple):
    """What is in a file."""

    data: bytes
    """At most MAX_SIZE + 1 bytes."""
    identity: Hashable
    """Equal for two paths that lead to the same file."""
    executable: bool


class Files(Protocol):
    """Where files come from; a test has them in memory."""

    def matching(self, pattern: str, directory: str) -> list[str]:
        """Paths that fit a glob pattern, in order; it is relative to the directory. Folders are among them."""

    def read(self, path: str) -> Content:
        """What is in a file; never waits for a FIFO or a device. NoTextError, OSError, ValueError."""


class DiskFiles:
    """The files of this machine."""

    def matching(self, pattern: str, directory: str) -> list[str]:
        """As glob(3) without GLOB_BRACE finds them: names that begin with a dot only when asked for."""
        try:
            found = glob.glob(pattern, root_dir=directory or None)  # noqa: PTH207 - Path.glob has no absolute patterns
        except ValueError:  # a name that no file can have
            return []
        return [os.path.join(directory, name) for name in sorted(found)]  # noqa: PTH118 - as its author wrote it

    def read(self, path: str) -> Content:
        """The file behind a path."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
            if not S_ISREG(status.st_mode):
                raise _irregular(status.st_mode)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_SIZE + 1)
        finally:
            os.close(descriptor)
        executable = bool(status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH))
        return Content(data, (status.st_dev, status.st_ino), executable)


@record()
class SourceText:
    """A text to be read, and where it comes from."""

    path: str
    """As its author wrote it; includes are relative to its folder."""
    text: str
    identity: Hashable = None

    @property
    def name(self) -> str:
        """What diagnostics call it."""
        return printable(self.path)


def read_source(path: Path, files: Files, report: Report) -> SourceText | None:
    """The file that a user named; None, and one error, when there is no text in it."""
    place = Place(printable(path))
    try:
        content = files.read(os.fspath(path))
    except (NoTextError, OSError, ValueError) as error:
        message = f"cannot read the configuration: {reason(error)}"
        report.error(Code.UNREADABLE, message, place, remedy(error) or NAME_ONE)
        return None
    try:
        text = decode(content.data, place, report)
    except NoTextError as error:
        report.error(Code.UNREADABLE, str(error), place, error.remedy)
        return None
    if content.executable:
        hint = "keepalived skips such a file as a whole; chmod a-x lets both read it"
        report.note(Code.FILE_MODE, "the file is executable", place, hint)
    return SourceText(os.fspath(path), text, content.identity)


def decode(data: bytes, place: Place, report: Report) -> str:
    """The text of a file, and a note if it is not UTF-8. NoTextError."""
    if len(data) > MAX_SIZE:
        message = f"the file is larger than {MAX_SIZE >> 20} MiB"
        raise NoTextError(message, "nothing of it is read; is it a configuration?")
    if b"\0" in data:
        message = f"this is no text: there is a NUL byte in line {_line_of(data, data.index(0))}"
        raise NoTextError(message, "nothing of it is read; save it as UTF-8, or take the NUL bytes out")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        text = data.decode("utf-8-sig", "replace")
        source = text.split("\n")[line - 1].rstrip("\r")
        report.note(
            Code.ENCODING,
            "this is not UTF-8",
            Place(place.file, line, min(column, source.find(REPLACED) + 1), 1, source, place.chain),
            f"such bytes are read as {REPLACED}; in a comment that does not matter",
        )
        return text


def reason(error: Exception) -> str:
    """Why a file could not be read, in words."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def remedy(error: Exception) -> str:
    """What to do about a file that is there and cannot be read; empty: it may be another file that is meant."""
    if isinstance(error, NoTextError):
        return error.remedy
    return "let the user that alived runs as read it" if isinstance(error, PermissionError) else ""


def printable(path: str | Path) -> str:
    """A path as it can be shown, whatever bytes are in it."""
    return os.fsencode(path).decode("utf-8", "replace")


def _irregular(mode: int) -> NoTextError:
    if S_ISDIR(mode):
        return NoTextError("this is a folder", "name the files in it that are meant")
    return NoTextError("this is not a regular file", "put what it says into a file, and name that")


def _line_of(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
