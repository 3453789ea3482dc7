"""heritage.py: what a worker makes of its predecessor's last words."""

from dataclasses import replace

from alived.ipc.messages import Configure, GroupState, InstanceState, State, TrackerChanged
from alived.ipc.model.routing import Route, Rule, VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance
from alived.ipc.renaming import virtual_router
from alived.workers.vrrp.events import Resumed
from alived.workers.vrrp.heritage import Heritage, heritage

VIP = VirtualAddress(address="10.0.0.100", prefixlen=24, dev="eth0")
ROUTE, RULE = Route(destination="10.7.0.0/16", via="10.0.0.2"), Rule(priority=7, table=7)
V = VrrpInstance(name="V", interface="eth0", virtual_router_id=51, addresses=(VIP,), routes=(ROUTE,), rules=(RULE,))
W = replace(V, name="W")
LAST = InstanceState(
    instance="V",
    state=State.MASTER,
    since=7.0,
    priority=100,
    reason="",
    held=(VIP,),
    held_routes=(ROUTE,),
    held_rules=(RULE,),
    virtual_router=virtual_router(V),
)
GROUP = GroupState(group="G", state=State.MASTER, since=8.0)


def of(*configs: VrrpInstance, last: InstanceState = LAST, silent_for: float = 0.5) -> Heritage:
    known = TrackerChanged(tracker="script s", up=True)
    message = Configure(generation=1, put=configs, retained=(known, last, GROUP), silent_for=silent_for)
    return heritage(message, configs)


def test_it_goes_on_where_its_predecessor_stopped_under_whatever_name() -> None:
    assert of(V).resumption(V, 9.0) == Resumed(State.MASTER, 7.0, 9.0)
    assert of(W).resumption(W, 9.0) == Resumed(State.MASTER, 7.0, 9.0)
    assert (of(V).renamed, of(W).renamed) == ({}, {"W": "V"})


def test_a_predecessor_that_does_not_say_what_it_was_is_known_by_its_name() -> None:
    silent = replace(LAST, virtual_router="")
    assert of(V, last=silent).resumption(V, 0.0) is not None
    assert of(W, last=silent).resumption(W, 0.0) is None


def test_another_virtual_router_of_its_name_begins_anew() -> None:
    other = replace(V, virtual_router_id=52)
    assert of(other).resumption(other, 0.0) is None
    assert of(other, W).resumption(W, 0.0) is not None


def test_it_may_have_been_silent_for_too_long() -> None:
    assert of(V, silent_for=100.0).resumption(V, 0.0) is None


def test_groups_go_on_by_their_names() -> None:
    assert of(V).resumption_of_group("G") == Resumed(State.MASTER, 8.0)
    assert of(V).resumption_of_group("H") is None


def test_what_nobody_wants_any_more() -> None:
    assert of(V).addresses == [VIP]
    assert of(V).unwanted((VIP,), (V,)) == ([], [], [])
    bare = replace(V, addresses=(), routes=(), rules=())
    assert of(bare).unwanted((), (bare,)) == ([VIP], [ROUTE], [RULE])
    assert heritage(Configure(generation=2, put=(V,)), (V,)) == Heritage()
