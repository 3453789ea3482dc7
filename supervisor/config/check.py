"""What must hold between the objects of a configuration, and between them and the machine.

Each check leaves out what cannot run, says why, and leaves the rest alone. A value by itself is judged in sections.py.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

from alived.ipc.model.lvs import VirtualServer
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.draft import Draft, Placed
from alived.supervisor.config.machine import Machine

T = TypeVar("T")


def check(draft: Draft, machine: Machine, report: Report) -> None:
    """All of them; what cannot run is taken out of the draft."""
    draft.instances = _unique(draft.instances, lambda it: it.name, _same_instance, report)
    draft.instances = _unique(
        draft.instances, lambda it: (it.interface, it.virtual_router_id, it.mcast_group), _same_router, report
    )
    draft.virtual_servers = _unique(draft.virtual_servers, lambda it: it.name, _same_service, report)
    _unused_scripts(draft, report)
    _owner_with_weights(draft.instances, report)
    _interfaces(draft.instances, machine, report)


def _unique(
    items: list[Placed[T]],
    identity: Callable[[T], Hashable],
    complain: Callable[[Placed[T], Placed[T], Report], None],
    report: Report,
) -> list[Placed[T]]:
    first: dict[Hashable, Placed[T]] = {}
    for item in items:
        earlier = first.setdefault(identity(item.value), item)
        if earlier is not item:
            complain(item, earlier, report)
    return list(first.values())


def _same_instance(item: Placed[VrrpInstance], earlier: Placed[VrrpInstance], report: Report) -> None:
    report.error(
        Code.DUPLICATE,
        f"vrrp_instance {item.value.name} is already defined",
        item.place,
        f"the one of line {earlier.place.line} is used",
    )


def _same_router(item: Placed[VrrpInstance], earlier: Placed[VrrpInstance], report: Report) -> None:
    instance = item.value
    report.error(
        Code.CONFLICT,
        f"{instance.name} and {earlier.value.name} both use virtual_router_id {instance.virtual_router_id} "
        f"on {instance.interface}",
        item.section.where("virtual_router_id"),
        f"{instance.name} is left out; give it another virtual_router_id",
    )


def _same_service(item: Placed[VirtualServer], earlier: Placed[VirtualServer], report: Report) -> None:
    report.warning(
        Code.DUPLICATE,
        f"virtual_server {item.value.name} is already defined",
        item.place,
        f"the one of line {earlier.place.line} is used",
    )


def _unused_scripts(draft: Draft, report: Report) -> None:
    for placed in draft.scripts:
        if placed.value.name not in draft.tracked:
            report.advice(
                Code.IGNORED,
                f"no instance tracks vrrp_script {placed.value.name}",
                placed.place,
                "it is not run; name it in the track_script of an instance",
            )


def _owner_with_weights(instances: list[Placed[VrrpInstance]], report: Report) -> None:
    """The priority of an address owner is 255 always (RFC 3768 section 5.3.4): a weight cannot change it."""
    for placed in instances:
        if placed.value.priority == 255:
            for script in placed.value.track_scripts:
                if script.weight:
                    report.advice(
                        Code.CONFLICT,
                        f"the weight of {script.name} cannot change priority 255",
                        placed.section.where("priority"),
                        "give the instance a lower priority",
                    )


def _interfaces(instances: list[Placed[VrrpInstance]], machine: Machine, report: Report) -> None:
    present = machine.interfaces()
    for placed in instances:
        if placed.value.interface not in present:
            report.warning(
                Code.NO_INTERFACE,
                f"there is no interface {placed.value.interface}",
                placed.section.where("interface"),
                f"{placed.value.name} is in fault until there is",
            )
        for name in sorted({address.dev for address in placed.value.addresses} - present - {placed.value.interface}):
            report.warning(
                Code.NO_INTERFACE,
                f"there is no interface {name}",
                placed.section.where("virtual_ipaddress"),
                f"the addresses of {placed.value.name} on it cannot be added until there is",
            )
