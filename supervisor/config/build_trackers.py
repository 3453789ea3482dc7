"""Sections to what track_file and vrrp_track_process define. What instances make of it: build_tracking.py."""

import posixpath

from alived.ipc.model.tracking import ONCE, UNWEIGHTED, InitFile, ParamMatch, TrackFile, TrackProcess, Weight
from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.fill import made
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.repeated import first_counts
from alived.supervisor.config.sections import Section


def build_track_file(name: str, section: Section, machine: Machine, report: Report) -> TrackFile | None:
    """The object of a track_file; None, and a diagnostic: it cannot be watched."""
    _first_weight(section, ONCE, report)
    first_counts(section, "file", report)
    path = section.find("file", str)
    if path is None:
        if "file" not in section.order:
            report.error(Code.MISSING, f"track_file {name} has no file", section.whole, "it is left out")
        return None
    directory = posixpath.dirname(path) or "."
    if not machine.is_directory(directory):
        message, hint = f"there is no directory {directory} for {path}", "it is left out; make the directory"
        report.error(Code.MISSING_FILE, message, section.to_end("file"), hint)
        return None
    if directory == "/":
        message = "keepalived cannot watch a file in the root directory"
        report.warning(Code.MISSING_FILE, message, section.to_end("file"), "alived can; for both, move it elsewhere")
    initial = section.find("init_file", InitFile)
    if initial and initial.overwrite and machine.is_directory(path):
        message, hint = f"{path} is a directory, and cannot be written", "it is not made at start"
        report.error(Code.CONFLICT, message, section.to_end("init_file"), hint)
    return made(TrackFile, section, {}, name=name)


def build_track_process(name: str, section: Section, report: Report) -> TrackProcess | None:
    """The object of a vrrp_track_process; None, and a diagnostic: there is nothing to look for."""
    _first_weight(section, UNWEIGHTED, report)
    first_counts(section, "process", report)
    process = section.find("process", tuple)
    if process is None:
        if "process" not in section.order:
            message = f"vrrp_track_process {name} names no process"
            report.error(Code.MISSING, message, section.whole, "it is left out")
        return None
    match = section.get("param_match", ParamMatch)
    if match is ParamMatch.NONE and len(process) > 1:
        match = ParamMatch.EXACT
    quorum, quorum_max = _quorums(section, report)
    return made(
        TrackProcess,
        section,
        {},
        name=name,
        param_match=match,
        full_command=section.get("full_command", bool) or match is not ParamMatch.NONE,
        quorum=quorum,
        quorum_max=quorum_max,
        fork_delay=_delay(section, "fork_delay"),
        terminate_delay=_delay(section, "terminate_delay"),
    )


def _first_weight(section: Section, default: Weight, report: Report) -> None:
    """A weight is taken again as long as there is only the default one."""
    given = section.given("weight")
    while len(given) > 1 and given[0].value == default:
        del given[0]
    first_counts(section, "weight", report)


def _quorums(section: Section, report: Report) -> tuple[int, int | None]:
    """The values of both; the later of two that contradict each other is left out; at most 0 is a quorum of 0."""
    quorum, most = section.find("quorum", int), section.find("quorum_max", int)
    if quorum is not None and most is not None and quorum > max(most, 1):
        late = "quorum" if _order(section.where("quorum")) > _order(section.where("quorum_max")) else "quorum_max"
        message = f"a quorum of {quorum} is more than a quorum_max of {most}"
        report.warning(Code.CONFLICT, message, section.where(late), f"`{late}` is ignored")
        quorum, most = (None, most) if late == "quorum" else (quorum, None)
    if most == 0:
        return 0, 0
    return 1 if quorum is None else quorum, most


def _delay(section: Section, word: str) -> float:
    """fork_delay or terminate_delay, or `delay`, whatever was given later."""
    given = [each for each in (word, "delay") if section.has(each)]
    if not given:
        return 0.0
    return section.get(max(given, key=lambda each: _order(section.where(each))), float)


def _order(place: Place) -> tuple[int, int]:
    return place.line, place.column
