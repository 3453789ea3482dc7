"""What must hold between virtual servers, and advice on services that will not do what their author expects."""

from collections.abc import Collection, Sequence

from alived.ipc.model.checks import Connecting, PingCheck, RealServerChecks
from alived.ipc.model.lvs import VirtualServer, VirtualServerGroup
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.draft import Placed


def check_virtual_servers(
    servers: Sequence[Placed[VirtualServer]], groups: Collection[Placed[VirtualServerGroup]], report: Report
) -> list[Placed[VirtualServer]]:
    """The virtual servers, each once. keepalived sets up both of two with one name, and the kernel mixes them."""
    first: dict[str, Placed[VirtualServer]] = {}
    for placed in servers:
        earlier = first.setdefault(placed.value.name, placed)
        if earlier is not placed:
            message = f"virtual_server {placed.value.name} is already defined"
            place = placed.section.header_place()
            hint = f"the one of {earlier.section.place.seen_from(place)} is used"
            report.note(Code.DUPLICATE, message, place, hint)
    for placed in first.values():
        _advise(placed, report)
    used = {placed.value.group for placed in first.values()}
    for group in groups:
        if group.value.name not in used:
            message = f"no virtual_server uses virtual_server_group {group.value.name}"
            report.advice(Code.IGNORED, message, group.section.header_place(), "it has no effect")
    return list(first.values())


def _advise(placed: Placed[VirtualServer], report: Report) -> None:
    """What works, but not as one would think."""
    server, section = placed.value, placed.section
    checks = [companion for companion in placed.companions if isinstance(companion, RealServerChecks)]
    if len(checks) < len(server.real_servers):
        _unchecked(placed, {it.real_server for it in checks}, report)
    if server.sorry_server is not None and not checks:
        message = "there is a sorry server, and no check that could find the real servers down"
        report.advice(Code.UNCHECKED, message, section.where("sorry_server"), "it never serves; add checks")
    if not server.port and _without_port(checks):
        message = "a check has no port to try: neither its real server nor the virtual server has one"
        hint = "it will always fail; add connect_port to the check"
        report.advice(Code.CONFLICT, message, section.header_place(), hint)
    for real_server in server.real_servers:
        if real_server.lthreshold > real_server.uthreshold > 0:
            message = f"real server {real_server.name}: lthreshold is more than uthreshold"
            hint = "below lthreshold it gets connections again, so make that the lower number"
            report.advice(Code.CONFLICT, message, section.header_place(), hint)


def _unchecked(placed: Placed[VirtualServer], checked: set[str], report: Report) -> None:
    names = [real_server.name for real_server in placed.value.real_servers if real_server.name not in checked]
    which = f"real server {names[0]} has" if len(names) == 1 else f"{len(names)} real servers have"
    blocks = placed.section.sections("real_server")
    hint = "it counts as up whatever happens to it; add a check, as TCP_CHECK { }"
    place = (
        blocks[0].place
        if len(names) > 1
        else next((block.place for block in blocks if block.header and block.header[0] in names[0]), blocks[0].place)
    )
    report.advice(Code.UNCHECKED, f"{which} no check", place, hint)


def _without_port(checks: Sequence[RealServerChecks]) -> bool:
    """Whether some check that needs a port has none."""
    return any(
        isinstance(check, Connecting) and not isinstance(check, PingCheck) and not check.port
        for it in checks
        for check in it.checks
    )
