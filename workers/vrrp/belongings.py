"""What an instance has while it is master: addresses, routes and rules, the filters of those, and what it announces.

What does not live here: when it is master (fsm.py), how things get into the kernel (kernel), and the bytes and the pace
of announcements (wire, transport).
"""

import logging
from collections.abc import Iterable

from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.kernel.filter_rules import is_filtered
from alived.workers.vrrp.kernel.holdings import Outcome
from alived.workers.vrrp.kernel.link_plan import Kind, LinkPlan
from alived.workers.vrrp.wire.garp import Burst, Schedule, elsewhere

log = logging.getLogger(__name__)


class Belongings:
    """Those of one instance. The alarm wakes it for itself, as it seldom has something to do."""

    def __init__(self, holder: str, config: VrrpInstance, plan: LinkPlan, host: Host) -> None:
        """`holder` is what the kernel's objects, the filters and the announcements know the instance by."""
        self._holder = holder
        self._host = host
        self._config, self._plan = config, plan
        self._schedule = Schedule(config.announcing)
        self.deadline = self._schedule.deadline
        self._prepare()

    @property
    def addresses(self) -> tuple[VirtualAddress, ...]:
        """All of them, each with the device that it is really put on."""
        return (*self._plan.addresses, *self._plan.excluded)

    def take(self, config: VrrpInstance, plan: LinkPlan) -> None:
        """Take on a configuration; a master then calls `hold`."""
        self._config, self._plan = config, plan
        self._schedule.settings = config.announcing
        self._prepare()

    def expect(self, config: VrrpInstance, plan: LinkPlan) -> None:
        """A master will `take` this and `hold` it: what another one has now and lets go before that is not deleted."""
        addresses = (*plan.addresses, *plan.excluded)
        self._host.holdings.expect(self._holder, addresses, config.routes, config.rules)

    def hold(self) -> Outcome:
        """Have everything, and nothing that was configured before: filters first, so that nothing gets through."""
        for link in self._macvlans:
            self._host.filters.wake(link)
        self._filter()
        return self._host.holdings.hold(self._holder, self.addresses, self._config.routes, self._config.rules)

    def restore(self) -> Outcome:
        """Put back what was lost; an interface that was made anew may have another index in the filters."""
        self._filter()
        return self._host.holdings.complete(self._holder)

    def give_up(self) -> None:
        """Have nothing any more, and announce nothing more."""
        self._schedule.stop()
        self._host.announcements.silence(self._holder)
        self._host.holdings.release(self._holder)
        if self._refuses:
            self._host.filters.release(self._holder)

    def rest(self) -> None:
        """Not be master: what is sent to the virtual MAC address is for another router (RFC 9568, 6.4.2)."""
        for link in self._macvlans:
            self._warn(self._host.filters.rest(link))

    def forget(self) -> None:
        """The instance ends."""
        self._host.alarm.forget(self)
        self._host.filters.forget(self._holder)

    def faults(self) -> set[str]:
        """What can't be had, in words."""
        return {failure.text for failure in self._host.holdings.failures(self._holder)}

    def announce(self, burst: Burst, addresses: Iterable[VirtualAddress] | None = None) -> None:
        """Start a burst for some addresses, or for all."""
        now = self._host.alarm.now()
        self._schedule.start(burst, self.addresses if addresses is None else tuple(addresses), now)
        self.expire(now)
        self._host.alarm.note(self)

    def expire(self, now: float) -> None:
        """Announce what is due."""
        if (due := self._schedule.deadline()) is None or due > now:
            return
        here = self.addresses
        extra = elsewhere(
            ((virtual.dev, virtual) for virtual in here),
            self._plan.send_on,
            {link.name for link in self._plan.links},
            self._config.announcing,
        )
        present = set(here)  # a reload may have taken some away since the round was planned
        for planned in self._schedule.expire(here, now, extra):
            chosen = [virtual for virtual in planned.addresses if virtual in present]
            self._host.announce(self._holder, chosen, planned.repeat)

    @property
    def _macvlans(self) -> list[str]:
        return [link.name for link in self._plan.links if link.identity.kind is Kind.MACVLAN]

    @property
    def _refuses(self) -> bool:
        """Packets to the addresses are not for us (RFC 9568, 6.1, Accept_Mode)."""
        return is_filtered(self._config)

    def _prepare(self) -> None:
        if self._refuses:
            self._warn(self._host.filters.prepare(self._holder, self.addresses))
        else:
            self._host.filters.forget(self._holder)

    def _filter(self) -> None:
        if self._refuses:
            self._warn(self._host.filters.hold(self._holder, self.addresses))

    def _warn(self, failures: list[str]) -> None:
        """A router that can't refuse packets is worth more than none: keepalived goes on, too."""
        for failure in failures:
            log.warning("(%s) packets that are not for it are not refused: %s", self._config.name, failure)
