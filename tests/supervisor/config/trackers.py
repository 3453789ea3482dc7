"""A text to the trackers, groups and interfaces that it defines, without the rest of a configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from textwrap import dedent

from alived.ipc.model.vrrp import InstanceRole, VrrpInstance
from alived.supervisor.config.build_interfaces import Interfaces
from alived.supervisor.config.build_sync_groups import SyncGroups
from alived.supervisor.config.build_tracking import Trackers
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.grammar.table import ROOTS
from alived.supervisor.config.inspection import Identity
from alived.supervisor.config.parser import parse
from alived.supervisor.config.programs import Programs
from alived.supervisor.config.reading import read
from alived.supervisor.config.sections import Section
from alived.supervisor.config.source import Line
from alived.supervisor.config.tracking import Tracked
from tests.supervisor.config.conftest import FakeMachine

ROLES = {255: InstanceRole.MASTER}


@dataclass
class TrackerText:
    """One text. Everything is made when it is asked for; `said` is what was said until then."""

    text: str
    priorities: Mapping[str, int] = field(default_factory=dict)
    """Of the instances that run; the others have 100."""
    report: Report = field(default_factory=Report)

    @cached_property
    def top(self) -> Section:
        lines = [Line("keepalived.conf", number, line) for number, line in enumerate(self.lines, 1)]
        return read(parse(lines, ROOTS, self.report).statements, self.report)

    @property
    def lines(self) -> list[str]:
        return dedent(self.text).lstrip("\n").split("\n")

    @cached_property
    def machine(self) -> FakeMachine:
        return FakeMachine({"keepalived_script": Identity(500, 501), "bob": Identity(1000, 1001)}, {})

    @cached_property
    def programs(self) -> Programs:
        return Programs(self.machine, self.report, security=True)

    @cached_property
    def trackers(self) -> Trackers:
        return Trackers(self.top, self.programs, self.machine, self.exists, self.report)

    def exists(self, interface: str) -> bool:
        return interface in self.machine.interfaces()

    def tracked(self, *own: str) -> Tracked:
        """What the first instance tracks."""
        return self.trackers.tracked(self.top.sections("vrrp_instance")[0], own)

    @cached_property
    def groups(self) -> SyncGroups:
        instances = []
        for number, section in enumerate(self.top.sections("vrrp_instance"), 1):
            name, tracked = section.header[0], self.trackers.tracked(section)
            priority = self.priorities.get(name, 100)
            instances.append(
                VrrpInstance(
                    name=name,
                    interface="eth0",
                    virtual_router_id=number,
                    priority=priority,
                    role=ROLES.get(priority, InstanceRole.BACKUP),
                    **{f"track_{kind}": trackers for kind, trackers in tracked._asdict().items()},
                )
            )
        scope = {"global_defs": self.top.merged("global_defs")}
        return SyncGroups(self.top, instances, self.trackers, self.programs, scope=scope, report=self.report)

    @cached_property
    def interfaces(self) -> Interfaces:
        return Interfaces(self.top, self.exists, self.report)

    @property
    def said(self) -> list[str]:
        """What was said, as `LINE severity: message`; a finding about several lines has the first and the last.

        What alived does not act on yet is another matter.
        """
        return [
            f"{found.place.line}{f'-{found.place.end_line}' if found.place.end_line > found.place.line else ''} "
            f"{found.severity}: {found.message}"
            for found in self.report.diagnostics()
            if found.code is not Code.NOT_IMPLEMENTED
        ]
