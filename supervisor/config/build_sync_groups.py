"""Sections to groups of instances: vrrp_sync_group and track_group (keepalived.conf(5)).

Groups are built when all instances are: a member that does not exist is left out, and a group without members is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from alived.ipc.model.common import Program
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.vrrp import InstanceRole, VrrpInstance
from alived.supervisor.config.build_tracking import Trackers
from alived.supervisor.config.diagnostics import Code, Report, Severity
from alived.supervisor.config.draft import Placed
from alived.supervisor.config.fill import made
from alived.supervisor.config.forms.programs import Script
from alived.supervisor.config.instance_election import PRIORITY_OWNER
from alived.supervisor.config.programs import Programs
from alived.supervisor.config.repeated import first_counts
from alived.supervisor.config.sections import Entry, Section, name_of
from alived.supervisor.config.sync_members import groups_of_members
from alived.supervisor.config.tracker_weights import line_of
from alived.supervisor.config.tracking import Tracked

NOTIFY = ("notify_master", "notify_backup", "notify_fault", "notify_stop", "notify")


class SyncGroups:
    """Builds the groups of one file."""

    def __init__(
        self,
        top: Section,
        instances: Iterable[VrrpInstance],
        trackers: Trackers,
        programs: Programs,
        *,
        scope: Mapping[str, Section],
        report: Report,
    ) -> None:
        """`instances` are those that run; `scope` has at least `global_defs`."""
        self._top = top
        self._written = {section.header[0] for section in top.sections("vrrp_instance") if section.header}
        """Names of instances, also of those that are left out."""
        self._instances = {instance.name: instance for instance in instances}
        self._trackers = trackers
        self._programs = programs
        self._scope = scope
        self._report = report

    def sync_groups(self) -> list[Placed[SyncGroup]]:
        """All that have a member."""
        groups = groups_of_members(self._top)
        found = []
        for name, section in self._unique("vrrp_sync_group"):
            tracked = self._trackers.tracked(section)
            programs = {word: self._program(word, section) for word in NOTIFY}
            if members := self._sync_members(name, section, groups):
                tracked = self._fitting(tracked, name, section, [self._instances[member] for member in members])
                found.append(
                    Placed(self._sync_group(section, tracked, name=name, members=members, **programs), section)
                )
        return found

    def track_groups(self) -> list[Placed[TrackGroup]]:
        """All that have a member."""
        found = []
        for name, section in self._unique("track_group"):
            entries = self._named(name, section)
            members = tuple(dict.fromkeys(entry.value for entry in entries if self._exists(entry, name, section)))
            if members:
                found.append(Placed(made(TrackGroup, section, {}, name=name, members=members), section))
        return found

    def _unique(self, word: str) -> Iterable[tuple[str, Section]]:
        """The blocks of a kind with their names; of several with one name the first."""
        first: dict[str, Section] = {}
        for section in self._top.sections(word):
            name = name_of(section, self._report)
            if name is None:
                continue
            earlier = first.setdefault(name, section)
            if earlier is section:
                yield name, section
            else:
                place = section.header_place()
                hint = f"the one of {earlier.place.seen_from(place)} is used"
                self._report.error(Code.DUPLICATE, f"{word} {name} is already defined", place, hint)

    # --- members ------------------------------------------------------------------------------------------------------

    def _named(self, name: str, section: Section) -> list[Entry]:
        """What `group` names; a diagnostic if that is nothing."""
        entries = section.entries("group")
        if section.order.count("group") > 1:
            message, hint = f"{section.block} {name} has more than one `group`", "alived takes all of them"
            self._report.error(Code.DUPLICATE, message, section.where("group"), hint)
        if not entries:
            message, hint = f"{section.block} {name} has no members", "it is left out; name them in `group { … }`"
            self._report.error(Code.MISSING, message, section.whole, hint)
        return entries

    def _exists(self, entry: Entry, name: str, section: Section) -> bool:
        if entry.value in self._instances:
            return True
        if entry.value in self._written:
            message = f"vrrp_instance {entry.value} is left out, and so it is of {section.block} {name}"
            self._report.note(Code.UNKNOWN_NAME, message, entry.place(0))
        else:
            message = f"there is no vrrp_instance `{entry.value}`"
            self._report.error(Code.UNKNOWN_NAME, message, entry.place(0), f"it is no member of {name}")
        return False

    def _sync_members(self, name: str, section: Section, groups: Mapping[str, Section]) -> tuple[str, ...]:
        """Those that exist, in no other group; with a diagnostic if they are too few."""
        entries = self._named(name, section)
        members: list[str] = []
        for entry in entries:
            if not self._exists(entry, name, section):
                continue
            if entry.value in members or groups[entry.value] is not section:
                message = f"{entry.value} is in {groups[entry.value].header[0]} already"
                hint = "an instance can be in one sync group, and once"
                self._report.error(Code.DUPLICATE, message, entry.place(0), hint)
            else:
                members.append(entry.value)
        if entries and not members:
            message, hint = f"vrrp_sync_group {name} has no member that exists", "it is left out"
            self._report.error(Code.MISSING, message, section.header_place(), hint)
        elif len(members) == 1:
            message, hint = f"vrrp_sync_group {name} has only one member", "it works, and changes nothing"
            self._report.warning(Code.NO_EFFECT, message, section.header_place(), hint)
        return tuple(members)

    # --- what they have in common -------------------------------------------------------------------------------------

    def _sync_group(self, section: Section, tracked: Tracked, **special: Any) -> SyncGroup:
        trackers = {f"track_{kind}": trackers for kind, trackers in tracked._asdict().items()}
        return made(SyncGroup, section, self._scope, **trackers, **special)

    def _fitting(self, tracked: Tracked, name: str, section: Section, instances: list[VrrpInstance]) -> Tracked:
        """What a group with these members can track."""
        self._check_owners(name, section, instances)
        if any(instance.priority == PRIORITY_OWNER for instance in instances):
            tracked = self._unweighted(tracked, name, section)
        self._check_twice(tracked, name, section, instances)
        return tracked

    def _program(self, word: str, section: Section) -> Program | None:
        first_counts(section, word, self._report)
        script = section.find(word, Script)
        if script is None:
            return None
        entry = section.given(word)[0]
        return self._programs.resolve(script, script.account, entry.place(0), entry.place(1))

    def _check_owners(self, name: str, section: Section, instances: list[VrrpInstance]) -> None:
        """An owner is master at once, whatever the others of its group are."""
        owners = [instance.priority == PRIORITY_OWNER for instance in instances]
        if owners[0] and instances[0].role is InstanceRole.MASTER and not all(owners):
            message = f"some members of {name} own their addresses (priority 255), and some do not"
            hint = "they cannot change state together; give all of them another priority"
            self._report.warning(Code.CONFLICT, message, section.header_place(), hint)

    def _unweighted(self, tracked: Tracked, name: str, section: Section) -> Tracked:
        """What a group tracks when the priority of a member is 255: all of it without weight, so failing is a fault."""
        kept: dict[str, tuple[Any, ...]] = tracked._asdict()
        for kind, trackers in kept.items():
            for tracker in trackers:
                if tracker.weight:
                    message = f"the weight of {tracker.name} does not go with the member of {name} of priority 255"
                    place = line_of(section, kind, tracker.name)
                    self._report.warning(Code.CONFLICT, message, place, "its failure is a fault now")
            kept[kind] = tuple(type(each)(name=each.name, weight=0, reverse=each.reverse) for each in trackers)
        return Tracked(**kept)

    def _check_twice(self, tracked: Tracked, name: str, section: Section, instances: list[VrrpInstance]) -> None:
        """A tracker counts once for an instance, also if its group tracks it; of interfaces keepalived complains."""
        for kind, trackers in tracked._asdict().items():
            for tracker in trackers:
                for instance in instances:
                    if any(own.name == tracker.name for own in getattr(instance, f"track_{kind}")):
                        message = f"{tracker.name} is tracked by {name} and by its member {instance.name}"
                        place = line_of(section, kind, tracker.name)
                        severity = Severity.WARNING if kind == "interfaces" else Severity.NOTE
                        self._report.add(severity, Code.DUPLICATE, message, place, "take it away in one of the two")
