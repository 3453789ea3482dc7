"""Virtual servers, without their checks, as keepalived and as alived understands them (common.py)."""

import re
from collections.abc import Iterable

from alived.ipc.model.lvs import (
    AddressRange,
    FirewallMark,
    Forwarding,
    RealServer,
    TunnelType,
    VirtualServer,
    VirtualServerGroup,
)
from tests.supervisor.config.accounts.common import Account, program_read
from tests.supervisor.config.dumped import Part


def server_said(part: Part) -> Account:
    """A virtual_server, without its real servers."""
    quorum, hysteresis = re.findall(r"\d+", f"{part.value('quorum')}")
    sorry = part.value("sorry server", "")
    under_sorry = Part("sorry", "", tuple((0, line) for line in part.below("sorry server")))
    return {
        "scheduler": part.value("lvs_sched"),
        "flags": tuple(
            word
            for word in ("flag-1", "flag-2", "flag-3", "sh-port", "sh-fallback", "mh-port", "mh-fallback")
            if part.value(word, "") == "enabled"
        ),
        "ops": part.value("One packet scheduling") == "enabled",
        "forwarding": part.value("default forwarding method"),
        "persistence": (
            int(part.value("persistence timeout", "0")),
            part.value("persistence granularity", ""),
        ),
        "protocol": part.value("protocol", "").replace("none", ""),
        "quorum": (int(quorum), int(hysteresis)),
        "quorum_up": part.value("Quorum up notify script", ""),
        "quorum_down": part.value("Quorum down notify script", ""),
        "omega": part.has("omega is ON"),
        "ha_suspend": part.has("Using HA suspend"),
        "smtp_alert": part.value("Using smtp notification") == "yes",
        "sorry": (sorry, under_sorry.value("forwarding method", ""), under_sorry.has("Inhibit on failure is ON")),
    }


def server_read(server: VirtualServer, groups: Iterable[VirtualServerGroup]) -> Account:
    """A virtual_server, without its real servers."""
    entries = [entry for group in groups if group.name == server.group for entry in group.entries]
    only_marks = bool(server.fwmark or entries) and all(isinstance(entry, FirewallMark) for entry in entries)
    flags = server.flags
    given = {
        "flag-1": flags.flag_1,
        "flag-2": flags.flag_2,
        "flag-3": flags.flag_3,
        "sh-port": flags.sh_port,
        "sh-fallback": flags.sh_fallback,
        "mh-port": flags.mh_port,
        "mh-fallback": flags.mh_fallback,
    }
    sorry = server.sorry_server
    return {
        "scheduler": server.lb_algo,
        "flags": tuple(word for word, on in given.items() if on),
        "ops": server.ops,
        "forwarding": forwarding_read(server.lb_kind),
        "persistence": (server.persistence_timeout, server.persistence_granularity),
        "protocol": "" if only_marks else server.protocol.value,
        "quorum": (server.quorum, server.hysteresis),
        "quorum_up": program_read(server.quorum_up),
        "quorum_down": program_read(server.quorum_down),
        "omega": server.omega,
        "ha_suspend": server.ha_suspend,
        "smtp_alert": server.smtp_alert,
        "sorry": (
            f"[{sorry.address}]:{server.protocol.lower()}:{sorry.port}" if sorry else "",
            forwarding_read(server.sorry_server_lvs_method or server.lb_kind) if sorry else "",
            server.sorry_server_inhibit,
        ),
    }


def forwarding_read(forwarding: Forwarding) -> str:
    """A forwarding method as keepalived logs it."""
    text = str(forwarding.method)
    if text != "TUN":
        return text
    text += f", type = {forwarding.tunnel.upper()}"
    if forwarding.tunnel is TunnelType.GUE:
        text += f", port = {forwarding.port}"
    return text + {"nocsum": "", "csum": ", checksum", "remcsum": ", remote checksum"}[forwarding.checksum]


def real_said(part: Part) -> Account:
    """A real_server; how it is checked is not in it."""
    named = re.fullmatch(r"(\S+), RPORT = (\d+), WEIGHT = (-?\d+).*", part.name)
    assert named, part.name
    low, high = re.findall(r"\d+", part.value("connection limit range"))
    return {
        "address": named[1],
        "port": int(named[2]),
        "weight": int(named[3]),
        "forwarding": part.value("forwarding method"),
        "limits": (int(low), int(high)),
        "inhibit_on_failure": part.has("Inhibit on failure is ON"),
        "notify_up": part.value("RS up notify script", ""),
        "notify_down": part.value("RS down notify script", ""),
        "smtp_alert": part.value("Using smtp notification") == "yes",
    }


def real_read(real: RealServer, server: VirtualServer) -> Account:
    """A real_server; how it is checked is not in it."""
    return {
        "address": real.address,
        "port": real.port,
        "weight": real.weight,
        "forwarding": forwarding_read(real.lvs_method or server.lb_kind),
        "limits": (real.lthreshold, real.uthreshold),
        "inhibit_on_failure": real.inhibit_on_failure,
        "notify_up": program_read(real.notify_up),
        "notify_down": program_read(real.notify_down),
        "smtp_alert": real.smtp_alert,
    }


def entries_said(part: Part) -> list[str]:
    """The entries of a virtual_server_group."""
    return [line for _, line in part.lines if line.startswith(("VIP", "FWMARK"))]


def entries_read(group: VirtualServerGroup) -> list[str]:
    """The entries of a virtual_server_group."""
    found = []
    for entry in group.entries:
        if isinstance(entry, AddressRange):
            single = entry.first == entry.last
            addresses = f"VIP = {entry.first}" if single else f"VIP Range = {entry.first}-{entry.last}"
            found.append(f"{addresses}, VPORT = {entry.port}")
        else:
            family = {None: "", "inet": " IPv4", "inet6": " IPv6"}[entry.ip_family]
            found.append(f"FWMARK = {entry.fwmark}{family}")
    return found
