"""Interfaces of kinds that this machine's own kernel may lack: ipvlan, and VRFs to be in."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.links import Ipvlan, IpvlanMode, Vmac
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance
from alived.workers.vrrp.kernel.filters import Filters
from alived.workers.vrrp.kernel.link_plan import plans, renamed
from alived.workers.vrrp.kernel.links import Links
from tests.workers.vrrp.kernel import lan
from tests.workers.vrrp.kernel.lan import ip

pytestmark = pytest.mark.uml


@pytest.fixture
def links() -> Iterator[Links]:
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close()  # loads the module
    with contextlib.ExitStack() as stack:
        stack.enter_context(lan.host())
        filters = stack.enter_context(contextlib.closing(Filters(socket.if_nametoindex)))
        yield stack.enter_context(contextlib.closing(Links(filters)))


def ensure(links: Links, *instances: VrrpInstance) -> list[str]:
    found = plans(instances, VrrpGlobals(), links.known())
    return [failure for key, plan in found.items() for failure in links.ensure(key, plan)]


def instance(**options: Any) -> VrrpInstance:
    vip = VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0")
    return VrrpInstance(name="V", interface="eth0", virtual_router_id=51, addresses=(vip,), **options)


def test_an_ipvlan_is_made_kept_adopted_and_removed(links: Links) -> None:
    wanted = instance(use_ipvlan=Ipvlan(address="10.9.0.60/24", mode=IpvlanMode.PRIVATE))
    assert ensure(links, wanted) == []
    found = lan.link("vrrp.51")["linkinfo"]
    assert found["info_kind"] == "ipvlan"
    assert found["info_data"]["mode"] == "l2"
    assert found["info_data"].get("private")
    assert lan.addresses("vrrp.51") == {"10.9.0.60/24"}
    ip("address del 10.9.0.60/24 dev vrrp.51")
    assert links.changed({"vrrp.51"}) == {wanted.key: []}
    assert lan.addresses("vrrp.51") == {"10.9.0.60/24"}
    assert list(links.known().values()) == ["vrrp.51"]
    links.release(wanted.key)
    assert lan.links() == {"lo", "far", "eth0"}


def test_an_ipvlan_stays_when_its_instance_gets_another_name(links: Links) -> None:
    wanted = instance(use_ipvlan=Ipvlan(address="10.9.0.60/24"))
    assert ensure(links, wanted) == []
    before = lan.link("vrrp.51")
    (plan,) = plans([replace(wanted, name="W")], VrrpGlobals(), renamed(links.known(), {"W": "V"})).values()
    assert links.ensure(wanted.key, plan) == []
    after = lan.link("vrrp.51")
    assert (after["ifindex"], after["ifalias"]) == (before["ifindex"], before["ifalias"][:-1] + "W")
    assert lan.addresses("vrrp.51") == {"10.9.0.60/24"}


@pytest.mark.parametrize("link", [{"use_vmac": Vmac()}, {"use_ipvlan": Ipvlan(address="10.9.0.60/24")}])
def test_a_made_interface_is_in_the_vrf_of_its_base(links: Links, link: dict[str, Any]) -> None:
    ip("link add blue type vrf table 10")
    ip("link set blue up")
    ip("link set eth0 master blue")
    assert ensure(links, instance(**link)) == []
    assert lan.link("vrrp.51")["master"] == "blue"
    ip("link set eth0 nomaster")
    assert links.changed({"eth0"}) == {"vrrp_instance V": []}
    assert "master" not in lan.link("vrrp.51")
    ip("link set eth0 master blue")
    links.changed({"eth0"})
    assert lan.link("vrrp.51")["master"] == "blue"


def test_a_vmac_above_a_vlan(links: Links) -> None:
    ip("link add link eth0 name eth0.7 type vlan id 7")
    ip("link set eth0.7 up")
    vip = VirtualAddress(address="10.9.7.100", prefixlen=32, dev="eth0.7")
    wanted = VrrpInstance(name="V", interface="eth0.7", virtual_router_id=7, addresses=(vip,), use_vmac=Vmac())
    assert ensure(links, wanted) == []
    assert lan.link("vrrp.7")["link"] == "eth0.7"
