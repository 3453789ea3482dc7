"""Lines of addresses, routes and rules to objects of the model, and back.

Here names become numbers and interfaces are looked for: what depends on the machine. What a line alone can tell was
judged by its form (forms/addresses.py, routes.py, rules.py).
"""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from alived.ipc.model.routing import RTPROT_KEEPALIVED, Encap, NextHop, Route, Rule, VirtualAddress
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.forms import addresses, routes, rules
from alived.supervisor.config.forms.encap import encap_table
from alived.supervisor.config.forms.network import Interface, Name
from alived.supervisor.config.forms.options import IGNORED, LINE_SKIPPED, Given, Option, OptionTable
from alived.supervisor.config.iproute import IprouteNames
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.sections import Entry

FIRST_PREFERENCE = 16384
"""Of rules that say none: keepalived counts down from here, for IPv4 and IPv6 apart."""


class _UnusableError(Exception):
    """A line can't be used, and that was said."""


class Routing:
    """Makes the objects of one file."""

    def __init__(
        self,
        machine: Machine,
        report: Report,
        *,
        exists: Callable[[str], bool],
        usr_dir: str = "",
        etc_dir: str = "",
    ) -> None:
        """`exists` says whether an interface of some name is there or will be; the directories are iproute2's."""
        self.exists = exists
        self.report = report
        self.names = IprouteNames(machine, usr_dir, etc_dir)
        self._preferences = {4: FIRST_PREFERENCE, 6: FIRST_PREFERENCE}

    def address_of(self, entry: Entry, interface: str) -> VirtualAddress | None:
        """The address of a line, on `interface` unless it says another; None, and a diagnostic: it is not usable."""
        given: Given = entry.value
        if not given.where:  # an address alone, as most are
            return VirtualAddress(dev=interface, **given.values)
        try:
            values = {"dev": interface, **self._values(given, entry)}
        except _UnusableError:
            return None
        if values.get("scope") and ":" in values["address"]:
            place = entry.place(given.where["scope"])
            self.report.error(Code.CONFLICT, "an IPv6 address has no scope", place, IGNORED)
            del values["scope"]
        return VirtualAddress(**values)

    def routes(self, entries: Iterable[Entry]) -> tuple[Route, ...]:
        """The routes of lines; those that are not usable are left out with a diagnostic."""
        found = []
        for entry in entries:
            try:
                values = self._values(entry.value, entry)
            except _UnusableError:
                continue
            found.append(Route(**self._tracked(values, entry, "route")))
        return tuple(found)

    def rules(self, entries: Iterable[Entry]) -> tuple[Rule, ...]:
        """The rules of lines; those that are not usable are left out with a diagnostic."""
        found = []
        for entry in entries:
            try:
                values = self._values(entry.value, entry)
            except _UnusableError:
                continue
            if values.get("table") == 0:
                place = entry.place(entry.value.where["table"])
                self.report.error(Code.BAD_VALUE, "a rule can't look up table 0", place, LINE_SKIPPED)
                continue
            if "priority" not in values:
                values["priority"] = self._preference(values.get("family", 4), entry)
            found.append(Rule(**self._tracked(values, entry, "rule")))
        return tuple(found)

    # --- values -------------------------------------------------------------------------------------------------------

    def _values(self, given: Given, entry: Entry) -> dict[str, Any]:
        """Everything that a line gives, with numbers for names. _UnusableError if it can't be used."""
        return {
            attribute: resolved
            for attribute, value in given.values.items()
            if (resolved := self._resolved(given, attribute, value, entry)) is not None
        }

    def _resolved(self, given: Given, attribute: str, value: Any, entry: Entry) -> Any:
        if isinstance(value, Given):
            return self._part(value, entry)
        if isinstance(value, tuple) and value and isinstance(value[0], Given):
            return tuple(self._part(part, entry) for part in value)
        option = given.table.option(attribute)
        if option is not None and isinstance(option.form, Name):
            return self._number(option, option.form, value, entry, given.where[attribute])
        if option is not None and isinstance(option.form, Interface) and not self.exists(value):
            # keepalived skips the line; an interface that comes a moment later would then never get its address.
            place, hint = entry.place(given.where[attribute]), "what is to be on it is added when there is"
            self.report.warning(Code.NO_INTERFACE, f"there is no interface {value}", place, hint)
        return value

    def _part(self, given: Given, entry: Entry) -> object:
        return given.table.makes(**self._values(given, entry))

    def _number(self, option: Option, form: Name, value: str, entry: Entry, index: int) -> int | None:
        first, slash, second = value.partition("/") if form.pair else (value, "", "")
        number = self.names.number(form.kind, first)
        if slash and number is not None:
            other = self.names.number(form.kind, second)
            number = None if other is None else number << 16 | other
        if number is not None:
            return number
        message = f"`{value}` is not {form.expected}"
        hint = IGNORED if option.lenient else LINE_SKIPPED
        hint = f"names are those of {self.names.where(form.kind)}; {hint}"
        self.report.error(Code.BAD_VALUE, message, entry.place(index), hint)
        if option.lenient:
            return None
        raise _UnusableError

    # --- what keepalived adds -----------------------------------------------------------------------------------------

    def _tracked(self, values: dict[str, Any], entry: Entry, what: str) -> dict[str, Any]:
        """A route or rule that is watched over is known by its protocol, so it can have no other."""
        if not values.get("no_track") and values.get("protocol", RTPROT_KEEPALIVED) != RTPROT_KEEPALIVED:
            place = entry.place(entry.value.where["protocol"])
            message = f"a {what} that is tracked has the protocol {RTPROT_KEEPALIVED}, which is keepalived's"
            hint = f"{RTPROT_KEEPALIVED} is used; add no_track to have another one"
            self.report.warning(Code.CONFLICT, message, place, hint)
            del values["protocol"]
        return values

    def _preference(self, family: int, entry: Entry) -> int:
        preference = self._preferences[family]
        self._preferences[family] -= 1
        message, hint = "this rule has no preference", f"{preference} is used; say one, so that rules keep their order"
        self.report.warning(Code.MISSING, message, entry.place(), hint)
        return preference


# --- back to lines ----------------------------------------------------------------------------------------------------


def written(item: VirtualAddress | Route | Rule, interface: str = "") -> Given:
    """What the line of an object gives, for the form's write(); `interface` need not be said."""
    match item:
        case VirtualAddress():
            given = _given(item, addresses.EVERY)
            if item.dev == interface:
                given = Given(given.table, {name: value for name, value in given.values.items() if name != "dev"})
            return given
        case Route():
            return _given(item, routes.STATIC)
        case Rule():
            return _given(item, rules.STATIC)


def _given(item: VirtualAddress | Route | Rule | NextHop | Encap, table: OptionTable) -> Given:
    values: dict[str, Any] = {}
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        if value == field.default:
            continue
        option = table.option(field.name)
        if option is not None and isinstance(option.form, Name):
            value = f"{value >> 16}/{value & 0xFFFF}" if option.form.pair else str(value)
        elif isinstance(value, Encap):
            value = _given(value, encap_table(value))
        elif isinstance(value, tuple) and isinstance(value[0], NextHop):
            value = tuple(_given(hop, routes.NEXT_HOP) for hop in value)
        values[field.name] = value
    return Given(table, values)
