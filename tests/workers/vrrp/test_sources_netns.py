"""Where adverts come from and to which group they go: mcast_src_ip, track_src_ip, mcast_dst_ip, owners."""

from dataclasses import replace

import pytest

from alived.ipc.messages import State
from alived.ipc.model.authentication import AuthHmac, HmacKey
from tests.workers.vrrp.lab import Lab, Worker
from tests.workers.vrrp.quick import (
    QUICK,
    QUICK6,
    VIP,
    StartWorker,
    Tap,
    advert,
    configure,
    lead,
    put,
    status,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.netns


@pytest.fixture
def worker(lab: Lab, start_worker: StartWorker) -> Worker:
    """On host `a`."""
    without_dad(lab.a)
    return start_worker(lab.a)


def test_a_source_that_is_nowhere_is_used_unless_it_is_tracked(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    config = replace(QUICK, mcast_src_ip="10.9.0.50")
    lead(worker, config)
    assert {frame.source for frame in wire.wait_for(advert, 2)} == {"10.9.0.50"}
    configure(worker, replace(config, track_src_ip=True), generation=2)
    assert wait_for_state(worker, State.FAULT).reason == "source address 10.9.0.50 is missing"
    lab.a.ip("address", "add", "10.9.0.50/24", "dev", "eth0")
    worker.wait_for_state(State.MASTER)


def test_a_source_of_ipv6_is_that_which_is_configured(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    worker.tell(put(replace(QUICK6, mcast_src_ip="fe80::50")))
    assert wait_for_state(worker, State.FAULT).reason == "source address fe80::50 is missing"
    lab.a.ip("address", "add", "fe80::50/64", "dev", "eth0", "nodad")
    worker.wait_for_state(State.MASTER)
    assert {frame.source for frame in wire.wait_for(advert, 2)} == {"fe80::50"}


def test_the_virtual_address_is_never_the_source(lab: Lab, worker: Worker, tap: Tap) -> None:
    lab.a.ip("address", "flush", "dev", "eth0", "scope", "global")
    worker.tell(put(replace(QUICK, addresses=(replace(VIP, prefixlen=24),))))
    assert wait_for_state(worker, State.FAULT).reason == "interface eth0 has no IPv4 address"
    lab.a.ip("address", "add", "10.9.0.100/24", "dev", "eth0")
    lab.a.ip("address", "add", "10.9.0.1/24", "dev", "eth0")
    wait_for_state(worker, State.MASTER)
    assert {frame.source for frame in tap(lab.b).wait_for(advert, 2)} == {"10.9.0.1"}


def test_an_owner_speaks_from_its_own_address(lab: Lab, worker: Worker, tap: Tap) -> None:
    own = replace(VIP, address="10.9.0.1", prefixlen=24)
    lead(worker, replace(QUICK, priority=255, addresses=(own,)))
    assert {frame.source for frame in tap(lab.b).wait_for(advert, 2)} == {"10.9.0.1"}


def test_other_groups(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    other = replace(QUICK, name="W", virtual_router_id=52, mcast_group="224.0.0.99")
    third = replace(QUICK6, name="X", virtual_router_id=53, mcast_group="ff02::99")
    lead(worker, QUICK, other, third)
    found = {(frame.destination, frame.vrid) for frame in wire.wait_for(advert, 6)}
    assert found == {("224.0.0.18", 51), ("224.0.0.99", 52), ("ff02::99", 53)}
    configure(worker, generation=2, drop=("vrrp_instance W", "vrrp_instance X"))
    joined = lab.a.ip("maddress", "show", "dev", "eth0")
    assert "224.0.0.18" in joined
    assert "224.0.0.99" not in joined
    assert "ff02::99" not in joined


def test_a_group_that_the_kernel_refuses_is_soon_tried_again(lab: Lab, worker: Worker) -> None:
    """No news of any interface comes of it: it is tried after a second, as what refuses may pass."""
    lab.a.run("sysctl", "-qw", "net.ipv4.igmp_max_memberships=0")
    worker.tell(put(QUICK))
    assert wait_for_state(worker, State.FAULT).reason == "no socket on eth0: No buffer space available"
    lab.a.run("sysctl", "-qw", "net.ipv4.igmp_max_memberships=20")
    worker.wait_for_state(State.MASTER)


def test_more_groups_than_a_socket_may_join(worker: Worker) -> None:
    configs = [
        replace(QUICK, name=f"V{number}", virtual_router_id=number, mcast_group=f"239.0.0.{number}", addresses=(own,))
        for number in range(1, 26)
        for own in [replace(VIP, address=f"10.9.1.{number}")]
    ]
    lead(worker, *configs)


def test_how_far_the_clocks_are_apart_is_shown_where_adverts_tell_the_time(
    lab: Lab, worker: Worker, start_worker: StartWorker
) -> None:
    signed = replace(QUICK, auth_hmac=AuthHmac(keys=(HmacKey(number=1, secret=bytes(32)),), active_key=1))
    lead(worker, signed)
    without_dad(lab.b)
    backup = start_worker(lab.b)
    configure(backup, replace(signed, priority=100))
    lab.b.wait_until(lambda: status(backup)["last_advert"] is not None)
    assert status(backup)["last_advert"]["clock_skew"] in (0, 1)
    configure(backup, replace(signed, priority=100, auth_hmac=None), generation=2)
    assert status(backup)["last_advert"]["clock_skew"] is None
