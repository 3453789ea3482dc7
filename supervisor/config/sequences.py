"""`~SEQ(…)`, `~SEQx(…)` and `~LST(…)` at the begin of a line: which values its variables take, one after the other."""

import re
from collections.abc import Iterable

from alived.ipc.record import record

_HEAD = re.compile(r"~(?P<kind>SEQx?|LST)[ \t]*\((?P<inside>[^)]*)\)")
_KIND = re.compile(r"~(?:SEQ|LST)")
_NUMBER = re.compile(r"[ \t]*(?P<number>[+-]?(?:0[xX][0-9A-Fa-f]{1,15}|[0-9]{1,18})?)[ \t]*")
_ITEM = re.compile(r"[ \t]*(?:\{(?P<items>[^{}]*)\}|(?P<item>[^{}, \t]*))[ \t]*(?P<end>,|\Z)")


class SequenceError(Exception):
    """It is not written as it must be; the message says what is wrong."""


@record()
class Head:
    """Where a sequence stands in a line."""

    kind: str
    """`SEQ`, `SEQx` or `LST`."""
    start: int
    """Offsets of what is between its parentheses."""
    end: int


@record()
class Sequence:
    """What the variables of a sequence are, one time after the other."""

    names: tuple[str, ...]
    rows: Iterable[tuple[str, ...]]
    """Their values for each time."""
    count: int
    """How many times."""


def begins(text: str, at: int) -> bool:
    """Whether a sequence begins there."""
    return _KIND.match(text, at) is not None


def head(text: str, at: int) -> Head:
    """The sequence that begins at an offset. SequenceError."""
    match = _HEAD.match(text, at)
    if match is None:
        raise SequenceError("its ')' is missing" if ")" not in text[at:] else "after its name a '(' must follow")
    return Head(match["kind"], *match.span("inside"))


def read(kind: str, inside: str) -> Sequence:
    """What stands between the parentheses. SequenceError."""
    if kind == "LST":
        return _read_list(inside)
    name, *numbers = inside.split(",")
    name = name.strip(" \t")
    if not name or not numbers:
        raise SequenceError("it takes a variable and one to three numbers")
    values = _range([_number(number) for number in numbers])
    if kind == "SEQx" and (values.start < 0 or values[-1] < 0):
        raise SequenceError("~SEQx takes only positive numbers")
    rows = ((f"{value:x}",) for value in values) if kind == "SEQx" else ((str(value),) for value in values)
    return Sequence((name,), rows, len(values))


def _number(text: str) -> int:
    """A number as strtol takes it: decimal, 0x…, or octal with a leading 0; nothing is 0."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise SequenceError(f"'{text.strip()}' is not a number")
    digits = match["number"].lstrip("+-").lower()
    try:
        base = 16 if digits.startswith("0x") else 8 if digits.startswith("0") else 10
        value = int(digits or "0", base)
    except ValueError:
        raise SequenceError(f"'{text.strip()}' is not a number; with a leading 0 it is octal") from None
    return -value if match["number"].startswith("-") else value


def _range(numbers: list[int]) -> range:
    """The values from `end`, `start, end` or `start, step, end`."""
    if len(numbers) > 3:
        raise SequenceError("it takes at most three numbers: start, step and end")
    end = numbers[-1]
    start = numbers[0] if len(numbers) > 1 else -1 if end < 0 else 1
    step = numbers[1] if len(numbers) == 3 else 1 if start <= end else -1
    if step == 0:
        raise SequenceError("its step is 0")
    if (end - start) * step < 0:
        raise SequenceError(f"with a step of {step} nothing leads from {start} to {end}")
    return range(start, end + (1 if step > 0 else -1), step)


def _read_list(inside: str) -> Sequence:
    names, *rows = _items(inside)
    if not rows:
        raise SequenceError("it takes a variable and at least one value")
    if not all(names):
        raise SequenceError("a variable has no name")
    for row in rows:
        if len(row) > len(names):
            raise SequenceError(f"{len(row)} values are more than its {len(names)} variables")
    filled = [(*row, *("",) * (len(names) - len(row))) for row in rows]
    return Sequence(names, filled, len(filled))


def _items(inside: str) -> list[tuple[str, ...]]:
    """What the commas separate, each with its parts if it is in braces."""
    items: list[tuple[str, ...]] = []
    at = 0
    while True:
        match = _ITEM.match(inside, at)
        if match is None:
            raise SequenceError("a value may have no blank and no brace in it; several stand in '{…}' with commas")
        group = match["items"]
        items.append((match["item"],) if group is None else tuple(part.strip(" \t") for part in group.split(",")))
        if not match["end"]:
            return items
        at = match.end()
