"""Weights that cannot count, or that never make a difference.

The priority of an address owner is 255 whatever happens (RFC 9568 section 5.2.4), and the members of a sync group shall
have one order on all machines, so that keepalived does not let their own trackers change it.
"""

from typing import Any, Protocol

from alived.ipc.model.vrrp import InstanceRole
from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.sections import Section
from alived.supervisor.config.tracking import WORDS, Tracked

LOWEST, HIGHEST = 1, 254
"""Priorities of routers that do not own the addresses."""

LITTLE = 10
"""Priorities of two routers mostly differ by this much or more."""


class _Weighted(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def weight(self) -> int: ...
    @property
    def reverse(self) -> bool: ...


def without_weights(tracked: Tracked, section: Section, why: str, report: Report, *, owner: bool) -> Tracked:
    """What is still tracked by an address owner, or else by a member of a sync group, with a diagnostic at each change.

    As in keepalived: what has a weight is no longer tracked, but an interface of a member is tracked without it, and so
    is a file whose weight nobody has chosen; processes stay as they are.
    """
    kept: dict[str, tuple[Any, ...]] = tracked._asdict()
    for kind in ("scripts", "interfaces", "files", "bfds", "virtual_servers"):
        stays = []
        for tracker in kept[kind]:
            if not tracker.weight:
                stays.append(tracker)
                continue
            as_fault = tracker.weight == 1 if kind == "files" else kind == "interfaces" and not owner
            hint = "its failure is a fault now; say weight 0" if as_fault else "it is not tracked; say weight 0"
            message = f"the weight of {tracker.name} does not go with {why}"
            report.warning(Code.CONFLICT, message, line_of(section, kind, tracker.name), hint)
            if as_fault:
                stays.append(type(tracker)(name=tracker.name, weight=0, reverse=tracker.reverse))
        kept[kind] = tuple(stays)
    return Tracked(**kept)


def advise(tracked: Tracked, priority: int, section: Section, report: Report) -> None:
    """Advice about weights that never change the priority, as it is at a limit whatever they add, or hardly do."""
    if not any(tracked) or any(file.weight for file in tracked.files):
        return  # what files add is only known when they are read
    trackers: list[tuple[str, _Weighted]] = []
    for kind in ("scripts", "interfaces", "processes", "bfds", "virtual_servers"):
        trackers += [(kind, tracker) for tracker in getattr(tracked, kind) if tracker.weight]
    best = priority + sum(max(_changes(tracker)) for _, tracker in trackers)
    worst = priority + sum(min(_changes(tracker)) for _, tracker in trackers)
    if worst < HIGHEST and best > LOWEST:
        _advise_of_little(trackers, best - worst, section, report)
        return
    limit = HIGHEST if worst >= HIGHEST else LOWEST
    for kind, tracker in trackers:
        message = f"the weight of {tracker.name} makes no difference: the priority is {limit} in any case"
        hint = f"priorities end at {LOWEST} and {HIGHEST}; give the instance another one"
        report.advice(Code.NO_EFFECT, message, line_of(section, kind, tracker.name), hint)


def _advise_of_little(trackers: list[tuple[str, _Weighted]], span: int, section: Section, report: Report) -> None:
    """The trap that most people fall into: a failing check lowers the priority by less than the peer's distance."""
    if trackers and span < LITTLE and section.find("state", InstanceRole) is InstanceRole.MASTER:
        kind, tracker = trackers[0]
        message = f"what it tracks changes the priority by {span} at most"
        hint = f"a peer whose priority is more than {span} lower never takes over; give a larger weight, or 0 for fault"
        report.advice(Code.WEAK_WEIGHT, message, line_of(section, kind, tracker.name), hint)


def line_of(section: Section, kind: str, name: str) -> Place:
    """Where a tracker is named."""
    entries = section.entries(WORDS[kind])
    return next((entry.place(0) for entry in entries if entry.value.name == name), section.place)


def _changes(tracker: _Weighted) -> tuple[int, int]:
    """What it adds to the priority in its two states."""
    return 0, -tracker.weight if tracker.reverse else tracker.weight
