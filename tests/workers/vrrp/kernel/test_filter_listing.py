"""Listings of tables, in the words of libnftables-json(5)."""

import json
from typing import Any

from alived.workers.vrrp.kernel import filter_listing
from alived.workers.vrrp.kernel.filter_listing import listing
from alived.workers.vrrp.kernel.filter_rules import Element, Family


def output(*items: dict[str, Any]) -> str:
    return json.dumps({"nftables": [{"metainfo": {"version": "1.0.6"}}, *items]})


def rule(handle: int, packets: int = 0) -> dict[str, Any]:
    counter = {"counter": {"packets": packets, "bytes": 60 * packets}}
    return {"rule": {"family": "ip", "chain": "in", "handle": handle, "expr": [counter, {"drop": None}]}}


def named(name: str, *elements: Any, kind: str = "set") -> dict[str, Any]:
    return {kind: {"family": "ip6", "name": name, "handle": 3, **({"elem": list(elements)} if elements else {})}}


def test_counts_are_no_difference_and_handles_are() -> None:
    assert listing([output(rule(7))]) == listing([output(rule(7, packets=5))])
    assert listing([output(rule(7))]) != listing([output(rule(8))])
    assert listing([output(rule(7))]) != listing([output()])


def test_elements_are_told_from_the_sets_that_have_them() -> None:
    empty, full = listing([output(named("vips"))]), listing([output(named("vips", "fd00::2", "fd00::1"))])
    assert empty.shape == full.shape
    assert empty.entries == ()
    assert full.entries == (("ip6", "vips", "fd00::1"), ("ip6", "vips", "fd00::2"))


def test_elements_of_all_kinds_are_those_that_were_made() -> None:
    made = [
        Element(Family.IP6, "vmac_map", ("vrrp.51",), 2),
        Element(Family.IP6, "vips_link_local", ("fe80::1", 4)),
        Element(Family.IP6, "vips", ("fd00::1",)),
    ]
    found = listing(
        [
            output(named("vips", {"elem": {"val": "fd00::1", "timeout": 5}})),
            output(named("vips_link_local", {"concat": ["fe80::1", "eth0"]})),
            output(named("vmac_map", ["vrrp.51", "eth0"], kind="map")),
        ]
    )
    assert found.entries == filter_listing.entries(made)
    assert listing([output(named("vips", []))]).entries == (("ip6", "vips", ""),)


def test_a_table_is_asked_for_by_family_and_name() -> None:
    asked = json.loads(filter_listing.command(Family.IP6, "mine"))
    assert asked == {"nftables": [{"list": {"table": {"family": "ip6", "name": "mine"}}}]}
