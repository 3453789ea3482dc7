r"""The text of a line to words and braces; knows what a word, a string and a brace look like.

The rules are those that keepalived was seen to follow (keepalived.conf(5) tells less): double quotes hold a word with
blanks together and may contain `\"`; a single quote is an ordinary character, except inside the value of a script,
which strings.py takes apart; braces stand for themselves also when glued to a word. What does not live here: comments
(language.py has taken them away), and which words begin a block.

A configuration of many thousand lines has few different ones, apart from addresses: what was made of a text is kept,
and its identity serves the reader to know a line again.
"""

import re
from functools import lru_cache
from typing import Final

from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.source import Line


class Segment:
    """Some words in a row, or one brace. Made once for a text and shared by all lines that have the same."""

    __slots__ = ("_first", "_line", "arguments", "brace", "keyword", "text", "words")

    def __init__(self, words: tuple[str, ...], text: str, line: str, first: int = 0, brace: str = "") -> None:
        """`first` is the number of tokens that stand before it in the line."""
        self.words: Final = words
        """Without their quotes."""
        self.brace: Final = brace
        """`{` or `}`; empty: words."""
        self.keyword: Final = words[0]
        self.arguments: Final = words[1:]
        self.text: Final = text
        """As they stand in the line."""
        self._line = line
        self._first = first

    @property
    def tail(self) -> str:
        """What stands after the first word."""
        if not self.text.startswith('"'):
            return self.text[len(self.keyword) :]
        begin, end = self.spans[0]
        return self.text[end - begin :]

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Offsets of each word in the line, quotes included; only who has something to say about it asks."""
        return _spans(self._line)[self._first : self._first + len(self.words)]


_TOKEN = re.compile(
    r"""[ \t\r\f\v]*(?:
        ( [{}] )
      | ( "(?:[^"\\]|\\.)*" | "[^"]*" )
      | ( ".* )
      | ( (?: \$\{[^}"]*\} | [^ \t\r\f\v"{}] )+ )
    )""",
    re.VERBOSE,
)


@lru_cache(maxsize=16)
def _spans(line: str) -> tuple[tuple[int, int], ...]:
    """Offsets of each token of a line. Kept for as long as more may be said of the line."""
    return tuple(match.span(match.lastindex or 0) for match in _TOKEN.finditer(line))


_BRACE, _STRING, _BROKEN, _WORD = range(1, 5)
"""The groups of that pattern."""

_BLANKS = " \t\r\f\v"
_PLAIN = re.compile(rf"[^{_BLANKS}]+")
_NOT_PLAIN = ('"', "{", "}", "${")
"""In a line without any of them blanks are all that ends a word."""

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
        text = line.text
        before = text.removesuffix("{")
        for mark in _NOT_PLAIN:
            if mark in before:
                return self._take_apart(line)
        words = tuple(_PLAIN.findall(before))
        if not words:
            return self._take_apart(line)
        segment = Segment(words, before.strip(_BLANKS), text)
        if not text.endswith("{"):
            return (segment,), True
        return (segment, Segment(("{",), "{", text, len(words), "{")), True

    def _take_apart(self, line: Line) -> tuple[tuple[Segment, ...], bool]:
        """The same for all that a line may hold."""
        text, sound = line.text, True
        segments: list[Segment] = []
        words: list[str] = []
        first = begin = end = 0
        for number, match in enumerate(_TOKEN.finditer(text)):
            group = match.lastindex or 0
            word = match[group]
            if group == _BRACE:
                if words:
                    segments.append(Segment(tuple(words), text[begin:end], text, first))
                    words = []
                segments.append(Segment((word,), word, text, number, word))
                continue
            if not words:
                first, begin = number, match.start(group)
            end = match.end(group)
            if group == _STRING:
                word = word[1:-1]
            elif group == _BROKEN:
                sound, word = False, word[1:].rstrip()
                self._complain(line, match.start(group))
            words.append(word)
        if words:
            segments.append(Segment(tuple(words), text[begin:end], text, first))
        return tuple(segments), sound

    def _complain(self, line: Line, at: int) -> None:
        place, hint = line.place(at, at + 1), "it is taken to end with the line"
        self._report.error(Code.UNCLOSED_QUOTE, "this quote is not closed", place, hint)
