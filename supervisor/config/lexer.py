"""The text of a line to words and braces; knows what a word, a string and a brace look like.

The rules are those that keepalived was seen to follow (keepalived.conf(5) tells less): double quotes hold a word with
blanks together and may contain `\\"`; a single quote is an ordinary character, except inside the value of a script,
which strings.py takes apart; braces stand for themselves also when glued to a word. What does not live here: comments
(language.py has taken them away), and which words begin a block.

A configuration of many thousand lines has few different ones, apart from addresses: what was made of a text is kept,
and its identity serves the reader to know a line again.
"""

import re
from typing import Final

from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.source import Line


class Segment:
    """Some words in a row, or one brace. Made once for a text and shared by all lines that have the same."""

    __slots__ = ("arguments", "brace", "keyword", "spans", "tail", "text", "words")

    def __init__(self, words: tuple[str, ...], spans: tuple[tuple[int, int], ...], source: str, brace: str = "") -> None:
        self.words: Final = words
        """Without their quotes."""
        self.spans: Final = spans
        """Offsets of each in the line, quotes included."""
        self.brace: Final = brace
        """`{` or `}`; empty: words."""
        self.keyword: Final = words[0]
        self.arguments: Final = words[1:]
        self.text: Final = source[spans[0][0] : spans[-1][1]]
        """As they stand in the line."""
        self.tail: Final = source[spans[0][1] : spans[-1][1]]
        """What stands after the first word."""


_TOKEN = re.compile(
    r"""[ \t\r\f\v]*(?:
        ( [{}] )
      | ( "(?:[^"\\]|\\.)*" | "[^"]*" )
      | ( ".* )
      | ( (?: \$\{[^}"]*\} | [^ \t\r\f\v"{}] )+ )
    )""",
    re.VERBOSE,
)
_BRACE, _STRING, _BROKEN, _WORD = range(1, 5)
"""The groups of that pattern."""

KEPT = 200_000
"""Different texts of which the segments are kept; beyond that memory matters more."""


class Lexer:
    """The segments of lines."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._kept: dict[str, tuple[Segment, ...]] = {}

    def segments(self, line: Line) -> tuple[Segment, ...]:
        """What a line consists of. Never raises: a quote that is not closed is reported, and ends its line."""
        found = self._kept.get(line.text)
        if found is None:
            found, sound = self._read(line)
            if sound and len(self._kept) < KEPT:
                self._kept[line.text] = found
        return found

    def _read(self, line: Line) -> tuple[tuple[Segment, ...], bool]:
        """The segments of a line not seen before, and whether there was nothing to say about it."""
        text, sound = line.text, True
        segments: list[Segment] = []
        words: list[str] = []
        spans: list[tuple[int, int]] = []
        for match in _TOKEN.finditer(text):
            group = match.lastindex
            word, span = match[group or 0], match.span(group or 0)
            if group == _BRACE:
                if words:
                    segments.append(Segment(tuple(words), tuple(spans), text))
                    words, spans = [], []
                segments.append(Segment((word,), (span,), text, word))
                continue
            if group == _STRING:
                word = word[1:-1]
            elif group == _BROKEN:
                sound, word = False, word[1:].rstrip()
                place = line.place(span[0], span[0] + 1)
                hint = "it is taken to end with the line"
                self._report.error(Code.UNCLOSED_QUOTE, "this quote is not closed", place, hint)
            words.append(word)
            spans.append(span)
        if words:
            segments.append(Segment(tuple(words), tuple(spans), text))
        return tuple(segments), sound
