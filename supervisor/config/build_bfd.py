"""Sections to BFD sessions (keepalived.conf(5), "BFD CONFIGURATION")."""

from ipaddress import ip_address

from alived.ipc.model.bfd import BfdInstance
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.fill import made
from alived.supervisor.config.sections import Section

NAME_LONGEST = 31
TTLS = {4: 255, 6: 64}
"""Of packets where nothing is said, by IP version."""


def build_bfd(name: str, section: Section, report: Report) -> BfdInstance | None:
    """The object of a bfd_instance; None, and a diagnostic: there will be no session."""
    if len(name) > NAME_LONGEST:
        message = f"the name of a bfd_instance has at most {NAME_LONGEST} characters"
        report.error(Code.BAD_VALUE, message, section.header_place(), "it is left out")
        return None
    neighbor, source = section.find("neighbor_ip", str), section.find("source_ip", str)
    if neighbor is None:
        if "neighbor_ip" not in section.order:
            report.error(Code.MISSING, f"bfd_instance {name} has no neighbor_ip", section.whole, "it is left out")
        return None
    version = ip_address(neighbor).version
    if source is not None and ip_address(source).version != version:
        message = f"the neighbor of {name} has an IPv{version} address, and its source_ip is of the other kind"
        report.error(Code.CONFLICT, message, section.to_end("source_ip"), f"{name} is left out")
        return None
    ttl = section.find("ttl", int) or TTLS[version]
    hops = section.get("max_hops", int)
    if hops > ttl:
        message = f"max_hops {hops} is more than the TTL of {ttl}"
        report.warning(Code.CONFLICT, message, section.to_end("max_hops"), f"{ttl} is used")
        hops = ttl
    return made(BfdInstance, section, {}, name=name, ttl=ttl, max_hops=hops)
