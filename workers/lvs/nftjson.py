"""Rules to the JSON of libnftables and back, as libnftables-json(5) has it.

What lives here: the commands that turn one Ruleset into another in one transaction, and reading a listing. What does
not: what the rules mean (ruleset.py), running commands (nftables.py).
"""

import json
from collections.abc import Iterator
from typing import Any

from alived.workers.lvs.ruleset import Chain, Expression, Rule, Ruleset, ServiceElement

Command = dict[str, Any]

NAME = "alived"
TABLE = {"family": "ip", "name": NAME}
IN_TABLE = {"family": "ip", "table": NAME}
SERVICES = {**IN_TABLE, "name": "services"}
MAX_CLIENTS = 65536
"""Clients that one destination remembers."""


def _document(*commands: Command) -> str:
    return json.dumps({"nftables": commands})


LIST_TABLES = _document({"list": {"tables": {"family": "ip"}}})
LIST_TABLE = _document({"list": {"table": TABLE}})
"""To be run without the contents of sets, which are the remembered clients."""
LIST_SERVICES = _document({"list": {"map": SERVICES}})


def transaction(before: Ruleset | None, after: Ruleset) -> str:
    """Commands from one ruleset to another; from None, which may be anything, the table is made anew.

    All or nothing: no packet sees a state in between (nft(8), "atomic"). What does not change is not touched, so
    that counters and remembered clients stay.
    """
    if not after.services:
        return _document({"add": {"table": TABLE}}, {"delete": {"table": TABLE}})
    if before is not None:
        return _document(*_added(before, after), *_removed(before, after))
    return _document(*_anew(after))


def rehearsal(rules: Ruleset) -> str:
    """Commands that make a table where there is none, and take it away in the same transaction.

    The kernel checks every part of it, and no packet ever sees it.
    """
    return _document(*_anew(rules), {"delete": {"table": TABLE}})


def has_table(text: str) -> bool:
    """Whether a listing of tables has ours."""
    return any(kind == "table" and value["name"] == NAME for kind, value in _objects(text))


def parse(table: str, services: str) -> tuple[Ruleset, dict[str, int]]:
    """The ruleset in two listings, and the packets counted in each chain. ValueError for what can't be ours."""
    chains: dict[str, dict[str, Any]] = {}
    rules: dict[str, list[Rule]] = {}
    clients: set[str] = set()
    counts: dict[str, int] = {}
    for kind, value in _objects(table):
        match kind:
            case "chain":
                chains[value["name"]] = value
            case "set":
                clients.add(value["name"])
            case "rule":
                rules.setdefault(value["chain"], []).append(Rule(_plain(value["expr"]), value.get("comment", "")))
                counts.update((value["chain"], packets) for packets in _packets(value["expr"]))
    made = {
        name: Chain(tuple(rules.get(name, ())), chain.get("hook", ""), chain.get("prio", 0))
        for name, chain in chains.items()
    }
    return Ruleset(made, _elements(services), frozenset(clients)), counts


def _anew(rules: Ruleset) -> Iterator[Command]:
    keys = ["ipv4_addr", "inet_proto", "inet_service"]
    yield {"add": {"table": TABLE}}
    yield {"delete": {"table": TABLE}}
    yield {"add": {"table": TABLE}}
    yield {"add": {"map": {**SERVICES, "type": keys, "map": "verdict"}}}
    yield from _added(Ruleset({}), rules)


def _added(before: Ruleset, after: Ruleset) -> Iterator[Command]:
    for name in sorted(after.clients - before.clients):
        settings = {"type": "ipv4_addr", "flags": ["timeout"], "size": MAX_CLIENTS}
        yield {"add": {"set": {**IN_TABLE, "name": name, **settings}}}
    for name in after.chains.keys() - before.chains.keys():
        yield {"add": {"chain": {**IN_TABLE, "name": name, **_hook(after.chains[name])}}}
    for name, chain in after.chains.items():
        if (old := before.chains.get(name)) != chain:
            if old is not None:
                yield _flush(name)
            for rule in chain.rules:
                comment = {"comment": rule.comment} if rule.comment else {}
                yield {"add": {"rule": {**IN_TABLE, "chain": name, "expr": rule.statements, **comment}}}
    for element in after.services.keys() - before.services.keys():
        yield {"add": {"element": {**SERVICES, "elem": [_entry(element, after)]}}}


def _removed(before: Ruleset, after: Ruleset) -> Iterator[Command]:
    for element in before.services.keys() - after.services.keys():
        yield {"delete": {"element": {**SERVICES, "elem": [_entry(element, before)]}}}
    gone = sorted(before.chains.keys() - after.chains.keys())
    for name in gone:
        yield _flush(name)
    for name in gone:
        yield {"delete": {"chain": {**IN_TABLE, "name": name}}}
    for name in sorted(before.clients - after.clients):
        yield {"delete": {"set": {**IN_TABLE, "name": name}}}


def _hook(chain: Chain) -> Command:
    return {"type": "nat", "hook": chain.hook, "prio": chain.priority, "policy": "accept"} if chain.hook else {}


def _flush(chain: str) -> Command:
    return {"flush": {"chain": {**IN_TABLE, "name": chain}}}


def _entry(element: ServiceElement, rules: Ruleset) -> list[Expression]:
    return [{"concat": list(element)}, {"goto": {"target": rules.services[element]}}]


def _objects(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in json.loads(text)["nftables"]:
        yield from item.items()


def _elements(text: str) -> dict[ServiceElement, str]:
    elements: dict[ServiceElement, str] = {}
    for kind, value in _objects(text):
        if kind == "map":
            for item in value.get("elem", ()):
                match item:
                    case [{"concat": [str(address), int(protocol), int(port)]}, {"goto": {"target": str(chain)}}]:
                        elements[address, protocol, port] = chain
                    case _:
                        raise ValueError("the map of services holds something else")
    return elements


def _packets(statements: list[Expression]) -> Iterator[int]:
    for statement in statements:
        if counter := statement.get("counter"):
            yield int(counter["packets"])


def _plain(statements: list[Expression]) -> list[Expression]:
    """Statements without counts, the elements of verdict maps in order."""
    plain: list[Expression] = []
    for statement in statements:
        match statement:
            case {"counter": _}:
                plain.append({"counter": None})
            case {"vmap": {"key": key, "data": {"set": list(elements)}}}:
                plain.append({"vmap": {"key": key, "data": {"set": sorted(elements, key=_first_number)}}})
            case _:
                plain.append(statement)
    return plain


def _first_number(element: list[Any]) -> int:
    match element[0]:
        case {"range": [int(first), _]}:
            return first
        case int(number):
            return number
    return -1
