"""What all instances share of the host: its interfaces, their sockets, the addresses, the timer.

Instances ask it for what they need by the interface's name; it opens sockets when they are first needed, anew when an
interface was recreated, and closes them when nobody needs them. What does not live here: any decision of VRRP.
"""

import logging
from collections.abc import Callable, Iterable
from functools import partial

from alived.ipc.messages import Document
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance
from alived.workers.vrrp.alarm import Alarm
from alived.workers.vrrp.kernel.addresses import Addresses
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.netlink import Monitor, Requests
from alived.workers.vrrp.kernel.rtnetlink import Report
from alived.workers.vrrp.translate import packed
from alived.workers.vrrp.transport.announcer import Announcer
from alived.workers.vrrp.transport.port import Port

log = logging.getLogger(__name__)


class Host:
    """The host's network, as far as VRRP is concerned."""

    def __init__(self, changed: Callable[[set[str]], None], announced: Callable[[str], None]) -> None:
        """`changed` is told the names of interfaces that changed, `announced` who sent a gratuitous ARP."""
        self.alarm = Alarm()
        self.interfaces = Interfaces()
        self._changed = changed
        self._announced = announced
        self._requests = Requests()
        self.addresses = Addresses(self._requests, self.interfaces)
        # The monitor listens before the snapshot is taken, so that nothing falls between them.
        self._monitor = Monitor(self._take, self._take_snapshot)
        self.interfaces.replace(*self._requests.snapshot())
        self.virtual: frozenset[bytes] = frozenset()
        """Addresses that instances move about: no advert comes from them."""
        self._ports: dict[str, Port] = {}
        self._announcers: dict[str, Announcer] = {}

    def port(self, name: str) -> Port | None:
        """The port of an interface; None if there is no such interface now. OSError: the kernel refuses."""
        interface = self.interfaces.get(name)
        port = self._ports.get(name)
        if port is not None and (interface is None or interface.link.ifindex != port.index):
            self._ports.pop(name).close()
            port = None
        if port is None and interface is not None:
            port = self._ports[name] = Port(interface.link, partial(self.interfaces.has_address, name))
        return port

    def announcer(self, name: str) -> Announcer | None:
        """The sender of gratuitous ARP of an interface; None if there is none now. OSError: the kernel refuses."""
        interface = self.interfaces.get(name)
        announcer = self._announcers.get(name)
        if announcer is not None and (interface is None or not announcer.fits(interface.link)):
            self._announcers.pop(name).close()
            announcer = None
        if announcer is None and interface is not None:
            announcer = self._announcers[name] = Announcer(interface.link, self.alarm, self._announced)
        return announcer

    def primary(self, config: VrrpInstance) -> bytes:
        """The address that an instance's adverts come from; empty: its interface has none."""
        interface = self.interfaces.get(config.interface)
        return interface.primary(self.virtual) if interface is not None else b""

    def faults(self, config: VrrpInstance) -> list[str]:
        """What an instance lacks of its interfaces, in words."""
        faults: list[str] = []
        for name in {config.interface, *(virtual.dev for virtual in config.addresses)}:
            interface = self.interfaces.get(name)
            if interface is None:
                faults.append(f"interface {name} is missing")
            elif not interface.link.up:
                faults.append(f"interface {name} is down")
        if self.interfaces.get(config.interface) is not None and not self.primary(config):
            faults.append(f"interface {config.interface} has no IPv4 address")
        return faults

    def announce(self, owner: str, addresses: Iterable[VirtualAddress], repeat: int, interval: float) -> None:
        """Send gratuitous ARP for addresses, each on its interface, `interval` seconds between frames."""
        by_interface: dict[str, list[bytes]] = {}
        for virtual in addresses:
            by_interface.setdefault(virtual.dev, []).append(packed(virtual.address))
        for name, own in by_interface.items():
            try:
                announcer = self.announcer(name)
            except OSError as error:
                log.error("no gratuitous ARP on %s: %s", name, error.strerror)
                continue
            if announcer is not None:
                announcer.announce(owner, own, repeat, interval)

    def silence(self, owner: str) -> None:
        """Announce nothing more for an instance."""
        for announcer in self._announcers.values():
            announcer.silence(owner)

    def unclaimed(self) -> Document:
        """Packets that concerned no instance, by interface and reason."""
        return {
            name: {reason.value: count for reason, count in sorted(port.receiver.rejected.items())}
            for name, port in self._ports.items()
        }

    def close_unused(self) -> None:
        """Close ports that no instance listens to."""
        for name in [name for name, port in self._ports.items() if not len(port.receiver)]:
            self._ports.pop(name).close()

    def close(self) -> None:
        """Close every socket."""
        self.alarm.close()
        self._monitor.close()
        self._requests.close()
        for port in self._ports.values():
            port.close()
        for announcer in self._announcers.values():
            announcer.close()

    def _take(self, reports: list[Report]) -> None:
        names: set[str] = set()
        for report in reports:
            names |= self.interfaces.take(report)
        if names:
            self._changed(names)

    def _take_snapshot(self) -> None:
        names = self.interfaces.replace(*self._requests.snapshot())
        if names:
            self._changed(names)
