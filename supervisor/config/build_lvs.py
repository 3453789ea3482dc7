"""Sections to virtual servers, their real servers and checks, with keepalived's defaults (keepalived.conf(5), LVS)."""

import dataclasses
import ipaddress
from typing import TypeVar

from alived.ipc.model import ForwardingMethod, Protocol, RealServer, RealServerChecks, TcpCheck, VirtualServer
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.draft import Placed
from alived.supervisor.config.grammar.lvs import DEFAULT_PERSISTENCE
from alived.supervisor.config.parser import is_definition
from alived.supervisor.config.sections import Section

T = TypeVar("T")

RETRY_DEFAULT = 1
DELAY_BEFORE_RETRY_DEFAULT = 1.0
"""Seconds; these are the defaults of TCP_CHECK."""


def build_virtual_server(section: Section, report: Report) -> Placed[VirtualServer] | None:
    """The service of a virtual_server block with its checks; None, and a diagnostic, when it cannot be set up."""
    return _VirtualServer(section, report).build()


class _VirtualServer:
    def __init__(self, section: Section, report: Report) -> None:
        self._section = section
        self._report = report
        self._checks: list[RealServerChecks] = []

    def build(self) -> Placed[VirtualServer] | None:
        """See build_virtual_server."""
        section = self._section
        target = self._target(section, "virtual_server")
        if target is None:
            return None
        address, port = target[0], target[1] or 0
        persistence = section.get("persistence_timeout", int)
        if not port and not persistence:
            self._report.warning(
                Code.CONFLICT,
                "a virtual server without a port is for all ports, and has to be persistent",
                section.header[0].place,
                f"persistence_timeout {DEFAULT_PERSISTENCE} is used",
            )
            persistence = DEFAULT_PERSISTENCE
        server = VirtualServer(
            address=address,
            port=port,
            protocol=self._stated("protocol", Protocol),
            lb_algo=self._stated("lb_algo", str),
            lb_kind=self._stated("lb_kind", ForwardingMethod),
            persistence_timeout=persistence,
            quorum=section.get("quorum", int),
        )
        real_servers = self._real_servers(server)
        if not real_servers:
            self._report.warning(
                Code.EMPTY, f"virtual_server {server.name} has no real server", section.place, "it is left out"
            )
            return None
        return Placed(dataclasses.replace(server, real_servers=tuple(real_servers)), section, self._checks)

    def _stated(self, word: str, kind: type[T]) -> T:
        """A value that a virtual server should say: keepalived complains when it does not."""
        value = self._section.get(word, kind)
        if not self._section.has(word):
            self._report.warning(Code.MISSING, f"no {word} is given", self._section.place, f"{value} is used")
        return value

    def _target(self, section: Section, what: str) -> tuple[str, int | None] | None:
        """ADDRESS [PORT] of a block's header."""
        header = section.header
        if not header:
            self._report.error(Code.MISSING, f"this {what} has no address", section.place, "it is left out")
            return None
        if what == "virtual_server" and header[0].text in ("fwmark", "group"):
            self._report.warning(
                Code.NOT_IMPLEMENTED,
                f"alived does not implement virtual_server {header[0].text} yet",
                header[0].place,
                "it is left out",
            )
            return None
        for extra in header[2:3]:
            self._report.note(
                Code.IGNORED, f"a {what} has an address and a port", extra.place, "the rest of the line is not read"
            )
        try:
            address = ipaddress.ip_address(header[0].text)
        except ValueError:
            if not is_definition(header[0], self._report):
                self._report.error(
                    Code.BAD_VALUE, "this is not an IP address", header[0].place, f"the {what} is left out"
                )
            return None
        if address.version == 6:
            self._report.warning(
                Code.NOT_IMPLEMENTED,
                f"alived does not implement a {what} of IPv6 yet",
                header[0].place,
                "it is left out",
            )
            return None
        if len(header) == 1:
            return str(address), None
        port = header[1].text
        if not (port.isascii() and port.isdecimal() and len(port) < 6 and 1 <= int(port) <= 65535):
            self._report.error(
                Code.BAD_VALUE, "a port is a number from 1 to 65535", header[1].place, f"the {what} is left out"
            )
            return None
        return str(address), int(port)

    # --- real servers -------------------------------------------------------------------------------------------------

    def _real_servers(self, server: VirtualServer) -> list[RealServer]:
        found: dict[str, RealServer] = {}
        for block in self._section.sections("real_server"):
            real = self._real_server(block, server)
            if real is None:
                continue
            if real.name in found:
                self._report.warning(
                    Code.DUPLICATE,
                    f"real_server {real.name} is there already",
                    block.header[0].place,
                    "the first is used",
                )
                continue
            found[real.name] = real
            checks = tuple(_tcp_check(check, block, self._section, real) for check in block.sections("TCP_CHECK"))
            if checks:
                self._checks.append(RealServerChecks(virtual_server=server.name, real_server=real.name, checks=checks))
        return list(found.values())

    def _real_server(self, block: Section, server: VirtualServer) -> RealServer | None:
        target = self._target(block, "real_server")
        if target is None:
            return None
        address, port = target
        if port is not None and port != server.port and server.lb_kind is not ForwardingMethod.NAT:
            self._report.warning(
                Code.CONFLICT,
                f"with {server.lb_kind} a packet reaches the real server's port {server.port or 'that it was sent to'}",
                block.header[1].place,
                f"{server.port} is used",
            )
            port = server.port
        return RealServer(
            address=address,
            port=server.port if port is None else port,
            weight=block.get("weight", int, self._section.get("weight", int)),
            inhibit_on_failure=block.get("inhibit_on_failure", bool, self._section.get("inhibit_on_failure", bool)),
        )


def _tcp_check(check: Section, real: Section, virtual: Section, server: RealServer) -> TcpCheck:
    """A TCP_CHECK: what it does not say, its real server says, then the virtual server."""

    def pace(word: str, kind: type[T], otherwise: T | None = None) -> T:
        for section in (check, real):
            if (value := section.find(word, kind)) is not None:
                return value
        return virtual.get(word, kind, otherwise)

    delay_loop = pace("delay_loop", float)
    return TcpCheck(
        address=check.get("connect_ip", str, server.address),
        port=check.get("connect_port", int, server.port),
        bindto=check.get("bindto", str),
        bind_port=check.get("bind_port", int),
        connect_timeout=pace("connect_timeout", float),
        retry=pace("retry", int, RETRY_DEFAULT),
        delay_before_retry=pace("delay_before_retry", float, DELAY_BEFORE_RETRY_DEFAULT),
        delay_loop=delay_loop,
        warmup=pace("warmup", float, delay_loop),
    )
