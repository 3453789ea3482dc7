"""Who there is: instances, groups and static objects, as the configuration says; and whom a change concerns.

What does not live here: the bus (worker.py), what one instance does (instance.py).
"""

import logging
from collections.abc import Container, Iterable
from typing import Any, TypeVar

from alived.ipc.loop import Send
from alived.ipc.messages import Configure, InstanceState, State
from alived.ipc.model.config import VrrpObject
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.interfaces import GarpGroup, InterfaceDelay, LinkbeatInterface
from alived.ipc.model.routing import StaticRouting
from alived.ipc.model.vrrp import VrrpInstance
from alived.ipc.renaming import renamed, same_router
from alived.workers.vrrp import translate
from alived.workers.vrrp.devices import Devices
from alived.workers.vrrp.groups import Group
from alived.workers.vrrp.heritage import Heritage, heritage
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.instance import Instance
from alived.workers.vrrp.tracked import Kind, Observation, Watchers, interface_key, trackers_of
from alived.workers.vrrp.transport.window import window

STATIC = "static routing"
"""The holder of static addresses, routes and rules; no instance has it, as theirs have numbers."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class Roster:
    """All that this worker runs."""

    def __init__(self, host: Host, send: Send, seen: dict[str, Observation]) -> None:
        """`seen` is what is known of trackers, by key."""
        self.instances: dict[str, Instance] = {}
        """By name."""
        self.by_holder: dict[str, Instance] = {}
        """The same by what the parts of the host know them by."""
        self._host = host
        self._send = send
        self._seen = seen
        self._objects: dict[str, VrrpObject] = {}
        """Everything that is configured, by key."""
        self._by_kind: dict[type, list[Any]] = {}
        """The same by type, in the order of the configuration."""
        self._devices = Devices(host, self._begin)
        self._groups: dict[str, Group] = {}
        self._watchers = Watchers()
        self._grouped: set[str] = set()
        """Holders of instances that track what a sync group does."""
        self._track_groups: dict[str, set[str]] = {}
        """Name of an instance -> the track_groups that it is in."""
        self._concerned: dict[str, dict[str, None]] = {}
        """Interface -> holders of the instances that it matters to."""
        self._concerns: dict[str, set[str]] = {}
        """The same the other way round."""
        self._started = 0.0

    # --- the configuration --------------------------------------------------------------------------------------------

    def configure(self, message: Configure) -> None:
        """Take on new and changed objects, end dropped ones; others do not notice."""
        self._started = message.started or self._started
        dropped = [self._objects.pop(key) for key in message.drop if key in self._objects]
        self._objects |= {item.key: item for item in message.put if isinstance(item, VrrpObject)}
        self._sort()
        configs = self._all(VrrpInstance)
        last = heritage(message, configs)
        names = self._replace(dropped, configs)
        self._configure_host()
        self._devices.plan(configs, self.instances, last.instances, names | last.renamed)
        self._inherit(last)
        self._track_groups = {}
        for watching in self._all(TrackGroup):
            for member in watching.members:
                self._track_groups.setdefault(member, set()).add(watching.name)
        self._hold_static()
        self._host.virtual = self._virtual()
        tracked = self._watchers.keys()
        fresh = self._change(message)
        for key in tracked - self._watchers.keys():  # what it was will be no news when it is tracked again
            self._seen.pop(key, None)
        self._form_groups(last)
        for config in fresh:
            instance = self.instances[config.name]
            if self._devices.troubles(config.name) is not None:
                instance.start(last.resumption(config, self._until), self._until)
                self._clear_up(instance)
            else:
                self._devices.raise_later(instance)
        for group in self._groups.values():
            group.settle()
        if message.retained or fresh:
            self._devices.remove_leftovers()
        self._devices.work()
        self._host.watch_filters()

    def stop(self) -> None:
        """The daemon stops: masters say so, and nothing of ours stays in the kernel."""
        for group in self._groups.values():
            group.disband()
        for instance in self.instances.values():
            instance.stop("alived stops", stopping=True)
        for group in self._groups.values():
            group.end()
        self._devices.release(list(self.by_holder))  # removing one takes milliseconds; peers do not wait for it
        self._host.links.configure(VrrpGlobals())  # settings of the whole host end with us
        self._host.holdings.release(STATIC)

    def group_of(self, name: str) -> str:
        """Name of the sync group of an instance; empty: it is in none."""
        return next((group.config.name for group in self._groups.values() if name in group.config.members), "")

    # --- news ---------------------------------------------------------------------------------------------------------

    def tracks(self, key: str) -> bool:
        """Whether any instance tracks something."""
        return self._watchers.tracks(key)

    def judge_anew(self, key: str) -> None:
        """Something that is tracked has changed."""
        for holder in self._watchers.of(key):
            self.by_holder[holder].judge_anew()

    def links_changed(self, names: set[str]) -> tuple[set[str], set[str]]:
        """Interfaces changed: those that were made for instances are put right.

        Returns what else changed, as what is put on an interface that was made just now needs its index: the names of
        interfaces, and the holders of what was lost.
        """
        before = self._host.links.made
        for holder, failures in self._host.links.changed(names).items():
            if holder in self.by_holder:
                self._note_link_troubles(self.by_holder[holder], failures)
        return self._host.catch_up() if self._host.links.made != before else (set(), set())

    def look_around(self, names: Iterable[str], holders: set[str]) -> None:
        """Interfaces changed, or something that was held was lost: those look around whom it concerns."""
        if STATIC in holders:
            self._restore_static()
        concerned = dict.fromkeys(holder for interface in names for holder in self._concerned.get(interface, ()))
        concerned |= dict.fromkeys(sorted(holders & self.by_holder.keys()))
        for holder in concerned:
            if (instance := self.by_holder.get(holder)) is not None:
                instance.look_around()

    # --- steps of taking on a configuration ---------------------------------------------------------------------------

    def _sort(self) -> None:
        self._by_kind = {}
        for item in self._objects.values():
            self._by_kind.setdefault(type(item), []).append(item)

    def _all(self, kind: type[T]) -> list[T]:
        return self._by_kind.get(kind, [])

    def _replace(self, dropped: Iterable[VrrpObject], configs: Iterable[VrrpInstance]) -> dict[str, str]:
        """End what is dropped, or is another virtual router now; give those that go on their names.

        Returns the old name of each that has a new one.
        """
        after = {config.name: config for config in configs}
        before = {
            name: instance.config
            for name, instance in self.instances.items()
            if instance.config is not after.get(name)  # of thousands, most are the very same object
        }
        names = renamed(before, {name: config for name, config in after.items() if self._is_other(config)})
        going_on = set(names.values())
        for item in dropped:
            if isinstance(item, SyncGroup) and item.name in self._groups:
                self._groups.pop(item.name).dissolve()
            elif isinstance(item, VrrpInstance) and item.name not in going_on:
                self._end(item.name, "removed from the configuration", deleted=True)
        for name, config in before.items():  # devices and sockets go before others come
            if name in after and name not in going_on and not same_router(config, after[name]):
                self._end(name, "has become another virtual router", deleted=False)
        self._rename(names)
        return names

    def _is_other(self, config: VrrpInstance) -> bool:
        instance = self.instances.get(config.name)
        return instance is None or instance.config is not config

    def _rename(self, names: dict[str, str]) -> None:
        """Virtual routers go on under other names, of which some may have been those of others."""
        if not names:
            return
        new = {old: name for name, old in names.items()}
        self.instances = {new.get(name, name): instance for name, instance in self.instances.items()}
        for group in self._groups.values():
            group.rename(new)
        for name in names:
            self.instances[name].rename(name)
        for old in new.keys() - self.instances.keys():  # at no moment is a master not known by any name
            self._send(_farewell(old, self.instances[new[old]]))

    def _end(self, name: str, reason: str, *, deleted: bool) -> None:
        instance = self.instances.pop(name, None)
        if instance is None:
            return
        for group in self._groups.values():
            group.leave(name)
        instance.stop(reason, deleted=deleted)
        del self.by_holder[instance.holder]
        self._watchers.drop(instance.holder)
        self._grouped.discard(instance.holder)
        self._file(instance.holder, set())
        self._devices.dismiss(instance.holder)
        self._host.exchange.close_unused()

    def _configure_host(self) -> None:
        settings = next(iter(self._all(VrrpGlobals)), VrrpGlobals())
        polled = {item.name: item for item in self._all(LinkbeatInterface)}
        for config in self._all(VrrpInstance):
            if settings.linkbeat_use_polling or config.linkbeat_use_polling:
                polled.setdefault(config.interface, LinkbeatInterface(name=config.interface))
            if settings.linkbeat_use_polling:
                polled = {item.name: LinkbeatInterface(name=item.name) for item in config.track_interfaces} | polled
        polled.pop("", None)
        self._host.configure(settings, self._all(GarpGroup), self._all(InterfaceDelay), polled.values())
        self._host.listening.window = window([config.advert_int for config in self._all(VrrpInstance)])

    def _begin(self, instance: Instance) -> None:
        """The interfaces of a new instance have been made."""
        instance.start(None, self._until)
        for group in self._groups.values():
            if instance.name in group.config.members:
                group.settle()
        self._clear_up(instance)
        self._host.watch_filters()

    def _inherit(self, last: Heritage) -> None:
        """What dead predecessors held: what is still wanted stays, the rest goes before anybody speaks."""
        if not last.states:
            return
        self._host.holdings.inherit(last.addresses)
        placed = (virtual for plan in self._devices.plans.values() for virtual in (*plan.addresses, *plan.excluded))
        removed = self._host.holdings.remove_leftovers(*last.unwanted(placed, self._all(VrrpInstance)))
        if removed:
            log.info("removed what nothing configures any more: %s", ", ".join(removed))

    def _hold_static(self) -> None:
        static = next(iter(self._all(StaticRouting)), StaticRouting())
        outcome = self._host.holdings.hold(STATIC, static.addresses, static.routes, static.rules)
        for failure in outcome.failures:
            log.error("static: %s", failure.text)

    def _restore_static(self) -> None:
        outcome = self._host.holdings.complete(STATIC)
        words = (*(virtual.address for virtual in outcome.added), *outcome.restored)
        if words:
            log.warning("static, missing, put back: %s", ", ".join(words))
        for instance in self.instances.values():
            self._note_static_troubles(instance)

    def _note_static_troubles(self, instance: Instance) -> None:
        groups = self._track_groups.get(instance.name, set())
        troubles = (
            frozenset(failure.text for failure in self._host.holdings.failures(STATIC) if failure.track_group in groups)
            if groups
            else frozenset()
        )
        if troubles != instance.lacks.static:
            instance.lacks.static = troubles
            instance.settle_faults()

    def _note_link_troubles(self, instance: Instance, troubles: list[str]) -> None:
        if troubles != instance.lacks.links:
            instance.lacks.links = troubles
            instance.settle_faults()

    def _virtual(self) -> frozenset[bytes]:
        """The owner's addresses are the interface's own (RFC 9568, 5.1.1.1): its adverts may come from them."""
        return frozenset(
            translate.packed(virtual.address)
            for config in self._all(VrrpInstance)
            if not translate.owns(config)
            for virtual in (*config.addresses, *config.excluded)
        )

    def _change(self, message: Configure) -> list[VrrpInstance]:
        """Change instances in place, and make new ones; returns the configurations of those that have to be started."""
        fresh: list[VrrpInstance] = []
        plans = self._devices.plans
        changed = {item.key for item in message.put}
        groups = {member: group for group in self._all(SyncGroup) for member in group.members}
        touched = [config for config in self._all(VrrpInstance) if not self._stays(config, groups)]
        for config in touched:  # all take hold before any lets go: what moves between two masters stays
            instance = self.instances.get(config.name)
            if instance is not None and instance.machine.state is State.MASTER:
                instance.belongings.expect(config, plans[config.name])
        for config in touched:
            plan, instance = plans[config.name], self.instances.get(config.name)
            group = groups.get(config.name)
            if instance is None:
                holder = self._devices.holders[config.name]
                instance = Instance(config, plan, self._host, self._send, self._seen, holder=holder)
                self.instances[config.name] = self.by_holder[holder] = instance
                fresh.append(config)
                self._track(instance, config, group)
                self._note_static_troubles(instance)
                self._file(holder, instance.interfaces)
                continue
            grouped = group is not None or instance.holder in self._grouped
            if (
                config.key in changed
                or instance.plan != plan
                or (grouped and trackers_of(config, group) != instance.trackers)
            ):
                self._track(instance, config, group)
                instance.reconfigure(config, plan)
                instance.judge_anew()
                self._file(instance.holder, instance.interfaces)
            self._note_static_troubles(instance)
            if (troubles := self._devices.troubles(config.name)) is not None:
                self._note_link_troubles(instance, troubles)
        return fresh

    def _stays(self, config: VrrpInstance, groups: Container[str]) -> bool:
        """Nothing about it is another than before: of thousands, that is most."""
        instance = self.instances.get(config.name)
        return (
            instance is not None
            and instance.config is config
            and instance.plan is self._devices.plans[config.name]
            and not instance.lacks.static
            and instance.holder not in self._grouped
            and config.name not in groups
            and config.name not in self._track_groups
        )

    def _track(self, instance: Instance, config: VrrpInstance, group: SyncGroup | None) -> None:
        instance.lacks.links = self._devices.troubles(config.name) or []
        instance.trackers = trackers_of(config, group)
        if group is None:
            self._grouped.discard(instance.holder)
        else:
            self._grouped.add(instance.holder)
        self._watchers.put(instance.holder, instance.trackers)
        for tracker in instance.trackers:
            if tracker.kind is Kind.INTERFACE:
                self._seen[interface_key(tracker.name)] = Observation(self._host.link_states.up(tracker.name))

    def _file(self, holder: str, interfaces: set[str]) -> None:
        """Note which interfaces matter to an instance."""
        before, self._concerns[holder] = self._concerns.get(holder, set()), interfaces
        for interface in before - interfaces:
            del self._concerned[interface][holder]
        for interface in interfaces - before:
            self._concerned.setdefault(interface, {})[holder] = None
        if not interfaces:
            del self._concerns[holder]

    def _form_groups(self, last: Heritage) -> None:
        for config in self._all(SyncGroup):
            group = self._groups.get(config.name)
            if group is None:
                resumed = last.resumption_of_group(config.name)
                group = self._groups[config.name] = Group(config, self._host.alarm, self._send, resumed)
            group.configure(config, self.instances)

    @property
    def _until(self) -> float:
        """CLOCK_MONOTONIC seconds at which the startup delay ends."""
        settings = self._host.settings
        delayed = self._started + settings.startup_delay if settings.startup_delay else 0.0
        return max(delayed, settings.delay_after_boot)

    def _clear_up(self, instance: Instance) -> None:
        """Remove what a predecessor left behind of an instance that is not master."""
        config = instance.config
        if instance.machine.state is not State.MASTER and not translate.owns(config):
            belongings = (instance.belongings.addresses, config.routes, config.rules)
            if removed := self._host.holdings.remove_leftovers(*belongings):
                log.info("(%s) removed what was left behind: %s", config.name, ", ".join(removed))


def _farewell(name: str, instance: Instance) -> InstanceState:
    """A name is given up; the instance goes on under the one that it has now."""
    return InstanceState(
        instance=name,
        state=State.INIT,
        since=instance.machine.since,
        priority=instance.machine.priority,
        reason=f"renamed to {instance.name}",
        deleted=True,
        now_called=instance.name,
    )
