"""The nftables rules of instances, and their JSON as libnftables-json(5) has it.

PURE. Three parts for each family, of which only what is needed is made:

- addresses that a master forwards for and does not accept packets to (no_accept, RFC 9568 section 6.4.3, Accept_Mode),
  neighbour discovery excepted;
- macvlans with a virtual MAC address that must not say anything with it, as a switch would learn it, but adverts and
  what concerns the virtual addresses: membership reports (IGMP, MLD) leave the base interface instead, and neighbour
  advertisements of the base's link-local address, which the macvlan has as well, leave there anyway;
- macvlans of backups, which must not take what is sent to their MAC address: it is another router's now (RFC 9568
  section 6.4.2). Adverts are multicast and not concerned.

What does not live here: who needs which (filters.py).
"""

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.settings import Nftables
from alived.ipc.model.vrrp import VrrpInstance

Command = dict[str, Any]
Statement = dict[str, Any]

OWNER = 255
TABLE = "keepalived"
"""The name if none is configured, as keepalived's."""
NEIGHBOURS = ["nd-neighbor-solicit", "nd-neighbor-advert"]
REPORTS = ["mld-listener-report", "mld-listener-done", "mld2-listener-report"]
IN_NAME: Statement = {"meta": {"key": "iifname"}}
OUT_NAME: Statement = {"meta": {"key": "oifname"}}


class Family(StrEnum):
    """Families of tables."""

    IP = "ip"
    IP6 = "ip6"


class Part(StrEnum):
    """Rules that belong together."""

    ADDRESSES = "addresses"
    MACVLANS = "macvlans"
    IDLE = "idle"


Parts = frozenset[tuple[Family, Part]]


class Element(NamedTuple):
    """One element of a named set or map."""

    family: Family
    set: str
    key: tuple[str | int, ...]
    value: int | None = None
    """Of a map."""


class Style(NamedTuple):
    """How rules are written; all of it as configured, or as far as the kernel can."""

    table: str = TABLE
    priority: int = -1
    counters: bool = False
    by_index: bool = False
    """Link-local addresses are kept with the number of their interface, not its name."""
    moves: bool = True
    """Reports are moved to the base interface, not just dropped; needs the kernel's nft_dup_ipv4 and nft_dup_ipv6."""


def style(settings: Nftables) -> Style:
    """The style that is configured."""
    return Style(settings.table or TABLE, settings.priority, settings.counters, settings.ifindex)


def is_filtered(instance: VrrpInstance) -> bool:
    """Whether a master drops packets to its addresses; an owner never does."""
    return not instance.accept and instance.priority != OWNER


def parts(addresses: Iterable[VirtualAddress]) -> Parts:
    """The rules that these addresses need when packets to them are dropped."""
    return frozenset((_family(virtual.address), Part.ADDRESSES) for virtual in addresses)


def dropped(virtual: VirtualAddress, ifindex: int | None) -> Element:
    """The element of an address that accepts no packets; with the index of its interface, if that is known by index."""
    family = _family(virtual.address)
    if not is_link_local(virtual):
        return Element(family, "vips", (virtual.address,))
    return Element(family, "vips_link_local", (virtual.address, virtual.dev if ifindex is None else ifindex))


def is_link_local(virtual: VirtualAddress) -> bool:
    """Whether it is an IPv6 address that means something on one interface only."""
    return ":" in virtual.address and virtual.address.lower().startswith(("fe8", "fe9", "fea", "feb"))


def hushed(name: str, base: int, source: str, families: Iterable[Family]) -> frozenset[Element]:
    """The elements of a macvlan that says nothing in these families.

    `base` is the index of its base, `source` its link-local address, which is the base's as well; empty: it has none.
    """
    found = [Element(family, "vmac_map", (name,), base) for family in families]
    if source:
        found.append(Element(Family.IP6, "vmac_sources", (source, name)))
    return frozenset(found)


def resting(name: str, families: Iterable[Family]) -> frozenset[Element]:
    """The elements of a macvlan that takes nothing for its MAC address in these families."""
    return frozenset(Element(family, "vmac_idle", (name,)) for family in families)


def anew(style: Style, parts: Parts, elements: Iterable[Element]) -> str:
    """Commands that make everything anew, whatever is there, in one transaction; tables that are not needed go."""
    return _document(_anew(style, parts, elements))


def rehearsal(style: Style, parts: Parts) -> str:
    """Commands that make everything anew and remove it at once: to see whether the kernel can."""
    return _document([*_anew(style, parts, ()), *_without(style)])


def change(style: Style, added: Iterable[Element], removed: Iterable[Element]) -> str:
    """Commands that add and remove elements in one transaction."""
    return _document([*_elements("delete", style, removed), *_elements("add", style, added)])


def _anew(style: Style, parts: Parts, elements: Iterable[Element]) -> Iterator[Command]:
    yield from _without(style)
    for family in sorted({family for family, _ in parts}):
        yield {"add": {"table": {"family": family, "name": style.table}}}
        writer = _Writer(style, family)
        yield writer.chain("out", "output")
        if (family, Part.MACVLANS) in parts:
            yield from writer.macvlans()
        if (family, Part.ADDRESSES) in parts:
            yield from writer.addresses()
        if (family, Part.IDLE) in parts:
            yield from writer.idle()
    yield from _elements("add", style, elements)


def _without(style: Style) -> Iterator[Command]:
    """No table, whether there was one or not."""
    for family in Family:
        table = {"table": {"family": family, "name": style.table}}
        yield {"add": table}
        yield {"delete": table}


def _elements(verb: str, style: Style, elements: Iterable[Element]) -> Iterator[Command]:
    by_set: dict[tuple[Family, str], list[Any]] = {}
    for element in sorted(elements, key=lambda element: (element.family, element.set, str(element.key))):
        key: Any = {"concat": list(element.key)} if len(element.key) > 1 else element.key[0]
        entry = key if element.value is None or not style.moves else [key, element.value]
        by_set.setdefault((element.family, element.set), []).append(entry)
    for (family, name), entries in by_set.items():
        yield {verb: {"element": {"family": family, "table": style.table, "name": name, "elem": entries}}}


class _Writer:
    """Writes the rules of one family."""

    def __init__(self, style: Style, family: Family) -> None:
        self._style = style
        self._family = family
        self._in_table = {"family": family, "table": style.table}

    def chain(self, name: str, hook: str = "") -> Command:
        base = {"type": "filter", "hook": hook, "prio": self._style.priority, "policy": "accept"} if hook else {}
        return {"add": {"chain": {**self._in_table, "name": name, **base}}}

    def addresses(self) -> Iterator[Command]:
        kind = "ipv4_addr" if self._family is Family.IP else "ipv6_addr"
        yield self.chain("in", "input")
        yield self._set("vips", kind)
        if self._family is Family.IP6:
            yield from self._link_local_addresses()
        yield self._rule("in", [_match(self._field("daddr"), "@vips")], "drop")
        yield self._rule("out", [_match(self._field("saddr"), "@vips")], "drop")

    def _link_local_addresses(self) -> Iterator[Command]:
        key = "iface_index" if self._style.by_index else "ifname"
        yield self._set("vips_link_local", ["ipv6_addr", key])
        for chain, field, meta in (("in", "daddr", "iif"), ("out", "saddr", "oif")):
            interface = {"meta": {"key": meta if self._style.by_index else f"{meta}name"}}
            here = {"concat": [self._field(field), interface]}
            yield self._rule(chain, [_match(_icmpv6(), {"set": NEIGHBOURS})], "accept")
            yield self._rule(chain, [_match(here, "@vips_link_local")], "drop")

    def macvlans(self) -> Iterator[Command]:
        if self._style.moves:
            yield {"add": {"map": {**self._in_table, "name": "vmac_map", "type": "ifname", "map": "iface_index"}}}
        else:
            yield self._set("vmac_map", "ifname")
        if self._family is Family.IP:
            reports = _match(self._field("protocol"), "igmp")
        else:
            reports = _match(_icmpv6(), {"set": REPORTS})
        yield self._rule("out", [reports, self._moved()], "drop")
        if self._family is Family.IP6:
            yield self._set("vmac_sources", ["ipv6_addr", "ifname"])
            own = {"concat": [self._field("saddr"), OUT_NAME]}
            yield self._rule("out", [_match(_icmpv6(), "nd-neighbor-advert"), _match(own, "@vmac_sources")], "drop")

    def idle(self) -> Iterator[Command]:
        yield self.chain("pre", "prerouting")
        yield self._set("vmac_idle", "ifname")
        yield self._rule("pre", [_match(IN_NAME, "@vmac_idle"), _match({"meta": {"key": "pkttype"}}, "host")], "drop")

    def _moved(self) -> Statement:
        if not self._style.moves:
            return _match(OUT_NAME, "@vmac_map")
        return {"dup": {"addr": self._field("daddr"), "dev": {"map": {"key": OUT_NAME, "data": "@vmac_map"}}}}

    def _set(self, name: str, kind: str | list[str]) -> Command:
        return {"add": {"set": {**self._in_table, "name": name, "type": kind}}}

    def _rule(self, chain: str, statements: list[Statement], verdict: str) -> Command:
        counter: list[Statement] = [{"counter": None}] if self._style.counters else []
        expressions = [*statements, *counter, {verdict: None}]
        return {"add": {"rule": {**self._in_table, "chain": chain, "expr": expressions}}}

    def _field(self, field: str) -> Statement:
        return {"payload": {"protocol": self._family, "field": field}}


def _family(address: str) -> Family:
    return Family.IP6 if ":" in address else Family.IP


def _icmpv6() -> Statement:
    return {"payload": {"protocol": "icmpv6", "field": "type"}}


def _match(left: Statement, right: Any) -> Statement:
    return {"match": {"op": "==", "left": left, "right": right}}


def _document(commands: Iterable[Command]) -> str:
    return json.dumps({"nftables": list(commands)})
