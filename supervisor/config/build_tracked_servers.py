"""What the lines of alived_track_virtual_server stand for, once all virtual servers of a file are known.

keepalived looks trackers up where it reads their names. Virtual servers mostly stand below the instances, so that these
names are looked up last. What does not live here: how a line is written (forms/tracked_servers.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.lvs import VirtualServer
from alived.ipc.model.tracking import TrackedVirtualServer
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.draft import Placed
from alived.supervisor.config.sections import Section
from alived.supervisor.config.tracker_weights import line_of

Tracks = TypeVar("Tracks", VrrpInstance, SyncGroup)


class TrackedServers:
    """Looks names up among the virtual servers of one file."""

    def __init__(self, servers: Iterable[Placed[VirtualServer]], report: Report) -> None:
        self._report = report
        self._names: dict[str, list[str]] = {}
        """What a line can say -> the virtual servers that it can mean: the protocol may be left out."""
        for placed in servers:
            name = placed.value.name
            self._names.setdefault(name, []).append(name)
            short, slash, _ = name.rpartition("/")
            if slash:
                self._names.setdefault(short, []).append(name)

    def resolve(self, items: Iterable[Placed[Tracks]]) -> None:
        """Give what instances or groups track the names of the virtual servers; what means none is left out."""
        for placed in items:
            if lines := placed.value.track_virtual_servers:
                placed.value = replace(placed.value, track_virtual_servers=self._resolved(lines, placed.section))

    def _resolved(self, lines: Iterable[TrackedVirtualServer], section: Section) -> tuple[TrackedVirtualServer, ...]:
        found: dict[str, TrackedVirtualServer] = {}
        for line in lines:
            name = self._name(line.name, section, found)
            if name:
                found[name] = replace(line, name=name)
        return tuple(found.values())

    def _name(self, said: str, section: Section, found: Mapping[str, TrackedVirtualServer]) -> str:
        """The virtual server that a line means and no other line does; empty, with a diagnostic: there is none."""
        names = self._names.get(said, [])
        place = line_of(section, "virtual_servers", said)
        if len(names) > 1:
            protocols = " or ".join(name.rpartition("/")[2] for name in names)
            message = f"there is more than one virtual_server {said}"
            self._report.error(Code.UNKNOWN_NAME, message, place, f"it is not tracked; add {protocols} to the line")
        elif not names:
            similar = self._report.similar(said, self._names)
            hint = f"did you mean `{similar}`?" if similar else "it is not tracked"
            self._report.error(Code.UNKNOWN_NAME, f"there is no virtual_server {said}", place, hint)
        elif names[0] in found:
            hint = "the first line is used"
            self._report.warning(Code.DUPLICATE, f"{names[0]} is tracked already", place, hint)
        else:
            return names[0]
        return ""
