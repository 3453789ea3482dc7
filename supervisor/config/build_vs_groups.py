"""virtual_server_group blocks to groups, and the SSL block to what SSL_GET presents itself with."""

from alived.ipc.model.checks import SslContext
from alived.ipc.model.lvs import AddressFamily, AddressRange, FirewallMark, VirtualServerGroup
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.draft import Placed
from alived.supervisor.config.fill import made
from alived.supervisor.config.forms.lvs import family_of
from alived.supervisor.config.grammar.virtual_server import GROUP
from alived.supervisor.config.sections import Section, name_of
from alived.supervisor.config.stars import advise_of_stars


def families(group: VirtualServerGroup) -> frozenset[AddressFamily]:
    """Which kinds of addresses a group has, as far as it says."""
    kinds = (family_of(entry.first) if isinstance(entry, AddressRange) else entry.ip_family for entry in group.entries)
    return frozenset(kind for kind in kinds if kind is not None)


def build_groups(top: Section, report: Report) -> dict[str, Placed[VirtualServerGroup]]:
    """Name -> group, of those that can be used; of two with one name the first."""
    found: dict[str, Placed[VirtualServerGroup]] = {}
    for section in top.sections(GROUP):
        group = _group(section, report)
        if group is None:
            continue
        if group.name in found:
            message = f"virtual_server_group {group.name} is there already"
            place = section.header_place()
            hint = f"the one of {found[group.name].section.place.seen_from(place)} is used"
            report.note(Code.DUPLICATE, message, place, hint)
        else:
            found[group.name] = Placed(group, section)
    return found


def _group(section: Section, report: Report) -> VirtualServerGroup | None:
    name = name_of(section, report)
    if name is None:
        return None
    group = VirtualServerGroup(name=name, entries=tuple(entry.value for entry in section.entries(GROUP)))
    if not group.entries:
        message = f"virtual_server_group {name} has no entry"
        report.warning(Code.EMPTY, message, section.whole, "it is left out")
        return None
    marks = [entry for entry in section.entries(GROUP) if isinstance(entry.value, FirewallMark)]
    unclear = next((entry for entry in marks if entry.value.ip_family is None), None)
    if len(families(group)) > 1 and unclear is not None:
        message = f"virtual_server_group {name} has IPv4 and IPv6, and a fwmark that does not say which it is for"
        report.error(Code.CONFLICT, message, unclear.place(), "add inet or inet6; the group is left out")
        return None
    return group


def build_ssl(top: Section, report: Report) -> SslContext | None:
    """The last SSL block; None: there is none."""
    sections = top.sections("SSL")
    for section in sections[1:]:
        report.warning(Code.DUPLICATE, "there is an SSL block already", section.place, "this one replaces it")
    if not sections:
        return None
    for word, entries in sections[-1].values.items():
        for entry in entries[1:]:
            report.warning(Code.DUPLICATE, f"`{word}` is there already", entry.place(), "the last is used")
    advise_of_stars(sections[-1], "password", report)
    return made(SslContext, sections[-1], {})
