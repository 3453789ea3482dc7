"""Lines to a tree of statements and blocks; knows nesting and nothing of what a word means.

    file      = { statement }
    statement = word { word } [ "{" { statement } "}" ]  end of line

The brace of a block may stand on the line after its words. keepalived gives a block's brace to whatever word it expects
there, so that one unknown word turns the rest of a file upside down; here braces belong to each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.lexer import Lexer, Segment
from alived.supervisor.config.source import Line


@dataclass(slots=True)
class Statement:
    """Words of a line, and the statements between the braces that follow them if there are any."""

    segment: Segment
    line: Line
    body: "list[Statement] | None" = None
    end: int = 0
    """Number of the line where its body ends; 0: it has none, or that is in another file."""

    def place(self, index: int | None = None) -> Place:
        """Where its argument `index` stands, counted from 0; None, or no such argument: its keyword."""
        spans = self.segment.spans
        at = spans[index + 1 if index is not None and index + 1 < len(spans) else 0]
        return self.line.place(*at)


@dataclass(slots=True)
class Tree:
    """A parsed file."""

    statements: list[Statement] = field(default_factory=list)
    complete: bool = True
    """False when a brace is not closed: where its block ends is then a guess."""


DEEPEST = 100
"""Blocks within blocks; keepalived has four levels."""


def parse(lines: Iterable[Line], roots: frozenset[str], report: Report) -> Tree:
    """The tree of a file.

    `roots` are words that begin a block at the top level and nowhere else: met inside such a block they show that a
    brace was not closed, and the rest of the file is read as if it had been. Never raises.
    """
    parser = _Parser(roots, report)
    segments = Lexer(report).segments
    for line in lines:
        parser.line(line, segments(line))
    return parser.end()


class _Parser:
    def __init__(self, roots: frozenset[str], report: Report) -> None:
        self._tree = Tree()
        self._roots = roots
        self._report = report
        self._here = self._tree.statements
        """Where the next statement goes: the innermost open body."""
        self._open: list[tuple[Statement | None, Line, Segment, list[Statement]]] = []
        """Each open block, its brace and the body around it, outermost first."""

    def line(self, line: Line, segments: tuple[Segment, ...]) -> None:
        """One line: the end of a line ends a statement."""
        if self._open and segments and segments[0].keyword in self._roots and segments[-1].brace == "{":
            self._back_to_the_top()
        for segment in segments:
            if not segment.brace:
                self._here.append(Statement(segment, line))
            elif segment.brace == "{":
                self._open_block(line, segment)
            else:
                self._close_block(line, segment)

    def end(self) -> Tree:
        """The whole tree, once all lines were given."""
        if self._open:
            self._report_unclosed()
        return self._tree

    def _back_to_the_top(self) -> None:
        """End the block of the top level that is open, if it is one: an unknown block may have anything in it."""
        for depth, (owner, _, _, around) in enumerate(self._open):
            if owner is None or owner.segment.keyword in self._roots:
                self._report_unclosed()
                self._here = around
                del self._open[depth:]
                return

    def _open_block(self, line: Line, brace: Segment) -> None:
        here = self._here
        body: list[Statement] = []
        owner = here[-1] if here and here[-1].body is None else None
        if owner is None or len(self._open) >= DEEPEST:
            self._unwanted(line, brace, owner)
            owner = None
        else:
            owner.body = body
        self._open.append((owner, line, brace, here))
        self._here = body

    def _unwanted(self, line: Line, brace: Segment, owner: Statement | None) -> None:
        place = line.place(*brace.spans[0])
        if owner is None:
            hint = "what is between its braces is skipped"
            self._report.error(Code.EXTRA_BRACE, "'{' without a word before it", place, hint)
        elif self._report.first("deep"):
            hint = "look for blocks that are not closed; what is in it is skipped"
            self._report.error(Code.EXTRA_BRACE, f"more than {DEEPEST} blocks within each other", place, hint)

    def _close_block(self, line: Line, brace: Segment) -> None:
        if self._open:
            owner, _, _, self._here = self._open.pop()
            if owner is not None and owner.line.file == line.file:
                owner.end = line.number
            return
        hint = "take it away, or look above for a block that ends too early"
        self._report.error(Code.EXTRA_BRACE, "'}' closes nothing", line.place(*brace.spans[0]), hint)

    def _report_unclosed(self) -> None:
        _, line, brace, _ = self._open[-1]
        self._tree.complete = False
        hint = "add '}' on a line of its own where the block ends"
        self._report.error(Code.UNCLOSED_BRACE, "this '{' is not closed", line.place(*brace.spans[0]), hint)
