"""PURE: which message goes where, and what is retained for a worker that comes back.

The last message of each key is kept (see messages.py). A worker that comes back is given what it said itself
and what was said to it, so that it takes up where the dead one stopped. What arrives for a worker while it is away
waits, and is delivered after that as news: a notify program is not lost because the checker was just restarting.
"""

from collections import OrderedDict
from itertools import count

from alived.ipc.messages import (
    GroupState,
    InstanceState,
    LowerPriorityHeard,
    Message,
    PriorityChanged,
    RealServerState,
    Retained,
    TrackerChanged,
    VirtualServerState,
)
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.config import Config
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.lvs import VirtualServer
from alived.ipc.model.tracking import TrackFile, TrackProcess
from alived.ipc.model.vrrp import VrrpInstance
from alived.ipc.record import record

Routed = (
    TrackerChanged
    | PriorityChanged
    | InstanceState
    | GroupState
    | LowerPriorityHeard
    | RealServerState
    | VirtualServerState
)
"""What may come from a worker for others. Observers see all of it."""

ROUTES: dict[type[Message], tuple[str, ...]] = {
    TrackerChanged: ("vrrp",),
    PriorityChanged: ("checker",),
    InstanceState: ("checker",),
    GroupState: ("checker",),
    LowerPriorityHeard: ("checker",),
    RealServerState: ("lvs",),
    VirtualServerState: ("vrrp",),
}
"""Kind -> the workers that receive it."""

MAX_WAITING = 10_000
"""Messages that wait for one worker; the oldest give way.

What a stranger's adverts can cause as often as he likes waits once for each instance, and pushes nothing out.
"""


@record()
class Delivery:
    """Give this message to this worker now."""

    worker: str
    message: Routed


class Router:
    """What was said last, by whom, and what waits for whom."""

    def __init__(self, retained: tuple[tuple[str, Retained], ...] = ()) -> None:
        self._retained: dict[str, tuple[str, Retained]] = {}
        self._present: set[str] = set()
        self._waiting: dict[str, OrderedDict[str, Routed]] = {}
        """What waits for each worker, in order; by instance what waits once, all else by a running number."""
        self._numbers = count()
        for sender, message in retained:
            self._keep(sender, message)

    def receive(self, sender: str, message: Routed) -> list[Delivery]:
        """A worker said something that others may want."""
        if not isinstance(message, LowerPriorityHeard):  # news, and no state
            self._keep(sender, message)
        deliveries = []
        for worker in ROUTES[type(message)]:
            if worker in self._present:
                deliveries.append(Delivery(worker, message))
            else:
                self._wait(worker, message)
        return deliveries

    def returns(self, worker: str) -> tuple[Retained, ...]:
        """A worker is there: what it must know before anything new. `waiting` has what comes after."""
        self._present.add(worker)
        waiting = self._waiting.get(worker, OrderedDict())
        news = {message.key for message in waiting.values() if not isinstance(message, LowerPriorityHeard)}
        return tuple(
            message
            for key, (sender, message) in self._retained.items()
            if sender == worker or (worker in ROUTES.get(type(message), ()) and key not in news)
        )

    def waiting(self, worker: str) -> tuple[Routed, ...]:
        """What arrived for a worker while it was away, in order; it is handed out once."""
        return tuple(self._waiting.pop(worker, {}).values())

    def leaves(self, worker: str) -> None:
        """A worker has ended: what comes for it waits."""
        self._present.discard(worker)

    def observe(self, message: Retained) -> None:
        """Keep something that the supervisor itself has to tell observers."""
        self._keep("supervisor", message)

    def prune(self, sender: str, config: Config) -> None:
        """A worker has taken on `config`: what it said about things that are no longer in it is forgotten."""
        known = keys(config)
        for key, (speaker, _) in list(self._retained.items()):
            if speaker == sender and key not in known:
                del self._retained[key]

    def forget(self, sender: str) -> None:
        """A worker is no longer needed: nothing that it said, and nothing about it, is true any more."""
        for key, (speaker, _) in list(self._retained.items()):
            if speaker == sender or key == f"worker {sender}":
                del self._retained[key]
        self._waiting.pop(sender, None)

    @property
    def retained(self) -> tuple[tuple[str, Retained], ...]:
        """Everything kept, as (sender, message)."""
        return tuple(self._retained.values())

    def _wait(self, worker: str, message: Routed) -> None:
        waiting = self._waiting.setdefault(worker, OrderedDict())
        if isinstance(message, LowerPriorityHeard):
            key = f"lower {message.instance}"
            if key in waiting or len(waiting) < MAX_WAITING:
                waiting[key] = message
            return
        waiting[str(next(self._numbers))] = message
        if len(waiting) > MAX_WAITING:
            waiting.popitem(last=False)

    def _keep(self, sender: str, message: Retained) -> None:
        self._retained[message.key] = (sender, message)


def keys(config: Config) -> frozenset[str]:
    """The keys under which anything about this configuration can be retained."""
    found: set[str] = set()
    for item in (*config.vrrp, *config.checker, *config.lvs):
        match item:
            case VrrpInstance():
                found |= {f"instance {item.name}", f"priority {item.name}"}
            case SyncGroup():
                found.add(f"sync_group {item.name}")
            case VrrpScript():
                found.add(f"tracker script {item.name}")
            case TrackFile():
                found.add(f"tracker file {item.name}")
            case TrackProcess():
                found.add(f"tracker process {item.name}")
            case VirtualServer():
                found.add(f"virtual_server {item.name}")
                found |= {f"real_server {item.name} {server.name}" for server in item.real_servers}
            case _:
                pass
    return frozenset(found)
