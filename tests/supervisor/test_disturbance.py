"""disturbance.py: the table of what changes disturb."""

import dataclasses

import pytest

from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.checks import HttpCheck, SslContext
from alived.ipc.model.globals import CheckerGlobals, VrrpGlobals
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.interfaces import InterfaceDelay, LinkbeatInterface
from alived.ipc.model.lvs import LvsGlobals, RealServer, VirtualServer
from alived.ipc.model.routing import StaticRouting
from alived.ipc.model.tracking import TrackedInterface, TrackFile, TrackProcess
from alived.ipc.model.vrrp import TrackedScript, UnicastPeer, VrrpInstance
from alived.supervisor.config.grammar.later import instead
from alived.supervisor.config.wording import rows_by_attribute
from alived.supervisor.disturbance import TABLE, Disturbs, Sign, effect


@pytest.mark.parametrize(("cls", "key"), TABLE, ids=lambda part: getattr(part, "__name__", str(part)))
def test_what_the_table_names_exists(cls: type, key: str) -> None:
    attribute = key.lstrip("+-")
    assert not attribute or attribute in {field.name for field in dataclasses.fields(cls)}


@pytest.mark.parametrize(
    ("cls", "attribute", "sign", "disturbs"),
    [
        (VrrpInstance, "", Sign.REMOVED, Disturbs.FAILOVER),
        (VrrpInstance, "", Sign.ADDED, Disturbs.FAILOVER),
        (VrrpInstance, "interface", Sign.CHANGED, Disturbs.FAILOVER),
        (VrrpInstance, "virtual_router_id", Sign.CHANGED, Disturbs.FAILOVER),
        (VrrpInstance, "advert_int", Sign.CHANGED, Disturbs.ADVERT),
        (VrrpInstance, "addresses", Sign.ADDED, Disturbs.ADVERT),
        (VrrpInstance, "addresses", Sign.REMOVED, Disturbs.CONNECTION),
        (VrrpInstance, "addresses", Sign.CHANGED, Disturbs.ADVERT),
        (VrrpInstance, "track_scripts", Sign.ADDED, Disturbs.FAILOVER),
        (VrrpInstance, "track_scripts", Sign.REMOVED, Disturbs.FAILOVER),
        (VrrpInstance, "track_scripts", Sign.CHANGED, Disturbs.NOTHING),
        (VrrpInstance, "nopreempt", Sign.ADDED, Disturbs.NOTHING),
        (VrrpInstance, "nopreempt", Sign.REMOVED, Disturbs.FAILOVER),
        (VrrpInstance, "announcing.master_delay", Sign.CHANGED, Disturbs.NOTHING),
        (VrrpInstance, "role", Sign.CHANGED, Disturbs.NOTHING),
        (VrrpInstance, "version", Sign.CHANGED, Disturbs.FAILOVER),
        (VrrpInstance, "use_vmac.name", Sign.CHANGED, Disturbs.FAILOVER),
        (VrrpInstance, "unicast_peers", Sign.REMOVED, Disturbs.FAILOVER),
        (VrrpInstance, "unicast_peers", Sign.ADDED, Disturbs.ADVERT),
        (VrrpInstance, "auth_hmac.active_key", Sign.CHANGED, Disturbs.FAILOVER),
        (VrrpInstance, "excluded", Sign.ADDED, Disturbs.NOTHING),
        (VrrpInstance, "excluded", Sign.REMOVED, Disturbs.CONNECTION),
        (VrrpInstance, "routes", Sign.REMOVED, Disturbs.CONNECTION),
        (VrrpInstance, "accept", Sign.REMOVED, Disturbs.CONNECTION),
        (VrrpInstance, "lower_prio_no_advert", Sign.ADDED, Disturbs.NOTHING),
        (UnicastPeer, "min_ttl", Sign.CHANGED, Disturbs.FAILOVER),
        (TrackedInterface, "weight", Sign.CHANGED, Disturbs.FAILOVER),
        (SyncGroup, "members", Sign.REMOVED, Disturbs.FAILOVER),
        (SyncGroup, "track_files", Sign.ADDED, Disturbs.FAILOVER),
        (SyncGroup, "notify", Sign.CHANGED, Disturbs.NOTHING),
        (TrackGroup, "", Sign.REMOVED, Disturbs.FAILOVER),
        (StaticRouting, "routes", Sign.REMOVED, Disturbs.CONNECTION),
        (VrrpGlobals, "startup_delay", Sign.CHANGED, Disturbs.NOTHING),
        (VrrpGlobals, "process.rt_priority", Sign.CHANGED, Disturbs.NOTHING),
        (CheckerGlobals, "mail", Sign.CHANGED, Disturbs.NOTHING),
        (InterfaceDelay, "up", Sign.CHANGED, Disturbs.NOTHING),
        (LinkbeatInterface, "", Sign.ADDED, Disturbs.FAILOVER),
        (TrackFile, "file", Sign.CHANGED, Disturbs.FAILOVER),
        (TrackProcess, "quorum", Sign.CHANGED, Disturbs.FAILOVER),
        (TrackedScript, "weight", Sign.CHANGED, Disturbs.FAILOVER),
        (VirtualServer, "", Sign.REMOVED, Disturbs.CONNECTION),
        (VirtualServer, "real_servers", Sign.REMOVED, Disturbs.CONNECTION),
        (VirtualServer, "real_servers", Sign.ADDED, Disturbs.NOTHING),
        (VirtualServer, "real_servers", Sign.CHANGED, Disturbs.NOTHING),
        (RealServer, "weight", Sign.CHANGED, Disturbs.NOTHING),
        (HttpCheck, "retry", Sign.CHANGED, Disturbs.NOTHING),
    ],
)
def test_what_changes_disturb(cls: type, attribute: str, sign: Sign, disturbs: Disturbs) -> None:
    assert effect(cls, attribute, sign).disturbs is disturbs


ACTED_ON = (
    *(VrrpInstance, SyncGroup, TrackGroup, StaticRouting, VrrpGlobals),
    *(VrrpScript, TrackFile, TrackProcess, VirtualServer, RealServer, LvsGlobals),
)
IDENTITY = {"name", "address", "port", "fwmark", "group", "protocol", "family", "ip_family"}
"""Attributes whose change makes another object of it, or one that no worker acts on."""


@pytest.mark.parametrize(
    ("cls", "attribute"),
    [(cls, field.name) for cls in ACTED_ON for field in dataclasses.fields(cls) if field.name not in IDENTITY],
)
def test_what_a_worker_acts_on_is_in_the_table(cls: type, attribute: str) -> None:
    rows = [row for path, row in rows_by_attribute(cls).items() if path.partition(".")[0] == attribute]
    if not rows or not all(instead(row.block, row.word) for row in rows):
        assert any((cls, f"{sign}{attribute}") in TABLE for sign in Sign)


def test_of_what_is_not_known_the_worst_is_assumed() -> None:
    assert effect(VrrpInstance, "an_attribute_to_come", Sign.CHANGED).disturbs is Disturbs.FAILOVER
    assert effect(VirtualServer, "an_attribute_to_come", Sign.CHANGED).disturbs is Disturbs.CONNECTION


def test_an_object_that_reaches_no_worker_disturbs_nothing() -> None:
    assert effect(SslContext, "", Sign.REMOVED).disturbs is Disturbs.NOTHING


def test_every_effect_has_its_reason() -> None:
    assert all(found.reason and not found.reason.endswith(".") for found in TABLE.values())
