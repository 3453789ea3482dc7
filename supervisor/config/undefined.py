"""What looks like a reference to a definition and is none: it stays in the text, which is seldom meant.

Outside quotes keepalived takes the braces of such a `${NAME}` for those of a block and complains; elsewhere it says
nothing. What does not live here: what references are (definitions.py).
"""

import re

from alived.supervisor.config.definitions import REFERENCE, Definitions
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.source import Line

_LEFT = re.compile(r'(?P<quoted>"(?:[^"\\]++|\\.)*+"?)|\$(?:\{(?P<braced>[^}"]*)\}?|(?P<bare>[A-Za-z_][A-Za-z0-9_]*))')
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHELL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*:?[-+=?#%/]")
_ASSIGNED = re.compile(r"[ \t]+=")

UNQUOTED = "outside quotes keepalived takes these braces for those of a block"


class Undefined:
    """Says what is wrong with them, each name once, where keepalived complains each time."""

    def __init__(self, definitions: Definitions, report: Report) -> None:
        self._definitions = definitions
        self._report = report

    def look(self, line: Line) -> None:
        """At a line after all substitutions."""
        for match in _LEFT.finditer(line.text):
            if match["quoted"]:
                for inside in REFERENCE.finditer(line.text, *match.span()):
                    self._note(line, inside["braced"] or inside["bare"], inside.span())
            elif match["bare"]:
                self._bare(line, match)
            else:
                self._braced(line, match)

    def _braced(self, line: Line, match: re.Match[str]) -> None:
        inside = match["braced"]
        name = _NAME.match(inside)
        message = f"nothing defines {match[0]}"
        hint = UNQUOTED
        if _SHELL.match(inside) and name:
            message = "a default as in a shell, ${NAME:-…}, is not known here"
            hint = f"define it in a line before, as ${name[0]}=…; {UNQUOTED}"
        elif name and (known := self._definitions.get(name[0])):
            message = f"{match[0]} cannot be put in here"
            if known.lines:
                hint = f"the definition of ${name[0]} has several lines, and can only stand at the end of a line"
        elif name:
            hint = f"{self._suggestion(name[0])}{UNQUOTED}"
        self._report.error(Code.UNDEFINED, message, line.place(*match.span()), hint)

    def _bare(self, line: Line, match: re.Match[str]) -> None:
        name, span = match["bare"], match.span()
        if self._definitions.get(name) is None:
            if line.text[: span[0]].isspace() or span[0] == 0:
                assigned = _ASSIGNED.match(line.text, span[1])
                if assigned:
                    message = f"this does not define ${name}: there is a blank before the '='"
                    self._report.note(Code.DEFINITION, message, line.place(span[0], assigned.end()))
                    return
            self._note(line, name, span)
        elif self._report.first(("unended", name)):
            hint = f"write ${{{name}}}; only a blank, ',' or ')' ends ${name}"
            if REFERENCE.match(line.text, span[0]):
                hint = f"the definition of ${name} has several lines, and can only stand at the end of a line"
            self._report.note(Code.UNDEFINED, f"${name} is not replaced here", line.place(*span), hint)

    def _note(self, line: Line, name: str, span: tuple[int, int]) -> None:
        if self._definitions.get(name) is None and self._report.first(("undefined", name)):
            hint = f"{self._suggestion(name)}it stays in the text as it is"
            self._report.note(Code.UNDEFINED, f"nothing defines ${name}", line.place(*span), hint)

    def _suggestion(self, name: str) -> str:
        similar = self._report.similar(name, self._definitions.names())
        return f"did you mean ${similar}? " if similar else ""
