"""Who there is: instances, groups and static objects, as the configuration says; and whom a change concerns.

What does not live here: the bus (worker.py), what one instance does (instance.py).
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from alived.ipc.loop import Send
from alived.ipc.messages import Configure, GroupState, InstanceState, State
from alived.ipc.model.config import VrrpObject
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.interfaces import GarpGroup, InterfaceDelay, LinkbeatInterface
from alived.ipc.model.routing import StaticRouting, VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance
from alived.workers.vrrp import translate
from alived.workers.vrrp.chores import Chores
from alived.workers.vrrp.events import Resumed
from alived.workers.vrrp.groups import Group
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.instance import Instance
from alived.workers.vrrp.kernel import link_plan
from alived.workers.vrrp.kernel.link_plan import LinkPlan
from alived.workers.vrrp.tracked import Kind, Observation, Watchers, interface_key, trackers_of
from alived.workers.vrrp.transport.window import window

STATIC = "static routing"
"""The holder of static addresses, routes and rules; no instance has this name, as it is not a word."""

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Heritage:
    """What predecessors said last, and whether it is too old for a master to go on."""

    instances: dict[str, InstanceState] = field(default_factory=dict)
    groups: dict[str, GroupState] = field(default_factory=dict)
    silent_for: float = 0.0


class Roster:
    """All that this worker runs."""

    def __init__(self, host: Host, send: Send, seen: dict[str, Observation]) -> None:
        """`seen` is what is known of trackers, by key."""
        self.instances: dict[str, Instance] = {}
        """By name."""
        self._host = host
        self._send = send
        self._seen = seen
        self._objects: dict[str, VrrpObject] = {}
        """Everything that is configured, by key."""
        self._by_kind: dict[type, list[Any]] = {}
        """The same by type, in the order of the configuration."""
        self._plans: dict[str, LinkPlan] = {}
        """By name of the instance."""
        self._groups: dict[str, Group] = {}
        self._watchers = Watchers()
        self._grouped: set[str] = set()
        """Names of instances that track what a sync group does."""
        self._track_groups: dict[str, set[str]] = {}
        """Name of an instance -> the track_groups that it is in."""
        self._concerned: dict[str, dict[str, None]] = {}
        """Interface -> names of the instances that it matters to."""
        self._concerns: dict[str, set[str]] = {}
        """The same the other way round."""
        self._chores = Chores(host.alarm)
        self._unraised: set[str] = set()
        """Names of instances whose interfaces are still to be made."""
        self._dismissed: dict[str, None] = {}
        """Keys of instances whose interfaces are still to be removed."""
        self._started = 0.0

    # --- the configuration --------------------------------------------------------------------------------------------

    def configure(self, message: Configure) -> None:
        """Take on new and changed objects, end dropped ones; others do not notice."""
        heritage = _heritage(message)
        self._started = message.started or self._started
        for key in message.drop:
            self._drop(self._objects.pop(key, None))
            self._dismiss(key)
        self._objects |= {item.key: item for item in message.put if isinstance(item, VrrpObject)}
        self._sort()
        self._configure_host()
        self._end_others()
        self._plan(heritage)
        self._inherit(heritage)
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
        self._form_groups(heritage)
        for config in fresh:
            instance = self.instances[config.name]
            if config.name in self._troubles:
                instance.start(self._resumption(config, heritage), self._until)
                self._clear_up(instance)
            else:
                self._unraised.add(config.name)
                self._chores.add(partial(self._raise, instance))
        for group in self._groups.values():
            group.settle()
        if message.retained or fresh:
            self._chores.add(self._remove_leftovers)
        self._chores.run()
        self._host.watch_filters()

    def stop(self) -> None:
        """The daemon stops: masters say so, and nothing of ours stays in the kernel."""
        self._chores.drop()
        for group in self._groups.values():
            group.disband()
        for instance in self.instances.values():
            instance.stop("alived stops", stopping=True)
        for group in self._groups.values():
            group.end()
        for instance in self.instances.values():  # removing an interface takes milliseconds; peers do not wait for it
            self._host.links.release(instance.config.key)
        for key in self._dismissed:
            self._host.links.release(key)
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
        for name in self._watchers.of(key):
            self.instances[name].judge_anew()

    def links_changed(self, names: set[str]) -> tuple[set[str], set[str]]:
        """Interfaces changed: those that were made for instances are put right.

        Returns what else changed, as what is put on an interface that was made just now needs its index: the names of
        interfaces, and the holders of what was lost.
        """
        before = self._host.links.made
        by_key = {instance.config.key: instance for instance in self.instances.values()} if names else {}
        for holder, failures in self._host.links.changed(names).items():
            if holder in by_key:
                self._note_link_troubles(by_key[holder], failures)
        return self._host.catch_up() if self._host.links.made != before else (set(), set())

    def look_around(self, names: Iterable[str], holders: set[str]) -> None:
        """Interfaces changed, or something that was held was lost: those look around whom it concerns."""
        if STATIC in holders:
            self._restore_static()
        concerned = dict.fromkeys(name for interface in names for name in self._concerned.get(interface, ()))
        concerned |= dict.fromkeys(sorted(holders & self.instances.keys()))
        for name in concerned:
            if (instance := self.instances.get(name)) is not None:
                instance.look_around()

    # --- steps of taking on a configuration ---------------------------------------------------------------------------

    def _sort(self) -> None:
        self._by_kind = {}
        for item in self._objects.values():
            self._by_kind.setdefault(type(item), []).append(item)

    def _all(self, kind: type[T]) -> list[T]:
        return self._by_kind.get(kind, [])

    def _drop(self, item: VrrpObject | None) -> None:
        if isinstance(item, VrrpInstance):
            self._end(item.name, "removed from the configuration", deleted=True)
        elif isinstance(item, SyncGroup) and item.name in self._groups:
            self._groups.pop(item.name).dissolve()

    def _end(self, name: str, reason: str, *, deleted: bool) -> None:
        instance = self.instances.pop(name, None)
        if instance is None:
            return
        for group in self._groups.values():
            group.leave(name)
        self._unraised.discard(name)
        instance.stop(reason, deleted=deleted)
        self._watchers.drop(name)
        self._grouped.discard(name)
        self._file(name, set())
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

    def _end_others(self) -> None:
        """End instances that are another virtual router from now on: first their devices and sockets go."""
        for config in self._all(VrrpInstance):
            instance = self.instances.get(config.name)
            if instance is not None and not translate.same_router(instance.config, config):
                self._end(config.name, "has become another virtual router", deleted=False)
                self._dismiss(config.key)

    def _dismiss(self, key: str) -> None:
        """Remove, in good time, the interfaces that were made for an instance."""
        self._dismissed[key] = None
        self._chores.add(partial(self._remove_links, key))

    def _remove_links(self, key: str) -> None:
        if key in self._dismissed:  # otherwise another plan has taken the place of that one
            del self._dismissed[key]
            self._host.links.release(key)

    def _plan(self, heritage: _Heritage) -> None:
        """Have the interfaces that instances need; those of new instances are made in good time (`_raise`)."""
        links = self._host.links
        plans = link_plan.plans(self._all(VrrpInstance), self._host.settings, links.known())
        self._plans = {config.name: plans[config.key] for config in self._all(VrrpInstance)}
        self._troubles = {
            config.name: links.ensure(config.key, self._plans[config.name])
            for config in self._all(VrrpInstance)
            if not self._plans[config.name].links
            or config.name in heritage.instances  # then they are there
            or (config.name in self.instances and config.name not in self._unraised)
        }
        for config in self._all(VrrpInstance):
            if config.name in self._troubles:
                self._dismissed.pop(config.key, None)
        if any(self._plans[name].links for name in self._troubles):
            self._host.look_again()

    def _raise(self, instance: Instance) -> None:
        """Make the interfaces of a new instance, and start it."""
        if self.instances.get(instance.name) is not instance:  # it has ended before it began
            return
        self._unraised.discard(instance.name)
        instance.link_troubles = self._host.links.ensure(instance.config.key, instance.plan)
        self._host.read_reports()
        instance.start(None, self._until)
        for group in self._groups.values():
            if instance.name in group.config.members:
                group.settle()
        self._clear_up(instance)
        self._host.watch_filters()

    def _inherit(self, heritage: _Heritage) -> None:
        """What dead predecessors held: what is still wanted stays, the rest goes before anybody speaks."""
        if not heritage.instances:
            return
        last = heritage.instances.values()
        addresses = [virtual for state in last for virtual in state.held]
        self._host.holdings.inherit(addresses)
        wanted = {translate.key_of(virtual) for plan in self._plans.values() for virtual in _placed(plan)}
        routes = {route for config in self._all(VrrpInstance) for route in config.routes}
        rules = {rule for config in self._all(VrrpInstance) for rule in config.rules}
        removed = self._host.holdings.remove_leftovers(
            [virtual for virtual in addresses if translate.key_of(virtual) not in wanted],
            [route for state in last for route in state.held_routes if route not in routes],
            [rule for state in last for rule in state.held_rules if rule not in rules],
        )
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
        if troubles != instance.static_troubles:
            instance.static_troubles = troubles
            instance.settle_faults()

    def _note_link_troubles(self, instance: Instance, troubles: list[str]) -> None:
        if troubles != instance.link_troubles:
            instance.link_troubles = troubles
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
        changed = {item.key for item in message.put}
        groups = {member: group for group in self._all(SyncGroup) for member in group.members}
        for config in self._all(VrrpInstance):  # all take hold before any lets go: what moves between two masters stays
            if (master := self.instances.get(config.name)) is not None and master.machine.state is State.MASTER:
                master.belongings.expect(config, self._plans[config.name])
        for config in self._all(VrrpInstance):
            plan, instance = self._plans[config.name], self.instances.get(config.name)
            if instance is None:
                instance = Instance(config, plan, self._host, self._send, self._seen)
                self.instances[config.name] = instance
                fresh.append(config)
                self._track(instance, config, groups.get(config.name))
                self._note_static_troubles(instance)
                self._file(config.name, instance.interfaces)
                continue
            group = groups.get(config.name)
            grouped = group is not None or config.name in self._grouped
            if (
                config.key in changed
                or instance.plan != plan
                or (grouped and trackers_of(config, group) != instance.trackers)
            ):
                self._track(instance, config, group)
                instance.reconfigure(config, plan)
                instance.judge_anew()
                self._file(config.name, instance.interfaces)
            self._note_static_troubles(instance)
            if config.name in self._troubles:
                self._note_link_troubles(instance, self._troubles[config.name])
        return fresh

    def _track(self, instance: Instance, config: VrrpInstance, group: SyncGroup | None) -> None:
        instance.link_troubles = self._troubles.get(config.name, [])
        instance.trackers = trackers_of(config, group)
        if group is None:
            self._grouped.discard(config.name)
        else:
            self._grouped.add(config.name)
        self._watchers.put(config.name, instance.trackers)
        for tracker in instance.trackers:
            if tracker.kind is Kind.INTERFACE:
                self._seen[interface_key(tracker.name)] = Observation(self._host.link_states.up(tracker.name))

    def _file(self, name: str, interfaces: set[str]) -> None:
        """Note which interfaces matter to an instance."""
        before, self._concerns[name] = self._concerns.get(name, set()), interfaces
        for interface in before - interfaces:
            del self._concerned[interface][name]
        for interface in interfaces - before:
            self._concerned.setdefault(interface, {})[name] = None
        if not interfaces:
            del self._concerns[name]

    def _form_groups(self, heritage: _Heritage) -> None:
        for config in self._all(SyncGroup):
            group = self._groups.get(config.name)
            if group is None:
                last = heritage.groups.get(config.name)
                resumed = None if last is None else Resumed(last.state, last.since)
                group = self._groups[config.name] = Group(config, self._host.alarm, self._send, resumed)
            group.configure(config, self.instances)

    def _resumption(self, config: VrrpInstance, heritage: _Heritage) -> Resumed | None:
        last = heritage.instances.get(config.name)
        return translate.resumption(config, last, heritage.silent_for, self._until)

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

    def _remove_leftovers(self) -> None:
        """Remove interfaces and filters that predecessors left behind and nobody has now."""
        if removed := self._host.links.remove_leftovers():
            log.info("removed interfaces that were left behind: %s", ", ".join(removed))
        self._host.filters.remove_leftovers()


def _placed(plan: LinkPlan) -> tuple[VirtualAddress, ...]:
    return (*plan.addresses, *plan.excluded)


def _heritage(message: Configure) -> _Heritage:
    found = _Heritage(silent_for=message.silent_for)
    for retained in message.retained:
        if isinstance(retained, InstanceState):
            found.instances[retained.instance] = retained
        elif isinstance(retained, GroupState):
            found.groups[retained.group] = retained
    return found
