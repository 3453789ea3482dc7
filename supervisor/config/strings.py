r"""Quoted strings with escapes, as the values of scripts have them (keepalived.conf(5), "Quoted strings").

Single and double quotes hold text together and join what they touch: `abcd" efg "mnop` is one string. The escapes are
\a \b \E \f \n \r \t \v, \nnn (octal), \xXX (hexadecimal), \cC (control); before another character \ means just that.
"""

import re


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
