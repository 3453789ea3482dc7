"""disturbance_vrrp.py: what the vrrp worker's objects disturb when they change."""

import dataclasses

import pytest

from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.routing import StaticRouting
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.disturbance_vrrp import VRRP
from alived.supervisor.effects import Disturbs, Sign

ANOTHER_ROUTER = (
    "interface",
    "virtual_router_id",
    "version",
    "family",
    "vrf",
    "use_vmac",
    "use_vmac_addr",
    "use_ipvlan",
    "vmac_xmit_base",
)
OBJECTS = (VrrpInstance, SyncGroup, TrackGroup, StaticRouting, VrrpGlobals)


@pytest.mark.parametrize("attribute", ANOTHER_ROUTER)
def test_what_makes_another_virtual_router_of_an_instance(attribute: str) -> None:
    effect = VRRP[VrrpInstance, attribute]
    assert effect.disturbs is Disturbs.FAILOVER
    assert effect.reason.startswith("it becomes another virtual router")


@pytest.mark.parametrize(
    ("cls", "attribute"),
    [(cls, field.name) for cls in OBJECTS for field in dataclasses.fields(cls) if field.name != "name"],
)
def test_every_attribute_has_its_effect(cls: type, attribute: str) -> None:
    assert any((cls, f"{sign}{attribute}") in VRRP for sign in Sign)


def test_what_is_on_a_list_comes_goes_and_changes_places() -> None:
    lists = {"addresses", "excluded", "routes", "rules", "track_scripts", "unicast_peers"}
    assert all((VrrpInstance, f"{sign}{attribute}") in VRRP for attribute in lists for sign in Sign)
