r"""Comments: taken away from a line of a file.

`#` or `!` begins one anywhere outside double quotes, `\#` and `\!` are these characters themselves. A backslash that
ends the line stays the last character also when a comment stands before it, as keepalived has it.
"""

import re

from alived.supervisor.config.source import Splice

_BEFORE = re.compile(
    r"""(?:
        [^"\\\#!]++
      | \\.
      | "(?: [^"\\]++ | \\. )*+"
    )*+""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|\\(?P<mark>[#!])|\\.')


def without_comment(line: str) -> tuple[str, tuple[Splice, ...]]:
    """What is left of a line, without blanks at its end, and where an escaping backslash was taken away."""
    match = _BEFORE.match(line)
    end = match.end() if match else 0
    if end < len(line) and line[end] == '"':
        end = len(line)
    text = line[:end].rstrip(" \t\r")
    if _is_continued(line):
        text = text.removesuffix("\\").rstrip(" \t") + "\\"
    if "\\#" in text or "\\!" in text:
        return _unescaped(text)
    return text, ()


def _is_continued(line: str) -> bool:
    """Whether the last character is a backslash that nothing escapes."""
    return line.endswith("\\") and (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _unescaped(text: str) -> tuple[str, tuple[Splice, ...]]:
    kept: list[str] = []
    splices: list[Splice] = []
    done = length = 0
    for match in _ESCAPED.finditer(text):
        if match["mark"]:
            kept.append(text[done : match.start()])
            length += match.start() - done
            done = match.start() + 1
            splices.append(Splice(length, length, match.start(), done, None))
    kept.append(text[done:])
    return "".join(kept), tuple(splices)
