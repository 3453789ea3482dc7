"""The priority of an instance at this moment: what is configured, and what all that it tracks makes of it.

PURE. What does not live here: what an instance tracks (tracked.py), watching it (the checker, lvs and bfd workers), and
what a priority or a fault leads to (fsm.py).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from alived.workers.vrrp.tracked import Kind, Observation, Tracker

OWNER = 255
"""Priority of the router that owns the addresses (RFC 3768, 5.3.4): tracking does not move it."""
LOWEST, HIGHEST = 1, 254
"""Priorities of all others."""

FILE_FAULT, FILE_MOST = -254, 253
"""What a track_file adds is at most the one, and at the other or below a fault (keepalived.conf(5), track_file)."""

_DOWN = Observation(up=False)
_NEVER_SEEN = {Kind.INTERFACE: _DOWN}
"""What is down until it is seen: an interface that is not there. All else is not known, which changes nothing."""

_WORDS = {Kind.VIRTUAL_SERVER: ("below its quorum", "at its quorum")}
"""Kind -> what is said of it when it is down, and when it is up, if it is not these words."""


class Standing(NamedTuple):
    """What tracking makes of an instance."""

    effective: int
    base: int
    reasons: tuple[str, ...]
    """One line per contribution to the priority, as `script check_nginx_alive: -15`, `interface eth1 down: -20`."""
    faults: frozenset[str]
    """Named faults; the instance may not run while there is one."""
    awaited: tuple[str, ...] = ()
    """What has not reported yet and could be a fault: an instance does not begin before it has."""


def judge(base: int, trackers: Iterable[Tracker], seen: Mapping[str, Observation]) -> Standing:
    """Judge all that an instance tracks by what was last seen of it, filed by key (`track_*` of keepalived.conf(5)).

    A positive weight is added while a tracker is up, a negative one while it is down; `reverse` turns the sign over.
    A tracker of weight 0 is a fault while it is down, or up with `reverse`; while nobody knows, it is awaited. A file
    adds its number times the weight; with weight 0 any number but 0 is a fault, or with `reverse` 0 is.
    """
    reasons: list[str] = []
    faults: set[str] = set()
    awaited: list[str] = []
    total = base
    for tracker in trackers:
        observation = seen.get(tracker.key) or _NEVER_SEEN.get(tracker.kind)
        if observation is None:
            awaited += _awaited(tracker)
        elif fault := _fault(tracker, observation):
            faults.add(fault)
        elif base != OWNER and (change := _contribution(tracker, observation)):
            reasons.append(f"{_told(tracker, observation)}: {change:+d}")
            total += change
    effective = base if base == OWNER else min(max(total, LOWEST), HIGHEST)
    return Standing(effective, base, tuple(reasons), frozenset(faults), tuple(awaited))


def _awaited(tracker: Tracker) -> tuple[str, ...]:
    """Who has BFD sessions says of each that it is down before it is up; if nobody says anything, nobody has them."""
    return () if tracker.weight or tracker.kind is Kind.BFD else (tracker.key,)


def _contribution(tracker: Tracker, observation: Observation) -> int:
    if tracker.kind is Kind.FILE:
        return min(_product(tracker, observation), FILE_MOST)
    counts = tracker.weight > 0 if observation.up else tracker.weight < 0
    sign = -1 if tracker.reverse else 1
    return sign * tracker.weight if counts else 0


def _product(file: Tracker, observation: Observation) -> int:
    return observation.value * (-file.weight if file.reverse else file.weight)


def _fault(tracker: Tracker, observation: Observation) -> str:
    """Name of the fault of a tracker, the same for as long as it lasts; empty: none."""
    if tracker.kind is Kind.FILE:
        return _file_fault(tracker, observation)
    if tracker.weight == 0 and observation.up == tracker.reverse:
        return f"{tracker.key} is {_state(tracker.kind, observation)}"
    return ""


def _file_fault(file: Tracker, observation: Observation) -> str:
    if file.weight:
        too_low = _product(file, observation) <= FILE_FAULT
        return f"{file.key} counts less than {FILE_FAULT + 1}" if too_low else ""
    if (observation.value == 0) == file.reverse:
        return f"{file.key} is 0" if file.reverse else f"{file.key} is not 0"
    return ""


def _told(tracker: Tracker, observation: Observation) -> str:
    """A tracker as contributions name it. A script has always been named alone."""
    match tracker.kind:
        case Kind.SCRIPT:
            return tracker.key
        case Kind.FILE:
            return f"{tracker.key} is {observation.value}"
        case _:
            return f"{tracker.key} {_state(tracker.kind, observation)}"


def _state(kind: Kind, observation: Observation) -> str:
    return _WORDS.get(kind, ("down", "up"))[observation.up]
