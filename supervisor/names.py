"""PURE: instances that go on under other names, and so which objects of two configurations are the same ones.

What does not live here: when an instance does so (ipc/renaming.py), and what else changes (changes.py).
"""

import dataclasses
from collections.abc import Container
from typing import Any

from alived.ipc.model.checker import Notify, NotifyKind
from alived.ipc.model.config import Config
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.vrrp import VrrpInstance
from alived.ipc.renaming import renamed


class Names:
    """Those of an old and a new configuration."""

    def __init__(self, old: Config, new: Config) -> None:
        had, have = instances(old), instances(new)
        found = renamed(had, have)
        self.instances = {have[now].key: formerly for now, formerly in found.items()}
        """Key in the new configuration -> name in the old one, of each instance that goes on under another name."""
        self._new = {formerly: now for now, formerly in found.items()}
        self._keys = {
            before: after
            for formerly, now in self._new.items()
            for before, after in (
                (had[formerly].key, have[now].key),
                (Notify(name=formerly).key, Notify(name=now).key),
            )
        }
        self._taken = set(self._keys.values())

    def key(self, key: str) -> str:
        """What the key of an object of the old configuration is in the new one."""
        return self._keys.get(key, key)

    def goes_on(self, key: str, have: Container[str]) -> bool:
        """Whether an object of the old configuration is in the new one, which has objects of the keys `have`."""
        return self.key(key) in have and (key in self._keys or key not in self._taken)

    def applied(self, item: Any) -> Any:
        """An object of the old configuration with the names that instances have in the new one."""
        match item:
            case VrrpInstance() | Notify(kind=NotifyKind.INSTANCE) if item.name in self._new:
                return dataclasses.replace(item, name=self._new[item.name])
            case SyncGroup() | TrackGroup():
                return dataclasses.replace(item, members=tuple(self._new.get(name, name) for name in item.members))
        return item


def instances(config: Config) -> dict[str, VrrpInstance]:
    """The instances that the vrrp worker runs, by name."""
    return {item.name: item for item in config.vrrp if isinstance(item, VrrpInstance)}
