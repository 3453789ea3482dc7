"""Text of virtual servers, and what was said of it, for tests."""

from alived.ipc.model.checks import Check, RealServerChecks
from alived.ipc.model.lvs import RealServer, VirtualServer
from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.load import Loaded

REAL = RealServer(address="10.0.0.2", port=80)
TRACKED = "track_file FILE {\nfile /tmp/file\n}\nbfd_instance SESSION {\nneighbor_ip 10.0.0.9\n}\n"
"""What FILE_CHECK and BFD_CHECK may name."""


def real_server(lines: str = "TCP_CHECK {\n}", header: str = "10.0.0.2 80") -> str:
    """A real_server block."""
    return f"real_server {header} {{\n{lines}\n}}\n"


def virtual_server(
    lines: str = "", reals: str | None = None, header: str = "10.0.0.1 80", kind: str = "NAT", protocol: str = "TCP"
) -> str:
    """A virtual_server block that keepalived does not complain of."""
    said = f"lvs_sched rr\nlvs_method {kind}\n" + (f"protocol {protocol}\n" if protocol else "")
    return f"virtual_server {header} {{\n{said}{lines}\n{real_server() if reals is None else reals}}}\n"


def checked(lines: str, around: str = "") -> str:
    """A virtual server whose real server has these checks."""
    return virtual_server(around, real_server(lines))


def servers(loaded: Loaded) -> list[VirtualServer]:
    """All virtual servers, also those that no worker can set up yet."""
    return [found for found in (*loaded.config.lvs, *loaded.config.kept) if isinstance(found, VirtualServer)]


def the_server(loaded: Loaded) -> VirtualServer:
    """The only one."""
    (server,) = servers(loaded)
    return server


def checks(loaded: Loaded) -> tuple[Check, ...]:
    """The checks of all real servers."""
    found = (*loaded.config.checker, *loaded.config.kept)
    return tuple(check for one in found if isinstance(one, RealServerChecks) for check in one.checks)


def said(loaded: Loaded, *severities: Severity) -> list[tuple[int, str, str]]:
    """Line, message and hint of what keepalived complains of too, or of what has one of these severities.

    What alived does not act on yet is another matter.
    """
    wanted = severities or (Severity.ERROR, Severity.WARNING)
    return [
        (one.place.line, one.message, one.hint)
        for one in loaded.diagnostics
        if one.severity in wanted and one.code is not Code.NOT_IMPLEMENTED
    ]
