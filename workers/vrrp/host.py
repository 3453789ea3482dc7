"""What all instances share of this host: interfaces, sockets, the kernel's objects, the timer.

What does not live here: any decision of VRRP, and what one instance makes of it (voice.py, belongings.py).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable

from alived.ipc.messages import Document
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.interfaces import GarpGroup, InterfaceDelay, LinkbeatInterface
from alived.ipc.model.routing import VirtualAddress
from alived.workers.vrrp.alarm import Alarm
from alived.workers.vrrp.exchange import Exchange
from alived.workers.vrrp.kernel.filters import Filters
from alived.workers.vrrp.kernel.holdings import Holdings
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.links import Links
from alived.workers.vrrp.kernel.netlink import Monitor, Requests
from alived.workers.vrrp.kernel.route_monitor import RouteMonitor
from alived.workers.vrrp.kernel.rtnetlink import Address, AddressGone, Report
from alived.workers.vrrp.link_states import LinkStates
from alived.workers.vrrp.translate import packed
from alived.workers.vrrp.transport.announcements import Announcements, Speaker
from alived.workers.vrrp.transport.listening import Listening
from alived.workers.vrrp.transport.pace import Kind, Paces

log = logging.getLogger(__name__)

Changed = Callable[[set[str], set[str]], None]
"""Told the names of interfaces that changed, and the holders of what was lost."""


class Host:
    """The host's network, as far as VRRP is concerned."""

    def __init__(self, changed: Changed, announced: Callable[[str, Kind], None]) -> None:
        """`announced` is told who sent a gratuitous ARP or a neighbour advertisement. PermissionError, OSError."""
        self.listening = Listening()
        self.alarm = Alarm(self.listening.catch_up)
        self.settings = VrrpGlobals()
        self.interfaces = Interfaces()
        self.virtual: frozenset[bytes] = frozenset()
        """Addresses that instances move about: no advert comes from them."""
        self._changed = changed
        self._requests = Requests()
        self.holdings = Holdings(self._requests, self.interfaces)
        # The monitor listens before the snapshot is taken, so that nothing falls between them.
        self._monitor = Monitor(self._take, self._doubt)
        self._routes = RouteMonitor(self.holdings.concerns, self._requests.port, self._lost, self._doubt_routes)
        self.filters = Filters(self._index_of)
        self.links = Links(self.filters)
        self.link_states = LinkStates(self.interfaces, self.alarm, lambda names: changed(names, set()))
        self.exchange = Exchange(self.interfaces, self.listening, self.alarm)
        self.announcements = Announcements(self.alarm, announced)
        self._watched_filters: int | None = None
        self.look_again()

    def configure(
        self,
        settings: VrrpGlobals,
        groups: Iterable[GarpGroup],
        delays: Iterable[InterfaceDelay],
        polled: Iterable[LinkbeatInterface],
    ) -> None:
        """Take on what is said of the host as a whole."""
        self.settings = settings
        self._requests.make_room(settings.netlink.cmd)
        self._monitor.make_room(settings.netlink.monitor)
        self._routes.make_room(settings.netlink.monitor)
        self.exchange.log_unknown = settings.log_unknown_vrids
        self.announcements.configure(Paces(groups, settings.garp_interval, settings.gna_interval))
        self.link_states.configure(delays, polled)
        for failure in (*self.filters.configure(settings), *self.links.configure(settings)):
            log.error("%s", failure)

    def look_again(self) -> set[str]:
        """Ask for all interfaces and addresses; returns the names of interfaces of which something else was known."""
        names = self.interfaces.replace(*self._requests.snapshot())
        self.exchange.forget()
        return names

    def catch_up(self) -> tuple[set[str], set[str]]:
        """Know of all that the monitor will tell later: names of interfaces that changed, holders of what was lost."""
        names = self.look_again()
        return names, self.holdings.concerns.notice((), names)

    def read_reports(self) -> None:
        """Take in now what the kernel has reported already, as of an interface that was made."""
        self._monitor.read_reports()

    def watch_filters(self) -> None:
        """Hear of changes of nftables by others, once there is something that they can change."""
        wanted = self.filters.fileno()
        loop = asyncio.get_running_loop()
        if wanted == self._watched_filters:
            return
        if self._watched_filters is not None:
            loop.remove_reader(self._watched_filters)
        if wanted is not None:
            loop.add_reader(wanted, self._filters_changed)
        self._watched_filters = wanted

    def announce(self, owner: str, addresses: Iterable[VirtualAddress], repeat: int) -> None:
        """Tell the switches where addresses are, each on its device."""
        by_device: dict[str, list[bytes]] = {}
        for virtual in addresses:
            by_device.setdefault(virtual.dev, []).append(packed(virtual.address))
        for device, own in by_device.items():
            interface = self.interfaces.get(device)
            if interface is not None:
                base = self.interfaces.at(interface.link.parent) if interface.link.kind == "macvlan" else None
                speaker = Speaker(device, interface.link.mac, base.link.name if base is not None else device)
                self.announcements.announce(owner, speaker, own, repeat)

    def unclaimed(self) -> Document:
        """Packets that concerned no instance."""
        return self.exchange.unclaimed()

    def close(self) -> None:
        """Close every socket; what is in the kernel stays."""
        self.alarm.close()
        if self._watched_filters is not None:
            asyncio.get_running_loop().remove_reader(self._watched_filters)
        for part in (
            self._monitor,
            self._routes,
            self._requests,
            self.link_states,
            self.exchange,
            self.listening,
            self.announcements,
            self.links,
            self.filters,
        ):
            part.close()

    # --- news of the kernel -------------------------------------------------------------------------------------------

    def _take(self, reports: list[Report]) -> None:
        names: set[str] = set()
        for report in reports:
            names |= self.interfaces.take(report)
        holders = self.holdings.concerns.notice(reports, names)
        if names and any(isinstance(report, Address | AddressGone) for report in reports):
            self.exchange.forget()
        if names or holders:
            self._changed(names, holders)

    def _doubt(self) -> None:
        names, holders = self.catch_up()
        holders |= self.holdings.doubt_all()  # an address that went and came back has taken routes with it
        if names or holders:
            self._changed(names, holders)

    def _doubt_routes(self) -> None:
        self._lost(self.holdings.doubt_all())

    def _lost(self, holders: set[str]) -> None:
        if holders:
            self._changed(set(), holders)

    def _filters_changed(self) -> None:
        for failure in self.filters.look():
            log.error("%s", failure)

    def _index_of(self, name: str) -> int | None:
        interface = self.interfaces.get(name)
        return interface.link.ifindex if interface is not None else None
