"""What an include line asks for: files by a pattern, and how strict it is about those that are not there.

`include` demands nothing; `includer`, `includem`, `includew`, `includeb` and `includea` do, and so does `include_check`
in global_defs for all that follow (keepalived.conf(5)). Folders and files that are executable are never read. What does
not live here: how files are read (files.py), and what their lines mean.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Flag, auto

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import INCLUDED, Code, Place, Report
from alived.supervisor.config.files import Files, NoTextError, SourceText, decode, printable, reason, remedy
from alived.supervisor.config.source import Step


class Demand(Flag):
    """What of an include must be there. With any of them, each file that matches must be one that can be read."""

    READABLE = auto()
    """Nothing more than that."""
    MATCH = auto()
    """A name without wildcards and braces exists."""
    WILDCARD = auto()
    """A pattern with wildcards matches something."""
    BRACE = auto()
    """Each alternative in braces exists."""


NOTHING = Demand(0)
ALL = Demand.READABLE | Demand.MATCH | Demand.WILDCARD | Demand.BRACE

VARIANTS = {
    "include": NOTHING,
    "includer": Demand.READABLE,
    "includem": Demand.MATCH,
    "includew": Demand.MATCH | Demand.WILDCARD,
    "includeb": Demand.BRACE,
    "includea": ALL,
}

_NAMES = {
    "readable": Demand.READABLE,
    "match": Demand.MATCH,
    "wildcard_match": Demand.WILDCARD,
    "brace_match": Demand.BRACE,
}
_WILDCARD = re.compile(r"[*?\[]")
_BRACES = re.compile(r"[{},]")

MOST_ALTERNATIVES = 1000
"""Names that braces may stand for."""


HINT = "nothing of it is read; keepalived goes on as well"
DEMANDED_HINT = "put it there, or ask with a plain 'include', which keepalived does not mind; alived goes on without it"
"""Of a file that is not there."""


class TooManyError(Exception):
    """Braces stand for more names than anybody means."""


@record()
class Found:
    """The files of an include."""

    paths: tuple[str, ...]
    missing: tuple[str, ...]
    """Names and patterns that match nothing."""
    demanded: bool
    """Whether it is an error that they do not."""


def demands(words: Sequence[str], before: Demand) -> Demand:
    """What `include_check` with these words demands. `+x` adds to what was demanded before, `-x` takes away."""
    if not words:
        return ALL
    wanted = before if words[0][:1] in "+-" else NOTHING
    for word in words:
        named = _NAMES.get(word.lstrip("+-"), NOTHING)
        wanted = wanted & ~named if word.startswith("-") else wanted | named
    return wanted


def find(pattern: str, directory: str, demand: Demand, files: Files) -> Found:
    """The files that a pattern means. TooManyError."""
    paths: list[str] = []
    missing: list[str] = []
    for name in _alternatives(pattern):
        found = files.matching(name, directory)
        paths += found
        if not found:
            missing.append(name)
    if _WILDCARD.search(pattern):
        return Found(tuple(paths), () if paths else (pattern,), bool(demand & Demand.WILDCARD))
    needed = Demand.BRACE if "{" in pattern else Demand.MATCH
    return Found(tuple(paths), tuple(missing), bool(demand & needed))


def sources(
    pattern: str, directory: str, demand: Demand, place: Place, *, files: Files, report: Report
) -> Iterator[SourceText]:
    """The files that a pattern means, opened one after the other. What is not as demanded is an error, else a note."""
    try:
        found = find(pattern, directory, demand, files)
    except TooManyError:
        message = f"these braces stand for more than {MOST_ALTERNATIVES} files"
        report.error(Code.TOO_MUCH, message, place, "nothing is included")
        return
    for name in found.missing:
        message = f"no file matches '{name}'" if _WILDCARD.search(name) else f"there is no file '{name}'"
        say, hint = (report.error, DEMANDED_HINT) if found.demanded else (report.note, HINT)
        say(Code.MISSING_FILE, message, place, hint)
    for path in found.paths:
        try:
            yield _opened(path, place, files, report)
        except (NoTextError, OSError, ValueError) as error:
            message = f"'{printable(path)}' cannot be included: {reason(error)}"
            say, hint = (report.error, DEMANDED_HINT) if demand else (report.note, HINT)
            if mended := remedy(error):
                hint = f"{mended}; alived goes on without it" if demand else f"{HINT}; {mended}"
            say(Code.MISSING_FILE, message, place, hint)


def _opened(path: str, place: Place, files: Files, report: Report) -> SourceText:
    content = files.read(path)
    if content.executable:
        raise NoTextError("it is executable, as no configuration should be", f"chmod a-x {printable(path)}")
    inside = Place(printable(path), chain=(Step(INCLUDED, place), *place.chain))
    return SourceText(path, decode(content.data, inside, report), content.identity)


def _alternatives(pattern: str) -> Iterator[str]:
    """`a{b,c{d,e}}` to ab, acd, ace, as csh does it. TooManyError."""
    todo = [("", pattern)]
    made = 0
    while todo:
        head, rest = todo.pop()
        begin = rest.find("{")
        parts = _parts(rest, begin) if begin >= 0 else None
        if parts is None:
            made += 1
            yield head + rest
            continue
        if made + len(todo) + len(parts) > MOST_ALTERNATIVES:
            raise TooManyError
        alternatives, end = parts[:-1], parts[-1]
        todo += [(head + rest[:begin], alternative + end) for alternative in reversed(alternatives)]


def _parts(text: str, begin: int) -> list[str] | None:
    """The alternatives of the brace at an offset, then what follows it; None if it is not closed."""
    parts: list[str] = []
    depth, start = 1, begin + 1
    for match in _BRACES.finditer(text, start):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
        if depth == 0 or (depth == 1 and match[0] == ","):
            parts.append(text[start : match.start()])
            start = match.end()
        if depth == 0:
            return [*parts, text[start:]]
    return None
