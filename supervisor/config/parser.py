"""Tokens to a tree of statements and blocks; knows nesting and nothing of what a word means.

    file      = { statement }
    statement = word { word } [ "{" { statement } "}" ]  end of line

The brace of a block may stand on the line after its words. Includes, conditions, definitions and sequences rewrite the
text before it is parsed; alived does not do that yet, and what is left of them is recognised and reported here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.lexer import Kind, Token


@dataclass(slots=True)
class Statement:
    """Words, and the statements between the braces that follow them if there are any."""

    words: tuple[Token, ...]
    body: "list[Statement] | None" = None

    @property
    def keyword(self) -> Token:
        """Its first word."""
        return self.words[0]

    @property
    def arguments(self) -> tuple[Token, ...]:
        """The words after the keyword."""
        return self.words[1:]

    @property
    def argument_text(self) -> str:
        """Everything after the keyword as it stands in the file, quotes included."""
        return self.keyword.line.text[self.keyword.end : self.words[-1].end]


@dataclass(slots=True)
class Tree:
    """A parsed file."""

    statements: list[Statement] = field(default_factory=list)
    complete: bool = True
    """False when a brace is not closed: where its block ends is then a guess."""


def parse(lines: Iterable[list[Token]], roots: frozenset[str], report: Report) -> Tree:
    """The tree of a file.

    `roots` are words that begin a block at the top level and nowhere else: met inside another block they show that a
    brace was not closed, and the rest of the file is read as if it had been. Never raises.
    """
    parser = _Parser(roots, report)
    for tokens in _without_directives(lines, report):
        parser.line(tokens)
    return parser.end()


class _Parser:
    def __init__(self, roots: frozenset[str], report: Report) -> None:
        self._tree = Tree()
        self._roots = roots
        self._report = report
        self._here = self._tree.statements
        """Where the next statement goes: the innermost open body."""
        self._open: list[tuple[Token, list[Statement]]] = []
        """Each open brace and the body around it, outermost first."""
        self._words: list[Token] = []

    def line(self, tokens: list[Token]) -> None:
        """One line: the end of a line ends a statement."""
        if self._open and tokens[0].text in self._roots and tokens[-1].kind is Kind.OPEN:
            self._report_unclosed()
            self._here = self._tree.statements
            self._open.clear()
        for token in tokens:
            if token.kind is Kind.WORD:
                self._words.append(token)
            elif token.kind is Kind.OPEN:
                self._open_block(token)
            else:
                self._finish_statement()
                self._close_block(token)
        self._finish_statement()

    def end(self) -> Tree:
        """The whole tree, once all lines were given."""
        if self._open:
            self._report_unclosed()
        return self._tree

    def _finish_statement(self) -> None:
        if self._words:
            self._here.append(Statement(tuple(self._words)))
            self._words = []

    def _open_block(self, brace: Token) -> None:
        body: list[Statement] = []
        if self._words:
            self._here.append(Statement(tuple(self._words), body))
            self._words = []
        elif self._here and self._here[-1].body is None:
            self._here[-1].body = body
        else:
            self._report.error(
                Code.EXTRA_BRACE, "'{' without a word before it", brace.place, "what is between its braces is skipped"
            )
        self._open.append((brace, self._here))
        self._here = body

    def _close_block(self, brace: Token) -> None:
        if self._open:
            _, self._here = self._open.pop()
        else:
            self._report.error(
                Code.EXTRA_BRACE,
                "'}' closes nothing",
                brace.place,
                "take it away, or look above for a block that ends too early",
            )

    def _report_unclosed(self) -> None:
        brace, _ = self._open[-1]
        self._tree.complete = False
        self._report.error(
            Code.UNCLOSED_BRACE,
            "this '{' is not closed",
            brace.place,
            "add '}' on a line of its own where the block ends",
        )


# --- what is done to the text before it is parsed, once alived does it -----------------------------------------------


class _Directive(NamedTuple):
    words: str
    begins: re.Pattern[str]


_CONDITION = _Directive("conditional lines (@)", re.compile(r"@"))
_DEFINITION = _Directive("definitions ($NAME)", re.compile(r"\$\w+(=|$)"))
_SEQUENCE = _Directive("sequences (~SEQ, ~LST)", re.compile(r"~(SEQ|LST)"))
_INCLUDE = _Directive("included files", re.compile(r"include[rmwba]?$"))
_DIRECTIVES = (_CONDITION, _DEFINITION, _SEQUENCE, _INCLUDE)


def _without_directives(lines: Iterable[list[Token]], report: Report) -> Iterable[list[Token]]:
    """The lines that are none. A conditional line with braces is kept, so that its block still ends where it should."""
    continued = False
    for tokens in lines:
        last, first = tokens[-1].text, tokens[0]
        if continued:
            continued = last.endswith("\\")
            continue
        if first.text[0:1] not in ("@", "$", "~", "i"):
            yield tokens
            continue
        kind = next((kind for kind in _DIRECTIVES if kind.begins.match(first.text)), None)
        if kind is None or (kind is _DEFINITION and not _defines(tokens)):
            yield tokens
            continue
        _report_directive(kind, first, report)
        if kind is _CONDITION and any(token.kind is not Kind.WORD for token in tokens):
            yield tokens[1:]
        continued = kind is _DEFINITION and last.endswith("\\")


def is_definition(token: Token, report: Report) -> bool:
    """Whether a value comes from a definition ($NAME), which alived does not read yet: then that is reported, once."""
    if not re.search(r"\$[A-Za-z_{]", token.text):
        return False
    _report_directive(_DEFINITION, token, report)
    return True


def _report_directive(kind: "_Directive", token: Token, report: Report) -> None:
    if report.first(kind):
        report.warning(
            Code.NOT_IMPLEMENTED,
            f"alived does not read {kind.words} yet",
            token.place,
            "lines and values like this are left out",
        )


def _defines(tokens: list[Token]) -> bool:
    return "=" in tokens[0].text or (len(tokens) > 1 and tokens[1].text.startswith("="))
