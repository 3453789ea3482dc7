"""What somebody on the segment can do who forges adverts, or whose router does not fit: be seen, and no more."""

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from examples.testbed.adverts import GROUP, VRRP
from examples.testbed.hosts import INTERFACE, Cluster, Host, wait_until
from examples.testbed.namespaces import NotPermitted
from examples.testbed.services import alivectl, alived
from tests.netns.forged import Forger, version_2

CONFIG = "/etc/keepalived/keepalived.conf"
PATIENCE = 10.0
VRID, VIP = 1, "172.20.0.101"
PASSWORD = "s3cret"
FORGED = 3000

TEXT = f"""
global_defs {{
    log_unknown_vrids
}}
vrrp_instance VI_1 {{
    interface {INTERFACE}
    virtual_router_id {VRID}
    version 2
    priority 100
    advert_int 1
    authentication {{
        auth_type PASS
        auth_pass {PASSWORD}
    }}
    virtual_ipaddress {{
        {VIP}/24
    }}
}}
"""

WRONG = version_2(VRID, 50, [VIP], password="other")
LOWER = version_2(VRID, 50, [VIP], password=PASSWORD)
OTHER_ADDRESSES = version_2(VRID, 50, ["172.20.0.102"], password=PASSWORD)
UNKNOWN = version_2(VRID + 1, 50, [VIP])


class Stage:
    """A host with the daemon, and one that makes adverts up."""

    def __init__(self, cluster: Cluster) -> None:
        self.host = cluster.host("router", "172.20.0.21/24")
        self.other = cluster.host("other", "172.20.0.22/24")
        self.forger = Forger(self.other)
        self.host.write(CONFIG, TEXT)
        self.daemon = alived(self.host, CONFIG)

    def why(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(alivectl(self.host, "why", "VI_1", "--json"))
        return found

    def send_until(self, message: bytes, true: Callable[[], bool]) -> None:
        """Be a router that says this, again and again."""

        def said() -> bool:
            self.forger.send(message)
            return true()

        wait_until(said, PATIENCE, "it is noticed")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        yield Stage(cluster)


def flood(host: Host, *messages: bytes) -> None:
    """Many adverts within a second or so, each from a source of its own."""
    with host.network(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
        out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, INTERFACE.encode())
        for number in range(FORGED):
            message = messages[number % len(messages)]
            source = bytes([172, 20, 1 + number // 250, number % 250 + 1])
            head = struct.pack("!BBHHHBBH", 0x45, 0xC0, 20 + len(message), 0, 0, 255, VRRP, 0)
            out.sendto(head + source + socket.inet_aton(GROUP) + message, (GROUP, 0))
            if number % 20 == 0:
                time.sleep(0.002)  # as long as a receive buffer takes it all


def test_who_becomes_master_beside_one_that_is_refused_says_so(stage: Stage) -> None:
    stage.send_until(WRONG, lambda: VIP in stage.host.run("ip", "-br", "address"))
    assert stage.why()["reason"] == "no advert that counts was heard; 172.20.0.22 is refused: wrong password"


def test_a_split_brain_of_routers_that_refuse_each_other_is_seen_counted_and_logged_once(stage: Stage) -> None:
    stage.send_until(WRONG, lambda: (stage.why()["other_master"] or {"adverts": 0})["adverts"] >= 6)
    found = stage.why()
    assert (found["other_master"]["source"], found["other_master"]["refused"]) == ("172.20.0.22", "wrong password")
    assert found["stats"]["split_brains"] == 1
    assert "172.20.0.22 (refused)" in alivectl(stage.host, "vrrp")
    assert "172.20.0.22 IS MASTER TOO, its adverts are refused: wrong password" in alivectl(stage.host, "why", "VI_1")
    wait_until(lambda: stage.why()["other_master"] is None, PATIENCE, "it is over")
    said = stage.daemon.output()
    assert said.count("172.20.0.22 is master too, and its adverts are refused: wrong password") == 1
    assert said.count("172.20.0.22 is no longer master beside us") == 1


def test_each_advert_with_other_addresses_is_counted(stage: Stage) -> None:
    before = stage.why()["stats"]["errors"]["address_list"]
    for _ in range(5):
        stage.forger.send(OTHER_ADDRESSES)
    wait_until(lambda: stage.why()["stats"]["errors"]["address_list"] == before + 5, PATIENCE, "five are counted")


def test_a_flood_of_forged_adverts_makes_neither_lines_nor_frames(stage: Stage) -> None:
    before, begin, said = stage.why(), time.monotonic(), len(stage.daemon.output())
    flood(stage.other, WRONG, LOWER, UNKNOWN)
    wait_until(lambda: "more remarks about adverts left out" in stage.daemon.output()[said:], 15.0, "the sum")
    after, seconds = stage.why(), time.monotonic() - begin
    heard = after["stats"]["adverts_received"] - before["stats"]["adverts_received"]
    assert heard > FORGED / 6, "most of them arrived"
    assert after["stats"]["adverts_sent"] - before["stats"]["adverts_sent"] <= 2 * (seconds + 2)
    assert after["stats"]["garp_sent"] - before["stats"]["garp_sent"] <= 5 * 2 * (seconds + 2)
    lines = [line for line in stage.daemon.output()[said:].splitlines() if line]
    assert len(lines) <= 30, "\n".join(lines[:40])
    assert any("unknown virtual router 2" in line for line in lines)
    assert after["state"] == "MASTER"
