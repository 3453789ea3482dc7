"""Sections to a whole configuration: the objects of all blocks, resolved and checked against each other."""

from collections.abc import Container
from functools import partial
from typing import Any

from alived.ipc.model.config import Config, KeptObject
from alived.ipc.model.lvs import VirtualServer
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.build_interfaces import Interfaces
from alived.supervisor.config.build_notify import build_notify
from alived.supervisor.config.build_settings import build_settings, global_settings
from alived.supervisor.config.build_static import build_static
from alived.supervisor.config.build_sync_groups import SyncGroups
from alived.supervisor.config.build_tracked_servers import TrackedServers
from alived.supervisor.config.build_tracking import Trackers
from alived.supervisor.config.build_virtual_server import References, VirtualServers
from alived.supervisor.config.build_vrrp import Instances
from alived.supervisor.config.build_vs_groups import build_groups, build_ssl
from alived.supervisor.config.check_lvs import check_virtual_servers
from alived.supervisor.config.check_vrrp import check_shared_addresses, clashing
from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.draft import Draft, Placed
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.programs import programs_of
from alived.supervisor.config.routing import Routing
from alived.supervisor.config.sections import Section
from alived.supervisor.config.sync_members import groups_of_members


def build(top: Section, machine: Machine, report: Report) -> Config:
    """The configuration of a whole file. What is not usable is left out with a diagnostic."""
    return _Builder(top, machine, report).build()


class _Builder:
    def __init__(self, top: Section, machine: Machine, report: Report) -> None:
        self._top = top
        self._machine = machine
        self._report = report
        self._settings = global_settings(top, machine, report)
        self._scope = {"global_defs": self._settings}
        self._programs = programs_of(top, self._settings, machine, report)
        links: dict[str, str] = {}
        self._exists = partial(_exists, machine.interfaces(), links, self._settings.has("dynamic_interfaces"))
        self._routing = Routing(
            machine,
            report,
            exists=self._exists,
            usr_dir=self._settings.find("iproute_usr_dir", str) or "",
            etc_dir=self._settings.find("iproute_etc_dir", str) or "",
        )
        self._trackers = Trackers(top, self._programs, machine, self._exists, report)
        self._instances = Instances(
            self._scope, self._trackers, self._routing, machine, report, groups=groups_of_members(top), links=links
        )

    def build(self) -> Config:
        """See above. keepalived reads VRRP's blocks in one process and LVS's in another; the order is theirs."""
        top, report = self._top, self._report
        settings = build_settings(top, self._settings, self._programs, report)
        instances = self._vrrp()
        groups = SyncGroups(
            top,
            [placed.value for placed in instances],
            self._trackers,
            self._programs,
            scope=self._scope,
            report=report,
        )
        sync_groups, track_groups = groups.sync_groups(), groups.track_groups()
        named = frozenset(placed.value.name for placed in track_groups)
        static = build_static(top, self._settings, named, self._routing)
        interfaces = Interfaces(top, self._exists, report)
        garp_groups = interfaces.garp_groups()
        delays, linkbeat = interfaces.delays(), interfaces.linkbeat()
        self._trackers.advise_of_unused()
        virtual_servers, lvs_others = self._lvs()
        tracked_servers = TrackedServers(virtual_servers, report)
        tracked_servers.resolve(instances)
        tracked_servers.resolve(sync_groups)
        found = self._trackers
        placed: list[Placed[Any]] = [*found.files, *found.processes, *found.bfds, *sync_groups, *track_groups]
        placed += garp_groups
        draft = Draft(
            settings=settings,
            scripts=self._trackers.scripts,
            instances=instances,
            virtual_servers=virtual_servers,
            others=[one.value for one in placed] + [*delays, *linkbeat, *([static] if static else []), *lvs_others],
        )
        return draft.config(report)

    # --- what the kinds of objects need -------------------------------------------------------------------------------

    def _vrrp(self) -> list[Placed[VrrpInstance]]:
        """The instances that can be, with their notify programs."""
        placed = []
        for section in self._top.sections("vrrp_instance"):
            notify = build_notify(section, section.header[0] if section.header else "", self._programs, self._report)
            if instance := self._instances.build(section):
                placed.append(Placed(instance, section, notify))
        left_out = clashing(placed, self._report)
        placed = [one for one in placed if one.value.name not in left_out]
        check_shared_addresses(placed, self._report)
        return placed

    def _lvs(self) -> tuple[list[Placed[VirtualServer]], list[KeptObject]]:
        """The virtual servers with their checks, and what else they need."""
        groups = build_groups(self._top, self._report)
        ssl = build_ssl(self._top, self._report)
        builder = VirtualServers(
            self._settings,
            self._programs,
            References(
                groups={name: placed.value for name, placed in groups.items()},
                track_files=frozenset(placed.value.name for placed in self._trackers.files),
                bfd_instances=frozenset(placed.value.name for placed in self._trackers.bfds),
            ),
            self._report,
        )
        built = [builder.build(section) for section in self._top.sections("virtual_server")]
        servers = check_virtual_servers([placed for placed in built if placed], groups.values(), self._report)
        return servers, [*(placed.value for placed in groups.values()), *([ssl] if ssl else [])]


def _exists(present: Container[str], links: Container[str], dynamic: bool, name: str) -> bool:
    """Whether an interface of some name is there, or will be: an instance makes it, or nobody can know."""
    return dynamic or name in present or name in links
