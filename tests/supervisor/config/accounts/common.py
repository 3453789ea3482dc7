"""What a configuration comes to, in the same words from two sides: keepalived's dump, and alived's model.

Each kind of thing has a pair of functions, `…_said` from a part of the dump and `…_read` from the model; both give an
account that can be compared with `==`. Defaults and inheritance are in both. Seconds are seconds.

``instances``  vrrp_instance and its addresses
``settings``   global_defs
``tracking``   what instances track, and groups of them
``servers``    virtual servers and real servers
``checks``     how real servers are checked

What lives here: what several of them need.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from alived.ipc.model.common import Program
from alived.ipc.model.config import Config
from tests.supervisor.config.dumped import Part

Account = dict[str, object]
Kind = TypeVar("Kind")


class Tracked(Protocol):
    """One line of a track_ block."""

    @property
    def name(self) -> str:
        """Of what is tracked."""

    @property
    def weight(self) -> int:
        """What it adds."""

    @property
    def reverse(self) -> bool:
        """It takes away instead."""


def weights_said(part: Part, heading: str) -> Account:
    """Name -> weight of what is tracked."""
    found: Account = {}
    for line in part.below(heading):
        name, weight = re.split(r"[,:]? weight ", line)
        found[name] = weight
    return found


def weights_read(tracked: Iterable[Tracked]) -> Account:
    """Name -> weight of what is tracked."""
    return {one.name: f"{one.weight}{' reverse' * one.reverse}" for one in tracked}


def program_read(program: Program | None) -> str:
    """A program as keepalived logs it."""
    if program is None:
        return ""
    return " ".join(f"'{word}'" for word in program.argv) + f", uid:gid {program.uid}:{program.gid}"


def everything(config: Config, kind: type[Kind]) -> list[Kind]:
    """All objects of a kind that a configuration has."""
    found = (*config.vrrp, *config.checker, *config.lvs, *config.kept)
    return [one for one in found if isinstance(one, kind)]


def apart(read: Mapping[str, object], said: Mapping[str, object]) -> list[str]:
    """Where two accounts of many things differ, by name and value."""
    found = [f"{name}: only one of the two has it" for name in read.keys() ^ said.keys()]
    for name in read.keys() & said.keys():
        ours, theirs = read[name], said[name]
        if isinstance(ours, dict) and isinstance(theirs, dict):
            found += [f"{name}: {line}" for line in apart(ours, theirs)]
        elif ours != theirs:
            found.append(f"{name}: alived {ours!r}, keepalived {theirs!r}")
    return sorted(found)
