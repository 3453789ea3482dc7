"""The nftables data plane on this machine's kernel: real connections through a VIP in network namespaces."""

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator

import pytest

from alived.ipc import libnftables
from alived.ipc.messages import StopHow, VirtualServerState
from alived.ipc.model.lvs import Forwarding, ForwardingMethod, LvsBackend, Protocol, RealServer, VirtualServer
from alived.workers.lvs import nftables
from alived.workers.lvs import worker as worker_module
from alived.workers.lvs.plane import PlaneError
from tests.workers.lvs.lab import CLIENTS, SERVERS, VIP, Director, Lab, run, virtual_server

pytestmark = pytest.mark.netns

Start = Callable[[], Director]


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def start(lab: Lab) -> Iterator[Start]:  # noqa: ARG001 - workers run on the lab's director
    """Starts workers on the director; whichever is left at the end is stopped."""
    directors: list[Director] = []

    def start() -> Director:
        directors.append(Director(LvsBackend.NFTABLES))
        return directors[-1]

    yield start
    for director in directors:
        if not director.loop.is_closed():
            director.end(StopHow.CLEAN)


def ruleset() -> str:
    """The namespace's whole ruleset, counters and handles included, but for how long clients are still remembered."""
    return re.sub(r" expires \w+", "", run("nft", "-a", "list", "ruleset"))


def test_round_robin_takes_servers_in_turn(lab: Lab, start: Start) -> None:
    start().configure(virtual_server("s1", "s2", "s3"))
    assert lab.many(12) == {"s1": 4, "s2": 4, "s3": 4}


def test_weighted_round_robin_shares_by_weight(lab: Lab, start: Start) -> None:
    start().configure(virtual_server("s1", "s2", "s3", weights=(1, 2, 3), lb_algo="wrr"))
    assert lab.many(12) == {"s1": 2, "s2": 4, "s3": 6}


def test_round_robin_ignores_weights(lab: Lab, start: Start) -> None:
    start().configure(virtual_server("s1", "s2", weights=(1, 7)))
    assert lab.many(8) == {"s1": 4, "s2": 4}


def test_a_persistent_client_stays_with_its_server(lab: Lab, start: Start) -> None:
    director = start().configure(virtual_server("s1", "s2", "s3", persistence=50))
    homes = {source: lab.get(source) for source in CLIENTS[:3]}
    assert set(homes.values()) == {"s1", "s2", "s3"}
    assert all(lab.many(5, source) == {home: 5} for source, home in homes.items())
    gone = homes[CLIENTS[0]]
    director.verdict(virtual_server("s1"), gone, up=False)
    assert gone not in lab.many(5, CLIENTS[0])
    assert len(lab.many(5, CLIENTS[0])) == 1
    assert lab.many(5, CLIENTS[1]) == {homes[CLIENTS[1]]: 5}


def test_persistence_ends_after_its_time(lab: Lab, start: Start) -> None:
    director = start().configure(virtual_server("s1", "s2", persistence=1))
    first = lab.get()
    assert lab.get() == first
    begun = time.monotonic()
    director.until(lambda: time.monotonic() - begun > 1.5)
    assert lab.get() != first


def test_the_seed_a_real_server_that_is_the_host_itself(lab: Lab, start: Start) -> None:
    start().configure(virtual_server("director", persistence=50))
    assert lab.many(3) == {"director": 3}
    assert lab.pages["director"].seen == {CLIENTS[0]}


def test_udp_is_balanced_too(lab: Lab, start: Start) -> None:
    reals = tuple(RealServer(address=address, port=53) for address in SERVERS.values())
    start().configure(
        VirtualServer(address=VIP, port=53, protocol=Protocol.UDP, lb_algo="rr", real_servers=reals),
        virtual_server("s1"),
    )
    assert sorted(lab.ask_by_udp(53) for _ in range(3)) == ["s1", "s2", "s3"]


def test_the_director_itself_is_a_client_too(lab: Lab, start: Start) -> None:
    start().configure(virtual_server("s1", "director"))
    assert {lab.get(VIP, "director") for _ in range(2)} == {"s1", "director"}


def test_a_dead_server_gets_nothing_and_comes_back(lab: Lab, start: Start) -> None:
    server = virtual_server("s1", "s2")
    director = start().configure(server)
    director.verdict(server, "s1", up=False)
    assert lab.many(6) == {"s2": 6}
    assert director.states()[-1] == VirtualServerState(virtual_server=server.name, quorum_up=True, weight=1)
    director.verdict(server, "s1", up=True)
    assert lab.many(6) == {"s1": 3, "s2": 3}


def test_without_any_server_connections_are_refused(lab: Lab, start: Start) -> None:
    server = virtual_server("s1")
    director = start().configure(server)
    director.verdict(server, "s1", up=False)
    assert director.states()[-1] == VirtualServerState(virtual_server=server.name, quorum_up=False, weight=0)
    with pytest.raises(ConnectionRefusedError):
        lab.get()


def test_a_connection_lives_through_changes_of_the_table(lab: Lab, start: Start) -> None:
    server = virtual_server("s1", "s2", inhibit=True)
    director = start().configure(server)
    with contextlib.closing(lab.connect()) as connection:
        home = lab.again(connection)
        director.verdict(server, home, up=False)
        assert lab.again(connection) == home
        director.configure(virtual_server("s3", lb_algo="wrr", persistence=10))
        assert lab.again(connection) == home
        assert lab.many(3) == {"s3": 3}


@pytest.mark.parametrize(
    "damage",
    [
        "delete table ip alived",
        "flush table ip alived",
        "flush chain ip alived prerouting",
        f"delete element ip alived services {{ {VIP} . tcp . 80 }}",
        "add rule ip alived output counter",
        "add chain ip alived spare",
    ],
)
def test_what_others_break_is_repaired_at_once(
    lab: Lab, start: Start, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(worker_module, "COMPARE_INTERVAL", 1000.0)

    def shape() -> str:
        return run("nft", "--stateless", "--terse", "list", "ruleset") + run("nft", "list", "maps")

    director = start().configure(virtual_server("s1", "s2", persistence=50))
    intact = shape()
    with contextlib.closing(lab.connect()) as connection:
        home = lab.again(connection)
        run("nft", damage)
        assert shape() != intact
        director.until(lambda: shape() == intact)
        assert lab.again(connection) == home
    assert director.report()["drift_repairs"] == 1
    assert "someone changed the kernel's table" in caplog.text


def test_other_tables_are_left_alone(start: Start) -> None:
    run("nft", "add table ip alive; add chain ip alive prerouting { type nat hook prerouting priority -90; }")
    before = ruleset()
    director = start().configure(virtual_server("s1"))
    assert "table ip alived" in ruleset()
    director.end(StopHow.CLEAN)
    assert ruleset() == before


def test_a_restart_finds_nothing_to_do(lab: Lab, start: Start) -> None:
    server = virtual_server("s1", "s2", "s3", weights=(3, 2, 1), lb_algo="wrr", persistence=50)
    first = start().configure(server)
    home = lab.get()
    before = ruleset()
    retained = first.end(StopHow.LEAVE)
    second = start().configure(server, retained=retained)
    assert ruleset() == before
    assert second.report()["last_operations"] == []
    assert second.states() == []
    assert lab.get() == home


def test_what_a_dead_worker_left_is_removed(start: Start) -> None:
    other = VirtualServer(address=VIP, port=81, protocol=Protocol.TCP, lb_algo="rr")
    first = start().configure(virtual_server("s1"), other)
    retained = first.end(StopHow.LEAVE)
    start().configure(virtual_server("s1"), retained=retained)
    assert "-81-" not in ruleset()


def test_reload_touches_only_what_changed(lab: Lab, start: Start) -> None:
    server = virtual_server("s1", "s2")
    other = VirtualServer(address=VIP, port=81, protocol=Protocol.TCP, lb_algo="rr")
    director = start().configure(server, other)
    lab.many(4)
    director.configure(virtual_server("s1", "s2", "s3"), drop=(other.key,))
    done = [entry["operation"] for entry in director.report()["last_operations"][-2:]]
    assert done == [f"add {SERVERS['s3']}:80 NAT weight 1 to {server.name}", f"delete service {other.name}"]
    connections = [real["counters"]["connections"] for real in director.report()["virtual_servers"][0]["real_servers"]]
    assert connections == [2, 2, 0]


def test_the_report_is_plain_json(lab: Lab, start: Start) -> None:
    director = start().configure(virtual_server("s1", "s2"))
    lab.many(2)
    report = json.loads(json.dumps(director.report()))
    assert report["backend"] == "nftables"
    assert report["virtual_servers"][0]["real_servers"][0] == {
        "name": f"{SERVERS['s1']}:80",
        "up": True,
        "configured_weight": 1,
        "kernel_weight": 1,
        "checks": [],
        "counters": {"connections": 1},
    }


def test_what_nftables_cannot_do_is_said(lab: Lab, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    direct = VirtualServer(
        address=VIP,
        port=81,
        protocol=Protocol.TCP,
        lb_kind=Forwarding(method=ForwardingMethod.DR),
        real_servers=virtual_server("s1").real_servers,
    )
    director = start().configure(virtual_server("s1", lb_algo="wlc"), direct)
    assert f"virtual server {VIP}:80/TCP: nftables can't do wlc; wrr stands in for it" in caplog.text
    assert f"virtual server {VIP}:81/TCP: nftables can't do DR, only NAT; it is not served" in caplog.text
    assert lab.get() == "s1"
    assert len(director.report()["complaints"]) == 2


@pytest.mark.parametrize(
    "left",
    [
        "add table ip alived",
        "add table ip alived; add map ip alived services { type ipv4_addr : verdict; }",
        "add table ip alived; add chain ip alived prerouting { type filter hook prerouting priority 0; policy drop; }",
    ],
)
def test_a_table_that_makes_no_sense_is_replaced_or_removed(lab: Lab, start: Start, left: str) -> None:
    run("nft", left)
    director = start().configure(virtual_server("s1"))
    assert lab.get() == "s1"
    director.end(StopHow.LEAVE)
    run("nft", f"delete table ip alived; {left}")
    director = start().configure()
    director.end(StopHow.CLEAN)
    assert ruleset() == ""


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libnftables, "LIBRARY", "libnosuch.so.1")
    with pytest.raises(PlaneError, match=r"libnosuch.so.1 is not installed \(Debian: package libnftables1\)"):
        nftables.Nftables()


def test_it_looks_even_when_the_kernel_says_nothing(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "COMPARE_INTERVAL", 0.1)
    director = start().configure(virtual_server("s1"))
    director.loop.remove_reader(director.worker._keeper.plane.watch())  # type: ignore[union-attr, arg-type] # it is open
    run("nft", "delete table ip alived")
    director.until(lambda: director.report()["drift_repairs"] == 1)
