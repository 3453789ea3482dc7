"""Which vrrp_sync_group an instance belongs to: needed before groups are built, as it decides about weights."""

from alived.supervisor.config.sections import Section


def groups_of_members(top: Section) -> dict[str, Section]:
    """Name of an instance -> the block of the first group that names it."""
    groups: dict[str, Section] = {}
    for section in sync_groups(top).values():
        for entry in section.entries("group"):
            groups.setdefault(entry.value, section)
    return groups


def sync_groups(top: Section) -> dict[str, Section]:
    """Name of a group -> its block; of several with one name, the first."""
    named: dict[str, Section] = {}
    for section in top.sections("vrrp_sync_group"):
        if section.header:
            named.setdefault(section.header[0], section)
    return named
