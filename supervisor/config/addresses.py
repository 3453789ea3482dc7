"""The addresses of a vrrp_instance: virtual_ipaddress, which its adverts name, and virtual_ipaddress_excluded."""

from typing import NamedTuple

from alived.ipc.model.routing import VirtualAddress
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.routing import Routing
from alived.supervisor.config.sections import Entry, Section

ADDRESSES_MOST = 255
"""Count IP Addrs is one byte (RFC 3768 section 5.3.5, RFC 9568 section 5.2.4)."""


class InstanceAddresses(NamedTuple):
    """What instance_addresses() found."""

    family: int
    """4 or 6; 0: nothing says."""
    addresses: tuple[VirtualAddress, ...]
    """Those that adverts name, all of that family."""
    excluded: tuple[VirtualAddress, ...]
    """Of either family."""


def instance_addresses(
    section: Section, interface: str, routing: Routing, report: Report, family: int = 0
) -> InstanceAddresses:
    """The addresses of an instance on `interface`.

    `family` is what else in the instance says it, 0 if nothing does: then its first address decides. That an instance
    has none is left to the caller to judge.
    """
    reader = _Reader(interface, routing, report, family)
    for entry in section.entries("virtual_ipaddress"):
        reader.named(entry)
    for entry in section.entries("virtual_ipaddress_excluded"):
        reader.excluded(entry)
    return reader.found()


class _Reader:
    def __init__(self, interface: str, routing: Routing, report: Report, family: int) -> None:
        self._interface = interface
        self._routing = routing
        self._report = report
        self._family = family
        self._named: list[VirtualAddress] = []
        self._excluded: list[VirtualAddress] = []
        self._beyond: list[VirtualAddress] = []
        """Named ones that an advert has no room for."""
        self._seen: set[tuple[str, str]] = set()

    def found(self) -> InstanceAddresses:
        return InstanceAddresses(self._family, tuple(self._named), (*self._excluded, *self._beyond))

    def named(self, entry: Entry) -> None:
        address = self._routing.address_of(entry, self._interface)
        if address is None:
            return
        family = 6 if ":" in address.address else 4
        self._family = self._family or family
        if family != self._family:
            message = f"the addresses of this instance are all IPv{self._family}"
            hint = "it is left out; addresses of the other family go into virtual_ipaddress_excluded"
            self._report.error(Code.CONFLICT, message, entry.place(), hint)
        elif self._is_new(address, entry):
            if len(self._named) < ADDRESSES_MOST:
                self._named.append(address)
                return
            if not self._beyond:
                message, hint = f"an advert names at most {ADDRESSES_MOST} addresses", "from here on they are excluded"
                self._report.warning(Code.CONFLICT, message, entry.place(), hint)
            self._beyond.append(address)

    def excluded(self, entry: Entry) -> None:
        address = self._routing.address_of(entry, self._interface)
        if address is not None and self._is_new(address, entry):
            self._excluded.append(address)

    def _is_new(self, address: VirtualAddress, entry: Entry) -> bool:
        """Whether it is the first on its interface; the same link-local address may be on several."""
        key = (address.address, address.dev)
        if key in self._seen:
            message = "this address is there already in this instance"
            self._report.error(Code.DUPLICATE, message, entry.place(), "it is left out")
            return False
        self._seen.add(key)
        return True
