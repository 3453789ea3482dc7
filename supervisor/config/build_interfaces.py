"""Sections to what is said of network interfaces as such: garp_group and the line blocks of the top level."""

from collections.abc import Callable

from alived.ipc.model.interfaces import GarpGroup, InterfaceDelay, LinkbeatInterface
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.draft import Placed
from alived.supervisor.config.fill import made
from alived.supervisor.config.sections import Entry, Section

LONG = 1.0
"""Seconds between two gratuitous ARP messages that can hardly be meant."""


class Interfaces:
    """Builds the objects of one file."""

    def __init__(self, top: Section, exists: Callable[[str], bool], report: Report) -> None:
        """`exists` says whether an interface of some name is there or will be."""
        self._top = top
        self._exists = exists
        self._report = report

    def garp_groups(self) -> list[Placed[GarpGroup]]:
        """All that have a pace."""
        paced: set[str] = set()
        found = []
        for section in self._top.sections("garp_group"):
            one, several = self._usable("interface", section, paced), self._usable("interfaces", section, paced)
            if "interfaces" in section.order and not section.entries("interfaces"):
                self._report.error(Code.MISSING, "no interfaces are named in `interfaces`", section.whole)
            if not section.has("garp_interval") and not section.has("gna_interval"):
                message, hint = "this garp_group says neither garp_interval nor gna_interval", "it is left out"
                self._report.error(Code.MISSING, message, section.whole, hint)
                continue
            for word in ("garp_interval", "gna_interval"):
                if section.has(word) and section.get(word, float) >= LONG:
                    message = "that is very long between two messages"
                    self._report.advice(Code.BAD_VALUE, message, section.where(word), "such a pause is milliseconds")
            found.append(Placed(made(GarpGroup, section, {}, interface=one, interfaces=several), section))
        return found

    def delays(self) -> tuple[InterfaceDelay, ...]:
        """What interface_up_down_delays says; of several lines for an interface the last one holds."""
        entries = self._existing("interface_up_down_delays")
        return tuple({entry.value.name: entry.value for entry in entries}.values())

    def linkbeat(self) -> tuple[LinkbeatInterface, ...]:
        """What linkbeat_interfaces says; of several lines for an interface the last one holds."""
        entries = self._existing("linkbeat_interfaces")
        return tuple({entry.value.name: entry.value for entry in entries}.values())

    def _existing(self, word: str) -> list[Entry]:
        """The lines of a block whose interfaces there are."""
        return [entry for entry in self._top.entries(word) if self._is_there(entry, entry.value.name)]

    def _usable(self, word: str, section: Section, paced: set[str]) -> tuple[str, ...]:
        """The interfaces that a word of a garp_group names and no other group has."""
        usable = []
        for entry in section.given(word):
            name = entry.value
            if not self._is_there(entry, name):
                continue
            if name in paced:
                message, hint = f"{name} is in a garp_group already", "the first one holds"
                self._report.error(Code.DUPLICATE, message, entry.place(0), hint)
                continue
            paced.add(name)
            usable.append(name)
        return tuple(usable)

    def _is_there(self, entry: Entry, name: str) -> bool:
        exists = self._exists(name)
        if not exists:
            message, hint = f"there is no interface {name}", "it is left out; see dynamic_interfaces"
            self._report.error(Code.NO_INTERFACE, message, entry.place(0), hint)
        return exists
