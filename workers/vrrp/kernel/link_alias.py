"""What alived notes at an interface that it has made, in its alias: for whom, and what settings were before.

PURE. The kernel keeps the note when a worker is killed. So its heir knows which interfaces are alived's, and puts the
settings of the base interface back to what they were before there was any. `ip link` shows it to everyone else.
"""

from collections.abc import Mapping
from typing import NamedTuple

OURS = "alived"
LONGEST = 255
"""Bytes; IFALIASZ of linux/if.h without the NUL."""


class Note(NamedTuple):
    """What an alias says."""

    holder: str
    """The instance that the interface is for."""
    before: dict[tuple[str, str, str], int]
    """Family, interface and name of a setting (sysctl), and its value before; an interface of "" is none."""


def written(note: Note) -> str:
    """The alias of a note; settings before the instance's name, as only that can be cut."""
    settings = ",".join(f"{'/'.join(key)}={value}" for key, value in sorted(note.before.items()))
    words = f"{OURS} {settings} for {note.holder}" if settings else f"{OURS} for {note.holder}"
    return words.encode()[:LONGEST].decode(errors="ignore")


def read(alias: str) -> Note | None:
    """The note of an alias; None: alived did not write it."""
    head, found, holder = alias.partition(" for ")
    ours, _, settings = head.partition(" ")
    if ours != OURS or not found:
        return None
    return Note(holder, dict(_settings(settings)))


def _settings(text: str) -> Mapping[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    for word in text.split(","):
        name, _, value = word.partition("=")
        match name.split("/"):
            case [family, interface, setting] if value.isdecimal():
                found[family, interface, setting] = int(value)
    return found
