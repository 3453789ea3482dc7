"""The virtual MAC address as RFC 9568 wants it: whose frames bear it, and who takes what is sent to it (6.4, 7, 8).

A peer asks, as hosts do; a backup next to a master is what the same host is before and after.
"""

import json
import subprocess
from dataclasses import replace

import pytest

from alived.ipc.messages import State
from alived.ipc.model.links import Vmac
from alived.ipc.model.vrrp import VrrpInstance
from tests.workers.vrrp.lab import Lab, Namespace, Worker
from tests.workers.vrrp.quick import (
    LINK_LOCAL6,
    QUICK,
    QUICK6,
    VIP,
    VIP6,
    StartWorker,
    lead,
    link,
    put,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.netns

V4 = replace(QUICK, use_vmac=Vmac(), addresses=(replace(VIP, prefixlen=24),))
V6 = replace(QUICK6, name="V6", virtual_router_id=52, use_vmac=Vmac(), addresses=(LINK_LOCAL6, VIP6))
MAC4, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:34"


@pytest.fixture
def worker(lab: Lab, start_worker: StartWorker) -> Worker:
    """On a host with IPv6, next to one that has it too."""
    for number, host in enumerate((lab.a, lab.b), start=1):
        without_dad(host)
        host.ip("address", "add", f"fd09::{number}/64", "dev", "eth0", "nodad")
    return start_worker(lab.a)


def answers(host: Namespace, address: str) -> bool:
    """Whether a ping is answered."""
    done = subprocess.run(
        ["ip", "netns", "exec", host.name, "ping", "-c1", "-W1", address], capture_output=True, check=False
    )
    return done.returncode == 0


def learned(host: Namespace, address: str) -> str:
    """The MAC address that a host has for a neighbour, empty: none."""
    host.ip("neighbour", "flush", "dev", "eth0")
    answers(host, address)
    entries = json.loads(host.ip("-j", "neighbour", "show", "dev", "eth0"))
    return next((entry.get("lladdr", "") for entry in entries if entry["dst"] == address), "")


def test_a_master_answers_for_its_addresses_with_the_virtual_mac_and_nobody_with_another(
    lab: Lab, worker: Worker
) -> None:
    lead(worker, V4, V6)
    assert learned(lab.b, VIP.address) == MAC4
    assert learned(lab.b, VIP6.address) == MAC6
    assert answers(lab.b, VIP.address)
    assert answers(lab.b, VIP6.address)
    own = link(lab.a, "eth0")
    assert own is not None
    assert learned(lab.b, "10.9.0.1") == own["address"]
    assert learned(lab.b, "fd09::1") == own["address"]


@pytest.mark.parametrize(("config", "own"), [(V4, "10.9.0.1"), (V6, "fd09::1")], ids=["IPv4", "IPv6"])
def test_only_a_master_takes_what_is_sent_to_the_virtual_mac(
    lab: Lab, worker: Worker, config: VrrpInstance, own: str
) -> None:
    mac = MAC4 if config is V4 else MAC6
    lab.b.ip("neighbour", "replace", own, "lladdr", mac, "dev", "eth0", "nud", "permanent")
    worker.tell(put(replace(config, advert_int=10.0)))
    wait_for_state(worker, State.BACKUP, config.name)
    assert not answers(lab.b, own)
    worker.tell(put(config, generation=2))
    wait_for_state(worker, State.MASTER, config.name)
    assert answers(lab.b, own)


@pytest.mark.parametrize(("config", "subject"), [(V4, VIP), (V6, VIP6)], ids=["IPv4", "IPv6"])
def test_a_backup_answers_nobody_who_asks_for_the_addresses(
    lab: Lab, worker: Worker, config: VrrpInstance, subject: object
) -> None:
    address = VIP.address if subject is VIP else VIP6.address
    worker.tell(put(replace(config, advert_int=10.0)))
    wait_for_state(worker, State.BACKUP, config.name)
    assert learned(lab.b, address) == ""


@pytest.mark.parametrize(("config", "address", "mac"), [(V4, VIP.address, MAC4), (V6, VIP6.address, MAC6)])
def test_without_accept_mode_a_master_is_found_and_takes_nothing(
    lab: Lab, worker: Worker, config: VrrpInstance, address: str, mac: str
) -> None:
    lead(worker, replace(config, accept=False))
    assert learned(lab.b, address) == mac
    assert not answers(lab.b, address)


def test_a_master_forwards_what_is_sent_to_the_virtual_mac_and_a_backup_does_not(lab: Lab, worker: Worker) -> None:
    lab.a.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    lab.a.ip("link", "add", "inner", "type", "veth", "peer", "name", "beyond")
    lab.a.ip("address", "add", "10.77.0.1/24", "dev", "inner")
    lab.a.ip("link", "set", "inner", "up")
    lab.a.ip("link", "set", "beyond", "netns", lab.observer.name)
    lab.observer.ip("address", "add", "10.77.0.2/24", "dev", "beyond")
    lab.observer.ip("link", "set", "beyond", "up")
    lab.observer.ip("route", "add", "10.9.0.2/32", "via", "10.77.0.1")
    lab.b.ip("neighbour", "replace", VIP.address, "lladdr", MAC4, "dev", "eth0", "nud", "permanent")
    lab.b.ip("route", "add", "10.77.0.0/24", "via", VIP.address, "dev", "eth0", "onlink")
    worker.tell(put(replace(V4, advert_int=10.0)))
    wait_for_state(worker, State.BACKUP)
    assert not answers(lab.b, "10.77.0.2")
    worker.tell(put(V4, generation=2))
    wait_for_state(worker, State.MASTER)
    assert answers(lab.b, "10.77.0.2")


def test_the_virtual_mac_is_in_no_interface_identifier(lab: Lab, worker: Worker) -> None:
    lead(worker, V4, V6)
    shown = lab.a.ip("-6", "-j", "addr")
    locals_ = [info["local"] for found in json.loads(shown) for info in found.get("addr_info", [])]
    assert locals_
    assert not [address for address in locals_ if "5eff:fe00" in address]
