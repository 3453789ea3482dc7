"""Quoted strings with escapes; the expected values are what keepalived 2.2 made of the same text."""

import pytest

from alived.supervisor.config.strings import StringError, split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  a b ", ["a", "b"]),
        ('abcd" efg h jkl "mnop', ["abcd efg h jkl mnop"]),
        ('abcd "efg h jkl" mnop', ["abcd", "efg h jkl", "mnop"]),
        ("'a \"b' \"c 'd\"", ['a "b', "c 'd"]),
        ('""', [""]),
        (r"a\ b \"c", ["a b", '"c']),
        (r"\a\b\E\f\n\r\t\v", ["\a\b\x1b\f\n\r\t\v"]),
        (r"\x41\102 \cA \q\\", ["AB", "\x01", "q\\"]),
        (r"\1234 \x141", ["S4", "A"]),
    ],
)
def test_strings(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize("text", ['"a', "a 'b", "a\\", r"\0", r"\x00", r"\c@", r'"\400"'])
def test_no_string(text: str) -> None:
    with pytest.raises(StringError):
        split(text)
