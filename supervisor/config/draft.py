"""A configuration while it is checked: its objects together with their places in the file."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from alived.ipc.model import Config, LvsGlobals, Notify, RealServerChecks, VirtualServer, VrrpInstance, VrrpScript
from alived.supervisor.config.diagnostics import Place
from alived.supervisor.config.sections import Section

T = TypeVar("T")


@dataclass(slots=True)
class Placed(Generic[T]):
    """An object of the model and the block it came from."""

    value: T
    section: Section

    @property
    def place(self) -> Place:
        """Where its name stands."""
        return self.section.header[0].place if self.section.header else self.section.place


@dataclass(slots=True)
class Draft:
    """All objects, in the order of the file."""

    router_id: str = ""
    lvs_globals: LvsGlobals = field(default_factory=LvsGlobals)
    scripts: list[Placed[VrrpScript]] = field(default_factory=list)
    """All that can be run."""
    tracked: frozenset[str] = frozenset()
    """Names in the track_script of any instance, of one that is left out too."""
    instances: list[Placed[VrrpInstance]] = field(default_factory=list)
    notifies: list[Notify] = field(default_factory=list)
    virtual_servers: list[Placed[VirtualServer]] = field(default_factory=list)
    checks: list[RealServerChecks] = field(default_factory=list)

    def config(self) -> Config:
        """What the workers get: programs only of instances, checks only of virtual servers that are still there."""
        instances = {placed.value.name for placed in self.instances}
        tracked = {script.name for placed in self.instances for script in placed.value.track_scripts}
        servers = {placed.value.name for placed in self.virtual_servers}
        return Config(
            router_id=self.router_id,
            vrrp=tuple(placed.value for placed in self.instances),
            checker=(
                *(placed.value for placed in self.scripts if placed.value.name in tracked),
                *(notify for notify in self.notifies if notify.instance in instances),
                *(checks for checks in self.checks if checks.virtual_server in servers),
            ),
            lvs=(self.lvs_globals, *(placed.value for placed in self.virtual_servers)) if self.virtual_servers else (),
        )
