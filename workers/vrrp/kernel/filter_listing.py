"""What nft lists of a table, so that it can be compared with what was made.

PURE. What does not live here: what is made (filter_rules.py), and when it is compared (filters.py).
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from alived.workers.vrrp.kernel.filter_rules import Element, Family

Entry = tuple[str, str, str]
"""An element: its family, its set, and the first part of its key; what else it says depends on names of interfaces."""


class Listing(NamedTuple):
    """The tables of all families, at one moment."""

    shape: tuple[str, ...] = ()
    """Chains, rules and sets, handles included: one that was made anew is another one. Without counts."""
    entries: tuple[Entry, ...] = ()
    """Elements of the sets, sorted."""


def command(family: Family, table: str) -> str:
    """The command whose output `listing` takes."""
    return json.dumps({"nftables": [{"list": {"table": {"family": family, "name": table}}}]})


def listing(outputs: Iterable[str]) -> Listing:
    """What the outputs say of the table of each family."""
    shape: list[str] = []
    entries: list[Entry] = []
    for output in outputs:
        for item in json.loads(output)["nftables"]:
            for kind, value in item.items():
                if kind in ("set", "map"):
                    elements = value.pop("elem", ())
                    entries += [(value["family"], value["name"], _first(element)) for element in elements]
                if kind != "metainfo":
                    shape.append(json.dumps([kind, _uncounted(value)]))
    return Listing(tuple(shape), tuple(sorted(entries)))


def entries(elements: Iterable[Element]) -> tuple[Entry, ...]:
    """The entries that a listing has of these elements."""
    return tuple(sorted((element.family.value, element.set, str(element.key[0])) for element in elements))


def _first(element: Any) -> str:
    """An element may be a string, a list of key and value, an object of which `concat` is one kind."""
    while isinstance(element, dict | list):
        element = next(iter(element.values() if isinstance(element, dict) else element), "")
    return str(element)


def _uncounted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: None if name == "counter" else _uncounted(inner) for name, inner in value.items()}
    return [_uncounted(inner) for inner in value] if isinstance(value, list) else value
