r"""Text to tokens, with their exact places; knows what a word, a string, a brace and a comment look like.

The rules are those that keepalived 2.2 was seen to follow (keepalived.conf(5) tells less): `#` and `!` start a comment
anywhere outside double quotes; double quotes hold a word with blanks together and may contain `\"`; a single quote is
an ordinary character, except inside the value of a script, which strings.py takes apart; braces stand for themselves
also when glued to a word. What does not live here: which words begin a block.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from alived.supervisor.config.diagnostics import Code, Place, Report


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    OPEN = auto()
    CLOSE = auto()


class Line(NamedTuple):
    """One line of one file; all of its tokens refer to it."""

    file: str
    number: int
    text: str


class Token(NamedTuple):
    """A word or a brace. `start` and `end` are offsets in the line, quotes included in them and not in `text`."""

    kind: Kind
    text: str
    line: Line
    start: int
    end: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.line.file, self.line.number, self.start + 1, self.end - self.start, self.line.text)


_TOKEN = re.compile(
    r"""[ \t\r\f\v]*(?:
        ( [#!].* )
      | ( [{}] )
      | ( "(?:[^"\\]|\\.)*" | "[^"]*" )
      | ( ".* )
      | ( (?: \$\{[^}\s]*\} | [^ \t\r\f\v"{}\#!] )+ )
    )""",
    re.VERBOSE,
)
_COMMENT, _BRACE, _STRING, _BROKEN, _WORD = range(1, 6)
"""The groups of that pattern."""


def lex(text: str, file: str, report: Report) -> Iterator[list[Token]]:
    """The tokens of each line that has any. Never raises: a quote that is not closed is reported, and ends its line."""
    for number, content in enumerate(text.split("\n"), start=1):
        if content and (tokens := _line(Line(file, number, content.rstrip("\r")), report)):
            yield tokens


def _line(line: Line, report: Report) -> list[Token]:
    tokens = []
    for match in _TOKEN.finditer(line.text):
        group = match.lastindex or _COMMENT
        text = match[group]
        start, end = match.span(group)
        if group == _WORD:
            tokens.append(Token(Kind.WORD, text, line, start, end))
        elif group == _BRACE:
            tokens.append(Token(Kind.OPEN if text == "{" else Kind.CLOSE, text, line, start, end))
        elif group == _STRING:
            tokens.append(Token(Kind.WORD, text[1:-1], line, start, end))
        elif group == _COMMENT:
            break
        else:
            place = Place(line.file, line.number, start + 1, 1, line.text)
            report.error(Code.UNCLOSED_QUOTE, "this quote is not closed", place, "it is taken to end with the line")
            tokens.append(Token(Kind.WORD, text[1:].rstrip(), line, start, end))
    return tokens
