"""A master's routes and rules in the kernel, and static addresses, routes and rules: there from start to stop."""

from dataclasses import replace

import pytest

from alived.ipc.messages import State, StopHow
from alived.ipc.model.groups import TrackGroup
from alived.ipc.model.routing import NextHop, Route, RouteType, Rule, RuleAction, StaticRouting
from tests.workers.vrrp.lab import Lab, Worker
from tests.workers.vrrp.quick import (
    QUICK,
    VIP,
    VIP6,
    StartWorker,
    addresses,
    configure,
    lead,
    put,
    retained,
    routes,
    rules,
    second_interface,
    status,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.netns

NET = replace(VIP, address="10.7.0.1", prefixlen=24)
FROM_VIP = Route(destination="10.6.0.0/16", via="10.7.0.2", src="10.7.0.1", metric=7, mtu=1400)
IN_TABLE = Route(destination="0.0.0.0/0", via="10.9.0.2", table=100)
SIX = Route(destination="fd06::/32", via="fd09::2", dev="eth0")
BLACKHOLE = Route(destination="10.5.0.0/16", type=RouteType.BLACKHOLE)
BALANCED = Route(destination="10.4.0.0/16", nexthops=(NextHop(via="10.9.0.2", weight=2), NextHop(via="10.9.0.3")))
LOOK_UP = Rule(priority=1000, table=100, source="10.7.0.1/32")
REFUSE6 = Rule(priority=1001, family=6, action=RuleAction.PROHIBIT, source="fd06::/32", iif="eth0")
CONFIG = replace(
    QUICK,
    addresses=(NET,),
    excluded=(VIP6,),
    routes=(FROM_VIP, IN_TABLE, SIX, BLACKHOLE, BALANCED),
    rules=(LOOK_UP, REFUSE6),
)
ROUTES = {"10.6.0.0/16", "default", "10.5.0.0/16", "10.4.0.0/16"}


@pytest.fixture
def worker(lab: Lab, start_worker: StartWorker) -> Worker:
    """On host `a`."""
    without_dad(lab.a)
    return start_worker(lab.a)


def nothing_is_left(lab: Lab) -> bool:
    ours = {1000, 1001}
    gone = not ours & (rules(lab.a).keys() | rules(lab.a, "-6").keys())
    return gone and not routes(lab.a) and not routes(lab.a, "-6")


def test_a_master_has_them_and_a_stop_removes_them(lab: Lab, worker: Worker) -> None:
    lead(worker, CONFIG)
    found = routes(lab.a)
    assert found.keys() == ROUTES
    from_vip = found["10.6.0.0/16"]
    assert (from_vip["gateway"], from_vip["prefsrc"], from_vip["metric"]) == ("10.7.0.2", "10.7.0.1", 7)
    assert from_vip["metrics"] == [{"mtu": 1400}]
    assert found["default"]["table"] == "100"
    assert found["10.5.0.0/16"]["type"] == "blackhole"
    assert [(hop["gateway"], hop["weight"]) for hop in found["10.4.0.0/16"]["nexthops"]] == [
        ("10.9.0.2", 2),
        ("10.9.0.3", 1),
    ]
    assert routes(lab.a, "-6").keys() == {"fd06::/32"}
    assert (rules(lab.a)[1000]["src"], rules(lab.a)[1000]["table"]) == ("10.7.0.1", "100")
    assert (rules(lab.a, "-6")[1001]["action"], rules(lab.a, "-6")[1001]["iif"]) == ("prohibit", "eth0")
    worker.stop(StopHow.CLEAN)
    assert nothing_is_left(lab)


def test_a_backup_has_none(lab: Lab, worker: Worker) -> None:
    lead(worker, CONFIG)
    lab.bridge.ip("link", "set", "to-a", "down")
    wait_for_state(worker, State.FAULT)
    assert nothing_is_left(lab)
    lab.bridge.ip("link", "set", "to-a", "up")
    wait_for_state(worker, State.BACKUP)
    wait_for_state(worker, State.MASTER)
    assert routes(lab.a).keys() == ROUTES
    assert routes(lab.a, "-6").keys() == {"fd06::/32"}


def test_what_the_kernel_drops_with_an_address_is_back_with_it(lab: Lab, worker: Worker) -> None:
    lead(worker, CONFIG)
    lab.a.ip("address", "delete", "10.7.0.1/24", "dev", "eth0")
    lab.a.wait_until(lambda: "10.7.0.1/24" in addresses(lab.a) and routes(lab.a).keys() == ROUTES)
    assert routes(lab.a)["10.6.0.0/16"]["prefsrc"] == "10.7.0.1"
    assert status(worker)["state"] == "MASTER"


def test_what_somebody_deletes_or_replaces_is_put_back(lab: Lab, worker: Worker) -> None:
    lead(worker, CONFIG)
    lab.a.ip("route", "delete", "10.6.0.0/16", "metric", "7")
    lab.a.ip("route", "flush", "table", "100")
    lab.a.ip("-6", "route", "delete", "fd06::/32", "dev", "eth0")
    lab.a.ip("rule", "delete", "priority", "1000")
    lab.a.ip("-6", "rule", "delete", "priority", "1001")
    lab.a.wait_until(lambda: routes(lab.a).keys() == ROUTES and 1000 in rules(lab.a))
    lab.a.wait_until(lambda: routes(lab.a, "-6").keys() == {"fd06::/32"} and 1001 in rules(lab.a, "-6"))
    lab.a.ip("route", "replace", "10.6.0.0/16", "via", "10.9.0.3", "metric", "7", "proto", "keepalived")
    # What somebody put in its place stays, and ours comes before it.
    lab.a.wait_until(lambda: lab.a.ip("route", "show", "10.6.0.0/16").startswith("10.6.0.0/16 via 10.7.0.2"))


def test_a_reload_replaces_what_it_changes(lab: Lab, worker: Worker) -> None:
    lead(worker, CONFIG)
    monitor = lab.a.start("ip", "-o", "monitor", "route", "rule", stdout=-1)
    changed = replace(FROM_VIP, mtu=1300)
    added = Rule(priority=1002, table=100, destination="10.3.0.0/16")
    configure(
        worker,
        replace(CONFIG, routes=(changed, IN_TABLE, SIX, BLACKHOLE), rules=(LOOK_UP, REFUSE6, added)),
        generation=2,
    )
    assert routes(lab.a).keys() == ROUTES - {"10.4.0.0/16"}
    assert routes(lab.a)["10.6.0.0/16"]["metrics"] == [{"mtu": 1300}]
    assert rules(lab.a)[1002]["dst"] == "10.3.0.0"
    monitor.terminate()
    assert monitor.stdout is not None
    touched = monitor.stdout.read().decode()
    assert "table 100 proto" not in touched
    assert "fd06" not in touched
    configure(worker, replace(CONFIG, routes=(), rules=()), generation=3)
    assert nothing_is_left(lab)
    assert retained(worker)["V"].held_routes == ()


def test_an_heir_has_them_without_a_change_and_removes_what_it_does_not_know(
    lab: Lab, worker: Worker, start_worker: StartWorker
) -> None:
    lead(worker, CONFIG)
    last = retained(worker)["V"]
    worker.kill()
    heir = start_worker(lab.a)
    less = replace(CONFIG, routes=CONFIG.routes[:-1], rules=CONFIG.rules[:-1])
    lead(heir, less, retained=(last,), silent_for=0.0)
    assert routes(lab.a).keys() == ROUTES - {"10.4.0.0/16"}
    assert 1001 not in rules(lab.a, "-6")
    heir.stop(StopHow.CLEAN)
    assert nothing_is_left(lab)


def test_a_route_that_can_t_be_is_a_fault(lab: Lab, worker: Worker) -> None:
    worker.tell(put(replace(CONFIG, routes=(Route(destination="10.6.0.0/16", via="172.16.0.1"),))))
    reason = wait_for_state(worker, State.FAULT).reason
    assert reason.startswith("route 10.6.0.0/16 via 172.16.0.1 ")
    assert "10.7.0.1/24" not in addresses(lab.a)


# --- static -----------------------------------------------------------------------------------------------------------

STATIC = StaticRouting(
    addresses=(NET, replace(VIP6, address="fd08::1", track_group="G")),
    routes=(FROM_VIP, Route(destination="fd06::/32", via="fd08::2")),
    rules=(LOOK_UP,),
)


def test_static_ones_are_there_from_start_to_stop(lab: Lab, worker: Worker) -> None:
    worker.tell(put(STATIC, replace(QUICK, interface="later", addresses=(replace(VIP, dev="later"),))))
    wait_for_state(worker, State.FAULT)

    def there() -> bool:
        has_addresses = addresses(lab.a).keys() >= {"10.7.0.1/24", "fd08::1/64"}
        return has_addresses and {"10.6.0.0/16"} == routes(lab.a).keys() and 1000 in rules(lab.a)

    lab.a.wait_until(there)
    lab.a.ip("address", "delete", "10.7.0.1/24", "dev", "eth0")
    lab.a.ip("rule", "delete", "priority", "1000")
    lab.a.wait_until(there)
    lab.a.wait_until(lambda: routes(lab.a, "-6").keys() == {"fd06::/32"})
    configure(worker, replace(STATIC, addresses=STATIC.addresses[1:], routes=(), rules=()), generation=2)
    assert nothing_is_left(lab)
    assert "10.7.0.1/24" not in addresses(lab.a)
    worker.stop(StopHow.CLEAN)
    assert "fd08::1/64" not in addresses(lab.a)


def test_a_static_address_that_can_t_be_had_is_a_fault_of_its_track_group_only(lab: Lab, worker: Worker) -> None:
    second_interface(lab, lab.a, 1)
    static = StaticRouting(addresses=(replace(NET, dev="eth1", track_group="G"),))
    other = replace(QUICK, name="W", virtual_router_id=52, addresses=(replace(VIP, address="10.9.0.102"),))
    lead(worker, static, TrackGroup(name="G", members=("V",)), QUICK, other)
    lab.a.ip("link", "delete", "eth1")
    assert "10.7.0.1" in wait_for_state(worker, State.FAULT).reason
    assert status(worker, "W")["state"] == "MASTER"
    second_interface(lab, lab.a, 1)
    wait_for_state(worker, State.BACKUP)
    wait_for_state(worker, State.MASTER)
    assert "10.7.0.1/24" in addresses(lab.a, "eth1")


def test_static_ones_of_a_dead_worker_are_adopted(lab: Lab, worker: Worker, start_worker: StartWorker) -> None:
    lead(worker, STATIC, QUICK)
    worker.kill()
    heir = start_worker(lab.a)
    configure(heir, STATIC, QUICK, retained=tuple(retained(worker).values()), silent_for=0.0)
    assert {"10.6.0.0/16"} == routes(lab.a).keys()
    heir.stop(StopHow.CLEAN)
    assert nothing_is_left(lab)
    assert "10.7.0.1/24" not in addresses(lab.a)
