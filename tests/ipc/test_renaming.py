"""renaming.py: who goes on under which name."""

from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.model.links import Ipvlan, Vmac
from alived.ipc.model.vrrp import Family, UnicastPeer, VrrpInstance
from alived.ipc.renaming import pairs, renamed, same_router, virtual_router

ONE = VrrpInstance(name="V", interface="eth0", virtual_router_id=1)
TWO, THREE = (replace(ONE, virtual_router_id=number) for number in (2, 3))
ROUTED = replace(ONE, interface="", unicast_peers=(UnicastPeer(address="10.0.0.9"),), mcast_group="")


@pytest.mark.parametrize(
    "change",
    [
        {"interface": "eth1"},
        {"vrf": "red"},
        {"virtual_router_id": 52},
        {"version": 3},
        {"family": Family.IPV6},
        {"use_vmac": Vmac()},
        {"use_ipvlan": Ipvlan()},
        {"use_vmac_addr": True},
        {"vmac_xmit_base": True},
    ],
)
def test_what_makes_another_virtual_router(change: dict[str, Any]) -> None:
    other = replace(ONE, **change)
    assert not same_router(ONE, other)
    assert renamed({"V": ONE}, {"W": other}) == {}
    assert renamed({"V": ONE}, {"V": other}) == {}


def test_what_can_be_changed_in_place() -> None:
    other = replace(ONE, priority=1, advert_int=3.0, addresses=(), mcast_src_ip="10.0.0.1")
    assert same_router(ONE, other)
    assert renamed({"V": ONE}, {"W": other}) == {"W": "V"}
    assert renamed({"V": ONE}, {"V": other}) == {}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({}, {"V": ONE}, {}),
        ({"V": ONE}, {}, {}),
        ({"V": ONE}, {"W": TWO}, {}),
        ({"V": ONE}, {"V": ONE, "W": TWO}, {}),
        ({"V": ONE, "W": TWO}, {"V": TWO, "W": ONE}, {"V": "W", "W": "V"}),
        ({"A": ONE, "B": TWO, "C": THREE}, {"A": TWO, "B": THREE, "C": ONE}, {"A": "B", "B": "C", "C": "A"}),
        ({"V": ONE}, {"V": TWO, "W": ONE}, {"W": "V"}),
        ({"V": ONE, "W": TWO}, {"W": ONE}, {"W": "V"}),
        ({"V": ONE}, {"V": ONE, "W": ONE}, {}),
        ({"V": ONE, "W": ONE}, {"X": ONE}, {"X": "V"}),
        ({"V": ONE}, {"X": ONE, "Y": ONE}, {"X": "V"}),
    ],
    ids=[
        "new",
        "gone",
        "one goes and another comes",
        "another comes",
        "swapped",
        "round",
        "the old name for another",
        "the name of another that goes",
        "who has the name stays",
        "two go",
        "two come",
    ],
)
def test_who_goes_on(before: dict[str, Any], after: dict[str, Any], found: dict[str, str]) -> None:
    assert renamed(before, after) == found


def test_of_several_alike_the_source_address_decides() -> None:
    one, two, three = (replace(ROUTED, unicast_src_ip=f"10.0.0.{number}") for number in (1, 2, 3))
    assert renamed({"A": one, "B": two}, {"C": two}) == {"C": "B"}
    assert renamed({"A": one, "B": two}, {"C": two, "D": one}) == {"C": "B", "D": "A"}
    assert renamed({"A": one, "B": two}, {"C": three, "D": one}) == {"C": "B", "D": "A"}


def test_what_peers_know_it_by_in_words() -> None:
    assert virtual_router(ONE) == "VRID 1 on eth0, IPv4, VRRPv2"
    assert virtual_router(replace(ONE, interface="", vrf="red", version=3)) == "VRID 1 on red, IPv4, VRRPv3"
    assert virtual_router(replace(ROUTED, family=Family.IPV6)) == "VRID 1 on any interface, IPv6, VRRPv2"


def test_what_says_nothing_of_itself_is_nobody_else() -> None:
    assert pairs({"V": "", "X": "b"}, {"V": "a", "W": "a", "Y": "b"}) == {"Y": "X"}


def test_what_keeps_its_name_is_not_waiting_for_another() -> None:
    assert pairs({"V": "a"}, {"V": "a", "W": "a"}) == {}
