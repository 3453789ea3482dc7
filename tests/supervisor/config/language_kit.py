"""Files in memory, and a short way to have a text read with them."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from alived.supervisor.config.diagnostics import Diagnostic, Report
from alived.supervisor.config.files import Content, NoTextError, SourceText
from alived.supervisor.config.language import Context, read_lines
from alived.supervisor.config.limits import Limits
from alived.supervisor.config.source import Line


@dataclass
class MemoryFiles:
    """Files by their paths, and folders where these are."""

    texts: Mapping[str, str] = field(default_factory=dict)
    executable: frozenset[str] = frozenset()

    def matching(self, pattern: str, directory: str) -> list[str]:
        whole = posixpath.join(directory, pattern)
        folders = {posixpath.dirname(path) for path in self.texts} - {""}
        return sorted(path for path in {*self.texts, *folders} if fnmatchcase(path, whole))

    def read(self, path: str) -> Content:
        if path not in self.texts:
            raise NoTextError("this is a folder", "name the files in it that are meant")
        return Content(self.texts[path].encode(), path, path in self.executable)


@dataclass
class Read:
    """What came of a text."""

    lines: list[Line]
    found: tuple[Diagnostic, ...]

    @property
    def texts(self) -> list[str]:
        """The lines, without the blanks that keep the columns."""
        return [line.text.strip() for line in self.lines]

    @property
    def said(self) -> str:
        """All diagnostics as a user sees them."""
        return "\n".join(found.render() for found in self.found)


def read(
    text: str,
    files: Mapping[str, str] | None = None,
    *,
    executable: frozenset[str] = frozenset(),
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    path: str = "k.conf",
) -> Read:
    """The text as the file k.conf on the machine `me`."""
    memory = MemoryFiles({path: text, **(files or {})}, executable)
    context = Context("me", environment or {}, 1, memory, limits or Limits())
    report = Report()
    lines = list(read_lines(SourceText(path, text), context, report))
    return Read(lines, report.diagnostics())
