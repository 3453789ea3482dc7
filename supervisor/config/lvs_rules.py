"""What the words of one virtual server mean together: keepalived's rules, its complaints, and what it falls back to.

Each function returns attributes of the virtual server. What does not live here: what a word means by itself
(grammar/), and what virtual servers mean together (check_lvs.py).
"""

from collections.abc import Sequence
from typing import Any

from alived.ipc.model.lvs import (
    AddressFamily,
    AddressRange,
    Protocol,
    RealServer,
    SchedulerFlags,
)
from alived.supervisor.config.build_real_servers import Checked, SorryServer
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.grammar.virtual_server import PERSISTENCE
from alived.supervisor.config.lvs_service import Service
from alived.supervisor.config.sections import Section

SCHEDULER_OF = {"sh-port": "sh", "sh-fallback": "sh", "mh-port": "mh", "mh-fallback": "mh"}
"""Flag -> the scheduler that knows it."""


def persistence(service: Service, report: Report) -> dict[str, Any]:
    """A service for all ports, and one with a granularity, is persistent."""
    section = service.section
    timeout = section.get("persistence_timeout", int)
    granularity = section.get("persistence_granularity", str)
    if granularity and ("." in granularity) is (service.family is AddressFamily.INET6):
        granularity = _granularity(granularity, service, report)
    if granularity and not timeout:
        timeout = PERSISTENCE
    if not timeout and 0 in _ports(service):
        message = "a virtual server without a port is for all ports, and has to be persistent"
        hint = f"persistence_timeout {PERSISTENCE} is used"
        report.warning(Code.CONFLICT, message, section.header_place(), hint)
        timeout = PERSISTENCE
    return {"persistence_timeout": timeout, "persistence_granularity": granularity}


def _ports(service: Service) -> list[int]:
    if service.group is not None:
        return [entry.port for entry in service.group.entries if isinstance(entry, AddressRange)]
    return [] if service.fwmark else [service.port]


def _granularity(granularity: str, service: Service, report: Report) -> str:
    """What keepalived makes of a mask where a prefix length belongs, and of the reverse."""
    where = service.section.where("persistence_granularity")
    if service.family is AddressFamily.INET6:
        message = "for IPv6 it is a prefix length from 1 to 128"
        report.error(Code.BAD_VALUE, f"`persistence_granularity`: {message}", where, "it is ignored")
        return ""
    message = f"`persistence_granularity`: for IPv4 {granularity} is the mask 0.0.0.{granularity}"
    report.advice(Code.BAD_VALUE, message, where, "write a mask as 255.255.255.0 if a prefix length is meant")
    return f"0.0.0.{granularity}"


def quorum(real_servers: Sequence[RealServer], section: Section, report: Report) -> dict[str, Any]:
    """A quorum that can be reached, and a hysteresis below it."""
    wanted, hysteresis = section.get("quorum", int), section.get("hysteresis", int)
    total = sum(real_server.weight for real_server in real_servers)
    if wanted > total:
        message = f"the quorum of {wanted} is more than all real servers have together, which is {total}"
        report.warning(Code.CONFLICT, message, section.where("quorum"), f"{total} is used")
        wanted = total
    if hysteresis and hysteresis >= wanted:
        message = f"the hysteresis of {hysteresis} is not less than the quorum of {wanted}"
        most = max(wanted - 1, 0)
        report.warning(Code.CONFLICT, message, section.where("hysteresis"), f"{most} is used")
        hysteresis = most
    return {"quorum": wanted, "hysteresis": hysteresis}


def settled(service: Service, sorry: SorryServer, checked: Sequence[Checked], report: Report) -> dict[str, Any]:
    """Words that a virtual server should have, and those that it cannot have with others.

    Of one that was given an unusable value it has been said there what is used.
    """
    section = service.section
    if "lvs_sched" not in section.order:
        _missing(section, "scheduler (lvs_sched)", "wlc", report)
    if "lvs_method" not in section.order:
        of_sorry = sorry.sorry_server is not None and sorry.sorry_server_lvs_method is None
        if of_sorry or any(real_server.lvs_method is None for real_server, _ in checked):
            _missing(section, "forwarding method (lvs_method)", "NAT", report)
    attributes: dict[str, Any] = _flags(section, report)
    if service.has_address:
        if "protocol" not in section.order:
            _missing(section, "protocol", Protocol.UDP, report)
        elif section.has("ops") and section.get("protocol", Protocol) is not Protocol.UDP:
            message, hint = "`ops`: one-packet scheduling is for UDP", "it is ignored"
            report.warning(Code.CONFLICT, message, section.where("ops"), hint)
            attributes["ops"] = False
    elif section.has("protocol"):
        message, hint = "`protocol`: a fwmark is for all protocols", "it is ignored"
        report.warning(Code.CONFLICT, message, section.where("protocol"), hint)
        attributes["protocol"] = Protocol.UDP
    if section.has("ha_suspend") and service.has_mark:
        message, hint = "`ha_suspend`: a fwmark has no address that could be missing", "it is ignored"
        report.warning(Code.CONFLICT, message, section.where("ha_suspend"), hint)
        attributes["ha_suspend"] = False
    return attributes


def _missing(section: Section, what: str, used: str, report: Report) -> None:
    report.warning(Code.MISSING, f"no {what} is given", section.place, f"{used} is used")


def _flags(section: Section, report: Report) -> dict[str, Any]:
    """Flags belong to a scheduler, which keepalived wants to be named before them; it never takes `hashed`."""
    if SCHEDULER_OF.keys().isdisjoint(section.values) and not section.has("hashed"):
        return {}
    unfit: set[str] = set()
    for word in section.order:
        named = section.get("lvs_sched", str) if "lvs_sched" in section.order[: section.order.index(word)] else ""
        if word == "hashed":
            message = "`hashed` is set by the kernel itself"
        elif word in SCHEDULER_OF and SCHEDULER_OF[word] != named:
            message = f"`{word}` is for the scheduler {SCHEDULER_OF[word]}, which has to be named before"
        else:
            continue
        # keepalived complains only where the scheduler is neither of the two that have flags of their own
        say = report.note if named in ("sh", "mh") else report.warning
        say(Code.CONFLICT, message, section.where(word), "it has no effect")
        unfit.add(word)
    names = (word for word in (*SCHEDULER_OF, "flag-1", "flag-2", "flag-3") if section.has(word) and word not in unfit)
    return {"flags": SchedulerFlags(**{name.replace("-", "_"): True for name in names})}


def matching(sorry: SorryServer, checked: Sequence[Checked], section: Section, report: Report) -> SorryServer:
    """A sorry server that is one of the real servers is inhibited as that one is."""
    if sorry.sorry_server is None:
        return sorry
    for real_server, _ in checked:
        same = (real_server.address, real_server.port) == (sorry.sorry_server.address, sorry.sorry_server.port)
        if same and real_server.inhibit_on_failure != sorry.sorry_server_inhibit:
            state = "on" if real_server.inhibit_on_failure else "off"
            message = f"the sorry server is real server {real_server.name} too, where inhibit_on_failure is {state}"
            hint = f"sorry_server_inhibit is {state} too"
            report.warning(Code.CONFLICT, message, section.where("sorry_server"), hint)
            return sorry._replace(sorry_server_inhibit=real_server.inhibit_on_failure)
    return sorry
