"""PURE: what was told last of each instance and group, and so whether a message is news.

After a restart of this worker nothing is told twice, and nothing is lost. What the first Configure retains is the state
of the world, and was told by the predecessor: unless it began after that one was last known to be well. Messages that
arrived while there was no checker are delivered as news after it.

An instance that a reload gives another name is known by it from then on, and nobody is told.

An instance that a reload removes says so once. Whether that message or the new configuration comes first does not
matter: how it is told is remembered until the message or the next reload.
"""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from alived.ipc.messages import GroupState, InstanceState, LowerPriorityHeard, PriorityChanged, State
from alived.ipc.model.checker import Notify, NotifyKind
from alived.workers.checker.notify_plan import Occasion, Word

Happening = InstanceState | GroupState | PriorityChanged | LowerPriorityHeard
"""What the vrrp worker says that may have to be told."""

STATES = {State.MASTER: Word.MASTER, State.BACKUP: Word.BACKUP, State.FAULT: Word.FAULT}
"""INIT is told to nobody."""

_Name = tuple[NotifyKind, str]


class _State(NamedTuple):
    """The state that was told last."""

    word: Word | None
    """None: one that is told to nobody."""
    priority: int
    """Of an instance that entered it; 0 of a group."""


class Ledger:
    """Compares what happens with what was told."""

    def __init__(self) -> None:
        self._notify: dict[_Name, Notify] = {}
        self._leaving: dict[_Name, Notify] = {}
        """Of what the last reload removed, and has not said so yet."""
        self._removals: set[_Name] = set()
        """What has said so before the reload was heard of here."""
        self._states: dict[_Name, _State] = {}
        self._priorities: dict[str, int] = {}
        """Effective priority of each instance that has said that it changed."""
        self._inherited: set[str] = set()
        """Instances of which it is not known what the predecessor told of their priority."""
        self._handled_until = -math.inf

    def configure(self, put: Iterable[Notify], drop: Iterable[str]) -> None:
        """Take on and forget how changes are told. That is no change of state, and no news."""
        gone = set(drop)
        dropped = {name: notify for name, notify in self._notify.items() if notify.key in gone}
        for name in dropped:
            del self._notify[name]
        self._leaving = {name: notify for name, notify in dropped.items() if name not in self._removals}
        self._removals.clear()
        for notify in put:
            self._notify[notify.kind, notify.name] = notify

    def resume(self, retained: Iterable[Happening], handled_until: float) -> list[Occasion]:
        """Take note of the world as it is; what began after `handled_until` is news. CLOCK_MONOTONIC seconds."""
        self._handled_until = handled_until
        found: list[Occasion] = []
        for message in retained:
            if isinstance(message, PriorityChanged):
                self._priorities[message.instance] = message.effective
            else:
                found += self.receive(message)
        self._inherited = {name for kind, name in self._states if kind is NotifyKind.INSTANCE}
        return found

    def receive(self, message: Happening) -> list[Occasion]:
        """Something happened: what has to be told of it, nothing or one thing."""
        match message:
            case InstanceState(now_called=str(name)) if name:
                self._forget(message.instance)
                return []
            case InstanceState(deleted=True):
                return list(self._removed(message))
            case InstanceState(formerly=str(name)) if name:
                self._know(message)
                return []
            case InstanceState():
                return list(self._entered((NotifyKind.INSTANCE, message.instance), message, message.priority))
            case GroupState(deleted=True):
                self._states.pop((NotifyKind.GROUP, message.group), None)  # as in keepalived nobody is told
                return []
            case GroupState():
                return list(self._entered((NotifyKind.GROUP, message.group), message, 0))
            case PriorityChanged():
                return list(self._reprioritised(message))
        notify = self._notify.get((NotifyKind.INSTANCE, message.instance))
        return [Occasion(notify=notify, word=Word.LOWER_PRIORITY, priority=message.priority)] if notify else []

    def present(self) -> list[Occasion]:
        """The state of everything, as if it had just been entered (fifo_write_vrrp_states_on_reload)."""
        found = []
        for (kind, name), notify in self._notify.items():
            state = self._states.get((kind, name))
            if state is not None and state.word is not None:
                changed = self._priorities.get(name) if kind is NotifyKind.INSTANCE else None
                priority = state.priority if changed is None else changed
                found.append(Occasion(notify=notify, word=state.word, priority=priority))
        return found

    def _entered(self, name: _Name, message: InstanceState | GroupState, priority: int) -> Iterator[Occasion]:
        word = _word(message)
        before = self._states.get(name)
        if before is not None and before.word is word:
            return  # said again, since addresses have changed
        self._states[name] = _State(word, priority)
        self._removals.discard(name)
        if word is None or (before is None and message.since <= self._handled_until):
            return
        if (notify := self._notify.get(name)) is not None:
            yield Occasion(notify=notify, word=word, priority=priority)

    def _know(self, message: InstanceState) -> None:
        """An instance has another name, and entered no state; as in keepalived nobody is told."""
        name = (NotifyKind.INSTANCE, message.instance)
        self._states[name] = _State(_word(message), message.priority)
        self._priorities[message.instance] = message.priority
        self._inherited.discard(message.instance)
        self._removals.discard(name)

    def _forget(self, instance: str) -> None:
        """There is no instance of this name any more."""
        name = (NotifyKind.INSTANCE, instance)
        self._states.pop(name, None)
        self._priorities.pop(instance, None)
        self._inherited.discard(instance)
        self._leaving.pop(name, None)

    def _removed(self, message: InstanceState) -> Iterator[Occasion]:
        name = (NotifyKind.INSTANCE, message.instance)
        leaving = self._leaving.get(name)
        self._forget(message.instance)
        notify = leaving or self._notify.get(name)
        if notify is not None and name not in self._removals:
            self._removals.add(name)
            word = Word.DELETED if notify.says_deleted else Word.FAULT
            yield Occasion(notify=notify, word=word, priority=message.priority, removed=True)

    def _reprioritised(self, message: PriorityChanged) -> Iterator[Occasion]:
        name = (NotifyKind.INSTANCE, message.instance)
        state, notify = self._states.get(name), self._notify.get(name)
        before = self._priorities.get(message.instance)
        if before is None and message.instance not in self._inherited:
            before = state.priority if state else message.base
        self._priorities[message.instance] = message.effective
        if before != message.effective and notify is not None and notify.priority_changes:
            master = state is not None and state.word is Word.MASTER
            word = Word.MASTER_PRIORITY if master else Word.BACKUP_PRIORITY
            yield Occasion(notify=notify, word=word, priority=message.effective)


def _word(message: InstanceState | GroupState) -> Word | None:
    return Word.STOP if message.stopping else STATES.get(message.state)
