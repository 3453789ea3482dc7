"""What an instance can't work without and does not have, in words: each by its name, none counted.

What does not live here: what becomes of it (fsm.py), and what is tracked by configuration (priority.py).
"""

from collections.abc import Iterable

from alived.ipc.model.vrrp import VrrpInstance
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.kernel.link_plan import LinkPlan

RETRY = 300.0
"""Seconds after which what could not be had is tried again; each try disturbs a living master."""


class Lacks:
    """The faults of one instance that come from this host."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.links: list[str] = []
        """What is wrong with the interfaces that were made for it."""
        self.static: frozenset[str] = frozenset()
        """Static addresses, routes and rules that are missing, of track groups that it is in."""
        self.belongings: set[str] = set()
        """What a master could not have when it last tried."""
        self.retry_due: float | None = None
        """CLOCK_MONOTONIC seconds; None: nothing is to be tried again."""
        self._tried_on: dict[str, int] = {}
        """Its interfaces when it tried, by name, with their indexes."""

    def all(self, config: VrrpInstance, plan: LinkPlan) -> set[str]:
        """Everything."""
        found = {*self.links, *self.static, *self.belongings, *self.of_interfaces(config, plan)}
        if not config.mcast_group and not config.unicast_peers:
            found.add("there is no unicast_peer")
        return found

    def of_interfaces(self, config: VrrpInstance, plan: LinkPlan) -> set[str]:
        """Interfaces that have to be up and are not."""
        found: set[str] = set()
        for name in _needed(config, plan):
            if self._host.interfaces.get(name) is None:
                found.add(f"interface {name} is missing")
            elif not self._host.link_states.up(name):
                found.add(f"interface {name} is down")
        return found

    def tried(self, refused: set[str], interfaces: Iterable[str]) -> None:
        """Note what a master could not have, which needs these interfaces; empty: it has all."""
        self.belongings = refused
        if refused:
            self.retry_due = self._host.alarm.now() + RETRY
            self._tried_on = self._indexes(interfaces)

    def forgive(self) -> None:
        """What was refused may be granted when it is tried the next time."""
        self.retry_due, self.belongings = None, set()

    def forgive_others(self, interfaces: Iterable[str]) -> None:
        """The same if an interface went, and another one came in its place."""
        if self.belongings and self._tried_on != self._indexes(interfaces):
            self.forgive()

    def _indexes(self, names: Iterable[str]) -> dict[str, int]:
        found = ((name, self._host.interfaces.get(name)) for name in names)
        return {name: interface.link.ifindex for name, interface in found if interface is not None}


def _needed(config: VrrpInstance, plan: LinkPlan) -> set[str]:
    """Of an interface that was made for the instance, the one below counts."""
    needed = {virtual.dev for virtual in (*plan.addresses, *plan.excluded) if not virtual.no_track}
    if not config.dont_track_primary:
        needed |= {config.interface, plan.send_on}
    below = {link.name: link.base for link in plan.links}
    return {below.get(name, name) for name in needed} - {""}
