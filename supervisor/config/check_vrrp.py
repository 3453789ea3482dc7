"""What must hold between the instances of a file (keepalived.conf(5)).

What cannot run beside an earlier instance is left out. What an instance says by itself is judged in build_vrrp.py.
"""

from collections.abc import Iterable
from typing import Protocol

from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.sections import Section


class PlacedInstance(Protocol):
    """An instance and the block it came from."""

    @property
    def value(self) -> VrrpInstance:
        """The instance."""

    @property
    def section(self) -> Section:
        """Its block."""


def clashing(instances: Iterable[PlacedInstance], report: Report) -> set[str]:
    """Names of instances that have the virtual router of an earlier one; each with a diagnostic."""
    first: dict[tuple[str, ...], list[VrrpInstance]] = {}
    left_out: set[str] = set()
    for placed in instances:
        instance = placed.value
        alike = [
            first.setdefault((str(instance.virtual_router_id), instance.family, *where), [])
            for where in _heard_on(instance)
        ]
        earlier = next((other for others in alike for other in others if _same_socket(instance, other)), None)
        if earlier is not None:
            left_out.add(instance.name)
            _complain(earlier, placed, report)
            continue
        for others in alike:
            others.append(instance)
    return left_out


def _heard_on(instance: VrrpInstance) -> Iterable[tuple[str, ...]]:
    """Where an instance hears adverts: on an interface from a group, or from each of its peers."""
    if not instance.unicast_peers:
        return [("multicast", instance.interface, instance.mcast_group)]
    return [("unicast", address) for address in dict.fromkeys(peer.address for peer in instance.unicast_peers)]


def _same_socket(one: VrrpInstance, other: VrrpInstance) -> bool:
    """Whether two instances hear the same peer at the same address, as far as that is known."""
    if one.interface and other.interface and one.interface != other.interface:
        return False
    return one.source == other.source or not (one.source and other.source)


def _complain(earlier: VrrpInstance, later: PlacedInstance, report: Report) -> None:
    instance = later.value
    where = f" on {instance.interface}" if instance.interface else ""
    report.error(
        Code.CONFLICT,
        f"{instance.name} and {earlier.name} both use virtual_router_id {instance.virtual_router_id}{where}",
        later.section.where("virtual_router_id"),
        f"{instance.name} is left out; give it another virtual_router_id",
    )


def check_shared_addresses(instances: Iterable[PlacedInstance], report: Report) -> None:
    """Addresses that two instances would put on one interface: whoever is not master of both takes it from neither."""
    first: dict[tuple[str, str], str] = {}
    for placed in instances:
        instance = placed.value
        for address in (*instance.addresses, *instance.excluded):
            other = first.setdefault((address.dev, address.address), instance.name)
            if other != instance.name:
                report.advice(
                    Code.SHARED_ADDRESS,
                    f"{address.address} on {address.dev} is an address of {other}, too",
                    _place_of(placed.section, address.address),
                    "it stays while either is master; two routers can have it at once",
                )


def _place_of(section: Section, address: str) -> Place:
    """The line of an address."""
    for word in ("virtual_ipaddress", "virtual_ipaddress_excluded"):
        for line in section.entries(word):
            if line.value.values["address"] == address:
                return line.place(0)
    return section.place
