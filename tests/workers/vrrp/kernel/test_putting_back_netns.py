"""What is lost is put back: with a real kernel, whoever took it away."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable

import pytest

from alived.ipc.model.processes import ReceiveBuffer
from alived.ipc.model.routing import NextHop, Route, Rule, VirtualAddress
from alived.workers.vrrp.kernel import netlink, rtnetlink
from alived.workers.vrrp.kernel.rtnetlink import Address
from alived.workers.vrrp.kernel.sysctl import Key, Sysctls
from tests.workers.vrrp.kernel.netns import Host, Netns

pytestmark = pytest.mark.netns

VIP = VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0")
SIX = VirtualAddress(address="2001:db8::100", prefixlen=64, dev="eth0")
ROUTE = Route(destination="10.20.0.0/16", dev="eth0", src="10.9.0.100")
RULE = Rule(priority=100, table=7)


def run(host: Host, story: Callable[[], Awaitable[None]]) -> None:
    async def listening() -> None:
        host.listen()
        try:
            await story()
        finally:
            host.close()

    asyncio.run(listening())


def gateway(netns: Netns, destination: str = "10.20.0.0/16", family: str = "-4") -> list[dict[str, object]]:
    return netns.json(family, "route", "show", destination)


def test_what_somebody_deletes_is_put_back(netns: Netns, host: Host) -> None:
    six = Route(destination="2001:db8:9::/48", dev="eth0")

    async def story() -> None:
        host.holdings.hold("V", [VIP, SIX], [ROUTE, six], [RULE])
        for what in (
            ("address", "del", "10.9.0.100/32", "dev", "eth0"),
            ("address", "del", "2001:db8::100/64", "dev", "eth0"),
            ("rule", "del", "priority", "100"),
            ("route", "del", "10.20.0.0/16"),
            ("-6", "route", "del", "2001:db8:9::/48"),
            ("route", "replace", "10.20.0.0/16", "dev", "eth1"),
        ):
            before = len(host.outcomes)
            netns.ip(*what)
            await host.until(lambda before=before: len(host.outcomes) > before)  # type: ignore[misc]
        assert all(not outcome.failures for _, outcome in host.outcomes)
        assert {"10.9.0.100/32", "2001:db8::100/64"} <= set(netns.addresses())
        assert gateway(netns)[0]["dev"] == "eth0"
        assert gateway(netns, "2001:db8:9::/48", "-6")
        assert any(rule["priority"] == 100 for rule in netns.json("rule"))

    run(host, story)


def test_a_route_that_the_kernel_drops_silently_with_its_source_is_added_again(netns: Netns, host: Host) -> None:
    async def story() -> None:
        host.holdings.hold("V", [VIP])
        host.holdings.hold("static", [], [ROUTE])
        netns.ip("address", "del", "10.9.0.100/32", "dev", "eth0")
        await host.until(lambda: any(outcome.restored for holder, outcome in host.outcomes if holder == "static"))
        assert gateway(netns)[0]["prefsrc"] == "10.9.0.100"

    run(host, story)


@pytest.mark.parametrize("how", ["down", "recreated"])
def test_routes_of_a_link_that_went_come_back_with_it(netns: Netns, host: Host, how: str) -> None:
    hops = (NextHop(via="192.0.2.1", dev="eth1", onlink=True), NextHop(via="192.0.2.2", dev="eth0", onlink=True))
    routes = [
        Route(destination="10.21.0.0/16", dev="eth1"),
        Route(destination="10.22.0.0/16", nexthops=hops),
        Route(destination="2001:db8:9::/48", dev="eth1"),
    ]

    async def story() -> None:
        host.holdings.hold("static", [VirtualAddress(address="10.8.0.1", prefixlen=24, dev="eth1")], routes)
        if how == "down":
            netns.ip("link", "set", "eth1", "down")
            await host.until(lambda: bool(host.holdings.failures("static")))
        else:
            netns.ip("link", "del", "eth1")
            await host.until(lambda: host.interfaces.get("eth1") is None)
            assert any("there is no interface eth1" in failure.text for failure in host.holdings.failures("static"))
            netns.ip("link", "add", "eth1", "type", "veth", "peer", "name", "eth1p")
            netns.ip("link", "set", "eth1p", "up")
        netns.ip("link", "set", "eth1", "up")
        await host.until(lambda: not host.holdings.failures("static"))
        assert "10.8.0.1/24" in netns.addresses("eth1")
        shown = {**netns.routes(), **netns.routes(family="-6")}
        assert set(shown) == {"10.21.0.0/16", "10.22.0.0/16", "2001:db8:9::/48"}
        assert len(shown["10.22.0.0/16"]["nexthops"]) == 2

    run(host, story)


def test_a_lost_report_is_made_up_for(
    netns: Netns, host: Host, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    opened = netlink.open_socket

    def small(groups: int) -> socket.socket:
        made = opened(groups)
        netlink.make_room(made, ReceiveBuffer(size=4096))
        return made

    monkeypatch.setattr(netlink, "open_socket", small)
    monkeypatch.setattr("alived.workers.vrrp.kernel.route_monitor.open_socket", small)

    async def story() -> None:
        host.holdings.hold("V", [VIP], [ROUTE], [RULE])
        flood = "".join(f"address add 127.1.{at // 256}.{at % 256}/32 dev lo\n" for at in range(100))
        netns.batch(flood + "address del 10.9.0.100/32 dev eth0\nrule del priority 100\n")
        await host.until(lambda: any(outcome.added for _, outcome in host.outcomes))
        assert "10.9.0.100/32" in netns.addresses()
        flood = "".join(f"route add 10.{at}.0.0/16 dev eth0\n" for at in range(100, 200))
        flood += "".join(f"route del 10.{at}.0.0/16 dev eth0\n" for at in range(100, 200))
        netns.batch(flood + "route del 10.20.0.0/16\n")
        await host.until(lambda: bool(gateway(netns)))

    run(host, story)
    assert "comparing everything" in caplog.text
    assert "looking at each of ours" in caplog.text


def test_what_concerns_nobody_wakes_nobody(netns: Netns, host: Host) -> None:
    async def story() -> None:
        host.holdings.hold("V", [VIP], [ROUTE], [RULE])
        netns.ip("route", "add", "10.30.0.0/16", "dev", "eth0")
        netns.ip("route", "del", "10.30.0.0/16")
        netns.ip("rule", "add", "priority", "200", "table", "8")
        netns.ip("rule", "del", "priority", "200")
        netns.ip("address", "add", "10.8.0.1/24", "dev", "eth1")
        netns.ip("address", "del", "10.9.0.100/32", "dev", "eth0")
        await host.until(lambda: bool(host.outcomes))
        assert {holder for holder, _ in host.outcomes} == {"V"}
        assert host.outcomes[0][1].added == (VIP,)
        host.holdings.release("V")
        assert netns.routes() == {}

    run(host, story)


def test_a_route_waits_until_its_source_has_passed_duplicate_address_detection(netns: Netns, host: Host) -> None:
    slow = VirtualAddress(address="2001:db8::101", prefixlen=64, dev="eth0", nodad=False)
    route = Route(destination="2001:db8:9::/48", dev="eth0", src="2001:db8::101")

    async def story() -> None:
        assert host.holdings.hold("V", [slow], [route]).failures == ()
        assert netns.routes(family="-6") == {}
        await host.until(lambda: any(outcome.restored for _, outcome in host.outcomes))
        assert netns.routes(family="-6")["2001:db8:9::/48"]["prefsrc"] == "2001:db8::101"

    run(host, story)


def test_an_ipv6_route_gets_its_source_back(netns: Netns, host: Host) -> None:
    route = Route(destination="2001:db8:9::/48", dev="eth0", src="2001:db8::100")

    async def story() -> None:
        host.holdings.hold("V", [SIX], [route])
        netns.ip("address", "del", "2001:db8::100/64", "dev", "eth0")  # the kernel keeps the route without it
        await host.until(lambda: "prefsrc" in netns.routes(family="-6")["2001:db8:9::/48"])

    run(host, story)


@pytest.mark.parametrize("promoting", [True, False])
def test_secondary_addresses_survive_their_first(netns: Netns, host: Host, promoting: bool) -> None:
    first = VirtualAddress(address="10.9.0.100", prefixlen=24, dev="eth0")
    second = VirtualAddress(address="10.9.0.101", prefixlen=24, dev="eth0")
    sysctls, key = Sysctls(), Key("eth0", "promote_secondaries")
    path = "ipv4/conf/eth0/promote_secondaries"
    netns.sysctl(path, "0")

    async def story() -> None:
        if promoting:
            with netns.entered():
                sysctls.hold("V", {key: 1})
        host.holdings.hold("V", [first])
        host.holdings.hold("W", [second])
        host.holdings.release("V")
        if promoting:
            assert set(netns.addresses()) >= {"10.9.0.101/24"}
            with netns.entered():
                sysctls.release("V")
            assert netns.sysctl(path) == "0"
        else:
            await host.until(lambda: "10.9.0.101/24" in netns.addresses())

    run(host, story)


def test_a_hundred_addresses_are_one_write(netns: Netns, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []
    send = host.requests._send

    def counted(data: bytes) -> None:
        writes.append(data)
        send(data)

    monkeypatch.setattr(host.requests, "_send", counted)
    addresses = [VirtualAddress(address=f"10.9.1.{at}", prefixlen=32, dev="eth0") for at in range(100)]
    assert len(host.holdings.hold("V", addresses).added) == 100
    host.holdings.release("V")
    assert len(writes) == 2
    assert not [each for each in netns.addresses() if each.startswith("10.9.1.")]


@pytest.mark.parametrize("force", [True, False])
def test_the_receive_buffer_is_as_configured(force: bool) -> None:
    requests = netlink.Requests()
    requests.make_room(ReceiveBuffer(size=50000, force=force))
    assert requests._socket.getsockopt(1, 8) == 100000  # the kernel doubles it (socket(7))
    nowhere = [Address(1, bytes([192, 0, 2, at]), 32) for at in range(100)]
    answers = requests.change([rtnetlink.deleting(address) for address in nowhere])  # in several writes
    assert {answer.error for answer in answers} == {errno.EADDRNOTAVAIL}
    requests.close()
