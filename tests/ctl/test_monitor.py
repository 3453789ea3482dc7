"""`alivectl monitor` and `alivectl why` as an operator runs them, on hosts that hear real adverts."""

import json
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from examples.testbed.hosts import Cluster, Host
from examples.testbed.namespaces import NotPermitted
from examples.testbed.pair import CONFIG
from examples.testbed.services import ROOT, alived, keepalived

pytestmark = pytest.mark.netns

PATIENCE = 10.0

INSTANCE = """
vrrp_instance VI_1 {{
    state BACKUP
    interface ens33
    virtual_router_id 51
    priority {priority}
    advert_int {interval}
    authentication {{
        auth_type PASS
        auth_pass 1111
    }}
    virtual_ipaddress {{
        172.20.0.20
    }}
}}
"""

SEND = """
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 254)
sender.sendto(bytes.fromhex(sys.argv[2]), ("224.0.0.18", 0))
"""
BAD = "2133640101011234ac14001431313131" + "00000000"
"""VRRPv2, VRID 51, one address, PASS; its checksum is wrong."""


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, Host]]:
    """One with keepalived as master, and one that listens."""
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        master, listener = cluster.host("master", "172.20.0.21/24"), cluster.host("listener", "172.20.0.22/24")
        master.write(CONFIG, INSTANCE.format(priority=200, interval=1))
        keepalived(master, CONFIG)
        master.wait_for_address("172.20.0.20/32", PATIENCE)
        yield master, listener


class Running:
    """A monitor on a host, line by line."""

    def __init__(self, host: Host, *options: str) -> None:
        argv = (sys.executable, "-m", "alived.ctl", "--json", "monitor", *options)
        self.process = host.popen(*argv, output=subprocess.PIPE, errors=subprocess.PIPE, PYTHONPATH=str(ROOT))

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        """The next advert with these values."""
        assert self.process.stdout is not None
        limit = time.monotonic() + PATIENCE
        while select.select([self.process.stdout], [], [], max(limit - time.monotonic(), 0))[0]:
            found: dict[str, Any] = json.loads(self.process.stdout.readline())
            if wanted.items() <= found.items():
                return found
        raise AssertionError(f"no advert with {wanted} was shown")

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Its exit code and what it complained of."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


def test_a_peer_s_advert_and_a_bad_one_without_a_daemon(hosts: tuple[Host, Host]) -> None:
    master, listener = hosts
    running = Running(listener, "ens33")
    peer = running.wait_for(source="172.20.0.21")
    peer.pop("time")
    assert peer == {
        "interface": "ens33",
        "outgoing": False,
        "source": "172.20.0.21",
        "destination": "224.0.0.18",
        "ttl": 255,
        "version": 2,
        "virtual_router_id": 51,
        "priority": 200,
        "interval": 1.0,
        "authentication": "PASS",
        "addresses": ["172.20.0.20"],
        "instance": None,
        "problems": ["the password can be read by anyone"],
    }
    master.run(sys.executable, "-c", SEND, "172.20.0.21", BAD)
    problems = " ".join(running.wait_for(ttl=254)["problems"])
    assert "bad checksum" in problems
    assert "254" in problems
    listener.run(sys.executable, "-c", SEND, "172.20.0.22", BAD)
    assert running.wait_for(outgoing=True)["source"] == "172.20.0.22"
    assert running.end() == (0, "")


def test_it_ends_by_itself_after_a_number_or_a_time(hosts: tuple[Host, Host]) -> None:
    _, listener = hosts
    counted = Running(listener, "-c", "2")
    output, errors = counted.process.communicate(timeout=PATIENCE)
    assert (len(output.splitlines()), errors, counted.process.returncode) == (2, "", 0)
    timed = Running(listener, "lo", "-t", "0.2")
    assert timed.process.communicate(timeout=PATIENCE) == ("", "")
    assert timed.process.returncode == 0


def test_it_ends_when_nobody_reads(hosts: tuple[Host, Host]) -> None:
    _, listener = hosts
    running = Running(listener, "lo")
    assert running.process.stdout is not None
    running.process.stdout.close()
    assert running.process.communicate(timeout=PATIENCE)[1] == ""
    assert running.process.returncode == 0


def test_an_interface_that_is_not_there_is_one_line(hosts: tuple[Host, Host]) -> None:
    _, listener = hosts
    running = Running(listener, "missing0")
    assert (
        running.process.communicate(timeout=PATIENCE)[1] == "alivectl: it cannot listen on missing0: No such device\n"
    )
    assert running.process.returncode == 1


def test_what_a_running_daemon_holds_against_it_and_what_it_says_of_itself(hosts: tuple[Host, Host]) -> None:
    _, listener = hosts
    listener.write(CONFIG, INSTANCE.format(priority=50, interval=2))
    daemon = alived(listener, CONFIG)
    command = (sys.executable, "-m", "alived.ctl")
    ask = ("env", f"PYTHONPATH={ROOT}", *command)
    limit = time.monotonic() + PATIENCE
    while "VI_1: " not in (said := listener.run(*ask, "why", "VI_1", check=False)):
        assert time.monotonic() < limit, daemon.output()
        time.sleep(0.02)
    assert "  virtual router  51 on ens33" in said
    assert listener.run(*ask, "why", "VI_2", check=False) == (
        "alivectl: there is no vrrp_instance VI_2; did you mean VI_1?\n"
    )
    running = Running(listener, "ens33")
    heard = running.wait_for(source="172.20.0.21")
    assert heard["instance"] == "VI_1"
    assert "other interval than VI_1 here (2 s)" in heard["problems"]
    assert running.end()[0] == 0
    assert daemon.stop() == 0


def test_a_wrong_password_is_what_the_daemon_holds_against_it(hosts: tuple[Host, Host]) -> None:
    _, listener = hosts
    listener.write(CONFIG, INSTANCE.format(priority=50, interval=1).replace("1111", "2222"))
    daemon = alived(listener, CONFIG)
    ask = ("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "alived.ctl", "why", "VI_1")
    limit = time.monotonic() + PATIENCE
    while "ago from 172.20.0.21: wrong password" not in listener.run(*ask, check=False):
        assert time.monotonic() < limit, daemon.output()
        time.sleep(0.02)
    running = Running(listener, "ens33")
    heard = running.wait_for(source="172.20.0.21")
    assert heard["problems"][-1] == "VI_1 here does not accept it: wrong password"
    assert running.end()[0] == 0
    assert daemon.stop() == 0
