"""Sync groups at work: performs what the pure core wants of the members, logs and tells.

What does not live here: how the members follow each other (sync_group.py).
"""

import logging
from collections.abc import Callable, Mapping

from alived.ipc.messages import GroupState, Message, State
from alived.ipc.model.groups import SyncGroup as Config
from alived.workers.vrrp.alarm import Alarm
from alived.workers.vrrp.events import Action, Resumed
from alived.workers.vrrp.instance import Instance
from alived.workers.vrrp.sync_group import GroupChanged, MemberActs, SyncGroup

log = logging.getLogger(__name__)


class Group:
    """One vrrp_sync_group."""

    def __init__(self, config: Config, alarm: Alarm, send: Callable[[Message], None], last: Resumed | None) -> None:
        """`last` is what a predecessor of the worker said last of the group."""
        self.config = config
        self.core = SyncGroup(config.name, last)
        self._alarm = alarm
        self._send = send
        self._members: dict[str, Instance] = {}

    def configure(self, config: Config, instances: Mapping[str, Instance]) -> None:
        """Take on members by their names, and let others go; `settle` then makes the group one again."""
        self.config = config
        for name in [name for name in self._members if name not in config.members or name not in instances]:
            self.leave(name)
        for name in config.members:
            instance = instances.get(name)
            if instance is not None and self._members.get(name) is not instance:
                if name in self._members:
                    self.leave(name)
                self._members[name] = instance
                self.core.join(name, instance.machine)
                instance.group = self

    def rename(self, names: Mapping[str, str]) -> None:
        """Members have other names, by the old ones; nothing else changes."""
        self._members = {names.get(name, name): instance for name, instance in self._members.items()}
        self.core.rename(names)

    def leave(self, name: str) -> None:
        """Let a member go for itself, which goes on as it would without the group."""
        instance = self._members.pop(name, None)
        if instance is not None:
            instance.group = None
            instance.perform(self.core.leave(name, self._alarm.now()))
            instance.set_alarm()

    def follow(self, member: str, actions: list[Action]) -> None:
        """A member has done this; the others may have to follow."""
        if self.core.note(member, actions):
            self.settle()

    def settle(self) -> None:
        """Do what has to be done until all members agree."""
        while (step := self.core.step(self._alarm.now())) is not None:
            match step:
                case MemberActs():
                    instance = self._members[step.member]
                    instance.perform(step.actions)
                    instance.set_alarm()
                case GroupChanged():
                    self._tell(step)

    def dissolve(self) -> None:
        """A reload has removed the group: its members go on for themselves."""
        for name in list(self._members):
            self.leave(name)
        self._send_state(State.INIT, self._alarm.now(), deleted=True)

    def disband(self) -> None:
        """The daemon stops: its members end one by one, and nobody follows."""
        for instance in self._members.values():
            instance.group = None

    def end(self) -> None:
        """The daemon stops, and its members have ended."""
        self._send_state(State.INIT, self._alarm.now(), stopping=True)

    def _tell(self, change: GroupChanged) -> None:
        level = logging.WARNING if change.state is State.FAULT else logging.INFO
        log.log(level, "vrrp_sync_group (%s) is now %s: %s", self.config.name, change.state.value, change.reason)
        self._send_state(change.state, change.since)

    def _send_state(self, state: State, since: float, *, stopping: bool = False, deleted: bool = False) -> None:
        self._send(
            GroupState(
                group=self.config.name,
                state=state,
                since=since,
                stopping=stopping,
                deleted=deleted,
            )
        )
