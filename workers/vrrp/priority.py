"""The priority of an instance at this moment: what is configured, and what its tracked scripts make of it.

PURE. What does not live here: running scripts (the checker worker), and what a priority or a fault leads to (fsm.py).
"""

from collections.abc import Mapping
from typing import NamedTuple

from alived.ipc.model.vrrp import TrackedScript

OWNER = 255
"""Priority of the router that owns the addresses (RFC 3768, 5.3.4): tracking does not move it."""
LOWEST, HIGHEST = 1, 254
"""Priorities of all others."""


class Standing(NamedTuple):
    """What tracking makes of an instance."""

    effective: int
    base: int
    reasons: tuple[str, ...]
    """One line per contribution to the priority, as `script check_nginx_alive: -15`."""
    faults: frozenset[str]
    """Named faults; the instance may not run while there is one."""


def standing(base: int, scripts: tuple[TrackedScript, ...], up: Mapping[str, bool]) -> Standing:
    """Judge tracked scripts by their last reports (`track_script` of keepalived.conf(5)).

    A positive weight is added while the script is up, a negative one while it is down; `reverse` turns the sign over.
    A script of weight 0 is a fault while it is down, or up with `reverse`, and while it has not reported yet.
    `up` maps script names to verdicts; a script that is not in it has not reported.
    """
    reasons: list[str] = []
    faults: set[str] = set()
    total = base
    for script in scripts:
        verdict = up.get(script.name)
        if script.weight == 0:
            if fault := _fault(script, verdict):
                faults.add(fault)
        elif verdict is not None and base != OWNER and (change := _contribution(script, up=verdict)):
            reasons.append(f"script {script.name}: {change:+d}")
            total += change
    effective = base if base == OWNER else min(max(total, LOWEST), HIGHEST)
    return Standing(effective, base, tuple(reasons), frozenset(faults))


def _contribution(script: TrackedScript, *, up: bool) -> int:
    counts = script.weight > 0 if up else script.weight < 0
    sign = -1 if script.reverse else 1
    return sign * script.weight if counts else 0


def _fault(script: TrackedScript, up: bool | None) -> str:
    """Name of the fault of a script of weight 0; empty: none."""
    if up is None:
        return f"script {script.name} has not reported yet"
    if up == script.reverse:
        return f"script {script.name} is {'up' if up else 'down'}"
    return ""
