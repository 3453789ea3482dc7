"""PURE: who is told of changes of instances and groups: what the checker worker is given of them.

The programs of an instance stand in its block, those of a group in the group; whether there is mail depends on
global_defs too, and a pipe is told of everything. Here all of that becomes one object for each instance and group.
What does not live here: how a program is found (build_notify.py), and how anything is told (workers/checker).
"""

from collections.abc import Iterable
from dataclasses import replace

from alived.ipc.model.checker import Notify, NotifyKind
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.settings import Settings
from alived.ipc.model.vrrp import VrrpInstance


def told(
    settings: Settings, instances: Iterable[VrrpInstance], groups: Iterable[SyncGroup], programs: Iterable[object]
) -> tuple[Notify, ...]:
    """One object for each instance and each group of which anybody is told, in the order of the file.

    `programs`: among others the Notify objects of the instances, with their programs alone.
    """
    own = {item.name: item for item in programs if isinstance(item, Notify)}
    piped = bool(settings.notify_fifo or settings.vrrp_notify_fifo)
    mailed = bool(settings.mail.to and settings.mail.server)
    found = [
        replace(
            own.get(instance.name, Notify(name=instance.name)),
            smtp_alert=mailed and instance.smtp_alert,
            priority_changes=piped and instance.notify_priority_changes,
        )
        for instance in instances
    ]
    found += [
        Notify(
            kind=NotifyKind.GROUP,
            name=group.name,
            master=group.notify_master,
            backup=group.notify_backup,
            fault=group.notify_fault,
            stop=group.notify_stop,
            any_state=group.notify,
            smtp_alert=mailed and group.smtp_alert,
        )
        for group in groups
    ]
    return tuple(notify for notify in found if piped or notify != Notify(kind=notify.kind, name=notify.name))
