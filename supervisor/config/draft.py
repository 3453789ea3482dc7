"""A configuration while it is built: its objects together with their places in the file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.config import CheckerObject, Config, KeptObject
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.interfaces import GarpGroup, InterfaceDelay, LinkbeatInterface
from alived.ipc.model.lvs import LvsGlobals, VirtualServer
from alived.ipc.model.routing import StaticRouting
from alived.ipc.model.settings import Settings
from alived.ipc.model.tracking import TrackFile, TrackProcess
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.build_globals import checker_globals, vrrp_globals
from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.runnable import service_obstacle
from alived.supervisor.config.sections import Section
from alived.supervisor.config.telling import told

T = TypeVar("T")

OF_VRRP = (GarpGroup, InterfaceDelay, LinkbeatInterface, StaticRouting, SyncGroup, TrackGroup)
"""What the vrrp worker is given beside its instances."""
OF_CHECKER = (TrackFile, TrackProcess)
"""What the checker worker is given if an instance or a group tracks it."""


@dataclass(slots=True)
class Placed(Generic[T]):
    """An object of the model, the block it came from, and what the checker worker does for its sake."""

    value: T
    section: Section
    companions: Sequence[CheckerObject] = ()

    @property
    def place(self) -> Place:
        """Where its name stands."""
        return self.section.header_place()


@dataclass(slots=True, kw_only=True)
class Draft:
    """All objects, in the order of the file."""

    settings: Settings
    scripts: list[Placed[VrrpScript]]
    """All that can be run."""
    instances: list[Placed[VrrpInstance]]
    """With their notify programs."""
    virtual_servers: list[Placed[VirtualServer]]
    """With the checks of their real servers."""
    others: list[KeptObject] = field(default_factory=list)
    """All that is neither of these."""

    def config(self, report: Report) -> Config:
        """What each worker gets, and what is kept; a note about each kind of object that is kept."""
        instances = self.instances
        servers, kept_servers = _parted(self.virtual_servers, service_obstacle, report)
        of_vrrp = [item for item in self.others if isinstance(item, OF_VRRP)]
        trackers = [item for item in self.others if isinstance(item, OF_CHECKER)]
        groups = [item for item in of_vrrp if isinstance(item, SyncGroup)]
        trackable = [placed.value for placed in instances] + groups
        defined = [placed.value for placed in self.scripts]
        tracked = {script.name for item in trackable for script in item.track_scripts}
        watched = {("track_file", each.name) for item in trackable for each in item.track_files}
        watched |= {("vrrp_track_process", each.name) for item in trackable for each in item.track_processes}
        used = [script for script in defined if script.name in tracked]
        used_trackers = [item for item in trackers if tuple(item.key.split(" ", 1)) in watched]
        runs_vrrp = bool(instances) or any(isinstance(item, StaticRouting) for item in of_vrrp)
        notify = told(self.settings, _values(instances), groups, _companions(instances))
        checker = (*used, *used_trackers, *notify, *_companions(servers))
        backend = LvsGlobals(backend=self.settings.alived_lvs_backend)
        return Config(
            settings=self.settings,
            vrrp=(vrrp_globals(self.settings), *of_vrrp, *_values(instances)) if runs_vrrp else (),
            checker=(checker_globals(self.settings), *checker) if checker else (),
            lvs=(backend, *_values(servers)) if servers else (),
            kept=(
                *(script for script in defined if script.name not in tracked),
                *(item for item in self.others if item not in used_trackers and not (runs_vrrp and item in of_vrrp)),
                *_values(kept_servers),
                *_companions(kept_servers),
            ),
        )


def _parted(
    items: Iterable[Placed[T]], obstacle: Callable[[T], str], report: Report
) -> tuple[list[Placed[T]], list[Placed[T]]]:
    """Those that a worker can act on, and the others."""
    able: list[Placed[T]] = []
    kept: list[Placed[T]] = []
    for placed in items:
        reason = obstacle(placed.value)
        (kept if reason else able).append(placed)
        if reason and report.first(("obstacle", reason)):
            message, hint = f"alived does not implement {reason} yet", "it is left alone, and so are others like it"
            report.note(Code.NOT_IMPLEMENTED, message, placed.place, hint)
    return able, kept


def _values(items: Iterable[Placed[T]]) -> tuple[T, ...]:
    return tuple(placed.value for placed in items)


def _companions(items: Iterable[Placed[T]]) -> tuple[CheckerObject, ...]:
    return tuple(companion for placed in items for companion in placed.companions)
