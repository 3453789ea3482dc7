r"""Quoted strings with escapes, as the values of scripts have them (keepalived.conf(5), "Quoted strings").

Single and double quotes hold text together and join what they touch: `abcd" efg "mnop` is one string. The escapes are
\a \b \E \f \n \r \t \v, \nnn (octal), \xXX (hexadecimal), \cC (control); before another character \ means just that.
"""

import re
from collections.abc import Iterable

_SPECIAL = re.compile(r"""[\s"'\\{}#!$~@]|[^\x20-\x7e]""")
"""What makes a string need quotes."""

_ESCAPED = re.compile(r'["\\$\x00-\x1f\x7f]')
"""What is written as an escape within them."""


class StringError(ValueError):
    """Not a string; the text says why."""


_PLAIN = {"a": "\a", "b": "\b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9A-Fa-f]+)|c(?P<control>.)|(?P<other>.))", re.DOTALL)
_PIECE = re.compile(
    r"""(?P<blank> \s+ )
      | "(?P<double> (?:[^"\\]|\\.)* )"
      | '(?P<single> (?:[^'\\]|\\.)* )'
      | (?P<bare> (?:[^\s"'\\]|\\.)+ )
    """,
    re.VERBOSE | re.DOTALL,
)


def split(text: str) -> list[str]:
    """The strings in a text, without their quotes and escapes. StringError when a quote or escape is not complete."""
    strings: list[str] = []
    joined = False
    position = 0
    while position < len(text):
        match = _PIECE.match(text, position)
        if match is None:
            raise StringError("a quote or an escape is not complete")
        position = match.end()
        if match.lastgroup == "blank":
            joined = False
            continue
        piece = _ESCAPE.sub(_unescape, match[match.lastgroup or 0])
        if joined:
            strings[-1] += piece
        else:
            strings.append(piece)
        joined = True
    return strings


def _unescape(match: re.Match[str]) -> str:
    if match["other"]:
        return _PLAIN.get(match["other"], match["other"])
    if match["control"]:
        code = ord(match["control"]) & 0x1F
    else:
        code = (int(match["octal"], 8) if match["octal"] else int(match["hex"], 16)) & 0xFF
    if not code:
        raise StringError("a string cannot hold a NUL character")
    return chr(code)


def join(strings: Iterable[str]) -> str:
    """Strings as one text that split() takes apart into the same ones."""
    return " ".join(_quote(string) for string in strings)


def _quote(string: str) -> str:
    if string and not _SPECIAL.search(string):
        return string
    return '"' + _ESCAPED.sub(lambda match: f"\\{ord(match[0]):03o}", string) + '"'
