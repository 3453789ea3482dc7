"""The IPVS data plane on a kernel that has it: real connections through a VIP."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alived.ipc.messages import Document, StopHow
from alived.ipc.model.lvs import Forwarding, ForwardingMethod, LvsBackend, Protocol, RealServer, VirtualServer
from alived.workers.lvs import worker as worker_module
from tests.workers.lvs.lab import CLIENTS, SERVERS, VIP, Director, Lab, run, virtual_server

pytestmark = pytest.mark.uml

Start = Callable[[], Director]


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def start(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:  # noqa: ARG001 - workers run on its director
    """Starts workers on the director, which compare often; whichever is left at the end is stopped."""
    monkeypatch.setattr(worker_module, "COMPARE_INTERVAL", 0.1)
    directors: list[Director] = []

    def start() -> Director:
        directors.append(Director(LvsBackend.AUTO))
        return directors[-1]

    yield start
    for director in directors:
        if not director.loop.is_closed():
            director.end(StopHow.CLEAN)


def kernel_table() -> list[str]:
    """`ipvsadm -S -n`: the table as commands, in order."""
    return sorted(run("ipvsadm", "-S", "-n").splitlines())


def test_the_kernel_has_what_is_configured_and_auto_picks_it(start: Start) -> None:
    director = start().configure(
        virtual_server("s1", "s2", weights=(1, 5), lb_algo="wrr", persistence=50),
        VirtualServer(
            address=VIP,
            port=81,
            protocol=Protocol.TCP,
            lb_algo="sh",
            lb_kind=Forwarding(method=ForwardingMethod.DR),
            real_servers=(RealServer(address="10.0.2.11", port=81, weight=3),),
        ),
        VirtualServer(
            address="fd00::20",
            port=80,
            protocol=Protocol.TCP,
            lb_kind=Forwarding(method=ForwardingMethod.TUN),
            persistence_timeout=30,
            real_servers=(RealServer(address="fd00::2", port=80),),
        ),
    )
    assert kernel_table() == [
        "-A -t 172.20.0.20:80 -s wrr -p 50",
        "-A -t 172.20.0.20:81 -s sh",
        "-A -t [fd00::20]:80 -s wlc -p 30",
        "-a -t 172.20.0.20:80 -r 10.0.2.11:80 -m -w 1",
        "-a -t 172.20.0.20:80 -r 10.0.2.12:80 -m -w 5",
        "-a -t 172.20.0.20:81 -r 10.0.2.11:81 -g -w 3",
        "-a -t [fd00::20]:80 -r [fd00::2]:80 -i -w 1 --tun-type ipip",
    ]
    report = director.report()
    assert (report["backend"], report["backend_reason"]) == ("ipvs", "the kernel has it")
    assert report["complaints"] == []


def test_the_kernel_loads_its_modules_for_a_worker_with_cap_net_admin_only() -> None:
    """As the supervisor starts it. A process of its own, since capabilities do not come back."""
    loaded = [line.split()[0] for line in Path("/proc/modules").read_text().splitlines()]
    for name in sorted((name for name in loaded if name.startswith("ip_vs")), key=len, reverse=True):
        run("rmmod", name)
    script = """
from alived.ipc.privileges import Capability, held, keep_only
keep_only(frozenset({Capability.NET_ADMIN}), for_programs_too=True)
assert held() == {Capability.NET_ADMIN}
from tests.workers.lvs.lab import Director, virtual_server
from alived.ipc.model.lvs import LvsBackend
from alived.ipc.messages import StopHow
director = Director(LvsBackend.IPVS).configure(virtual_server("s1", lb_algo="sh"))
assert director.report()["complaints"] == [], director.report()
director.end(StopHow.CLEAN)
"""
    run(sys.executable, "-c", script)


def test_round_robin_takes_servers_in_turn(lab: Lab, start: Start) -> None:
    start().configure(virtual_server("s1", "s2", "s3"))
    assert lab.many(12) == {"s1": 4, "s2": 4, "s3": 4}


def test_weighted_round_robin_shares_by_weight(lab: Lab, start: Start) -> None:
    start().configure(virtual_server("s1", "s2", "s3", weights=(1, 2, 3), lb_algo="wrr"))
    assert lab.many(12) == {"s1": 2, "s2": 4, "s3": 6}


def test_a_persistent_client_stays_with_its_server(lab: Lab, start: Start) -> None:
    start().configure(virtual_server("s1", "s2", "s3", persistence=50))
    homes = {source: lab.get(source) for source in CLIENTS[:3]}
    assert set(homes.values()) == {"s1", "s2", "s3"}
    assert all(lab.many(4, source) == {home: 4} for source, home in homes.items())


def test_the_seed_a_real_server_that_is_the_host_itself(lab: Lab, start: Start) -> None:
    start().configure(virtual_server("director", persistence=50))
    assert lab.many(3) == {"director": 3}
    assert lab.pages["director"].seen == {CLIENTS[0]}


def test_udp_is_balanced_too(lab: Lab, start: Start) -> None:
    reals = tuple(RealServer(address=address, port=53) for address in SERVERS.values())
    start().configure(VirtualServer(address=VIP, port=53, protocol=Protocol.UDP, lb_algo="rr", real_servers=reals))
    assert sorted(lab.ask_by_udp(53) for _ in range(3)) == ["s1", "s2", "s3"]


def test_a_dead_server_is_gone_and_comes_back(lab: Lab, start: Start) -> None:
    server = virtual_server("s1", "s2")
    director = start().configure(server)
    director.verdict(server, "s1", up=False)
    assert kernel_table() == ["-A -t 172.20.0.20:80 -s rr", "-a -t 172.20.0.20:80 -r 10.0.2.12:80 -m -w 1"]
    assert lab.many(4) == {"s2": 4}
    director.verdict(server, "s1", up=True)
    assert lab.many(4) == {"s1": 2, "s2": 2}


def test_an_inhibited_server_keeps_its_connections_and_gets_no_new_ones(lab: Lab, start: Start) -> None:
    server = virtual_server("s1", "s2", inhibit=True)
    director = start().configure(server)
    with contextlib.closing(lab.connect()) as connection:
        home = lab.again(connection)
        director.verdict(server, home, up=False)
        assert f"-a -t 172.20.0.20:80 -r {SERVERS[home]}:80 -m -w 0" in kernel_table()
        assert home not in lab.many(4)
        assert lab.again(connection) == home


def test_a_cleared_table_is_repaired(lab: Lab, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    director = start().configure(virtual_server("s1", "s2"))
    before = kernel_table()
    run("ipvsadm", "-C")
    director.until(lambda: kernel_table() == before)
    assert lab.many(4) == {"s1": 2, "s2": 2}
    assert director.report()["drift_repairs"] == 1
    assert "someone changed the kernel's table" in caplog.text


@pytest.mark.parametrize(
    "damage",
    [
        "-E -t 172.20.0.20:80 -s wlc -p 50",
        "-E -t 172.20.0.20:80 -s rr",
        "-E -t 172.20.0.20:80 -s rr -p 99",
        "-E -t 172.20.0.20:80 -s rr -p 50 -M 255.255.255.0",
        "-E -t 172.20.0.20:80 -s rr -p 50 -b flag-1",
        "-e -t 172.20.0.20:80 -r 10.0.2.11:80 -m -w 9",
        "-e -t 172.20.0.20:80 -r 10.0.2.11:80 -m -w 1 -x 5",
        "-e -t 172.20.0.20:80 -r 10.0.2.11:80 -g -w 1",
        "-d -t 172.20.0.20:80 -r 10.0.2.11:80",
        "-a -t 172.20.0.20:80 -r 10.0.2.13:80 -m",
    ],
)
def test_each_kind_of_change_is_put_right(start: Start, damage: str) -> None:
    def everything() -> list[str]:
        return [*kernel_table(), *sorted(run("ipvsadm", "-Ln", "--thresholds").splitlines())]

    director = start().configure(virtual_server("s1", "s2", persistence=50))
    before = everything()
    run("ipvsadm", *damage.split())
    assert everything() != before
    director.until(lambda: everything() == before)
    assert director.report()["drift_repairs"] == 1


def test_a_restart_touches_nothing(lab: Lab, start: Start) -> None:
    server = virtual_server("s1", "s2", persistence=50)
    first = start().configure(server)
    home = lab.get()
    before = run("ipvsadm", "-Ln", "--stats")
    retained = first.end(StopHow.LEAVE)
    second = start().configure(server, retained=retained)
    assert run("ipvsadm", "-Ln", "--stats") == before
    assert second.report()["last_operations"] == []
    assert lab.get() == home


def test_what_a_dead_worker_left_is_removed(start: Start) -> None:
    retained = (
        start()
        .configure(virtual_server("s1"), VirtualServer(address=VIP, port=81, protocol=Protocol.TCP))
        .end(StopHow.LEAVE)
    )
    start().configure(virtual_server("s1"), retained=retained)
    assert not [line for line in kernel_table() if ":81" in line]


def test_services_of_others_are_left_alone(start: Start) -> None:
    run("ipvsadm", "-A", "-t", f"{VIP}:8080", "-s", "lc")
    run("ipvsadm", "-A", "-f", "7", "-s", "lc")
    run("ipvsadm", "-A", "--sctp-service", f"{VIP}:80", "-s", "lc")
    before = kernel_table()
    director = start().configure(virtual_server("s1"))
    assert len(kernel_table()) == len(before) + 2
    director.end(StopHow.CLEAN)
    assert kernel_table() == before


def test_a_clean_stop_empties_the_table(start: Start) -> None:
    start().configure(virtual_server("s1", "s2")).end(StopHow.CLEAN)
    assert kernel_table() == []


def test_an_unknown_scheduler_is_named(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    director = start().configure(virtual_server("s1", lb_algo="nonsense"))
    assert "the kernel has no scheduler 'nonsense' (module ip_vs_nonsense)" in caplog.text
    director.configure(virtual_server("s1"))
    assert len(kernel_table()) == 2
    assert director.report()["complaints"] == []


def test_the_report_has_the_kernels_counters(lab: Lab, start: Start) -> None:
    director = start().configure(virtual_server("s1", "s2"))

    def server() -> Document:
        (found,) = json.loads(json.dumps(director.report()))["virtual_servers"]
        assert isinstance(found, dict)
        return found

    with contextlib.closing(lab.connect()) as connection:
        lab.again(connection)
        assert sorted(real["counters"]["active"] for real in server()["real_servers"]) == [0, 1]
        director.until(lambda: server()["counters"]["connections"] == 1)
        assert sum(real["counters"]["in_bytes"] for real in server()["real_servers"]) > 0


def test_a_thousand_destinations_are_set_up_and_compared(start: Start) -> None:
    reals = tuple(RealServer(address=f"10.1.{number // 250}.{number % 250 + 1}", port=80) for number in range(1000))
    director = start().configure(
        VirtualServer(address=VIP, port=80, protocol=Protocol.TCP, lb_algo="rr", real_servers=reals)
    )
    assert len(kernel_table()) == 1001
    assert director.report()["complaints"] == []


def test_a_backend_that_does_not_work_here_changes_nothing(
    lab: Lab, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """This kernel has nftables, but not its NAT chains."""
    director = start().configure(virtual_server("s1", "s2"))
    before = kernel_table()
    director.set_backend(LvsBackend.NFTABLES)
    assert "staying with ipvs: the kernel's nftables can't do all that is needed" in caplog.text
    assert kernel_table() == before
    assert lab.many(4) == {"s1": 2, "s2": 2}
