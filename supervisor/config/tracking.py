"""The lines of track blocks: what a name stands for, and the weight that holds for who tracks it.

What does not live here: how a line is written (forms/tracking.py), what becomes of weights that cannot count
(tracker_weights.py).
"""

from collections.abc import Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from alived.ipc.model.tracking import (
    TrackedBfd,
    TrackedFile,
    TrackedInterface,
    TrackedProcess,
    TrackedVirtualServer,
    Weight,
)
from alived.ipc.model.vrrp import TrackedScript
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Report, Severity
from alived.supervisor.config.forms.tracking import Tracked as Line
from alived.supervisor.config.sections import Entry, Section


class Tracked(NamedTuple):
    """All that an instance or a group tracks."""

    scripts: tuple[TrackedScript, ...] = ()
    interfaces: tuple[TrackedInterface, ...] = ()
    files: tuple[TrackedFile, ...] = ()
    processes: tuple[TrackedProcess, ...] = ()
    bfds: tuple[TrackedBfd, ...] = ()
    virtual_servers: tuple[TrackedVirtualServer, ...] = ()
    """Their names are as in the file until all virtual servers are known (build_tracked_servers.py)."""


@record()
class Definition:
    """What is known of a tracker that is defined."""

    weight: Weight
    section: Section
    trouble: str = ""
    """Why it cannot be tracked, after its name; empty: it can."""
    severity: Severity = Severity.ERROR
    """Whether keepalived complains, of each line that names it, or just leaves the line out: a note."""


class MakesTracked(Protocol):
    """A model of a line with its weight resolved."""

    def __init__(self, *, name: str, weight: int, reverse: bool) -> None: ...


T = TypeVar("T", bound=MakesTracked)


@record()
class Kind(Generic[T]):
    """One kind of trackers."""

    model: type[T]
    """Of a line."""
    word: str
    """The block that such lines are in."""
    block: str
    """The block that defines one."""


SCRIPTS = Kind(TrackedScript, "track_script", "vrrp_script")
INTERFACES = Kind(TrackedInterface, "track_interface", "")
FILES = Kind(TrackedFile, "track_file", "track_file")
PROCESSES = Kind(TrackedProcess, "track_process", "vrrp_track_process")
BFDS = Kind(TrackedBfd, "track_bfd", "bfd_instance")
VIRTUAL_SERVERS = Kind(TrackedVirtualServer, "alived_track_virtual_server", "virtual_server")

WORDS = {
    "scripts": SCRIPTS.word,
    "interfaces": INTERFACES.word,
    "files": FILES.word,
    "processes": PROCESSES.word,
    "bfds": BFDS.word,
    "virtual_servers": VIRTUAL_SERVERS.word,
}
"""Field of Tracked -> the block of its lines."""


def read_tracked(kind: Kind[T], section: Section, defined: Mapping[str, Definition], report: Report) -> tuple[T, ...]:
    """What the lines of a track block name, each once; what is not defined or cannot be tracked is left out."""
    found: dict[str, T] = {}
    for entry in section.entries(kind.word):
        line: Line = entry.value
        definition = defined.get(line.name)
        if definition is None or definition.section.position > section.position:
            _unknown(entry, kind.block, defined, report)
        elif definition.trouble:
            message = f"{kind.block} {line.name} {definition.trouble}"
            report.add(definition.severity, Code.UNKNOWN_NAME, message, entry.place(0), "it is not tracked")
        elif is_first(entry, found, report):
            found[line.name] = resolved(kind.model, line, definition.weight)
    return tuple(found.values())


def is_first(entry: Entry, found: Mapping[str, object], report: Report) -> bool:
    """Whether the name of a line is not among those of the lines before; if it is, with a diagnostic."""
    name = entry.value.name
    if name in found:
        report.warning(Code.DUPLICATE, f"{name} is tracked already", entry.place(0), "the first line is used")
    return name not in found


def resolved(cls: type[T], line: Line, default: Weight) -> T:
    """A line with what it does not say taken from the definition."""
    return cls(
        name=line.name,
        weight=default.weight if line.weight is None else line.weight,
        reverse=default.reverse if line.reverse is None else line.reverse,
    )


def _unknown(entry: Entry, block: str, defined: Mapping[str, Definition], report: Report) -> None:
    """A name that is defined nowhere, or only further down: keepalived looks it up when it reads the line."""
    name = entry.value.name
    if definition := defined.get(name):
        message = f"{block} {name} is not defined before it is tracked"
        hint = f"it is not tracked; move its block (line {definition.section.place.line}) above this one"
    else:
        similar = report.similar(name, defined)
        message = f"there is no {block} `{name}`"
        hint = f"did you mean `{similar}`?" if similar else "it is not tracked"
    report.error(Code.UNKNOWN_NAME, message, entry.place(0), hint)
