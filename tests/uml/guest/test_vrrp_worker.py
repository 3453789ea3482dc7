"""The vrrp worker above interfaces that this machine's own kernel may lack: ipvlan, VRF, VLAN."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from alived.ipc.messages import State, StopHow
from alived.ipc.model.links import Ipvlan, Vmac
from alived.ipc.model.routing import Route
from alived.ipc.model.vrrp import UnicastPeer
from tests.workers.vrrp.lab import Lab, Worker, built
from tests.workers.vrrp.quick import (
    QUICK,
    QUICK6,
    VIP,
    Wire,
    addresses,
    advert,
    lead,
    link,
    links,
    mac,
    put,
    wait_for_state,
    without_dad,
)

pytestmark = pytest.mark.uml

SLOW = replace(QUICK, advert_int=0.2)
"""The machine is slow, too."""


@pytest.fixture
def lab() -> Iterator[Lab]:
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close()  # loads the module
    with built() as lab:
        without_dad(lab.a)
        yield lab


@pytest.fixture
def wire(lab: Lab) -> Iterator[Wire]:
    """At host `b`."""
    with closing(Wire(lab.b)) as wire:
        yield wire


def in_vrf(lab: Lab) -> None:
    """Put host `a`'s interface into a VRF."""
    lab.a.ip("link", "add", "blue", "type", "vrf", "table", "10")
    lab.a.ip("link", "set", "blue", "up")
    lab.a.ip("link", "set", "eth0", "master", "blue")
    without_dad(lab.a)


def test_an_ipvlan_has_the_addresses_and_speaks(lab: Lab, wire: Wire) -> None:
    worker = Worker(lab.a)
    lead(worker, replace(SLOW, use_ipvlan=Ipvlan(address="10.9.0.60/24")))
    assert addresses(lab.a, "vrrp.51").keys() == {"10.9.0.60/24", "10.9.0.100/32"}
    found = wire.wait_for(advert, 2)
    assert {(frame.source, frame.mac) for frame in found} == {("10.9.0.60", mac(lab.a))}
    lab.b.run("ping", "-c1", "-W2", "10.9.0.100")
    heir = Worker(lab.b)
    heir.tell(put(replace(SLOW, priority=255)))
    assert "has priority 255" in wait_for_state(worker, State.BACKUP).reason
    assert addresses(lab.a, "vrrp.51").keys() == {"10.9.0.60/24"}
    worker.stop(StopHow.CLEAN)
    assert "vrrp.51" not in links(lab.a)


def test_an_ipvlan_of_an_ipv6_instance(lab: Lab, wire: Wire) -> None:
    worker = Worker(lab.a)
    lead(worker, replace(QUICK6, advert_int=0.2, use_ipvlan=Ipvlan(address="fe80::60/64")))
    assert {frame.source for frame in wire.wait_for(advert, 2)} == {"fe80::60"}
    assert addresses(lab.a, "vrrp6.51").keys() == {"fe80::60/64", "fe80::100/64", "fd09::100/64"}
    worker.stop(StopHow.CLEAN)
    assert "vrrp6.51" not in links(lab.a)


def test_an_interface_in_a_vrf_hears_and_speaks(lab: Lab, wire: Wire) -> None:
    in_vrf(lab)
    worker = Worker(lab.a)
    route = Route(destination="10.6.0.0/16", via="10.9.0.2", vrf="blue")
    lead(worker, replace(SLOW, priority=200, routes=(route,)))
    wire.wait_for(advert, 2)
    assert "10.6.0.0/16" in lab.a.ip("route", "show", "vrf", "blue")
    peer = Worker(lab.b)
    peer.tell(put(SLOW))
    assert wait_for_state(worker, State.BACKUP).reason == "10.9.0.2 has priority 254, ours is 200"
    assert "10.6.0.0/16" not in lab.a.ip("route", "show", "vrf", "blue")


def test_a_vmac_in_a_vrf_hears_and_speaks(lab: Lab, wire: Wire) -> None:
    in_vrf(lab)
    worker = Worker(lab.a)
    lead(worker, replace(SLOW, priority=200, use_vmac=Vmac()))
    assert (link(lab.a, "vrrp.51") or {})["master"] == "blue"
    assert {frame.mac for frame in wire.wait_for(advert, 2)} == {"00:00:5e:00:01:33"}
    peer = Worker(lab.b)
    peer.tell(put(replace(SLOW, use_vmac=Vmac())))
    assert wait_for_state(worker, State.BACKUP).reason == "10.9.0.2 has priority 254, ours is 200"
    worker.stop(StopHow.CLEAN)
    assert "vrrp.51" not in links(lab.a)


def test_an_instance_of_a_vrf_and_no_interface(lab: Lab, wire: Wire) -> None:
    in_vrf(lab)
    worker = Worker(lab.a)
    config = replace(
        SLOW,
        priority=200,
        interface="",
        vrf="blue",
        mcast_group="",
        unicast_src_ip="10.9.0.1",
        unicast_peers=(UnicastPeer(address="10.9.0.2"),),
    )
    lead(worker, config)
    assert {(frame.source, frame.destination) for frame in wire.wait_for(advert, 2)} == {("10.9.0.1", "10.9.0.2")}
    peer = Worker(lab.b)
    peer.tell(
        put(replace(SLOW, mcast_group="", unicast_src_ip="10.9.0.2", unicast_peers=(UnicastPeer(address="10.9.0.1"),)))
    )
    assert wait_for_state(worker, State.BACKUP).reason == "10.9.0.2 has priority 254, ours is 200"
    lab.a.ip("link", "delete", "blue")
    assert "blue" in wait_for_state(worker, State.FAULT).reason
    peer.kill()
    in_vrf(lab)
    worker.wait_for_state(State.MASTER)
    wire.forget()
    wire.wait_for(lambda frame: advert(frame) and frame.source == "10.9.0.1", 2)


def test_a_vmac_above_a_vlan_that_goes_and_comes_back(lab: Lab) -> None:
    for host, number in ((lab.a, 1), (lab.b, 2)):
        host.ip("link", "add", "link", "eth0", "name", "eth0.7", "type", "vlan", "id", "7")
        host.ip("address", "add", f"10.7.0.{number}/24", "dev", "eth0.7")
        host.ip("link", "set", "eth0.7", "up")
    with closing(Wire(lab.b, "eth0.7")) as wire:
        worker = Worker(lab.a)
        vip = replace(VIP, address="10.7.0.100", dev="eth0.7")
        config = replace(SLOW, interface="eth0.7", addresses=(vip,), use_vmac=Vmac(), priority=200)
        lead(worker, config)
        assert {(frame.source, frame.mac) for frame in wire.wait_for(advert, 2)} == {("10.7.0.1", "00:00:5e:00:01:33")}
    lab.a.ip("link", "delete", "eth0.7")
    assert "eth0.7" in wait_for_state(worker, State.FAULT).reason
    assert "vrrp.51" not in links(lab.a)
    lab.a.ip("link", "add", "link", "eth0", "name", "eth0.7", "type", "vlan", "id", "7")
    lab.a.ip("address", "add", "10.7.0.1/24", "dev", "eth0.7")
    lab.a.ip("link", "set", "eth0.7", "up")
    worker.wait_for_state(State.MASTER)
    assert addresses(lab.a, "vrrp.51").keys() == {"10.7.0.100/32"}
