"""Texts that no author would write: real configurations with something wrong in them, in many ways.

    python -m tests.supervisor.config.mutations COUNT [SEED]

reads COUNT of them, each from a random number of its own, and prints those that made the reader fail. What does not
live here: what must hold of every text (soundness.py).
"""

import random
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.supervisor.config.soundness import assert_sound
from tests.supervisor.config.written import DIRECTORY

TEXTS = tuple(path.read_text() for path in sorted((DIRECTORY / "valid").glob("*.conf")))
"""Together they have every word and every construct of the language."""

SNIPPETS = (
    "{", "}", '"', "'", "\\", "\\\n", "\n", " ", "\t", "\r", "\x85", "\u2028", "#", "!", "é", "\U0001f600", "\ufeff",
    "\u0663", "$X", "$X=1\n", "$X=$X\n", "${X}", "$X= \\\n  a \\\n  b\n", "${_RANDOM 1 9}", "${_ENV HOME}", "${_PWD}",
    "~SEQ(I, 1, 3) ", "~SEQ(I, 3, 1, -1) ", "~SEQx(I, 1, 9)", "~LST(A, a, b) ", "~LST({A, B}, {a, b}, {c, d}) ",
    "~SEQ(", "@here ", "@^here ", "@^", "include x\n", "include *\n", "includea {a,b}\n", "-1", "0", "1.5", "::",
    "99999999999999999999", "10.0.0.0/33", "brd +", "vrrp_instance X {", "virtual_server 10.0.0.1 80 {",
    "global_defs {", "auth_pass s3cret",
)  # fmt: skip

PIECES = (*SNIPPETS, *sorted({line for text in TEXTS for line in text.split("\n")}))

_WORD = re.compile(r"[^\s{}]+")


class Step(NamedTuple):
    """One change: which, where, and what with; numbers of any size."""

    kind: int
    at: int
    other: int


def _replaced(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def _words(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _WORD.finditer(text)] or [(0, 0)]


def _swap(text: str, step: Step) -> str:
    words = _words(text)
    one, other = sorted((words[step.at % len(words)], words[step.other % len(words)]))
    return _replaced(_replaced(text, other, text[slice(*one)]), one, text[slice(*other)])


def _drop(text: str, step: Step) -> str:
    words = _words(text)
    return _replaced(text, words[step.at % len(words)], "")


def _double(text: str, step: Step) -> str:
    words = _words(text)
    span = words[step.at % len(words)]
    return _replaced(text, span, f"{text[slice(*span)]}{' ' * (step.other % 2)}{text[slice(*span)]}")


def _without_brace(text: str, step: Step) -> str:
    braces = [at for at, char in enumerate(text) if char in "{}"] or [0]
    at = braces[step.at % len(braces)]
    return text[:at] + text[at + 1 :]


def _cut(text: str, step: Step) -> str:
    lines = text.split("\n")
    number = step.at % len(lines)
    lines[number] = lines[number][: step.other % (len(lines[number]) + 1)]
    return "\n".join(lines)


def _end(text: str, step: Step) -> str:
    return text[: step.at % (len(text) + 1)]


def _repeat(text: str, step: Step) -> str:
    lines = text.split("\n")
    number = step.at % len(lines)
    return "\n".join(lines[: number + 1 + step.other % 9] + lines[number:])


def _change(text: str, step: Step) -> str:
    at = step.at % (len(text) + 1)
    return text[:at] + chr(step.other % 0x2100 or 1) + text[at + 1 :]


def _insert(text: str, step: Step) -> str:
    at = step.at % (len(text) + 1)
    return text[:at] + SNIPPETS[step.other % len(SNIPPETS)] + text[at:]


def _join(text: str, step: Step) -> str:
    ends = [at for at, char in enumerate(text) if char == "\n"] or [0]
    at = ends[step.at % len(ends)]
    return text[:at] + " " * (step.other % 2) + text[at + 1 :]


KINDS: tuple[Callable[[str, Step], str], ...] = (
    _swap, _drop, _double, _without_brace, _cut, _end, _repeat, _change, _insert, _join,
)  # fmt: skip


def mutated(text: str, steps: Iterable[Step]) -> str:
    """The text after some changes."""
    for step in steps:
        text = KINDS[step.kind % len(KINDS)](text, step)
    return text


def from_seed(seed: int) -> str:
    """One of those texts; every fifth is made of pieces of many."""
    chance = random.Random(seed)
    if seed % 5 == 0:
        return chance.choice(("\n", " ", "")).join(chance.choices(PIECES, k=chance.randint(1, 60)))
    number = chance.randint(1, 8)
    steps = [Step(chance.randrange(len(KINDS)), chance.getrandbits(32), chance.getrandbits(32)) for _ in range(number)]
    return mutated(chance.choice(TEXTS), steps)


def main() -> None:
    """Read many."""
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    failures = 0
    for seed in range(first, first + count):
        try:
            assert_sound(from_seed(seed))
        except Exception:
            failures += 1
            sys.stdout.write(f"--- {seed}\n{traceback.format_exc()}\n")
    sys.stdout.write(f"{count} texts, {failures} failures\n")


if __name__ == "__main__":
    main()
