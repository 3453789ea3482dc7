"""The interfaces that are made for instances: planned for all of them together, made and removed in good time.

Each takes the kernel some milliseconds: those of new instances, which begin after that, and of ended ones are a chore
for each, in the order in which the configuration wants them. So is the beginning of a new instance that needs none, as
there may be thousands. Running instances get theirs at once. What does not live here: which interfaces are needed
(kernel/link_plan.py), and how they are made (kernel/links.py).
"""

import itertools
import logging
from collections.abc import Callable, Container, Mapping, Sequence
from functools import partial

from alived.ipc.model.vrrp import VrrpInstance
from alived.ipc.renaming import virtual_router
from alived.workers.vrrp.chores import Chores
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.instance import Instance
from alived.workers.vrrp.kernel import link_plan
from alived.workers.vrrp.kernel.link_plan import LinkPlan

log = logging.getLogger(__name__)


class Devices:
    """Those of all instances."""

    def __init__(self, host: Host, begin: Callable[[Instance], None]) -> None:
        """`begin` starts an instance whose interfaces have been made."""
        self.plans: dict[str, LinkPlan] = {}
        """By name of the instance."""
        self.holders: dict[str, str] = {}
        """By name: what the parts of the host know the instance by."""
        self._planned: dict[str, VrrpInstance] = {}
        """What these are the plans of."""
        self._host = host
        self._begin = begin
        self._numbers = itertools.count(1)
        self._troubles: dict[str, list[str]] = {}
        """By name, of instances whose interfaces have been seen to: what is wrong with them."""
        self._chores = Chores(host.alarm)
        self._unraised: set[str] = set()
        """Holders of interfaces that are still to be made."""
        self._dismissed: set[str] = set()
        """Holders of interfaces that are still to be removed."""

    def plan(
        self,
        configs: Sequence[VrrpInstance],
        running: Mapping[str, Instance],
        resumed: Container[str],
        renamed: Mapping[str, str],
    ) -> None:
        """Have the interfaces that instances need; those of new instances wait for `raise_later`.

        All of these are by name: `running` has the instances that there are, `resumed` those of which a predecessor has
        told, so that what they need is there already, and `renamed` the old name of each that has a new one.
        """
        links = self._host.links
        known = link_plan.renamed(links.known(), renamed)
        kept = {config.name: self.plans[config.name] for config in configs if self._stays(config)}
        others = [config for config in configs if config.name not in kept]
        plans = link_plan.plans(others, self._host.settings, known)
        self.plans = kept | {config.name: plans[config.key] for config in others}
        self._planned = {config.name: config for config in configs}
        self.holders = {
            config.name: running[config.name].holder if config.name in running else self._new_holder(config)
            for config in configs
        }
        self._troubles = {name: self._troubles[name] for name in kept} | {
            name: links.ensure(self.holders[name], plan)
            for name, plan in self.plans.items()
            if name not in kept and (name in resumed or (name in running and self.holders[name] not in self._unraised))
        }
        if any(self.plans[name].links for name in self._troubles):
            self._host.look_again()

    def _stays(self, config: VrrpInstance) -> bool:
        """The plan of one that is as before, and makes nothing that others could want to make, is as before, too."""
        is_same = self._planned.get(config.name) is config and config.name in self._troubles
        return is_same and not self.plans[config.name].links

    def troubles(self, name: str) -> list[str] | None:
        """What is wrong with the interfaces of an instance, in words; None: they are still to be made."""
        return self._troubles.get(name)

    def raise_later(self, instance: Instance) -> None:
        """Make the interfaces of a new instance, if it needs any, and have it begin, both in good time."""
        self._unraised.add(instance.holder)
        self._chores.add(partial(self._raise, instance))

    def dismiss(self, holder: str) -> None:
        """The instance has ended: remove its interfaces in good time."""
        self._unraised.discard(holder)
        self._dismissed.add(holder)
        self._chores.add(partial(self._remove, holder))

    def remove_leftovers(self) -> None:
        """Remove in good time what predecessors left behind and nobody has then: interfaces and filters."""
        self._chores.add(self._remove_leftovers)

    def work(self) -> None:
        """Do of all that what there is time for now, and the rest in later turns."""
        self._chores.run()

    def release(self, holders: Sequence[str]) -> None:
        """The daemon stops: remove all at once, those of ended instances, too."""
        self._chores.drop()
        for holder in (*holders, *self._dismissed):
            self._host.links.release(holder)

    def _new_holder(self, config: VrrpInstance) -> str:
        return f"{virtual_router(config)} #{next(self._numbers)}"

    def _raise(self, instance: Instance) -> None:
        if instance.holder not in self._unraised:  # it has ended before it began
            return
        self._unraised.discard(instance.holder)
        instance.lacks.links = self._troubles[instance.name] = self._host.links.ensure(instance.holder, instance.plan)
        if instance.plan.links:
            self._host.read_reports()
        self._begin(instance)

    def _remove(self, holder: str) -> None:
        self._dismissed.discard(holder)
        self._host.links.release(holder)

    def _remove_leftovers(self) -> None:
        if removed := self._host.links.remove_leftovers():
            log.info("removed interfaces that were left behind: %s", ", ".join(removed))
        self._host.filters.remove_leftovers()
