"""Adverts as they leave and arrive: groups, sources, hops, devices, buffers."""

import asyncio
import functools
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.transport.headers import VRRP, datagram
from alived.workers.vrrp.transport.inlet import Inlet, Need
from alived.workers.vrrp.transport.listening import Listening
from alived.workers.vrrp.transport.outlet import Outlet
from alived.workers.vrrp.transport.place import Place
from alived.workers.vrrp.transport.ports import Ports
from tests.workers.vrrp.lab import Lab, Namespace
from tests.workers.vrrp.transport.stage import Ears, Wiretap, entered, link_local, packed, place, turn, until

GROUP4, OTHER4, GROUP6 = packed("224.0.0.18"), packed("224.0.0.77"), packed("ff02::12")
ADVERT4 = bytes.fromhex("213364010001 baed 0a090064 3131313100000000".replace(" ", ""))
"""VRRPv2: VRID 51, priority 100, 10.9.0.100, no authentication that a receiver would check."""


OPENED: list[Inlet | Outlet] = []
"""Of the test that runs."""


def scenario(body: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test whose body runs in an event loop, and whose sockets are closed at its end."""

    @functools.wraps(body)
    def run(*arguments: object, **named: object) -> None:
        async def main() -> None:
            try:
                await body(*arguments, **named)
            finally:
                while OPENED:
                    OPENED.pop().close()

        asyncio.run(main())

    return run


def opened_inlet(host: Namespace, where: Place, ears: Ears) -> Inlet:
    with entered(host):
        inlet = Inlet(where, ears.hear(where), Listening())
    OPENED.append(inlet)
    return inlet


def opened_outlet(host: Namespace, where: Place) -> Outlet:
    with entered(host):
        outlet = Outlet(where)
    OPENED.append(outlet)
    return outlet


def receive_buffers(opened: Inlet | Outlet) -> list[int]:
    """Bytes that the kernel has set aside for what arrives, by socket."""
    sockets = [opened] if isinstance(opened, Outlet) else [x for one in opened._protocols.values() for x in one.sockets]
    return [one._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) for one in sockets]


def raw_sockets(host: Namespace) -> int:
    """How many raw sockets of IPv4 a host has."""
    return len(host.run("cat", "/proc/net/raw").splitlines()) - 1


@scenario
async def test_multicast_over_ipv4_is_what_the_rfc_wants(lab: Lab, tmp_path: Path) -> None:
    wire = Wiretap(lab.observer, tmp_path, "proto 112")
    ears = Ears()
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), ears)
    inlet.use("V", Need(group=GROUP4))
    outlet = opened_outlet(lab.a, place(lab.a, Family.IPV4))
    path = outlet.path(packed("10.9.0.1"), GROUP4, 255)
    outlet.send(path.datagram(ADVERT4), path)
    await until(lambda: len(ears.vrrp4) == 1)
    wire.wait_for(1)
    assert wire.read("ip.src", "ip.dst", "ip.ttl", "ip.dsfield", "ip.checksum.status", "eth.dst") == [
        ["10.9.0.1", "224.0.0.18", "255", "0xc0", "1", "01:00:5e:00:00:12"]
    ]
    (heard,) = ears.vrrp4
    assert heard[12:20] == packed("10.9.0.1") + GROUP4
    assert heard[20:] == ADVERT4


@scenario
async def test_multicast_over_ipv6_is_what_the_rfc_wants(lab: Lab, tmp_path: Path) -> None:
    wire = Wiretap(lab.observer, tmp_path, "ip6 proto 112")
    ears = Ears()
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV6), ears)
    inlet.use("V", Need(group=GROUP6))
    source = link_local(lab.a)
    outlet = opened_outlet(lab.a, place(lab.a, Family.IPV6))
    path = outlet.path(source, GROUP6, 255)
    outlet.send(path.datagram(b"1advert!"), path)
    await until(lambda: len(ears.vrrp6) == 1)
    assert ears.vrrp6 == [(b"1advert!", source, GROUP6, 255)]
    wire.wait_for(1)
    assert wire.read("ipv6.dst", "ipv6.hlim", "ipv6.tclass", "eth.dst") == [
        ["ff02::12", "255", "0x000000c0", "33:33:00:00:00:12"]
    ]


@scenario
async def test_instances_of_one_interface_send_from_their_own_addresses(lab: Lab, tmp_path: Path) -> None:
    wire = Wiretap(lab.observer, tmp_path, "proto 112")
    outlet = opened_outlet(lab.a, place(lab.a, Family.IPV4))
    for source in ("10.9.0.1", "10.77.0.1", "10.9.0.1"):  # one of them is on no interface: mcast_src_ip may be that
        path = outlet.path(packed(source), GROUP4, 255)
        outlet.send(path.datagram(ADVERT4), path)
    wire.wait_for(3)
    assert wire.read("ip.src") == [["10.9.0.1"], ["10.77.0.1"], ["10.9.0.1"]]


@scenario
async def test_peers_are_sent_to_with_the_ttl_that_was_configured(lab: Lab) -> None:
    ears = Ears()
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), ears)
    inlet.use("V", Need())
    for where in (place(lab.a, Family.IPV4), Place(Family.IPV4)):
        outlet = opened_outlet(lab.a, where)
        path = outlet.path(packed("10.9.0.1"), packed("10.9.0.2"), 42)
        outlet.send(path.datagram(ADVERT4), path)
        await until(lambda: len(ears.vrrp4) == 1)
        heard = ears.vrrp4.pop()
        assert (heard[8], heard[12:16], heard[16:20]) == (42, packed("10.9.0.1"), packed("10.9.0.2"))


@scenario
async def test_link_local_peers_are_found_by_the_interface(lab: Lab) -> None:
    ears = Ears()
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV6), ears)
    inlet.use("V", Need())
    source, peer = link_local(lab.a), link_local(lab.b)
    outlet = opened_outlet(lab.a, place(lab.a, Family.IPV6))
    path = outlet.path(source, peer, 64)
    outlet.send(path.datagram(b"1advert!"), path)
    await until(lambda: len(ears.vrrp6) == 1)
    assert ears.vrrp6 == [(b"1advert!", source, peer, 64)]


@scenario
async def test_without_an_interface_the_routing_table_decides_by_the_source_too(lab: Lab) -> None:
    for host, number in ((lab.a, 1), (lab.b, 2)):
        host.ip("-6", "address", "add", f"2001:db8::{number}/64", "dev", "eth0", "nodad")
        host.ip("-6", "address", "add", f"2001:db8::{number}{number}/64", "dev", "eth0", "nodad")
    lab.a.ip("-6", "rule", "add", "from", "2001:db8::11", "prohibit")
    ears = Ears()
    inlet = opened_inlet(lab.b, Place(Family.IPV6), ears)
    inlet.use("V", Need())
    outlet = opened_outlet(lab.a, Place(Family.IPV6))
    path = outlet.path(packed("2001:db8::1"), packed("2001:db8::2"), 64)
    outlet.send(path.datagram(b"1advert!"), path)
    await until(lambda: len(ears.vrrp6) == 1)
    prohibited = outlet.path(packed("2001:db8::11"), packed("2001:db8::2"), 64)
    with pytest.raises(PermissionError):
        outlet.send(prohibited.datagram(b"1advert!"), prohibited)


@scenario
async def test_adverts_leave_by_the_macvlan_and_are_heard_on_that_of_the_peer(lab: Lab, tmp_path: Path) -> None:
    virtual = "00:00:5e:00:01:33"
    for host in (lab.a, lab.b):
        host.ip("link", "add", "vrrp.51", "link", "eth0", "address", virtual, "type", "macvlan", "mode", "private")
        host.ip("link", "set", "vrrp.51", "up")
        host.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.vrrp/51.rp_filter=0")
    wire = Wiretap(lab.observer, tmp_path, "proto 112")
    own, below, above = Ears(), Ears(), Ears()
    for host, device, ears in ((lab.a, "eth0", own), (lab.b, "eth0", below), (lab.b, "vrrp.51", above)):
        opened_inlet(host, place(host, Family.IPV4, device), ears).use("V", Need(group=GROUP4))
    for device in ("vrrp.51", "eth0"):  # the second is vmac_xmit_base
        outlet = opened_outlet(lab.a, place(lab.a, Family.IPV4, device))
        path = outlet.path(packed("10.9.0.1"), GROUP4, 255)
        outlet.send(path.datagram(ADVERT4), path)
    await until(lambda: len(above.vrrp4) == 2)
    wire.wait_for(2)
    assert wire.read("eth.src", "ip.src")[0] == [virtual, "10.9.0.1"]
    # The kernel gives a frame that comes from a macvlan's own address to that macvlan alone.
    assert len(below.vrrp4) == 1
    assert own.vrrp4 == []


@scenario
async def test_ah_is_heard_only_while_somebody_needs_it(lab: Lab) -> None:
    ears = Ears()
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), ears)
    outlet = opened_outlet(lab.a, place(lab.a, Family.IPV4))
    path = outlet.path(packed("10.9.0.1"), GROUP4, 255)
    ah = datagram(packed("10.9.0.1"), GROUP4, 255, bytes([VRRP, 4]) + bytes(22) + ADVERT4, protocol=51)

    async def heard() -> tuple[int, int]:
        """How much of an AH and an ordinary advert, sent in this order, is heard."""
        outlet.send(ah, path)
        outlet.send(path.datagram(ADVERT4), path)
        before = len(ears.vrrp4)
        await until(lambda: len(ears.vrrp4) > before)
        return len(ears.ah), len(ears.vrrp4)

    inlet.use("V", Need(group=GROUP4))
    assert await heard() == (0, 1)
    with entered(lab.b):
        inlet.use("W", Need(group=GROUP4, ah=True))
    outlet.send(ah, path)
    await until(lambda: len(ears.ah) == 1)
    assert ears.ah[0][20:] == bytes([VRRP, 4]) + bytes(22) + ADVERT4
    inlet.drop("W")
    assert await heard() == (1, 2)


@scenario
async def test_more_groups_than_a_socket_may_join_are_heard_once_each(lab: Lab) -> None:
    """net.ipv4.igmp_max_memberships counts for each socket; what is sent to the host alone, all sockets get."""
    ears = Ears()
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), ears)
    groups = [packed(f"239.0.0.{number}") for number in range(1, 46)]
    with entered(lab.b):
        for group in groups:
            inlet.use(group.hex(), Need(group=group, buffer=1 << 16))
    assert raw_sockets(lab.b) == 3
    assert len(set(receive_buffers(inlet))) == 1
    outlet = opened_outlet(lab.a, place(lab.a, Family.IPV4))
    for destination in (*groups, packed("10.9.0.2")):
        path = outlet.path(packed("10.9.0.1"), destination, 255)
        outlet.send(path.datagram(ADVERT4), path)
    await until(lambda: len(ears.vrrp4) > len(groups))
    await turn()
    assert sorted(heard[16:20] for heard in ears.vrrp4) == sorted([*groups, packed("10.9.0.2")])
    for group in groups[1:]:
        inlet.drop(group.hex())
    assert raw_sockets(lab.b) == 1


@scenario
async def test_where_no_group_can_be_joined_no_socket_is_left_over(lab: Lab) -> None:
    lab.b.run("sysctl", "-qw", "net.ipv4.igmp_max_memberships=0")
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), Ears())
    with entered(lab.b), pytest.raises(OSError, match="No buffer space"):
        inlet.use("V", Need(group=GROUP4))
    assert raw_sockets(lab.b) == 1
    assert inlet.unused


@scenario
async def test_groups_are_joined_once_and_left_by_the_last(lab: Lab) -> None:
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), Ears())
    inlet6 = opened_inlet(lab.b, place(lab.b, Family.IPV6), Ears())

    def groups() -> set[str]:
        shown = lab.b.ip("maddress", "show", "dev", "eth0")
        return {word for word in shown.split() if word in {"224.0.0.18", "224.0.0.77", "ff02::12"}}

    inlet.use("V", Need(group=GROUP4))
    inlet.use("W", Need(group=GROUP4))
    inlet6.use("V", Need(group=GROUP6))
    assert groups() == {"224.0.0.18", "ff02::12"}
    inlet.use("W", Need(group=OTHER4))  # a reload
    assert groups() == {"224.0.0.18", "224.0.0.77", "ff02::12"}
    inlet.drop("V")
    inlet.drop("V")
    inlet6.drop("V")
    assert groups() == {"224.0.0.77"}
    inlet.close()
    inlet6.close()
    assert groups() == set()


@scenario
async def test_only_the_groups_of_this_interface_s_instances_are_heard(lab: Lab) -> None:
    ears, others = Ears(), Ears()
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), ears)
    neighbour = opened_inlet(lab.b, place(lab.b, Family.IPV4), others)
    inlet.use("V", Need(group=GROUP4))
    neighbour.use("V", Need(group=OTHER4))
    outlet = opened_outlet(lab.a, place(lab.a, Family.IPV4))
    for group in (OTHER4, GROUP4):
        path = outlet.path(packed("10.9.0.1"), group, 255)
        outlet.send(path.datagram(ADVERT4), path)
    await until(lambda: bool(ears.vrrp4 and others.vrrp4))
    assert [heard[16:20] for heard in ears.vrrp4] == [GROUP4]
    assert [heard[16:20] for heard in others.vrrp4] == [OTHER4]


@scenario
async def test_what_the_kernel_refuses_leaves_everything_as_it_was(lab: Lab) -> None:
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), Ears())
    inlet.use("V", Need(group=GROUP4))
    for owner in ("V", "W"):
        with pytest.raises(OSError, match="Invalid argument"):
            inlet.use(owner, Need(group=packed("10.9.0.2")))
    assert "224.0.0.18" in lab.b.ip("maddress", "show", "dev", "eth0")
    inlet.drop("V")
    assert inlet.unused


@scenario
async def test_receive_buffers_are_what_the_instances_ask_for(lab: Lab) -> None:
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), Ears())
    inlet.use("V", Need(group=GROUP4, buffer=4500))
    inlet.use("W", Need(group=GROUP4, buffer=9000))
    assert receive_buffers(inlet) == [2 * 13500]  # the kernel doubles it, for its overhead
    with entered(lab.b):
        inlet.use("X", Need(group=GROUP4, ah=True, buffer=4500))
    assert receive_buffers(inlet) == [2 * 18000] * 2
    inlet.drop("W")
    inlet.drop("X")
    assert receive_buffers(inlet) == [2 * 4500]


@scenario
async def test_a_sender_hears_nothing_and_keeps_no_room_for_it(lab: Lab) -> None:
    outlet = opened_outlet(lab.a, place(lab.a, Family.IPV4))
    (room,) = receive_buffers(outlet)
    assert room < 4096


@scenario
async def test_a_device_that_goes_down_or_away_disturbs_nobody(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    ears = Ears()
    inlet = opened_inlet(lab.b, place(lab.b, Family.IPV4), ears)
    inlet.use("V", Need(group=GROUP4))
    lab.b.ip("link", "set", "eth0", "down")
    await turn()
    lab.b.ip("link", "set", "eth0", "up")
    outlet = opened_outlet(lab.a, place(lab.a, Family.IPV4))
    path = outlet.path(packed("10.9.0.1"), GROUP4, 255)

    def arrived() -> bool:
        outlet.send(path.datagram(ADVERT4), path)
        return bool(ears.vrrp4)

    await until(arrived)
    lab.b.ip("link", "del", "eth0")
    await turn()
    inlet.drop("V")
    inlet.close()
    outlet.close()
    assert not caplog.records


@scenario
async def test_sockets_are_shared_and_closed_with_their_last_user(lab: Lab) -> None:
    ears = Ears()
    ports = Ports(ears.hear, Listening())
    where = place(lab.b, Family.IPV4)

    with entered(lab.b):
        for owner in ("V", "W"):
            ports.inlet(where).use(owner, Need(group=GROUP4))
            ports.outlet(where).use(owner)
    assert raw_sockets(lab.b) == 2
    ports.inlet(where).drop("V")
    ports.outlet(where).drop("V")
    assert ports.close_unused() == []
    assert raw_sockets(lab.b) == 2
    ports.inlet(where).drop("W")
    ports.outlet(where).drop("W")
    assert ports.close_unused() == [where]
    assert raw_sockets(lab.b) == 0
    with entered(lab.b):
        ports.inlet(where)
        ports.outlet(where)
    ports.close()
    assert raw_sockets(lab.b) == 0


@pytest.mark.parametrize("family", Family)
def test_a_device_that_is_not_there_is_an_error_and_leaves_no_socket(lab: Lab, family: Family) -> None:
    async def body() -> None:
        for kind in (lambda where: Inlet(where, Ears().hear(where), Listening()), Outlet):
            with entered(lab.a), pytest.raises(OSError, match="No such device"):
                kind(Place(family, "absent", 77))

    asyncio.run(body())
    assert raw_sockets(lab.a) == 0
