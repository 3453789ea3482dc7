"""virtual_server blocks to services with their real servers and checks, with keepalived's defaults and fallbacks."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from alived.ipc.model.checks import RealServerChecks
from alived.ipc.model.lvs import AddressFamily, Forwarding, VirtualServer, VirtualServerGroup
from alived.supervisor.config.build_checks import Checks
from alived.supervisor.config.build_notify import notify_program
from alived.supervisor.config.build_real_servers import Checked, RealServers, build_sorry_server
from alived.supervisor.config.build_vs_groups import families
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.draft import Placed
from alived.supervisor.config.fill import made
from alived.supervisor.config.forms.lvs import family_of
from alived.supervisor.config.forms.numbers import INTEGER, UNSIGNED_MAX
from alived.supervisor.config.lvs_rules import matching, persistence, quorum, settled
from alived.supervisor.config.lvs_service import Service, read_target
from alived.supervisor.config.programs import Programs
from alived.supervisor.config.sections import Section
from alived.supervisor.config.surroundings import Surroundings


class References(NamedTuple):
    """What virtual servers and their checks may name."""

    groups: Mapping[str, VirtualServerGroup]
    track_files: Collection[str]
    bfd_instances: Collection[str]


class VirtualServers:
    """Builds the virtual servers of one configuration; `settings` is its global_defs."""

    def __init__(self, settings: Section, programs: Programs, references: References, report: Report) -> None:
        mail = settings.find("smtp_alert_checker", bool)
        if mail is None:
            mail = settings.find("smtp_alert", bool)
        checks = Checks(programs, references.track_files, references.bfd_instances, report)
        self._smtp_alert = bool(mail)
        self._real_servers = RealServers(checks, programs, report, smtp_alert=mail is not False)
        log_all = settings.find("checker_log_all_failures", bool)
        self._around = Surroundings({} if log_all is None else {"log_all_failures": log_all})
        self._programs = programs
        self._groups = references.groups
        self._report = report

    def build(self, section: Section) -> Placed[VirtualServer] | None:
        """The service of a block, its companions the checks; None, and a diagnostic, when it cannot be set up."""
        service = self._service(section)
        if service is None:
            return None
        self._family(service)
        service.lvs_method = section.find("lvs_method", Forwarding) or Forwarding()
        checked = self._real_servers.build(service, self._around.within(section))
        sorry = build_sorry_server(service, self._report)
        if not checked:
            message = "this virtual_server has no real server"
            self._report.warning(Code.EMPTY, message, section.whole, "it is left out")
            return None
        if not self._agree(service, checked):
            return None
        attributes = {
            "address": service.address,
            "port": service.port,
            "fwmark": service.fwmark,
            "group": service.group.name if service.group is not None else "",
            "ip_family": service.family,
            "smtp_alert": section.get("smtp_alert", bool, self._smtp_alert),
            "real_servers": tuple(real_server for real_server, _ in checked),
            **persistence(service, self._report),
            **quorum([real_server for real_server, _ in checked], section, self._report),
            **settled(service, sorry, checked, self._report),
            **matching(sorry, checked, section, self._report)._asdict(),
        }
        for word in ("quorum_up", "quorum_down"):
            if section.has(word):
                attributes[word] = notify_program(section, word, self._programs, self._report)
        server = made(VirtualServer, section, {}, **attributes)
        name = server.name
        companions = [
            RealServerChecks(virtual_server=name, real_server=real_server.name, checks=checks)
            for real_server, checks in checked
            if checks
        ]
        return Placed(server, section, companions)

    # --- what it serves -----------------------------------------------------------------------------------------------

    def _service(self, section: Section) -> Service | None:
        header = section.header
        if header[:1] == ("group",):
            return self._of_group(section)
        if header[:1] == ("fwmark",):
            return self._of_mark(section)
        target = read_target(section, self._report)
        return Service(section, *target, family=family_of(target[0])) if target else None

    def _of_group(self, section: Section) -> Service | None:
        if len(section.header) < 2:
            message, hint = "this virtual_server names no group", "it is left out; write virtual_server group NAME"
            self._report.error(Code.MISSING, message, section.header_place(), hint)
            return None
        group = self._groups.get(section.header[1])
        if group is None:
            message = f"there is no virtual_server_group {section.header[1]}"
            self._report.error(Code.UNKNOWN_NAME, message, section.header_place(1), "the virtual_server is left out")
            return None
        return Service(section, group=group)

    def _of_mark(self, section: Section) -> Service | None:
        word = section.header[1] if len(section.header) > 1 else ""
        if not INTEGER.fullmatch(word) or not 1 <= int(word) <= UNSIGNED_MAX:
            message = f"a fwmark is a number from 1 to {UNSIGNED_MAX}"
            self._report.error(Code.BAD_VALUE, message, section.header_place(1), "the virtual_server is left out")
            return None
        return Service(section, fwmark=int(word))

    def _family(self, service: Service) -> None:
        """What the block itself says of the kind of addresses."""
        section = service.section
        said = section.find("ip_family", AddressFamily)
        if said is not None and service.family not in (None, said):
            message, hint = f"`ip_family` is {said}, and the address is not", "it is ignored"
            self._report.error(Code.CONFLICT, message, section.where("ip_family"), hint)
            return
        service.family = said or service.family
        if service.family is None and (granularity := section.find("persistence_granularity", str)):
            service.family = AddressFamily.INET if "." in granularity else AddressFamily.INET6

    def _agree(self, service: Service, checked: list[Checked]) -> bool:
        """Settle the family of a service that says none; False, and a diagnostic, where its group has another."""
        if service.group is None:
            if service.family is None:
                kinds = {family_of(real_server.address) for real_server, _ in checked}
                service.family = kinds.pop() if len(kinds) == 1 else AddressFamily.INET
            return True
        there = families(service.group)
        if service.family is None:
            service.family = next(iter(there), AddressFamily.INET) if len(there) < 2 else None
            return True
        if there <= {service.family}:
            return True
        message = f"{service.group.name} has addresses of another kind than the real servers"
        hint = "the virtual_server is left out; only tunnels (lvs_method TUN) go from one kind to the other"
        self._report.error(Code.CONFLICT, message, service.section.header_place(1), hint)
        return False
