"""What an operator is told: `alivectl why` in each state, a split brain, and a bad peer in `alivectl monitor`."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from examples.testbed.hosts import INTERFACE, Cluster, wait_until
from examples.testbed.namespaces import NotPermitted
from examples.testbed.services import ROOT, alivectl, alived
from tests.netns.arps import Arps
from tests.netns.forged import Chorus, Forger, version_2

CONFIG = "/etc/keepalived/keepalived.conf"
PATIENCE = 8.0
VIP, OTHER_VIP = "172.20.0.101", "172.20.0.102"

TEXT = f"""
track_file load {{
    file /run/load
    init_file 0
}}
vrrp_instance VI_1 {{
    interface {INTERFACE}
    virtual_router_id 1
    version 3
    priority 100
    advert_int 0.25
    track_file {{
        load weight 1
    }}
    virtual_ipaddress {{
        {VIP}/24
    }}
}}
vrrp_instance VI_2 {{
    interface {INTERFACE}
    virtual_router_id 2
    version 2
    priority 100
    advert_int 1
    authentication {{
        auth_type PASS
        auth_pass s3cret
    }}
    virtual_ipaddress {{
        {OTHER_VIP}/24
    }}
}}
"""


class Stage:
    """A host with the daemon, and one that makes adverts up."""

    def __init__(self, cluster: Cluster) -> None:
        self.host = cluster.host("router", "172.20.0.21/24")
        self.other = cluster.host("other", "172.20.0.22/24")
        self.chorus, self.forger = Chorus(self.other), Forger(self.other)
        self.host.write(CONFIG, TEXT)
        self.daemon = alived(self.host, CONFIG)

    def why(self) -> dict[str, Any]:
        """As a program gets it."""
        found: dict[str, Any] = json.loads(alivectl(self.host, "why", "VI_1", "--json"))
        return found

    def wait_for(self, state: str) -> dict[str, Any]:
        """Until the instance is in a state."""
        wait_until(lambda: self.why()["state"] == state, PATIENCE, state)
        return self.why()

    def text(self) -> str:
        """As a person gets it."""
        return alivectl(self.host, "why", "VI_1")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        stage = Stage(cluster)
        stage.host.wait_for_address(f"{VIP}/24", PATIENCE)
        yield stage


def test_why_it_is_master(stage: Stage) -> None:
    stage.host.write("/run/load", "20\n")
    wait_until(lambda: stage.why()["priority"]["effective"] == 120, PATIENCE, "the file counts")
    found = stage.why()
    assert (found["state"], found["reason"]) == ("MASTER", "no master was heard")
    assert found["priority"] == {"effective": 120, "base": 100, "reasons": ["file load is 20: +20"]}
    assert [change["state"] for change in found["history"]] == ["BACKUP", "MASTER"]
    assert found["next_due"]["what"] == "advert"
    assert found["next_due"]["in"] <= 0.25
    assert found["addresses"] == [
        {"address": f"{VIP}/24", "interface": INTERFACE, "advertised": True, "present": True},
    ]
    assert found["other_master"] is None
    text = stage.text()
    assert text.startswith("VI_1: MASTER for ")
    for line in ("120, configured 100", "file load is 20: +20", f"{VIP}/24 on {INTERFACE}"):
        assert line in text


def test_why_it_is_backup(stage: Stage) -> None:
    stage.chorus.speak(1, 200, VIP, interval=0.3)
    found = stage.wait_for("BACKUP")
    assert found["reason"] == "172.20.0.22 has priority 200, ours is 120"
    assert found["master"] == "172.20.0.22"
    assert found["last_advert"]["source"] == "172.20.0.22"
    assert (found["last_advert"]["priority"], found["last_advert"]["interval"]) == (200, 0.3)
    assert found["last_advert"]["age"] < 1
    assert found["master_advert_int"] == 0.3
    assert found["next_due"]["what"] == "master_down"
    assert found["next_due"]["in"] <= 3 * 0.3 + 0.3
    assert "from 172.20.0.22, priority 200, interval 0.3 s" in stage.text()


def test_why_it_is_in_fault(stage: Stage) -> None:
    stage.host.write("/run/load", "-300\n")
    stage.host.cut()
    found = stage.wait_for("FAULT")
    wait_until(lambda: len(stage.why()["faults"]) == 2, PATIENCE, "both faults")
    assert stage.why()["faults"] == ["file load counts less than -253", f"interface {INTERFACE} is down"]
    assert found["next_due"] is None
    text = stage.text()
    assert "file load counts less than -253" in text
    assert f"interface {INTERFACE} is down" in text
    stage.host.mend()
    wait_until(lambda: len(stage.why()["faults"]) == 1, PATIENCE, "one fault is gone")  # TRAPS 8
    assert stage.why()["state"] == "FAULT"
    stage.host.write("/run/load", "0\n")
    stage.chorus.hush(1)
    stage.wait_for("MASTER")


def test_a_split_brain_is_seen_counted_and_logged_once(stage: Stage) -> None:
    """The other one has another priority, and takes no notice of us: as behind a switch that loses what we send."""
    before, arps = len(stage.daemon.output()), Arps(stage.other)
    stage.chorus.speak(1, 50, VIP)
    wait_until(lambda: (stage.why()["other_master"] or {"adverts": 0})["adverts"] >= 6, PATIENCE, "another master")
    found = stage.why()
    assert found["state"] == "MASTER"
    assert (found["other_master"]["source"], found["other_master"]["priority"]) == ("172.20.0.22", 50)
    assert found["stats"]["split_brains"] == 1
    assert "172.20.0.22 IS MASTER TOO, with priority 50" in stage.text()
    (line,) = (line for line in alivectl(stage.host, "vrrp").splitlines() if line.startswith("VI_1"))
    assert "172.20.0.22" in line
    assert VIP in arps.read()  # TRAPS 14: the winner tells the switches
    stage.chorus.hush(1)
    wait_until(lambda: stage.why()["other_master"] is None, PATIENCE, "it is over")
    said = stage.daemon.output()[before:]
    assert said.count("172.20.0.22 of priority 50 is master too") == 1
    assert said.count("172.20.0.22 is no longer master beside us") == 1
    assert "IS MASTER TOO" not in stage.text()
    assert stage.why()["stats"]["split_brains"] == 1


def test_a_bad_peer_in_the_monitor(stage: Stage) -> None:
    argv = (sys.executable, "-m", "alived.ctl", "--json", "monitor", INTERFACE)
    monitor = stage.host.popen(*argv, output=subprocess.PIPE, PYTHONPATH=str(ROOT))
    assert monitor.stdout is not None
    limit = time.monotonic() + PATIENCE
    found: dict[str, Any] = {}
    while found.get("source") != "172.20.0.22":
        assert time.monotonic() < limit
        stage.forger.send(version_2(2, 90, [OTHER_VIP], password="secret"))
        found = json.loads(monitor.stdout.readline())
    monitor.send_signal(signal.SIGINT)
    monitor.wait(PATIENCE)
    monitor.stdout.close()
    assert found["instance"] == "VI_2"
    assert "VI_2 here does not accept it: wrong password" in found["problems"]


def test_the_data_of_sigusr1(stage: Stage) -> None:
    path = stage.host.path("/run/alived/alived.data")
    stage.daemon.signal(signal.SIGUSR1)
    wait_until(path.exists, PATIENCE, "alived.data")
    assert "VI_1" in path.read_text()
