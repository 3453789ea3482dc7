"""A configuration while it is checked: its objects together with their places in the file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from alived.ipc.model import CheckerObject, Config, LvsGlobals, VirtualServer, VrrpInstance, VrrpScript
from alived.supervisor.config.diagnostics import Place
from alived.supervisor.config.sections import Section

T = TypeVar("T")


@dataclass(slots=True)
class Placed(Generic[T]):
    """An object of the model, the block it came from, and what the checker worker does for its sake."""

    value: T
    section: Section
    companions: Sequence[CheckerObject] = ()

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
    """With their notify programs."""
    virtual_servers: list[Placed[VirtualServer]] = field(default_factory=list)
    """With the checks of their real servers."""

    def config(self) -> Config:
        """What the workers get; of the scripts those that an instance tracks."""
        tracked = {script.name for placed in self.instances for script in placed.value.track_scripts}
        return Config(
            router_id=self.router_id,
            vrrp=tuple(placed.value for placed in self.instances),
            checker=(
                *(placed.value for placed in self.scripts if placed.value.name in tracked),
                *(companion for instance in self.instances for companion in instance.companions),
                *(companion for server in self.virtual_servers for companion in server.companions),
            ),
            lvs=(self.lvs_globals, *(placed.value for placed in self.virtual_servers)) if self.virtual_servers else (),
        )
