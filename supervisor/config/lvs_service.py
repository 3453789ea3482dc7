"""What a virtual server is as far as its real servers and its sorry server have to fit it, and how it is named."""

from dataclasses import dataclass, field

from alived.ipc.model.lvs import (
    AddressFamily,
    AddressRange,
    FirewallMark,
    Forwarding,
    ForwardingMethod,
    VirtualServerGroup,
)
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.forms.form import UnfitError
from alived.supervisor.config.forms.lvs import PORT_MOST, EndpointForm, canonical, family_of
from alived.supervisor.config.grammar.table import block_name
from alived.supervisor.config.sections import Section

ENDPOINT = EndpointForm()

Target = tuple[str, int]
"""Address and port; 0: it has none."""


@dataclass(slots=True)
class Service:
    """What is known of a virtual server while its block is read."""

    section: Section
    address: str = ""
    port: int = 0
    fwmark: int = 0
    group: VirtualServerGroup | None = None
    family: AddressFamily | None = None
    """None: nothing has told yet. The first real server that is not tunnelled does."""
    lvs_method: Forwarding = field(default_factory=Forwarding)
    """For real servers that say nothing else."""

    @property
    def has_address(self) -> bool:
        """Whether packets find it by address and port, at least some; otherwise only by their mark."""
        if self.group is not None:
            return any(isinstance(entry, AddressRange) for entry in self.group.entries)
        return not self.fwmark

    @property
    def has_mark(self) -> bool:
        """Whether packets find it by a mark, at least some."""
        if self.group is not None:
            return any(isinstance(entry, FirewallMark) for entry in self.group.entries)
        return bool(self.fwmark)

    def accepts(self, address: str, method: ForwardingMethod) -> bool:
        """Whether packets for it can go to an address; only a tunnel goes from one kind of address to the other."""
        if method is ForwardingMethod.TUN:
            return True
        family = family_of(address)
        if self.family is None:
            self.family = family
        return family is self.family

    def other_ports(self, port: int) -> list[int]:
        """Ports of its group that are not this one."""
        entries = self.group.entries if self.group is not None else ()
        return [entry.port for entry in entries if isinstance(entry, AddressRange) and entry.port != port]


def read_target(section: Section, report: Report) -> Target | None:
    """ADDRESS [PORT] of a block's header; None, and a diagnostic, when there is none."""
    header = section.header
    if len(header) == 2 and (found := canonical(header[0])) and header[1].isascii() and header[1].isdecimal():
        port = int(header[1][:6])
        if port <= PORT_MOST:
            return found[0], port
    what = block_name(section.block)
    if not header:
        report.error(Code.MISSING, f"this {what} has no address", section.place, "it is left out")
        return None
    try:
        reading = ENDPOINT.read(header, "")
    except UnfitError as error:
        place = section.header_place(error.index or 0)
        report.error(Code.BAD_VALUE, f"this is not {error.expected}", place, f"the {what} is left out")
        return None
    for problem in reading.problems:
        report.add(problem.severity, problem.code, problem.message, section.header_place(), problem.hint)
    if len(header) > reading.used:
        message, hint = f"a {what} has an address and a port", "the rest of the line is not read"
        report.note(Code.IGNORED, message, section.header_place(reading.used), hint)
    return reading.value.address, reading.value.port
