"""static_ipaddress, static_routes and static_rules: what stays on the machine whoever is master."""

from dataclasses import replace
from typing import TypeVar

from alived.ipc.model.routing import Route, Rule, StaticRouting, VirtualAddress
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.forms.options import LINE_SKIPPED
from alived.supervisor.config.routing import Routing
from alived.supervisor.config.sections import Entry, Section

DEFAULT_INTERFACE = "eth0"
"""Of static addresses that name none, where default_interface does not say it."""

Tracked = TypeVar("Tracked", VirtualAddress, Route, Rule)


def build_static(
    top: Section, settings: Section, track_groups: frozenset[str], routing: Routing
) -> StaticRouting | None:
    """Everything static of a file; None: there is nothing. `track_groups` are the names of those that are defined."""
    default = settings.find("default_interface", str) or DEFAULT_INTERFACE
    static = _Static(routing, track_groups, default)
    found = StaticRouting(
        addresses=static.addresses(top.entries("static_ipaddress")),
        routes=static.routes(top.entries("static_routes")),
        rules=static.rules(top.entries("static_rules")),
    )
    return found if found != StaticRouting() else None


class _Static:
    def __init__(self, routing: Routing, track_groups: frozenset[str], default_interface: str) -> None:
        self._routing = routing
        self._groups = track_groups
        self._default = default_interface if routing.exists(default_interface) else ""
        self._report = routing.report

    def routes(self, entries: list[Entry]) -> tuple[Route, ...]:
        return tuple(
            self._grouped(route, entry, route.dev, "dev")
            for entry in entries
            for route in self._routing.routes([entry])
        )

    def rules(self, entries: list[Entry]) -> tuple[Rule, ...]:
        return tuple(
            self._grouped(rule, entry, rule.iif, "iif") for entry in entries for rule in self._routing.rules([entry])
        )

    def addresses(self, entries: list[Entry]) -> tuple[VirtualAddress, ...]:
        found: dict[tuple[str, str], VirtualAddress] = {}
        for entry in entries:
            if not self._default and "dev" not in entry.value.values:
                message = "a static address needs an interface, and the default interface does not exist"
                hint = f"say `dev INTERFACE`, or default_interface in global_defs; {LINE_SKIPPED}"
                self._report.error(Code.NO_INTERFACE, message, entry.place(), hint)
                continue
            address = self._routing.address_of(entry, self._default)
            if address is None:
                continue
            key = (address.address, address.dev)
            if key in found:
                self._report.note(Code.DUPLICATE, "this static address is there already", entry.place(), LINE_SKIPPED)
                continue
            found[key] = self._grouped(address, entry, address.dev, "dev")
        return tuple(found.values())

    def _grouped(self, item: Tracked, entry: Entry, interface: str, word: str) -> Tracked:
        """The object with its track_group, if that is one that it can have."""
        if not item.track_group:
            return item
        place = entry.place(entry.value.where["track_group"])
        if item.track_group not in self._groups:
            message, hint = f"there is no track_group `{item.track_group}`", "it is used without one"
            self._report.error(Code.UNKNOWN_NAME, message, place, hint)
        elif not interface:
            message, hint = f"track_group needs `{word} INTERFACE` on the same line", "it is used without one"
            self._report.error(Code.CONFLICT, message, place, hint)
        else:
            return item
        return replace(item, track_group="")
