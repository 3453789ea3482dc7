"""What a worker is told of its dead predecessor: who goes on where that one stopped, and what nobody wants any more.

PURE. An instance that has another name by now is found by what its peers know it by. What does not live here: what the
supervisor retains (supervisor/router.py), and removing what is left behind (kernel/holdings.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from alived.ipc.messages import Configure, GroupState, InstanceState
from alived.ipc.model.routing import Route, Rule, VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance
from alived.ipc.renaming import pairs, virtual_router
from alived.workers.vrrp import translate
from alived.workers.vrrp.events import Resumed


@dataclass(slots=True)
class Heritage:
    """What predecessors said last; nothing, but in the first configuration of a worker."""

    states: list[InstanceState] = field(default_factory=list)
    """Of all instances that they ran."""
    instances: dict[str, InstanceState] = field(default_factory=dict)
    """Of those that go on, by the names that they have now."""
    renamed: dict[str, str] = field(default_factory=dict)
    """The old name of each of these that has a new one."""
    groups: dict[str, GroupState] = field(default_factory=dict)
    silent_for: float = 0.0
    """Seconds since they were known to be well."""

    def resumption(self, config: VrrpInstance, until: float) -> Resumed | None:
        """How an instance goes on; None: as if there had been none. `until` is when a startup delay ends."""
        return translate.resumption(config, self.instances.get(config.name), self.silent_for, until)

    def resumption_of_group(self, name: str) -> Resumed | None:
        """How a sync group goes on."""
        last = self.groups.get(name)
        return None if last is None else Resumed(last.state, last.since)

    @property
    def addresses(self) -> list[VirtualAddress]:
        """All that they held."""
        return [virtual for state in self.states for virtual in state.held]

    def unwanted(
        self, placed: Iterable[VirtualAddress], configs: Sequence[VrrpInstance]
    ) -> tuple[list[VirtualAddress], list[Route], list[Rule]]:
        """What they held and nobody is to have now; `placed` are all addresses on the devices that they are put on."""
        wanted = {translate.key_of(virtual) for virtual in placed}
        routes = {route for config in configs for route in config.routes}
        rules = {rule for config in configs for rule in config.rules}
        return (
            [virtual for virtual in self.addresses if translate.key_of(virtual) not in wanted],
            [route for state in self.states for route in state.held_routes if route not in routes],
            [rule for state in self.states for rule in state.held_rules if rule not in rules],
        )


def heritage(message: Configure, configs: Iterable[VrrpInstance]) -> Heritage:
    """What a Configure retains, for these instances."""
    found = Heritage(silent_for=message.silent_for)
    for retained in message.retained:
        if isinstance(retained, InstanceState):
            found.states.append(retained)
        elif isinstance(retained, GroupState):
            found.groups[retained.group] = retained
    if not found.states:
        return found
    states = {state.instance: state for state in found.states}
    routers = {config.name: virtual_router(config) for config in configs}
    found.renamed = pairs({name: state.virtual_router for name, state in states.items()}, routers)
    for name, router in routers.items():
        last = states.get(found.renamed.get(name, name))
        if last is not None and last.virtual_router in (router, ""):
            found.instances[name] = last
    return found
