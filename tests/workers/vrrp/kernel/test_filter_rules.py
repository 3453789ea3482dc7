"""The rules that are written; what the kernel makes of them is in test_filters.py."""

import json
from typing import Any

from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.settings import Nftables
from alived.ipc.model.vrrp import VrrpInstance
from alived.workers.vrrp.kernel import filter_rules
from alived.workers.vrrp.kernel.filter_rules import Element, Family, Part, Parts, Style

EVERYTHING: Parts = frozenset((family, part) for family in Family for part in Part)
FOUR = VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0")
SIX = VirtualAddress(address="2001:db8::1", prefixlen=64, dev="eth0")
LINK_LOCAL = VirtualAddress(address="FE80::1", prefixlen=128, dev="eth0")


def commands(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["nftables"]
    return found


def rules(style: Style, parts: Parts = EVERYTHING) -> list[str]:
    made = commands(filter_rules.anew(style, parts, ()))
    return [json.dumps(command["add"]["rule"]["expr"]) for command in made if "rule" in command.get("add", {})]


def test_an_instance_is_filtered_unless_it_accepts_or_owns_its_addresses() -> None:
    instance = VrrpInstance(name="V", interface="eth0", virtual_router_id=51, accept=False)
    assert filter_rules.is_filtered(instance)
    assert not filter_rules.is_filtered(VrrpInstance(name="V", interface="eth0", virtual_router_id=51))
    owner = VrrpInstance(name="V", interface="eth0", virtual_router_id=51, accept=False, priority=255)
    assert not filter_rules.is_filtered(owner)


def test_the_style_is_as_configured() -> None:
    assert filter_rules.style(Nftables()) == Style("keepalived", -1, counters=False, by_index=False)
    assert filter_rules.style(Nftables(table="t", priority=-5, counters=True, ifindex=True)) == Style(
        "t", -5, True, True
    )


def test_addresses_are_of_their_family_and_link_local_ones_of_their_interface() -> None:
    assert filter_rules.parts([FOUR, SIX]) == {(Family.IP, Part.ADDRESSES), (Family.IP6, Part.ADDRESSES)}
    assert filter_rules.dropped(FOUR, None) == Element(Family.IP, "vips", ("10.9.0.100",))
    assert filter_rules.dropped(SIX, None) == Element(Family.IP6, "vips", ("2001:db8::1",))
    assert filter_rules.dropped(LINK_LOCAL, None) == Element(Family.IP6, "vips_link_local", ("FE80::1", "eth0"))
    assert filter_rules.dropped(LINK_LOCAL, 3).key == ("FE80::1", 3)


def test_a_macvlan_is_hushed_in_the_families_that_it_speaks() -> None:
    assert filter_rules.hushed("v", 3, "", [Family.IP]) == {Element(Family.IP, "vmac_map", ("v",), 3)}
    assert filter_rules.hushed("v", 3, "fe80::9", [Family.IP6]) == {
        Element(Family.IP6, "vmac_map", ("v",), 3),
        Element(Family.IP6, "vmac_sources", ("fe80::9", "v")),
    }


def test_everything_is_made_in_one_go_and_nothing_else() -> None:
    made = commands(filter_rules.anew(Style("t"), frozenset({(Family.IP, Part.ADDRESSES)}), []))
    assert made[:5] == [
        {"add": {"table": {"family": "ip", "name": "t"}}},
        {"delete": {"table": {"family": "ip", "name": "t"}}},
        {"add": {"table": {"family": "ip6", "name": "t"}}},
        {"delete": {"table": {"family": "ip6", "name": "t"}}},
        {"add": {"table": {"family": "ip", "name": "t"}}},
    ]
    assert "ip6" not in json.dumps(made[5:])
    assert "vmac" not in json.dumps(made)
    assert len(commands(filter_rules.anew(Style("t"), frozenset(), []))) == 4
    made = commands(filter_rules.anew(Style("t"), frozenset({(Family.IP6, Part.MACVLANS)}), []))
    assert "vips" not in json.dumps(made)


def test_a_resting_macvlan_takes_nothing_that_is_sent_to_its_mac_address() -> None:
    assert filter_rules.resting("v", [Family.IP]) == {Element(Family.IP, "vmac_idle", ("v",))}
    made = commands(filter_rules.anew(Style("t"), frozenset({(Family.IP, Part.IDLE)}), []))
    (rule,) = [command["add"]["rule"] for command in made if "rule" in command.get("add", {})]
    assert rule["chain"] == "pre"
    assert "host" in json.dumps(rule["expr"])
    assert rule["expr"][-1] == {"drop": None}


def test_a_rehearsal_leaves_nothing() -> None:
    text = commands(filter_rules.rehearsal(Style(), EVERYTHING))
    assert text[-4:] == commands(filter_rules.anew(Style(), frozenset(), []))


def test_counters_are_before_verdicts() -> None:
    assert all('{"counter": null}, {' in rule for rule in rules(Style(counters=True)))
    assert not any("counter" in rule for rule in rules(Style()))


def test_reports_move_to_the_base_or_are_only_dropped() -> None:
    assert sum('"dup"' in rule for rule in rules(Style())) == 2
    assert not any('"dup"' in rule for rule in rules(Style(moves=False)))
    element = filter_rules.hushed("v", 3, "", [Family.IP])
    ((command,), (bare,)) = (commands(filter_rules.change(Style(moves=moves), element, [])) for moves in (True, False))
    assert command["add"]["element"]["elem"] == [["v", 3]]
    assert bare["add"]["element"]["elem"] == ["v"]


def test_link_local_addresses_are_matched_with_name_or_index() -> None:
    parts: Parts = frozenset({(Family.IP6, Part.ADDRESSES)})
    assert any('"iifname"' in rule for rule in rules(Style(), parts))
    assert any('"iif"' in rule for rule in rules(Style(by_index=True), parts))


def test_a_change_removes_before_it_adds_and_speaks_of_each_set_once() -> None:
    text = filter_rules.change(
        Style(),
        [filter_rules.dropped(FOUR, None), filter_rules.dropped(LINK_LOCAL, 3)],
        [filter_rules.dropped(SIX, None)],
    )
    where = {"table": "keepalived"}
    assert commands(text) == [
        {"delete": {"element": {"family": "ip6", **where, "name": "vips", "elem": ["2001:db8::1"]}}},
        {"add": {"element": {"family": "ip", **where, "name": "vips", "elem": ["10.9.0.100"]}}},
        {
            "add": {
                "element": {"family": "ip6", **where, "name": "vips_link_local", "elem": [{"concat": ["FE80::1", 3]}]}
            }
        },
    ]
