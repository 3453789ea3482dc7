"""PURE: the number in a track_file, as keepalived reads it: strtol(3) with base 0 of the first bytes.

What does not live here: reading the file (files.py), and what its number adds to a priority (the vrrp worker).
"""

import re

LONGEST = 127
"""Bytes of a file that are looked at."""
LOWEST, HIGHEST = -(1 << 31), (1 << 31) - 1

_NUMBER = re.compile(rb"[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_HEXADECIMAL, _OCTAL = (b"0x", b"0X"), b"0"


def number_in(text: bytes) -> int | None:
    """The number at the beginning of a text; None: there is none, which counts as 0.

    Decimal, hexadecimal after 0x, octal after 0. What follows it is not looked at. OverflowError: it has more than 32
    bits, and then keepalived stays with the number it had.
    """
    match = _NUMBER.match(text[:LONGEST])
    if match is None:
        return None
    sign, digits = match.groups()
    base = 16 if digits.startswith(_HEXADECIMAL) else 8 if digits.startswith(_OCTAL) else 10
    value = int(digits, base) * (-1 if sign == b"-" else 1)
    if not LOWEST <= value <= HIGHEST:
        raise OverflowError(f"{value} is out of range")
    return value
