"""All trackers of a file: what defines them, and what each instance and group makes of their names.

keepalived looks a name up when it reads the line: what is defined further down does not exist for it, nor here.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

from alived.ipc.model.bfd import BfdInstance
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.common import Account
from alived.ipc.model.tracking import (
    UNWEIGHTED,
    TrackedInterface,
    TrackedVirtualServer,
    TrackFile,
    TrackProcess,
    Weight,
)
from alived.supervisor.config.build_bfd import build_bfd
from alived.supervisor.config.build_scripts import build_script
from alived.supervisor.config.build_trackers import build_track_file, build_track_process
from alived.supervisor.config.diagnostics import Code, Report, Severity
from alived.supervisor.config.draft import Placed
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.programs import Programs
from alived.supervisor.config.sections import Section, name_of
from alived.supervisor.config.sync_members import groups_of_members
from alived.supervisor.config.tracker_weights import without_weights
from alived.supervisor.config.tracking import (
    BFDS,
    FILES,
    PROCESSES,
    SCRIPTS,
    VIRTUAL_SERVERS,
    WORDS,
    Definition,
    Kind,
    MakesTracked,
    Tracked,
    is_first,
    read_tracked,
    resolved,
)

T = TypeVar("T")
M = TypeVar("M", bound=MakesTracked)


class Trackers:
    """The trackers of one file."""

    def __init__(
        self, top: Section, programs: Programs, machine: Machine, exists: Callable[[str], bool], report: Report
    ) -> None:
        """`exists` says whether an interface of some name is there or will be."""
        self._report = report
        self._exists = exists
        self._groups = groups_of_members(top)
        self._used: set[tuple[str, str]] = set()
        self._defined: dict[str, dict[str, Definition]] = {}
        needed = bool(top.sections("vrrp_instance"))
        self.scripts: list[Placed[VrrpScript]] = self._define(
            top, "vrrp_script", lambda name, section: build_script(name, section, programs, report, needed=needed)
        )
        """All that work, and so the others."""
        self.files: list[Placed[TrackFile]] = self._define(
            top, "track_file", lambda name, section: build_track_file(name, section, machine, report)
        )
        self.processes: list[Placed[TrackProcess]] = self._define(
            top, "vrrp_track_process", lambda name, section: build_track_process(name, section, report)
        )
        self.bfds: list[Placed[BfdInstance]] = self._define(
            top, "bfd_instance", lambda name, section: build_bfd(name, section, report)
        )
        self._know_scripts(programs)
        self._know_sessions()

    def tracked(self, section: Section, own: Collection[str] = ()) -> Tracked:
        """What a vrrp_instance or vrrp_sync_group block tracks. `own`: interfaces that an instance tracks anyway."""
        if section.values.keys().isdisjoint(WORDS.values()):
            return Tracked()
        tracked = Tracked(
            scripts=self._read(SCRIPTS, section),
            interfaces=self._interfaces(section, own),
            files=self._read(FILES, section),
            processes=self._read(PROCESSES, section),
            bfds=self._read(BFDS, section),
            virtual_servers=self._virtual_servers(section),
        )
        group = self._groups.get(section.header[0]) if section.block == "vrrp_instance" and section.header else None
        if group is None or group.has("sync_group_tracking_weight"):
            return tracked
        return without_weights(tracked, section, f"vrrp_sync_group {group.header[0]}", self._report, owner=False)

    def advise_of_unused(self) -> None:
        """Advice about scripts and processes that nothing tracks, once all instances and groups are built."""
        for kind in (SCRIPTS, PROCESSES):
            for name, definition in self._defined[kind.block].items():
                if not definition.trouble and (kind.block, name) not in self._used:
                    message, hint = f"nothing tracks {kind.block} {name}", f"name it in the {kind.word} of an instance"
                    self._report.advice(Code.IGNORED, message, definition.section.header_place(), hint)

    def _define(self, top: Section, word: str, build: Callable[[str, Section], T | None]) -> list[Placed[T]]:
        """All that blocks of a kind define. Of several with one name the first is used."""
        defined = self._defined[word] = {}
        placed: list[Placed[T]] = []
        for section in top.sections(word):
            name = name_of(section, self._report)
            if name is None:
                continue
            if name in defined:
                self._twice(word, name, section, defined[name])
                if word != "bfd_instance":
                    build(name, section)  # for what is to be said of it
                continue
            value = build(name, section)
            defined[name] = Definition(section.get("weight", Weight), section, "" if value else "is left out")
            if value is not None:
                placed.append(Placed(value, section))
        return placed

    def _know_scripts(self, programs: Programs) -> None:
        """A script that is not found or not secure is left out of track_script silently; others were never defined."""
        working = {placed.value.name for placed in self.scripts}
        defined = self._defined["vrrp_script"]
        for name, definition in defined.items():
            section = definition.section
            if name not in working and section.has("script") and programs.knows(section.find("user", Account)):
                defined[name] = replace(definition, trouble="cannot be run", severity=Severity.NOTE)

    def _twice(self, word: str, name: str, section: Section, earlier: Definition) -> None:
        """Of this keepalived has nothing to say, except for bfd_instance."""
        message = f"{word} {name} is already defined"
        place = section.header_place()
        hint = f"the one of {earlier.section.place.seen_from(place)} is used"
        tell = self._report.error if word == "bfd_instance" else self._report.note
        tell(Code.DUPLICATE, message, place, hint)

    def _read(self, kind: Kind[M], section: Section) -> tuple[M, ...]:
        self._used.update((kind.block, entry.value.name) for entry in section.entries(kind.word))
        return read_tracked(kind, section, self._defined[kind.block], self._report)

    def _interfaces(self, section: Section, own: Collection[str]) -> tuple[TrackedInterface, ...]:
        """The lines of track_interface."""
        found: dict[str, TrackedInterface] = {}
        for entry in section.entries("track_interface"):
            name = entry.value.name
            if not self._exists(name):
                message, hint = f"there is no interface {name}", "it is not tracked; see dynamic_interfaces"
                self._report.error(Code.NO_INTERFACE, message, entry.place(0), hint)
            elif not is_first(entry, found, self._report):
                continue
            elif name in own:
                message, hint = f"{name} is the instance's own interface", "this line is left out; it is tracked anyway"
                self._report.warning(Code.IGNORED, message, entry.place(0), hint)
            else:
                found[name] = resolved(TrackedInterface, entry.value, UNWEIGHTED)
        return tuple(found.values())

    def _virtual_servers(self, section: Section) -> tuple[TrackedVirtualServer, ...]:
        """The lines of alived_track_virtual_server, as they are: virtual servers may stand further down."""
        found: dict[str, TrackedVirtualServer] = {}
        for entry in section.entries(VIRTUAL_SERVERS.word):
            if is_first(entry, found, self._report):
                found[entry.value.name] = resolved(TrackedVirtualServer, entry.value, UNWEIGHTED)
        return tuple(found.values())

    def _know_sessions(self) -> None:
        """Two sessions need different neighbors, sources or ports (RFC 5880 section 6.3); the later one is left out."""
        first: dict[tuple[str, str, bool], str] = {}
        defined = self._defined["bfd_instance"]
        for placed in list(self.bfds):
            bfd = placed.value
            if bfd.checker and not bfd.vrrp:
                defined[bfd.name] = replace(defined[bfd.name], trouble="is only for real servers")
            earlier = first.setdefault((bfd.neighbor_ip, bfd.source_ip, bfd.multihop), bfd.name)
            if earlier != bfd.name:
                message, hint = f"{earlier} has the same neighbor and source already", f"{bfd.name} is left out"
                self._report.error(Code.DUPLICATE, message, placed.section.to_end("neighbor_ip"), hint)
                self.bfds.remove(placed)
                defined[bfd.name] = replace(defined[bfd.name], trouble="is left out")
