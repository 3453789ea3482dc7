"""Where adverts come and go: the sockets of all places, and who listens behind each.

What does not live here: sockets (transport), what a datagram means (wire), which places an instance uses (voice.py).
"""

import logging
import time
from functools import partial
from ipaddress import ip_address

from alived.ipc.messages import Document
from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.alarm import Alarm
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.remarks import Remarks
from alived.workers.vrrp.transport.listening import Listening
from alived.workers.vrrp.transport.place import Place
from alived.workers.vrrp.transport.ports import Ports
from alived.workers.vrrp.transport.receiving import Received
from alived.workers.vrrp.wire.reception import Receiver

MADE_ON_ANOTHER = frozenset({"macvlan", "ipvlan"})
"""Kinds of interfaces that hear what the one below them hears, and answer with its addresses."""


class Exchange:
    """Sockets and receivers by place."""

    def __init__(self, interfaces: Interfaces, listening: Listening, alarm: Alarm) -> None:
        self._interfaces = interfaces
        self._receivers: dict[Place, Receiver] = {}
        self._remarks = Remarks(alarm)
        self.log_unknown = False
        """Adverts of virtual routers that are not configured are logged, once each (log_unknown_vrids)."""
        self.ports = Ports(self._hear, listening)

    def place(self, device: str, family: Family) -> Place | None:
        """A device as it is now; without a name it is every device. None: there is no such device."""
        if not device:
            return Place(family)
        interface = self._interfaces.get(device)
        return None if interface is None else Place(family, device, interface.link.ifindex)

    def receiver(self, place: Place) -> Receiver:
        """What judges the datagrams of a place; there is one as soon as its inlet is opened."""
        receiver = self._receivers.get(place)
        if receiver is None:
            unknown = partial(self._unknown, place)
            receiver = self._receivers[place] = Receiver(partial(self._is_own, place.device), unknown)
        return receiver

    def forget(self) -> None:
        """Addresses of this host changed: what was somebody else's may be ours, and the other way round."""
        for receiver in self._receivers.values():
            receiver.forget()

    def close_unused(self) -> None:
        """Close what no instance uses."""
        for place in self.ports.close_unused():
            self._receivers.pop(place, None)

    def close(self) -> None:
        """Close everything."""
        self.ports.close()
        self._receivers.clear()

    def unclaimed(self) -> Document:
        """Packets that concerned no instance, by device and reason."""
        found: Document = {}
        for place, receiver in self._receivers.items():
            counts = found.setdefault(place.device, {})
            for reason, count in sorted(receiver.rejected.items()):
                counts[reason.value] = counts.get(reason.value, 0) + count
        return found

    def _hear(self, place: Place) -> Received:
        receiver = self.receiver(place)
        receive = receiver.receive_ipv4 if place.family is Family.IPV4 else receiver.receive_ipv6
        return lambda packets: receive(packets, time.time())

    def _is_own(self, device: str, address: bytes) -> bool:
        if not device or self._interfaces.get(device) is None:
            return bool(self._interfaces.where(address))
        return any(self._interfaces.has_address(name, address) for name in (device, self._below(device)))

    def _below(self, device: str) -> str:
        """The interface that a macvlan or ipvlan was made on; of any other interface itself."""
        interface = self._interfaces.get(device)
        if interface is None or interface.link.kind not in MADE_ON_ANOTHER:
            return device
        base = self._interfaces.at(interface.link.parent)
        return device if base is None else base.link.name

    def _unknown(self, place: Place, vrid: int, source: bytes) -> None:
        """A macvlan hears what the interface below it does: what either of them knows is known, and told of once."""
        if not self.log_unknown:
            return
        base = self._below(place.device)
        same = [
            receiver
            for other, receiver in self._receivers.items()
            if other.family is place.family and self._below(other.device) == base
        ]
        if same[:1] == [self._receivers.get(place)] and not any(receiver.knows(vrid) for receiver in same):
            where = f" on {place.device}" if place.device else ""
            told = f"adverts of unknown virtual router {vrid} from {ip_address(source)}{where}"
            self._remarks.tell(told, logging.INFO)
