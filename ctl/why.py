"""PURE: one instance of `alivectl why`, as text: what it is, since when, why, and what it waits for.

The document is the vrrp worker's; docs/alivectl.md names its keys. What a daemon of another version does not tell is
left out. What does not live here: the tables of all instances (tables.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from alived.ctl.tables import duration
from alived.ipc.messages import Document

TRANSITIONS = 5
"""The last ones that are shown."""

NAMED = 8
"""Instances that are named when there is none of a name."""

INDENT, HEAD = 2, 16
"""Columns before a heading, and of the heading itself."""

WAITS = {
    "advert": "its own advert",
    "master_down": "if nothing is heard, it becomes master",
    "preempt": "it takes over from a lower priority",
    "startup": "it begins",
}
"""What can be due, in words; whatever else is due has its own name."""


def why(document: Document) -> str:
    """Everything about one instance."""
    sections = (
        ("virtual router", [_router(document)]),
        ("adverts", [_adverts(document)]),
        ("priority", _priority(document["priority"])),
        ("faults", document["faults"] or ["none"]),
        ("split brain", _split_brain(document.get("other_master"))),
        ("last heard", [_heard(document.get("last_advert"))]),
        ("last refused", _refused(document.get("last_refused"))),
        ("next", [_due(document.get("next_due"))]),
        ("devices", _parts(document.get("devices", ()), "name")),
        ("addresses", _parts(document["addresses"], "address")),
        ("routes", _parts(document.get("routes", ()), "route")),
        ("rules", _parts(document.get("rules", ()), "rule")),
        ("transitions", list(_transitions(document))),
    )
    head = f"{document['instance']}: {document['state']} for {duration(document['age'])}, {document['reason']}"
    return "\n".join([head, *(line for name, lines in sections for line in _section(name, lines))])


def unknown(name: str, names: Iterable[str], departed: Iterable[Document] = ()) -> str:
    """What to say when there is no instance of a name: what became of it, or those that it may have meant."""
    there = sorted(names)
    said = f"there is no vrrp_instance {name}"
    for gone in departed:
        if gone["name"] == name:
            new, ago = gone.get("renamed_to"), duration(gone["age"])
            return f"{said}: a reload {f'called it {new}' if new else 'removed it'} {ago} ago"
    if not there:
        return f"{said}, nor any other"
    if close := get_close_matches(name, there, n=3):
        return f"{said}; did you mean {' or '.join(close)}?"
    more = f" and {len(there) - NAMED} more" if len(there) > NAMED else ""
    return f"{said}; there are {', '.join(there[:NAMED])}{more}"


def short(seconds: float) -> str:
    """`35ms`, else as everywhere."""
    return f"{seconds * 1000:.0f}ms" if seconds < 1 else duration(seconds)


def _section(name: str, lines: Sequence[str]) -> Iterator[str]:
    for head, line in zip([name, *[""] * len(lines)], lines, strict=False):
        yield f"{'':{INDENT}}{head:{HEAD}}{line}"


def _router(document: Document) -> str:
    parts = [f"{document['virtual_router_id']} on {document['interface'] or 'whatever way the kernel routes'}"]
    if "version" in document:
        parts.append(f"VRRPv{document['version']}, {document['family']}")
    if group := document.get("sync_group"):
        parts.append(f"in sync group {group}")
    return ", ".join(parts)


def _adverts(document: Document) -> str:
    source = f" from {document['source']}" if document.get("source") else ""
    to = ", ".join(document.get("peers", ())) or document.get("group", "")
    seal = document.get("authentication", "none")
    return (
        f"every {document['advert_int']:g} s{source}{f' to {to}' if to else ''}{'' if seal == 'none' else f', {seal}'}"
    )


def _priority(priority: Document) -> list[str]:
    """The sum, then each of its parts."""
    changed = "" if priority["effective"] == priority["base"] else f", configured {priority['base']}"
    return [f"{priority['effective']}{changed}", *priority["reasons"]]


def _split_brain(other: Document | None) -> list[str]:
    if other is None:
        return []
    times = "1 advert" if other["adverts"] == 1 else f"{other['adverts']} adverts"
    since = duration(other["since_age"])
    refused = other.get("refused")
    how = f"its adverts are refused: {refused}" if refused else f"with priority {other['priority']}"
    return [f"{other['source']} IS MASTER TOO, {how}, since {since} ago, {times}"]


def _heard(advert: Document | None) -> str:
    if advert is None:
        return "no advert of another router"
    said = f"priority {advert['priority']}, interval {advert['interval']:g} s"
    return f"{short(advert['age'])} ago from {advert['source']}, {said}{_clock(advert.get('clock_skew'))}"


def _clock(skew: int | None) -> str:
    """Of a sender whose adverts tell the time: beyond the freshness of auth_hmac they would be refused."""
    if skew is None:
        return ""
    if not skew:
        return ", its clock agrees with ours"
    return f", its clock is {abs(skew)} s {'behind' if skew > 0 else 'ahead of'} ours"


def _refused(advert: Document | None) -> list[str]:
    if advert is None:
        return []
    return [f"{short(advert['age'])} ago from {advert['source']}: {advert['reason']}"]


def _due(due: Document | None) -> str:
    if due is None:
        return "nothing is due"
    return f"{WAITS.get(due['what'], due['what'])}, in {short(max(due['in'], 0.0))}"


def _parts(parts: Iterable[Document], key: str) -> list[str]:
    """What a master puts into the kernel, and whether it is there; of a backup it is not, as it should be."""
    return [
        " ".join(filter(None, (part[key], _place(part), "" if part["present"] else "(not there)"))) for part in parts
    ]


def _place(part: Document) -> str:
    """Where an address is, and what a device is."""
    if part.get("interface"):
        return f"on {part['interface']}{'' if part.get('advertised', True) else ', not advertised'}"
    above = f"above {part['base']}" if part.get("base") else ""
    return " ".join(filter(None, (part.get("kind", ""), part.get("mac", ""), above)))


def _transitions(document: Document) -> Iterator[str]:
    """The last ones, the newest first."""
    now: Any = document["since"] + document["age"]
    past = document.get("history", ())[-TRANSITIONS:]
    for change in reversed(past):
        yield f"{duration(max(now - change['at'], 0.0)):>7} ago  {change['state']:<7} {change['reason']}"
