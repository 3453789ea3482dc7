"""The front door: a path to a configuration and everything that is to be said about it."""

import os
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from alived.ipc.model import Config
from alived.supervisor.config.build import build
from alived.supervisor.config.check import check
from alived.supervisor.config.diagnostics import Code, Diagnostic, Place, Report, Severity
from alived.supervisor.config.grammar.table import ROOTS
from alived.supervisor.config.lexer import lex
from alived.supervisor.config.machine import Machine, ThisMachine
from alived.supervisor.config.parser import parse
from alived.supervisor.config.sections import read

MAX_SIZE = 64 * 1024 * 1024
"""Bytes of a file that are still read."""

REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration as far as it could be read, and the diagnostics in the order of the file."""

    config: Config
    diagnostics: tuple[Diagnostic, ...]
    usable: bool
    """False: there was no text, or its blocks do not close; the configuration is then not what its author meant."""

    @property
    def errors(self) -> int:
        """Number of errors."""
        return sum(found.severity is Severity.ERROR for found in self.diagnostics)


def load(path: Path, machine: Machine | None = None) -> Loaded:
    """Read, parse, build and check a file. Never raises, whatever the file holds."""
    report = Report()
    text = _read(path, report)
    if text is None:
        return Loaded(Config(), report.diagnostics(), usable=False)
    return _load(text, _printable(path), machine or ThisMachine(), report)


def load_text(text: str, file: str, machine: Machine) -> Loaded:
    """The same for a text; `file` is what diagnostics call it."""
    return _load(text, file, machine, Report())


def _load(text: str, file: str, machine: Machine, report: Report) -> Loaded:
    tree = parse(lex(text, file, report), ROOTS, report)
    draft = build(read(tree.statements, report), machine, report)
    check(draft, machine, report)
    if not tree.statements:
        report.note(Code.EMPTY, "the file defines nothing", Place(file))
    return Loaded(draft.config(), report.diagnostics(), tree.complete)


def _read(path: Path, report: Report) -> str | None:
    """The text of a file; None, and one diagnostic, when there is none. Does not wait for a FIFO or a device."""
    place = Place(_printable(path))
    try:
        data = _bytes(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        report.error(
            Code.UNREADABLE, f"cannot read the configuration: {reason}", place, "give the name of a file with -f"
        )
        return None
    if data is None:
        report.error(Code.UNREADABLE, "this is not a regular file", place, "give the name of a file with -f")
        return None
    return _decode(data, place, report)


def _bytes(path: Path) -> bytes | None:
    """At most MAX_SIZE + 1 bytes of a file; None if it is not a regular one. OSError, ValueError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if not S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_SIZE + 1)
    finally:
        os.close(descriptor)


def _printable(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


def _decode(data: bytes, place: Place, report: Report) -> str | None:
    if len(data) > MAX_SIZE:
        report.error(Code.UNREADABLE, f"the file is larger than {MAX_SIZE >> 20} MiB", place)
        return None
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        report.error(Code.UNREADABLE, f"this is no text: there is a NUL byte in line {line}", place)
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        text = data.decode("utf-8-sig", "replace")
        source = text.split("\n")[line - 1].rstrip("\r")
        report.note(
            Code.ENCODING,
            "this is not UTF-8",
            Place(place.file, line, min(column, source.find(REPLACED) + 1), 1, source),
            f"such bytes are read as {REPLACED}; in a comment that does not matter",
        )
        return text
