"""The front door: a path to a configuration and everything that is to be said about it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alived.ipc.model.config import Config
from alived.ipc.record import record
from alived.supervisor.config.build import build
from alived.supervisor.config.diagnostics import Code, Diagnostic, Place, Report, Severity
from alived.supervisor.config.files import DiskFiles, Files, SourceText, read_source
from alived.supervisor.config.grammar.table import ROOTS
from alived.supervisor.config.language import Context, host, read_lines
from alived.supervisor.config.machine import Machine, ThisMachine
from alived.supervisor.config.parser import parse
from alived.supervisor.config.reading import read


@record()
class Loaded:
    """A configuration as far as it could be read, and the diagnostics in the order of the file."""

    config: Config
    diagnostics: tuple[Diagnostic, ...]
    readable: bool
    """False: there was no text."""
    complete: bool
    """False: its blocks do not close, and where they end is a guess; or it was too much to be read to its end."""

    @property
    def errors(self) -> int:
        """Number of errors."""
        return sum(found.severity is Severity.ERROR for found in self.diagnostics)


def load(path: Path, config_id: str = "", machine: Machine | None = None, files: Files | None = None) -> Loaded:
    """Read, parse, build and check a file. Never raises, whatever the file holds.

    `config_id` chooses the lines that begin with `@`; empty: the name of this host.
    """
    report, files = Report(), files or DiskFiles()
    source = read_source(path, files, report)
    if source is None:
        return Loaded(Config(), report.diagnostics(), readable=False, complete=False)
    return _load(source, config_id, files, machine or ThisMachine(), report)


def load_text(text: str, file: str, machine: Machine, files: Files | None = None, config_id: str = "") -> Loaded:
    """The same for a text; `file` is what diagnostics call it."""
    return _load(SourceText(file, text), config_id, files or DiskFiles(), machine, Report())


def _load(source: SourceText, config_id: str, files: Files, machine: Machine, report: Report) -> Loaded:
    with _no_collection():
        config, complete = _read(source, Context(config_id=config_id or host(), files=files), machine, report)
    return Loaded(config, report.diagnostics(), readable=True, complete=complete)


def _read(source: SourceText, context: Context, machine: Machine, report: Report) -> tuple[Config, bool]:
    """The configuration of a text, and whether it is complete. What it was made from is gone at the end."""
    tree = parse(read_lines(source, context, report), ROOTS, report)
    if not tree.statements:
        report.note(Code.EMPTY, "the file defines nothing", Place(source.name))
    return build(read(tree.statements, report), machine, report), tree.complete and not report.truncated


@contextmanager
def _no_collection() -> Iterator[None]:
    """A tree of a million objects without a cycle in it: the collector would look through it again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
