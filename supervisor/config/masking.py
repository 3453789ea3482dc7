"""Hides what is secret in a line of a file before it is shown.

Secret is what stands after a word whose row says so, and after a word that could be a misspelt one or another name for
a password. Of a line that defines something the value is hidden whatever it is, because it may be used as a password
anywhere; references to other definitions stay. Too much is hidden rather than too little. What does not live here:
values of the model, which are shown through their rows. Diagnostics import this only when they are shown, because the
grammar imports diagnostics.
"""

import difflib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from alived.supervisor.config.grammar.table import HOMES, ROWS, TABLE

WORDS = frozenset(row.word for row in ROWS if TABLE[row.block, row.spelling_of or row.word].secret)
"""Words whose values are secret, in whatever block."""

BLOCKS = frozenset(row.block for row in ROWS if row.word in WORDS)
"""Blocks that hold such words: what stands there on a line of its own, or after a wrong word, may be one's value."""

_LIKE_A_SECRET = re.compile(r"pass|pwd|secret|psk", re.IGNORECASE)
_SIMILAR = 0.6
"""Ratio from which on a word could be a misspelt one."""
_LONGEST = 2 * max(map(len, WORDS), default=0)
"""Characters of a word that could be a misspelt one."""

_TOKEN = re.compile(r"""(?P<blank>\s+)|(?P<brace>[{}])|(?P<piece>"[^"]*"?|'[^']*'?|[^\s{}"']+)""")
_DEFINITION = re.compile(r"\s*(?:@\S+\s+)*(?:\$\w+\s*[=:]|~LST\s*\((?:\s*\{[^}]*\}|[^,)]*))")
_GLUED = re.compile(r"(?P<word>[\w-]+)[=:]+(?P<value>.+)")
"""A word and its value, written as in other languages."""
_REFERENCE = re.compile(r"(\$\{[^}$]*\}|\$\w+|[ \t\\]+)")
_QUOTATION = re.compile(r"`([^`]*)`")


@lru_cache(maxsize=16)
def masked(line: str) -> str:
    """The line with `*` for each character of what is or could be secret. Of the same length."""
    if definition := _DEFINITION.match(line):
        name, value = line[: definition.end()], line[definition.end() :]
        parts = _REFERENCE.split(value)
        return name + "".join(part if index % 2 else "*" * len(part) for index, part in enumerate(parts))
    shown = []
    position = 0
    for start, end in _secret_stretches(line):
        shown += [line[position:start], "*" * (end - start)]
        position = end
    return "".join((*shown, line[position:]))


def masked_all(line: str) -> str:
    """The line with `*` for all of it but keywords and braces."""
    shown = list(line)
    for word in _words(line):
        if word.text not in HOMES and word.text not in ("{", "}"):
            shown[word.start : word.end] = "*" * (word.end - word.start)
    return "".join(shown)


def masked_quotations(message: str) -> str:
    """The same for what a message quotes of a line."""
    return _QUOTATION.sub(lambda match: f"`{masked(match[1])}`", message)


def _secret_stretches(line: str) -> Iterator[tuple[int, int]]:
    """What stands after a word that announces a secret, to a brace that stands alone or the end of the line."""
    is_keyword, announced = True, False
    start = end = 0
    for word in _words(line):
        if word.text == "{" and announced:  # `auth_pass {secret}`
            continue
        if word.text in ("{", "}"):
            if start < end:
                yield start, end
            is_keyword, announced = True, False
            start = end = 0
        elif announced:
            start, end = start or word.start, word.end
        else:
            if (glued := _GLUED.match(word.text)) and _is_secret(glued["word"], is_keyword=is_keyword):
                announced, start, end = True, word.start + glued.start("value"), word.end
                continue
            first, *others = word.text.split(maxsplit=1)  # a quoted word can hold what was meant to follow it
            announced = _is_secret(first.strip("\"'"), is_keyword=is_keyword)
            if announced and others:
                start, end = word.end - len(others[0]), word.end
            is_keyword = is_keyword and first.startswith("@")
    if start < end:
        yield start, end


class _Word(NamedTuple):
    text: str
    """With its quotes."""
    start: int
    end: int


def _words(line: str) -> Iterator[_Word]:
    """The words of a line; a brace is one if it begins one."""
    start = 0
    begun = False
    for token in _TOKEN.finditer(line):
        if token["blank"]:
            if begun:
                yield _Word(line[start : token.start()], start, token.start())
            begun = False
        elif token["brace"] and not begun:
            yield _Word(token[0], *token.span())
        elif not begun:
            start, begun = token.start(), True
    if begun:
        yield _Word(line[start:], start, len(line))


def _is_secret(word: str, *, is_keyword: bool) -> bool:
    """Whether what stands after a word is not to be shown."""
    if word in WORDS:
        return True
    if word in HOMES:
        return False
    if _LIKE_A_SECRET.search(word):
        return True
    return (
        is_keyword
        and len(word) <= _LONGEST
        and bool(difflib.get_close_matches(word.lower(), WORDS, n=1, cutoff=_SIMILAR))
    )
