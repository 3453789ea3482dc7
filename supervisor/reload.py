"""PURE: an old and a new configuration -> what changes, in messages and in words.

Objects are compared by key and value; only those that differ are sent. A worker whose slice does not change hears
nothing, an object that does not change is not mentioned.
"""

import dataclasses
from dataclasses import dataclass

from alived.ipc.model import Config, ConfigObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one worker has to take on."""

    worker: str
    put: tuple[ConfigObject, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a reload does."""

    stop: tuple[str, ...]
    """Workers that have nothing left to do."""
    change: tuple[Change, ...]
    words: tuple[str, ...]
    """One line for each object that is added, changed or removed."""


def plan(old: Config, new: Config) -> Plan:
    """What has to happen so that a daemon that runs `old` runs `new`."""
    before, after = old.slices, new.slices
    changes = []
    words: list[str] = []
    for worker, objects in new.all_slices.items():
        had = {item.key: item for item in old.all_slices[worker]}
        have = {item.key: item for item in objects}
        words += [f"{key}: removed" for key in had if key not in have]
        words += [_describe(key, had.get(key), item) for key, item in have.items() if had.get(key) != item]
        if worker in before and worker in after and had != have:
            put = tuple(item for key, item in have.items() if had.get(key) != item)
            changes.append(Change(worker=worker, put=put, drop=tuple(key for key in had if key not in have)))
    return Plan(
        stop=tuple(worker for worker in before if worker not in after),
        change=tuple(changes),
        words=tuple(words),
    )


def _describe(key: str, old: ConfigObject | None, new: ConfigObject) -> str:
    if old is None:
        return f"{key}: added"
    fields = [
        field.name
        for field in dataclasses.fields(new)
        if getattr(old, field.name, dataclasses.MISSING) != getattr(new, field.name)
    ]
    return f"{key}: {', '.join(fields)} changed"
