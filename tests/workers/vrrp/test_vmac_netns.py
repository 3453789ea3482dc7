"""use_vmac: the macvlan, what is on it, what is said from it and when, and that nothing of it is left."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from alived.ipc.messages import State, StopHow
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.links import Vmac
from alived.ipc.model.vrrp import VrrpInstance
from tests.workers.vrrp.lab import Lab, Worker
from tests.workers.vrrp.quick import (
    LINK_LOCAL6,
    QUICK,
    QUICK6,
    VIP,
    VIP6,
    Frame,
    StartWorker,
    Tap,
    addresses,
    advert,
    configure,
    lead,
    link,
    links,
    mac,
    put,
    retained,
    second_interface,
    status,
    sysctl,
    sysctls,
    tables,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.netns

VMAC = replace(QUICK, use_vmac=Vmac())
VMAC6 = replace(QUICK6, use_vmac=Vmac())
MAC, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:33"
BACKUP = replace(VMAC, priority=100, advert_int=10.0)
"""Waits for half a minute."""


@pytest.fixture
def clean(lab: Lab) -> Iterator[Lab]:
    """After the test, host `a` is as before: interfaces, filters and settings."""
    without_dad(lab.a)
    before = links(lab.a), tables(lab.a), sysctls(lab.a)
    yield lab
    assert (links(lab.a), tables(lab.a)) == before[:2]
    after = sysctls(lab.a)
    assert {path: (value, after.get(path)) for path, value in before[2].items() if after.get(path) != value} == {}


@pytest.fixture
def worker(clean: Lab, start_worker: StartWorker) -> Worker:
    """On host `a`."""
    return start_worker(clean.a)


def test_an_ipv4_instance_has_its_address_on_a_macvlan_and_speaks_from_it(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    lead(worker, VMAC)
    made = link(lab.a, "vrrp.51")
    assert made is not None
    assert (made["address"], made["link"], made["linkinfo"]["info_kind"]) == (MAC, "eth0", "macvlan")
    assert made["linkinfo"]["info_data"]["mode"] == "private"
    assert addresses(lab.a, "vrrp.51").keys() == {"10.9.0.100/32"}
    assert "10.9.0.100/32" not in addresses(lab.a)
    found = wire.wait_for(advert, 3)
    assert {(frame.mac, frame.source, frame.destination, frame.hops) for frame in found} == {
        (MAC, "10.9.0.1", "224.0.0.18", 255)
    }
    garps = [frame for frame in wire.seen if frame.kind == "garp"]
    assert {(frame.mac, frame.subject) for frame in garps} == {(MAC, "10.9.0.100")}
    lab.b.run("ping", "-c1", "-W2", "10.9.0.100")
    assert MAC in lab.b.ip("neighbour", "show", "10.9.0.100")
    lab.b.run("ping", "-c1", "-W2", "10.9.0.1")
    assert mac(lab.a) in lab.b.ip("neighbour", "show", "10.9.0.1")
    settings = {name: sysctl(lab.a, f"ipv4/conf/{name}") for name in ("eth0/arp_ignore", "vrrp.51/rp_filter")}
    assert settings == {"eth0/arp_ignore": 1, "vrrp.51/rp_filter": 0}
    worker.stop(StopHow.CLEAN)
    (last,) = wire.wait_for(lambda frame: advert(frame) and frame.priority == 0)
    assert last.mac == MAC


def test_an_ipv6_instance_likewise(lab: Lab, worker: Worker, tap: Tap) -> None:
    own = next(address.partition("/")[0] for address in addresses(lab.a) if address.startswith("fe80"))
    wire = tap(lab.b)
    lead(worker, VMAC6)
    made = link(lab.a, "vrrp6.51")
    assert made is not None
    assert made["address"] == MAC6
    assert addresses(lab.a, "vrrp6.51").keys() == {f"{own}/64", "fe80::100/64", "fd09::100/64"}
    found = wire.wait_for(advert, 3)
    assert {(frame.mac, frame.source, frame.destination) for frame in found} == {(MAC6, own, "ff02::12")}
    assert {frame.mac for frame in wire.seen if frame.kind == "na"} == {MAC6}
    without_dad(lab.b)
    lab.b.ip("address", "add", "fd09::2/64", "dev", "eth0", "nodad")
    lab.b.ip("-6", "neighbour", "flush", "dev", "eth0")
    for address, there in (("fe80::100", MAC6), ("fd09::100", MAC6), (own, mac(lab.a))):
        lab.b.run("ping", "-c1", "-W2", "-I", "eth0", address)
        assert there in lab.b.ip("neighbour", "show", address)
    worker.stop(StopHow.CLEAN)


@pytest.mark.parametrize("config", [BACKUP, replace(VMAC6, priority=100, advert_int=10.0)], ids=["IPv4", "IPv6"])
def test_a_backup_says_nothing_from_the_virtual_mac(lab: Lab, worker: Worker, tap: Tap, config: VrrpInstance) -> None:
    wire = tap(lab.b)
    configure(worker, config)
    wait_for_state(worker, State.BACKUP)
    for asked in ("10.9.0.100", "fd09::100", "fe80::100%eth0"):
        lab.b.run("sh", "-c", f"ping -c2 -i0.2 -W0.2 {asked} || true")
    lab.b.run("ping", "-c1", "-W2", "10.9.0.1")
    assert [frame for frame in wire.all() if frame.mac in (MAC, MAC6)] == []
    worker.stop(StopHow.CLEAN)
    assert [frame for frame in wire.all() if frame.mac in (MAC, MAC6)] == []


def test_two_of_the_same_virtual_mac_hear_each_other(lab: Lab, worker: Worker, start_worker: StartWorker) -> None:
    lead(worker, replace(VMAC, priority=200))
    peer = start_worker(lab.b)
    configure(peer, VMAC)
    change = wait_for_state(worker, State.BACKUP)
    assert change.reason == "10.9.0.2 has priority 254, ours is 200"
    assert addresses(lab.a, "vrrp.51").keys() == set()
    wait_for_state(peer, State.MASTER)
    peer.stop(StopHow.CLEAN)
    assert worker.wait_for_state(State.MASTER).reason == "10.9.0.2 has stopped"
    worker.stop(StopHow.CLEAN)


def test_an_heir_adopts_everything_and_no_advert_is_late(
    lab: Lab, worker: Worker, start_worker: StartWorker, tap: Tap
) -> None:
    config = replace(VMAC, advert_int=0.4, excluded=(replace(VIP, address="10.9.0.101"),))
    lead(worker, config)
    index = (link(lab.a, "vrrp.51") or {})["ifindex"]
    wire = tap(lab.b)
    wire.wait_for(advert)
    worker.kill()
    heir = start_worker(lab.a)
    lead(heir, config, retained=(retained(worker)["V"],), silent_for=0.1)
    wire.wait_for(advert, 3)
    times = [frame.time for frame in wire.of("advert")]
    assert max(later - earlier for earlier, later in pairwise(times)) < 1.1
    assert (link(lab.a, "vrrp.51") or {})["ifindex"] == index
    assert {frame.mac for frame in wire.of("advert")} == {MAC}
    heir.stop(StopHow.CLEAN)  # the settings are those before the first of the two


def test_an_heir_removes_what_it_does_not_need(lab: Lab, worker: Worker, start_worker: StartWorker) -> None:
    lead(worker, VMAC)
    worker.kill()
    heir = start_worker(lab.a)
    lead(heir, replace(QUICK, name="W", virtual_router_id=52), retained=(retained(worker)["V"],), silent_for=0.0)
    assert "vrrp.51" not in links(lab.a)
    assert "10.9.0.100/32" in addresses(lab.a)
    heir.stop(StopHow.CLEAN)


def test_a_reload_takes_the_macvlan_away_and_brings_it(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, VMAC)
    wire = tap(lab.b)
    configure(worker, QUICK, generation=2)
    assert "vrrp.51" not in links(lab.a)
    worker.wait_for_state(State.MASTER)
    assert "10.9.0.100/32" in addresses(lab.a)
    wire.wait_for(lambda frame: advert(frame) and frame.mac == mac(lab.a), 2)
    configure(worker, VMAC, generation=3)
    worker.wait_for_state(State.MASTER)
    assert addresses(lab.a, "vrrp.51").keys() == {"10.9.0.100/32"}
    assert "10.9.0.100/32" not in addresses(lab.a)
    wire.wait_for(lambda frame: advert(frame) and frame.mac == MAC, 2)
    worker.stop(StopHow.CLEAN)


def test_one_that_somebody_deletes_is_back_with_all_that_was_on_it(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, VMAC)
    wire = tap(lab.b)
    lab.a.ip("link", "delete", "vrrp.51")
    lab.a.wait_until(lambda: addresses(lab.a, "vrrp.51").keys() == {"10.9.0.100/32"})
    wire.forget()
    found = wire.wait_for(advert, 3)
    assert {frame.mac for frame in found} == {MAC}
    lab.b.run("ping", "-c1", "-W2", "10.9.0.100")
    worker.stop(StopHow.CLEAN)


@pytest.mark.parametrize("change", ["down", "address 02:00:00:00:00:77", "mtu 1400"])
def test_what_somebody_changes_about_it_is_put_right(lab: Lab, worker: Worker, tap: Tap, change: str) -> None:
    lead(worker, VMAC)
    wire = tap(lab.b)
    lab.a.ip("link", "set", "vrrp.51", *change.split())

    def right() -> bool:
        made = link(lab.a, "vrrp.51")
        return made is not None and "UP" in made["flags"] and (made["address"], made["mtu"]) == (MAC, 1500)

    lab.a.wait_until(right)
    lab.a.wait_until(lambda: addresses(lab.a, "vrrp.51").keys() == {"10.9.0.100/32"})
    wire.forget()
    assert {frame.mac for frame in wire.wait_for(advert, 3)} == {MAC}
    assert status(worker)["state"] == "MASTER"
    worker.stop(StopHow.CLEAN)


def test_a_base_that_is_made_anew_has_it_again(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, VMAC)
    lab.bridge.ip("link", "delete", "to-a")
    assert "eth0" in worker.wait_for_state(State.FAULT).reason
    lab.bridge.ip("link", "add", "to-a", "type", "veth", "peer", "name", "eth0", "netns", lab.a.name)
    lab.bridge.ip("link", "set", "to-a", "master", "br0", "up")
    lab.a.ip("address", "add", "10.9.0.1/24", "dev", "eth0")
    lab.a.run("sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad")
    lab.a.ip("link", "set", "eth0", "up")
    worker.wait_for_state(State.MASTER)
    assert addresses(lab.a, "vrrp.51").keys() == {"10.9.0.100/32"}
    assert {frame.mac for frame in tap(lab.b).wait_for(advert, 3)} == {MAC}
    worker.stop(StopHow.CLEAN)


def test_names_mac_and_group_that_are_given(lab: Lab, worker: Worker, tap: Tap) -> None:
    vmac = Vmac(name="gateway", mac="02:00:00:11:22", group="7", netlink_notify_msg=True)
    wire = tap(lab.b)
    lead(worker, replace(VMAC, use_vmac=vmac))
    made = link(lab.a, "gateway")
    assert made is not None
    assert (made["address"], str(made["group"])) == ("02:00:00:11:22:33", "7")
    assert {frame.mac for frame in wire.wait_for(advert)} == {"02:00:00:11:22:33"}
    configure(worker, replace(VMAC, use_vmac=Vmac(name="other")), generation=2)
    worker.wait_for_state(State.MASTER)
    assert links(lab.a) >= {"other"}
    assert "gateway" not in links(lab.a)
    worker.stop(StopHow.CLEAN)


def test_prefixes_of_names(lab: Lab, worker: Worker) -> None:
    settings = VrrpGlobals(vmac_prefix="v", vmac_addr_prefix="w")
    lead(worker, settings, replace(VMAC, excluded=(VIP6,), use_vmac_addr=True))
    assert links(lab.a) >= {"v.51", "w6.51"}
    assert addresses(lab.a, "w6.51").keys() == {"fd09::100/64"}
    worker.stop(StopHow.CLEAN)


def test_addresses_elsewhere_get_one_with_use_vmac_addr_or_of_their_own(clean: Lab, start_worker: StartWorker) -> None:
    lab = clean
    second_interface(lab, lab.a, 1)
    worker = start_worker(lab.a)
    elsewhere = replace(VIP, address="10.8.0.100", dev="eth1")
    lead(worker, replace(VMAC, excluded=(elsewhere,)))
    assert "10.8.0.100/32" in addresses(lab.a, "eth1")
    configure(worker, replace(VMAC, use_vmac_addr=True, excluded=(elsewhere,)), generation=2)
    worker.wait_for_state(State.MASTER)
    assert "10.8.0.100/32" not in addresses(lab.a, "eth1")
    made = link(lab.a, "vrrp1.51")
    assert made is not None
    assert (made["link"], made["address"]) == ("eth1", MAC)
    assert addresses(lab.a, "vrrp1.51").keys() == {"10.8.0.100/32"}
    configure(worker, replace(QUICK, excluded=(replace(elsewhere, use_vmac=True),)), generation=3)
    worker.wait_for_state(State.MASTER)
    assert len(links(lab.a)) == 4
    lab.a.wait_until(lambda: "10.9.0.100/32" in addresses(lab.a))
    worker.stop(StopHow.CLEAN)
    lab.a.ip("link", "delete", "eth1")


def test_vmac_xmit_base_speaks_from_the_base(lab: Lab, worker: Worker, start_worker: StartWorker, tap: Tap) -> None:
    wire = tap(lab.b)
    config = replace(VMAC, vmac_xmit_base=True, priority=200)
    lead(worker, config)
    assert {(frame.mac, frame.source) for frame in wire.wait_for(advert, 2)} == {(mac(lab.a), "10.9.0.1")}
    assert {frame.mac for frame in wire.of("garp")} == {MAC}
    peer = start_worker(lab.b)
    configure(peer, replace(config, priority=254))
    assert wait_for_state(worker, State.BACKUP).reason == "10.9.0.2 has priority 254, ours is 200"
    peer.stop(StopHow.CLEAN)
    worker.stop(StopHow.CLEAN)


def test_of_two_with_one_virtual_mac_the_second_is_at_fault_and_harms_nothing(lab: Lab, worker: Worker) -> None:
    twin = replace(VMAC, name="W", addresses=(replace(VIP, address="10.9.0.102"),))
    worker.tell(put(VMAC, twin))
    assert "uses the virtual MAC address" in wait_for_state(worker, State.FAULT, "W").reason
    wait_for_state(worker, State.MASTER)
    configure(worker, generation=2, drop=("vrrp_instance W",))
    assert addresses(lab.a, "vrrp.51").keys() == {"10.9.0.100/32"}
    worker.stop(StopHow.CLEAN)


def test_reverse_path_filters_of_all_are_spread_and_put_back(lab: Lab, start_worker: StartWorker) -> None:
    sysctl(lab.a, "ipv4/conf/all/rp_filter", 2)
    before = sysctls(lab.a)
    worker = start_worker(lab.a)
    lead(worker, VMAC)
    found = {name: sysctl(lab.a, f"ipv4/conf/{name}/rp_filter") for name in ("all", "default", "eth0", "vrrp.51")}
    assert found == {"all": 0, "default": 2, "eth0": 2, "vrrp.51": 0}
    worker.kill()
    heir = start_worker(lab.a)
    lead(heir, VMAC, retained=(retained(worker)["V"],), silent_for=0.0)
    heir.stop(StopHow.CLEAN)
    # What others had of their own is not known any more after a crash: it counts for as much as that of `all` then.
    after = {path: value for path, value in sysctls(lab.a).items() if path in before and "/lo/" not in path}
    assert after.items() <= before.items()


def test_a_link_that_is_cut_takes_the_addresses_away(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, VMAC)
    lab.bridge.ip("link", "set", "to-a", "down")
    worker.wait_for_state(State.FAULT)
    assert addresses(lab.a, "vrrp.51").keys() == set()
    wire = tap(lab.b)
    cut = time.monotonic()
    lab.bridge.ip("link", "set", "to-a", "up")
    worker.wait_for_state(State.MASTER)
    assert time.monotonic() - cut < 2.0

    def announced(frame: Frame) -> bool:
        return (frame.kind, frame.mac, frame.subject) == ("garp", MAC, "10.9.0.100")

    wire.wait_for(announced)
    worker.stop(StopHow.CLEAN)


def test_link_local_addresses_only_on_it(lab: Lab, worker: Worker) -> None:
    lead(worker, replace(VMAC6, addresses=(LINK_LOCAL6,)))
    assert "fe80::100/64" in addresses(lab.a, "vrrp6.51")
    worker.stop(StopHow.CLEAN)


def test_another_virtual_router_id_has_another_macvlan(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, VMAC)
    configure(worker, replace(VMAC, virtual_router_id=52), generation=2)
    worker.wait_for_state(State.MASTER)
    assert links(lab.a) == {"lo", "eth0", "vrrp.52"}
    assert {frame.mac for frame in tap(lab.b).wait_for(advert, 2)} == {"00:00:5e:00:01:34"}
    worker.stop(StopHow.CLEAN)


def test_an_instance_of_another_name_takes_the_macvlan_over(lab: Lab, worker: Worker, tap: Tap) -> None:
    lead(worker, VMAC)
    configure(worker, replace(VMAC, name="W"), generation=2, drop=("vrrp_instance V",))
    wait_for_state(worker, State.MASTER, "W")
    assert addresses(lab.a, "vrrp.51").keys() == {"10.9.0.100/32"}
    assert {frame.mac for frame in tap(lab.b).wait_for(advert, 2)} == {MAC}
    worker.stop(StopHow.CLEAN)


@pytest.mark.parametrize("config", [VMAC, VMAC6], ids=["IPv4", "IPv6"])
def test_a_base_that_is_down_for_a_moment(lab: Lab, worker: Worker, tap: Tap, config: VrrpInstance) -> None:
    lead(worker, config)
    name, there = ("vrrp.51", MAC) if config is VMAC else ("vrrp6.51", MAC6)
    before = addresses(lab.a, name).keys()
    lab.a.ip("link", "set", "eth0", "down")
    worker.wait_for_state(State.FAULT)
    lab.a.ip("link", "set", "eth0", "up")
    worker.wait_for_state(State.MASTER)
    wire = tap(lab.b)
    assert {frame.mac for frame in wire.wait_for(advert, 3)} == {there}
    assert addresses(lab.a, name).keys() == before
    worker.stop(StopHow.CLEAN)


@pytest.mark.parametrize("config", [VMAC, VMAC6], ids=["IPv4", "IPv6"])
def test_after_a_crash_without_memory_it_is_a_quiet_backup(
    lab: Lab, worker: Worker, start_worker: StartWorker, tap: Tap, config: VrrpInstance
) -> None:
    lead(worker, config)
    name = "vrrp.51" if config is VMAC else "vrrp6.51"
    held = {f"{virtual.address}/{virtual.prefixlen}" for virtual in config.addresses}
    worker.kill()
    heir = start_worker(lab.a)
    configure(heir, replace(config, priority=100, advert_int=10.0))
    wait_for_state(heir, State.BACKUP)
    assert held.isdisjoint(addresses(lab.a, name))
    wire = tap(lab.b)
    for asked in ("10.9.0.100", "fd09::100", "fe80::100%eth0"):
        lab.b.run("sh", "-c", f"ping -c2 -i0.1 -W0.1 {asked} || true")
    assert [frame for frame in wire.all() if frame.mac in (MAC, MAC6)] == []
    heir.stop(StopHow.CLEAN)


def test_a_base_that_is_renamed_takes_it_away_until_it_is_back(lab: Lab, worker: Worker) -> None:
    lead(worker, VMAC)
    rename = "ip link set {0} name {1} || {{ ip link set {0} down; ip link set {0} name {1}; ip link set {1} up; }}"
    lab.a.run("sh", "-c", rename.format("eth0", "nic0"))
    assert "eth0" in worker.wait_for_state(State.FAULT).reason
    lab.a.wait_until(lambda: not addresses(lab.a, "vrrp.51"))
    lab.a.run("sh", "-c", rename.format("nic0", "eth0"))
    worker.wait_for_state(State.MASTER)
    assert addresses(lab.a, "vrrp.51").keys() == {"10.9.0.100/32"}
    worker.stop(StopHow.CLEAN)


def test_both_families_of_one_router_id_side_by_side(lab: Lab, worker: Worker, tap: Tap) -> None:
    wire = tap(lab.b)
    lead(worker, VMAC, replace(VMAC6, name="W"))
    assert links(lab.a) == {"lo", "eth0", "vrrp.51", "vrrp6.51"}
    wire.wait_for(lambda frame: (frame.kind, frame.mac) == ("advert", MAC))
    wire.wait_for(lambda frame: (frame.kind, frame.mac) == ("advert6", MAC6))
    configure(worker, generation=2, drop=("vrrp_instance V",))
    assert links(lab.a) == {"lo", "eth0", "vrrp6.51"}
    worker.stop(StopHow.CLEAN)


def test_many_say_goodbye_before_the_first_macvlan_goes(lab: Lab, worker: Worker, tap: Tap) -> None:
    many = [
        replace(VMAC, name=f"V{vrid}", virtual_router_id=vrid, addresses=(replace(VIP, address=f"10.9.1.{vrid}"),))
        for vrid in range(1, 21)
    ]
    lead(worker, *many)
    wire = tap(lab.b)
    worker.stop(StopHow.CLEAN)
    last = wire.wait_for(lambda frame: advert(frame) and frame.priority == 0, len(many))
    assert last[-1].time - last[0].time < 0.25


def test_a_reload_that_drops_many_says_goodbye_for_each(lab: Lab, worker: Worker, tap: Tap) -> None:
    many = [
        replace(VMAC, name=f"V{vrid}", virtual_router_id=vrid, addresses=(replace(VIP, address=f"10.9.1.{vrid}"),))
        for vrid in range(1, 31)
    ]
    lead(worker, *many)
    wire = tap(lab.b)
    configure(worker, generation=2, drop=tuple(config.key for config in many))
    last = wire.wait_for(lambda frame: advert(frame) and frame.priority == 0, len(many))
    assert {frame.vrid for frame in last} == {config.virtual_router_id for config in many}
    worker.stop(StopHow.CLEAN)
