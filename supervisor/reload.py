"""PURE: an old and a new configuration -> what changes, in messages and in words.

Objects are compared by key and value; only those that differ are sent. A worker whose slice does not change hears
nothing, an object that does not change is not mentioned. What a change is in detail, and what it disturbs, is found in
changes.py.
"""

from alived.ipc.model.config import Config, ConfigObject
from alived.ipc.record import record
from alived.supervisor.changes import Change, changes


@record(kw_only=True)
class Update:
    """What one worker has to take on."""

    worker: str
    put: tuple[ConfigObject, ...] = ()
    drop: tuple[str, ...] = ()


@record(kw_only=True)
class Plan:
    """What a reload does."""

    stop: tuple[str, ...]
    """Workers that have nothing left to do once they have taken on the updates."""
    updates: tuple[Update, ...]
    """In the order in which they have to be taken on."""
    changes: tuple[Change, ...]
    """Every object that is added, changed or removed."""
    words: tuple[str, ...]
    """One line for each of these."""


def plan(old: Config, new: Config) -> Plan:
    """What has to happen so that a daemon that runs `old` runs `new`. Of many thousand changes it takes seconds."""
    before, after = old.slices, new.slices
    updates = []
    # The checker first: what the vrrp worker says of a new instance is told only if it is known how.
    # The vrrp worker, even if it has nothing left: what is removed is told of otherwise than what ends with the daemon.
    concerned = [worker for worker in before if worker in after or worker == "vrrp"]
    for worker in sorted(concerned, key=lambda worker: worker != "checker"):
        had = {item.key: item for item in before[worker]}
        have = {item.key: item for item in new.all_slices[worker]}
        # The checker writes all states into its pipes at each reload, also at one that changes nothing for it.
        told = worker == "checker" and have and new.settings.fifo_write_vrrp_states_on_reload
        if had != have or told:
            put = tuple(item for key, item in have.items() if had.get(key) != item)
            updates.append(Update(worker=worker, put=put, drop=tuple(key for key in had if key not in have)))
    found = changes(old, new)
    return Plan(
        stop=tuple(worker for worker in before if worker not in after),
        updates=tuple(updates),
        changes=found,
        words=tuple(change.words for change in found),
    )
