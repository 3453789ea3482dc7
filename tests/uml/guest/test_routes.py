"""Routes that this machine's own kernel may lack the means for: MPLS and ILA tunnels, and VRFs to be in."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from alived.ipc.model.routing import Encap, EncapKind, Route
from tests.workers.vrrp.kernel.netns import Host, Netns

pytestmark = pytest.mark.uml


@pytest.fixture
def netns() -> Iterator[Netns]:
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close()  # loads the module
    made = Netns("routes")
    try:
        made.ip("address", "add", "10.9.0.1/24", "dev", "eth0")
        made.ip("address", "add", "2001:db8::1/64", "dev", "eth0", "nodad")
        yield made
    finally:
        made.close()


@pytest.fixture
def host(netns: Netns) -> Iterator[Host]:
    opened = Host(netns)
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("encap", "shown"),
    [
        (Encap(kind=EncapKind.MPLS, labels=(100, 200), ttl=5), "encap mpls 100/200 ttl 5"),
        (Encap(kind=EncapKind.ILA, locator="1:2:3:4"), "encap ila 1:2:3:4"),
    ],
    ids=["mpls", "ila"],
)
def test_tunnels(netns: Netns, host: Host, encap: Encap, shown: str) -> None:
    six = encap.kind is EncapKind.ILA
    if six:  # the kernel does not ask for this module by itself
        subprocess.run([Path("/proc/sys/kernel/modprobe").read_text().strip(), "ila"], check=True)
    # ILA wants a destination with an identifier, and one of the type "locally unique" (001 in its first bits).
    destination, via = ("2001:db8:0:b:2000::1/128", "2001:db8::9") if six else ("10.27.0.0/16", "10.9.0.9")
    route = Route(destination=destination, via=via, encap=encap)
    assert host.holdings.hold("V", routes=[route]).failures == ()
    shown_now = netns.ip("-6" if six else "-4", "route", "show", destination)
    assert shown in " ".join(shown_now.split())
    host.holdings.doubt_all()
    assert host.holdings.complete("V").restored == ()
    host.holdings.release("V")
    assert not netns.ip("-6" if six else "-4", "route", "show", destination)


def test_a_route_of_a_vrf_is_in_its_table(netns: Netns, host: Host) -> None:
    route = Route(destination="10.20.0.0/16", via="10.9.0.9", vrf="red")
    (failure,) = host.holdings.hold("V", routes=[route]).failures
    assert failure.text == "route 10.20.0.0/16 via 10.9.0.9 vrf red can't be added: there is no VRF red"
    netns.ip("link", "add", "red", "type", "vrf", "table", "1010")
    netns.ip("link", "set", "red", "up")
    netns.ip("link", "set", "eth0", "master", "red")
    host.interfaces.replace(*host.requests.snapshot())
    red, eth0 = host.interfaces.get("red"), host.interfaces.get("eth0")
    assert red is not None
    assert eth0 is not None
    assert (red.link.kind, red.link.vrf_table, eth0.link.master) == ("vrf", 1010, red.link.ifindex)
    assert host.holdings.complete("V").failures == ()
    assert netns.routes()["10.20.0.0/16"]["table"] in ("1010", "red")
