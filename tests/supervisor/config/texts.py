"""A text as its top-level section, for tests of what is built from sections."""

from textwrap import dedent

from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.files import DiskFiles, SourceText
from alived.supervisor.config.grammar.table import ROOTS
from alived.supervisor.config.language import Context, read_lines
from alived.supervisor.config.parser import parse
from alived.supervisor.config.reading import read
from alived.supervisor.config.sections import Section


def top_of(text: str, report: Report) -> Section:
    """The file `keepalived.conf` with that text."""
    context = Context(config_id="here", environment={}, files=DiskFiles())
    return read(
        parse(read_lines(SourceText("keepalived.conf", dedent(text)), context, report), ROOTS, report).statements,
        report,
    )
