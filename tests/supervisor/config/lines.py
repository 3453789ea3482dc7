"""Lines of a list block as reading.py makes entries of them, for tests of what is built from those."""

from collections.abc import Iterable

from alived.supervisor.config.diagnostics import Diagnostic, Report
from alived.supervisor.config.forms.form import Form, UnfitError
from alived.supervisor.config.lexer import Lexer
from alived.supervisor.config.parser import Statement
from alived.supervisor.config.sections import Entry
from alived.supervisor.config.source import Line


def entries(form: Form, *lines: str, report: Report | None = None, first: int = 1) -> list[Entry]:
    """One entry for each line that has the form; lines of `keepalived.conf` are numbered from `first`."""
    report = report or Report()
    found = []
    for number, text in enumerate(lines, first):
        line = Line("keepalived.conf", number, text)
        (segment,) = Lexer(report).segments(line)
        try:
            reading = form.read(segment.words, segment.text)
        except UnfitError:
            continue
        entry = Entry(reading.value, Statement(segment, line), is_line=True)
        for problem in reading.problems:
            place = entry.place(problem.index or 0)
            report.add(problem.severity, problem.code, problem.message, place, problem.hint)
        if reading.value is not None:
            found.append(entry)
    return found


def spots(said: Iterable[Diagnostic]) -> list[str]:
    """What was said, as `LINE code the words under the caret`."""
    return [
        f"{found.place.line} {found.code} {found.place.source[found.place.column - 1 :][: found.place.length]}"
        for found in said
    ]
