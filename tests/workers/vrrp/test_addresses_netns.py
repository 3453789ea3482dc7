"""What a master's addresses are in the kernel: every option, and those that are shared, lost, added or inherited."""

import contextlib
from dataclasses import replace

import pytest

from alived.ipc.messages import State, StopHow
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Announcing
from alived.workers.vrrp.kernel import rtnetlink
from alived.workers.vrrp.kernel.netlink import RTMGRP_IPV4_IFADDR, drain, open_socket
from alived.workers.vrrp.kernel.rtnetlink import Address
from tests.workers.vrrp.lab import Lab, Worker
from tests.workers.vrrp.quick import (
    LINK_LOCAL6,
    QUICK,
    QUICK6,
    VIP,
    VIP6,
    StartWorker,
    Tap,
    addresses,
    configure,
    lead,
    put,
    retained,
    second_interface,
    status,
    sysctl,
    wait_for_state,
    without_dad,
)
from tests.workers.vrrp.transport.stage import entered

pytestmark = pytest.mark.netns

EXTRA = replace(VIP, address="10.9.0.103")


@pytest.fixture
def worker(lab: Lab, start_worker: StartWorker) -> Worker:
    """On host `a`, which has an eth1 as well, and no DAD to wait for."""
    second_interface(lab, lab.a, 1)
    without_dad(lab.a)
    without_dad(lab.a, "eth1")
    return start_worker(lab.a)


def test_excluded_addresses_of_both_families_come_and_go_with_the_others(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    before = addresses(lab.a).keys(), addresses(lab.a, "eth1").keys()
    excluded = (replace(VIP, address="10.8.0.100", dev="eth1"), VIP6, replace(VIP6, address="fd08::1", dev="eth1"))
    lead(worker, replace(QUICK, excluded=excluded))
    assert addresses(lab.a).keys() == before[0] | {"10.9.0.100/32", "fd09::100/64"}
    assert addresses(lab.a, "eth1").keys() == before[1] | {"10.8.0.100/32", "fd08::1/64"}
    (advert,) = wire.wait_for(lambda frame: frame.kind == "advert")
    assert (advert.payload[3], advert.payload[8:]) == (1, bytes([10, 9, 0, 100]))
    worker.stop(StopHow.CLEAN)
    assert (addresses(lab.a).keys(), addresses(lab.a, "eth1").keys()) == before


def test_an_ipv6_instance_sends_its_link_local_address_first(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    lead(worker, replace(QUICK6, excluded=(VIP,)))
    assert addresses(lab.a).keys() > {"fe80::100/64", "fd09::100/64", "10.9.0.100/32"}
    (advert,) = wire.wait_for(lambda frame: frame.kind == "advert6")
    assert (advert.destination, advert.hops, advert.priority, advert.payload[3]) == ("ff02::12", 255, 254, 2)
    assert advert.payload[8:24] == bytes.fromhex("fe800000000000000000000000000100")
    assert advert.source.startswith("fe80::")
    assert advert.source != "fe80::100"


def test_options_of_ipv4(lab: Lab, worker: Worker) -> None:
    lead(
        worker,
        replace(
            QUICK,
            addresses=(
                VIP,
                VirtualAddress(address="10.9.1.1", prefixlen=24, dev="eth0", label="eth0:vip", broadcast="10.9.1.255"),
                VirtualAddress(address="10.9.2.1", prefixlen=32, dev="eth1", scope=253),
                VirtualAddress(address="10.9.3.1", prefixlen=30, dev="eth0", peer="10.9.3.2"),
                VirtualAddress(address="10.9.4.1", prefixlen=24, dev="eth0", noprefixroute=True),
            ),
        ),
    )
    found = addresses(lab.a)
    assert (found["10.9.1.1/24"]["label"], found["10.9.1.1/24"]["broadcast"]) == ("eth0:vip", "10.9.1.255")
    assert addresses(lab.a, "eth1")["10.9.2.1/32"]["scope"] == "link"
    assert found["10.9.3.1/30"]["address"] == "10.9.3.2"
    assert found["10.9.4.1/24"]["noprefixroute"]
    connected = lab.a.ip("-4", "route", "show", "dev", "eth0")
    assert "10.9.1.0/24" in connected
    assert "10.9.4.0/24" not in connected


def test_options_of_ipv6(lab: Lab, worker: Worker) -> None:
    lead(
        worker,
        replace(
            QUICK6,
            addresses=(
                LINK_LOCAL6,
                replace(VIP6, address="fd09::1", home=True),
                replace(VIP6, address="fd09::2", prefixlen=128),
                replace(VIP6, address="fd09::3", prefixlen=128, preferred_lft=1000),
                replace(VIP6, address="fd09::4", mngtmpaddr=True, noprefixroute=True),
                replace(VIP6, address="fd09::5", peer="fd0a::1"),
            ),
        ),
    )
    found = addresses(lab.a)
    assert found["fd09::1/64"]["home"]
    assert found["fd09::1/64"]["nodad"]
    assert found["fd09::2/128"]["deprecated"]  # so that no connection of the host itself starts from it
    assert 990 < found["fd09::3/128"]["preferred_life_time"] <= 1000
    assert found["fd09::4/64"]["mngtmpaddr"]
    assert found["fd09::4/64"]["noprefixroute"]
    assert found["fd09::5/64"]["address"] == "fd0a::1"


def test_with_duplicate_address_detection_an_address_is_tentative_at_first(lab: Lab, worker: Worker) -> None:
    sysctl(lab.a, "ipv6/conf/eth0/accept_dad", 1)
    lead(worker, replace(QUICK6, addresses=(LINK_LOCAL6, replace(VIP6, nodad=False))))
    assert addresses(lab.a)["fd09::100/64"].get("tentative")
    assert "tentative" not in addresses(lab.a)["fe80::100/64"]
    lab.a.wait_until(lambda: "tentative" not in addresses(lab.a)["fd09::100/64"])
    assert status(worker)["state"] == "MASTER"


def test_an_address_that_another_host_has_is_a_fault(lab: Lab, worker: Worker) -> None:
    sysctl(lab.a, "ipv6/conf/eth0/accept_dad", 1)
    lab.b.ip("address", "add", "fd09::100/64", "dev", "eth0", "nodad")
    worker.tell(put(replace(QUICK6, addresses=(LINK_LOCAL6, replace(VIP6, nodad=False)))))
    wait_for_state(worker, State.MASTER)
    assert "fd09::100" in wait_for_state(worker, State.FAULT).reason
    assert "fd09::100/64" not in addresses(lab.a)


def test_the_same_link_local_address_on_two_interfaces(lab: Lab, worker: Worker) -> None:
    # The second instance is heard on the same bridge, so it needs another VRID.
    other = replace(
        QUICK6, name="W", interface="eth1", virtual_router_id=52, addresses=(replace(LINK_LOCAL6, dev="eth1"),)
    )
    lead(worker, QUICK6, other)
    assert "fe80::100/64" in addresses(lab.a)
    assert "fe80::100/64" in addresses(lab.a, "eth1")
    configure(worker, generation=2, drop=("vrrp_instance V",))
    assert "fe80::100/64" not in addresses(lab.a)
    assert "fe80::100/64" in addresses(lab.a, "eth1")


def test_an_address_of_two_instances_goes_with_the_last(lab: Lab, worker: Worker) -> None:
    lead(worker, QUICK, replace(QUICK, name="W", virtual_router_id=52, addresses=(VIP,)))
    configure(worker, generation=2, drop=("vrrp_instance V",))
    assert "10.9.0.100/32" in addresses(lab.a)
    configure(worker, generation=3, drop=("vrrp_instance W",))
    assert "10.9.0.100/32" not in addresses(lab.a)


def test_an_address_of_the_host_s_own_stays(lab: Lab, worker: Worker) -> None:
    lab.a.ip("address", "add", "10.9.0.100/32", "dev", "eth0")
    lead(worker, replace(QUICK, priority=255))
    worker.stop(StopHow.CLEAN)
    assert "10.9.0.100/32" in addresses(lab.a)


@pytest.mark.parametrize("family", ["-4", "-6"])
def test_all_that_somebody_flushes_is_put_back_and_announced(lab: Lab, worker: Worker, tap: Tap, family: str) -> None:
    more = (VIP6, replace(VIP6, address="fd08::1", dev="eth1"), replace(VIP, address="10.9.0.101"))
    lead(worker, replace(QUICK, excluded=more))
    wire = tap(lab.b)
    lab.a.ip(family, "address", "flush", "dev", "eth0", "scope", "global")
    if family == "-4":
        lab.a.ip("address", "add", "10.9.0.1/24", "dev", "eth0")
    wanted = {"10.9.0.100/32", "10.9.0.101/32"} if family == "-4" else {"fd09::100/64"}
    lab.a.wait_until(lambda: addresses(lab.a).keys() >= wanted)
    wait_for_state(worker, State.MASTER)
    found = wire.wait_for(lambda frame: frame.kind == ("garp" if family == "-4" else "na"), len(wanted))
    assert {f"{frame.subject}/{'32' if family == '-4' else '64'}" for frame in found} == wanted


def test_addresses_are_adopted_by_an_heir_and_changed_by_none(
    lab: Lab, worker: Worker, start_worker: StartWorker
) -> None:
    config = replace(QUICK, excluded=(VIP6, replace(VIP, address="10.8.0.100", prefixlen=24, dev="eth1")))
    lead(worker, config)
    last = retained(worker)["V"]
    worker.kill()
    changes = lab.a.start("ip", "-o", "monitor", "address", stdout=-1)
    heir = start_worker(lab.a)
    configure(heir, config, retained=(last,), silent_for=0.0)
    assert wait_for_state(heir, State.MASTER).reason == "resumed"
    changes.terminate()
    assert changes.stdout is not None
    assert changes.stdout.read() == b""
    heir.stop(StopHow.CLEAN)
    assert "fd09::100/64" not in addresses(lab.a)
    assert "10.8.0.100/24" not in addresses(lab.a, "eth1")


def test_addresses_that_two_masters_exchange_by_a_reload_are_never_away(lab: Lab, worker: Worker) -> None:
    other = replace(QUICK, name="W", virtual_router_id=52, addresses=(replace(VIP, address="10.9.0.101"),))
    lead(worker, QUICK, other)
    with entered(lab.a):
        news = open_socket(RTMGRP_IPV4_IFADDR)
    with contextlib.closing(news):
        changed = replace(QUICK, addresses=other.addresses), replace(other, addresses=(*QUICK.addresses, EXTRA))
        configure(worker, *changed, generation=2)
        reports = [report for data in drain(news)[0] for report in rtnetlink.parse(data)]
    (added,) = reports
    assert isinstance(added, Address)
    assert added.address == bytes([10, 9, 0, 103])
    assert retained(worker)["V"].held == changed[0].addresses
    configure(worker, generation=3, drop=(changed[1].key,))
    assert addresses(lab.a).keys() & {"10.9.0.100/32", "10.9.0.101/32", "10.9.0.103/32"} == {"10.9.0.101/32"}


def test_an_address_added_by_a_reload_is_announced_twice(lab: Lab, worker: Worker, tap: Tap) -> None:
    announcing = Announcing(master_delay=0.3, master_repeat=2)
    lead(worker, replace(QUICK, announcing=announcing))
    wire = tap(lab.b)
    more = replace(QUICK, announcing=announcing, addresses=(VIP, replace(VIP, address="10.9.0.102")), excluded=(VIP6,))
    configure(worker, more, generation=2)
    garps = wire.wait_for(lambda frame: frame.subject == "10.9.0.102" and frame.kind == "garp", 4)
    times = [frame.time for frame in garps]
    assert 0.25 < times[2] - times[1] < 0.45
    wire.wait_for(lambda frame: frame.subject == "10.9.0.100", 0)
    assert len([frame for frame in wire.seen if (frame.kind, frame.subject) == ("na", "fd09::100")]) in (2, 3, 4)


def test_promote_secondaries_is_set_and_put_back(lab: Lab, worker: Worker) -> None:
    assert sysctl(lab.a, "ipv4/conf/eth0/promote_secondaries") == 0
    more = (replace(VIP, address="10.9.5.1", prefixlen=24), replace(VIP, address="10.9.5.2", prefixlen=24))
    lead(worker, replace(QUICK, addresses=more, promote_secondaries=True))
    assert sysctl(lab.a, "ipv4/conf/eth0/promote_secondaries") == 1
    configure(worker, replace(QUICK, addresses=more[1:], promote_secondaries=True), generation=2)
    assert "10.9.5.2/24" in addresses(lab.a)
    worker.stop(StopHow.CLEAN)
    assert sysctl(lab.a, "ipv4/conf/eth0/promote_secondaries") == 0
