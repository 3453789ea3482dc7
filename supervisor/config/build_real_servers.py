"""real_server blocks: real servers that fit their virtual server, and their checks."""

from typing import Any, NamedTuple

from alived.ipc.model.checks import Check
from alived.ipc.model.lvs import Endpoint, Forwarding, ForwardingMethod, RealServer, endpoint
from alived.supervisor.config.build_checks import Checks
from alived.supervisor.config.build_notify import notify_program
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.lvs_service import Service, Target, read_target
from alived.supervisor.config.programs import Programs
from alived.supervisor.config.sections import Section
from alived.supervisor.config.surroundings import Surroundings, plain_values


class Checked(NamedTuple):
    """A real server and its checks."""

    real_server: RealServer
    checks: tuple[Check, ...]


class RealServers:
    """Builds the real servers of virtual servers."""

    def __init__(self, checks: Checks, programs: Programs, report: Report, *, smtp_alert: bool) -> None:
        self._checks = checks
        self._programs = programs
        self._report = report
        self._smtp_alert = smtp_alert

    def build(self, service: Service, around: Surroundings) -> list[Checked]:
        """All that can serve, each once."""
        section = service.section
        defaults: dict[str, Any] = {
            "lvs_method": None,
            "weight": section.get("weight", int),
            "inhibit_on_failure": section.has("inhibit_on_failure"),
            "smtp_alert": self._smtp_alert,
        }
        found: dict[Target, Checked] = {}
        for block in section.sections("real_server"):
            target = read_target(block, self._report)
            if target is None:
                continue
            address, own_port = target
            inside = around.within(block)
            values = {**defaults, **self._own(block)} if block.values else defaults
            method = (values["lvs_method"] or service.lvs_method).method
            if not self._fits(address, method, block, service):
                continue
            port = self._port(own_port, method, block, service)
            if (address, port) in found:
                message = f"real_server {endpoint(address, port)} is there already"
                self._report.warning(Code.DUPLICATE, message, block.header_place(), "the first is used")
                continue
            real_server = RealServer(address=address, port=port, alpha=inside.values.get("alpha", False), **values)
            checks = self._checks.build(block, inside, (address, own_port or port))
            found[address, port] = Checked(real_server, checks)
        return list(found.values())

    def _own(self, block: Section) -> dict[str, Any]:
        values = plain_values(block)
        for word in ("notify_up", "notify_down"):
            if block.has(word):
                values[word] = notify_program(block, word, self._programs, self._report)
        return values

    def _fits(self, address: str, method: ForwardingMethod, block: Section, service: Service) -> bool:
        if service.accepts(address, method):
            return True
        message = f"{address} and its virtual server are not of the same kind of address"
        hint = "it is left out; only a tunnel (lvs_method TUN) goes from one kind to the other"
        self._report.error(Code.CONFLICT, message, block.ending(block.header_place()), hint)
        return False

    def _port(self, port: int, method: ForwardingMethod, block: Section, service: Service) -> int:
        """The port at which packets arrive: only NAT can change it."""
        if service.group is not None:
            if port and method is not ForwardingMethod.NAT:
                self._with_group(port, method, block, service)
            return port
        if not port:
            return service.port
        if method is ForwardingMethod.NAT or port == service.port:
            return port
        hint = f"port {service.port} is used" if service.port else "this one is not used"
        self._report.warning(Code.CONFLICT, keeps_port(method), block.header_place(1), hint)
        return service.port

    def _with_group(self, port: int, method: ForwardingMethod, block: Section, service: Service) -> None:
        if service.has_mark:
            hint = "this one is not used for a fwmark"
            self._report.warning(Code.CONFLICT, keeps_port(method), block.header_place(1), hint)
        if others := service.other_ports(port):
            hint = f"the group also has {f'port {others[0]}' if others[0] else 'all ports'}; this one is not used there"
            self._report.warning(Code.CONFLICT, keeps_port(method), block.header_place(1), hint)


def keeps_port(method: ForwardingMethod) -> str:
    """What to say of a port that cannot be."""
    return f"with {method} a packet keeps the port that it was sent to"


class SorryServer(NamedTuple):
    """Attributes of a virtual server that say who serves without quorum."""

    sorry_server: Endpoint | None = None
    sorry_server_inhibit: bool = False
    sorry_server_lvs_method: Forwarding | None = None


def build_sorry_server(service: Service, report: Report) -> SorryServer:
    """What the words of a virtual_server say; those that stand before sorry_server are for none, as in keepalived."""
    section = service.section
    options = [word for word in ("sorry_server_inhibit", "sorry_server_lvs_method") if section.has(word)]
    at = section.order.index("sorry_server") if section.has("sorry_server") else len(section.order)
    for word in options:
        if word in section.order[:at]:
            message = f"`{word}` stands before or without sorry_server"
            report.error(Code.IGNORED, message, section.given(word)[0].place(), "it is ignored; put it after")
    if not section.has("sorry_server"):
        return SorryServer()
    options = [word for word in options if word in section.order[at:]]
    given = section.get("sorry_server", Endpoint)
    own = section.get("sorry_server_lvs_method", Forwarding) if "sorry_server_lvs_method" in options else None
    method = (own or service.lvs_method).method
    if not service.accepts(given.address, method):
        message = f"{given.address} and its virtual server are not of the same kind of address"
        report.error(Code.CONFLICT, message, section.where("sorry_server"), "there is no sorry server")
        return SorryServer()
    port = _sorry_port(given.port, method, service, report)
    return SorryServer(Endpoint(address=given.address, port=port), "sorry_server_inhibit" in options, own)


def _sorry_port(port: int, method: ForwardingMethod, service: Service, report: Report) -> int:
    place = service.section.given("sorry_server")[-1].place(1)
    if service.group is not None:
        if port and method is not ForwardingMethod.NAT and (service.has_mark or service.other_ports(port)):
            report.warning(Code.CONFLICT, keeps_port(method), place, "this one is not used where it is another")
        return port
    if not port or method is ForwardingMethod.NAT or port == service.port:
        return port or service.port
    hint = f"port {service.port} is used" if service.port else "this one is not used"
    report.warning(Code.CONFLICT, keeps_port(method), place, hint)
    return service.port
