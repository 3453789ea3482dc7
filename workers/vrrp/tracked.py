"""What an instance tracks, by itself and through its sync group, as one list; and which instances track what.

PURE. What does not live here: what the trackers make of a priority (priority.py), and who watches them: the checker,
lvs and bfd workers, and for interfaces this worker itself.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from alived.ipc.messages import TrackerChanged, VirtualServerState
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.vrrp import VrrpInstance


class Kind(StrEnum):
    """What is tracked; the first word of a tracker's key."""

    SCRIPT = "script"
    INTERFACE = "interface"
    FILE = "file"
    PROCESS = "process"
    BFD = "bfd"
    VIRTUAL_SERVER = "virtual_server"


class Tracker(NamedTuple):
    """One line of a track block, its weight resolved."""

    key: str
    """`script NAME`, `interface NAME` and so on: what observations are filed under."""
    kind: Kind
    name: str
    weight: int
    """0: failing is a fault."""
    reverse: bool


class Observation(NamedTuple):
    """What was last seen of a tracker."""

    up: bool
    """Of a virtual server: it has its quorum."""
    value: int = 0
    """The number in a track_file; 0 if there is none, as keepalived has it."""


def observed(message: TrackerChanged | VirtualServerState) -> tuple[str, Observation]:
    """The key and the observation that another worker tells of."""
    if isinstance(message, VirtualServerState):
        return f"{Kind.VIRTUAL_SERVER} {message.virtual_server}", Observation(message.quorum_up)
    return message.tracker, Observation(message.up, message.value)


def interface_key(name: str) -> str:
    """What observations of an interface are filed under."""
    return f"{Kind.INTERFACE} {name}"


def trackers_of(instance: VrrpInstance, group: SyncGroup | None = None) -> tuple[Tracker, ...]:
    """What decides on an instance: its own trackers, then those that only its group has.

    A tracker that both have counts once: with the group's weight, unless for the instance it is without weight, which
    is a fault either way (keepalived's add_obj_to_track_file and its like).
    """
    found = {tracker.key: tracker for tracker in _lines(instance)}
    for tracker in _lines(group) if group is not None else ():
        own = found.get(tracker.key)
        if own is None or own.weight:
            found[tracker.key] = tracker
    return tuple(found.values())


def _lines(item: VrrpInstance | SyncGroup) -> Iterator[Tracker]:
    for kind, lines in (
        (Kind.SCRIPT, item.track_scripts),
        (Kind.INTERFACE, item.track_interfaces),
        (Kind.FILE, item.track_files),
        (Kind.PROCESS, item.track_processes),
        (Kind.BFD, item.track_bfds),
        (Kind.VIRTUAL_SERVER, item.track_virtual_servers),
    ):
        for line in lines:
            yield Tracker(f"{kind} {line.name}", kind, line.name, line.weight, line.reverse)


class Watchers:
    """Which instances track what, so that a change of one tracker is the concern of these alone."""

    def __init__(self) -> None:
        self._tracked: dict[str, tuple[str, ...]] = {}
        """Instance -> keys of its trackers."""
        self._instances: dict[str, dict[str, None]] = {}
        """Key -> instances, in the order in which they came."""

    def put(self, instance: str, trackers: Iterable[Tracker]) -> None:
        """An instance tracks these from now on, and nothing else."""
        self.drop(instance)
        self._tracked[instance] = tuple(tracker.key for tracker in trackers)
        for key in self._tracked[instance]:
            self._instances.setdefault(key, {})[instance] = None

    def drop(self, instance: str) -> None:
        """An instance tracks nothing any more."""
        for key in self._tracked.pop(instance, ()):
            instances = self._instances[key]
            del instances[instance]
            if not instances:
                del self._instances[key]

    def of(self, key: str) -> tuple[str, ...]:
        """The instances that track something; a copy, as what follows from news may change them."""
        return tuple(self._instances.get(key, ()))

    def keys(self) -> set[str]:
        """Everything that any instance tracks."""
        return set(self._instances)

    def tracks(self, key: str) -> bool:
        """Whether any instance does."""
        return key in self._instances
