"""Everything that can be tracked, through the whole daemon: something happens on the host, and the next advert says so.

A second host reads the priorities off the wire; `alivectl why` has to name what they are made of.
"""

import json
import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest

from examples.testbed.adverts import Adverts
from examples.testbed.hosts import INTERFACE, Cluster, wait_until
from examples.testbed.namespaces import NotPermitted
from examples.testbed.services import Service, alivectl, alived

CONFIG = "/etc/keepalived/keepalived.conf"
PATIENCE = 8.0
FAULT = 0
"""What a master says when it goes into fault."""

SOURCE = "172.20.0.99"
WEB = "10.0.0.1 80 TCP"

HEAD = """
global_defs {
    enable_script_security
    script_user root
    alived_lvs_backend nftables
}
vrrp_script well {
    script "/usr/bin/test -e /run/well"
    interval 1
    fall 1
    rise 1
}
track_file load {
    file /run/load
    init_file 0
}
vrrp_track_process watched {
    process watched
}
virtual_server 10.0.0.1 80 {
    protocol TCP
    lvs_method NAT
    lvs_sched rr
    delay_loop 1
    quorum 1
    real_server 127.0.0.1 8080 {
        TCP_CHECK {
            connect_timeout 1
            retry 0
        }
    }
}
"""

INSTANCES = {
    "script": "track_script {\n well weight -10\n}",
    "file": "track_file {\n load weight 2\n}",
    "process": "track_process {\n watched weight 20\n}",
    "leg": "track_interface {\n eth1 weight -20\n}",
    "reverse": "track_interface {\n eth1 weight 20 reverse\n}",
    "vital_leg": "track_interface {\n eth1\n}",
    "quorum": f"alived_track_virtual_server {{\n {WEB} weight -40\n}}",
    "vital_quorum": f"alived_track_virtual_server {{\n {WEB}\n}}",
    "source": f"mcast_src_ip {SOURCE}\ntrack_src_ip",
    "beat": "linkbeat_use_polling",
    "member_1": "",
    "member_2": "",
}
VRIDS = {name: number for number, name in enumerate(INSTANCES, 1)}

GROUP = """
vrrp_sync_group together {
    group {
        member_1
        member_2
    }
    track_script {
        well weight -15
    }
}
"""


def configuration() -> str:
    return (
        HEAD
        + GROUP
        + "".join(
            f"vrrp_instance {name} {{\ninterface {INTERFACE}\nvirtual_router_id {VRIDS[name]}\nversion 3\n"
            f"priority 100\nadvert_int 0.25\n{more}\nvirtual_ipaddress {{\n172.20.0.{100 + VRIDS[name]}/24\n}}\n}}\n"
            for name, more in INSTANCES.items()
        )
    )


class Stage:
    """A host with the daemon, and one that listens."""

    def __init__(self, cluster: Cluster) -> None:
        self.host = host = cluster.host("router", "172.20.0.21/24")
        self.ear = Adverts(cluster.host("ear", "172.20.0.22/24"))
        host.run("ip", "address", "add", f"{SOURCE}/24", "dev", INTERFACE)
        host.run("ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth2")
        for leg in ("eth1", "eth2"):
            host.run("ip", "link", "set", leg, "up")
        host.write("/run/well", "")
        shutil.copy("/usr/bin/sleep", host.path("/usr/local/bin/watched"))
        self.watched = Service(host, "/usr/local/bin/watched", "infinity")
        self.web = Service(host, "socat", "TCP-LISTEN:8080,fork,reuseaddr", "OPEN:/dev/null")
        host.write(CONFIG, configuration())
        self.daemon = alived(host, CONFIG)

    def wait_for(self, **priorities: int) -> None:
        """The next adverts of instances carry these priorities; of one in fault: 0, and none after it."""
        wanted = {VRIDS[name]: priority for name, priority in priorities.items()}
        latest: dict[int, int] = {}

        def heard() -> bool:
            latest.update((advert.virtual_router_id, advert.priority) for advert in self.ear.read())
            self.ear.heard.clear()
            return wanted.items() <= latest.items()

        try:
            wait_until(heard, PATIENCE, "")
        except AssertionError:
            raise AssertionError(f"{wanted}, but heard {latest}\n{self.daemon.output()}") from None

    def why(self, name: str) -> dict[str, Any]:
        """What the operator is told."""
        found: dict[str, Any] = json.loads(alivectl(self.host, "why", name, "--json"))
        return found

    def reasons(self, name: str) -> list[str]:
        """What makes up the priority."""
        reasons: list[str] = self.why(name)["priority"]["reasons"]
        return reasons


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        stage = Stage(cluster)
        stage.wait_for(**dict.fromkeys(INSTANCES, 100) | {"process": 120, "reverse": 80})
        yield stage


def test_script(stage: Stage) -> None:
    stage.host.path("/run/well").unlink()
    stage.wait_for(script=90, member_1=85, member_2=85)
    assert stage.reasons("script") == ["script well: -10"]
    assert stage.reasons("member_2") == ["script well: -15"]
    stage.host.write("/run/well", "")
    stage.wait_for(script=100, member_1=100, member_2=100)


def test_file(stage: Stage) -> None:
    stage.host.write("/run/load", "30\n")
    stage.wait_for(file=160)
    assert stage.reasons("file") == ["file load is 30: +60"]
    stage.host.write("/run/load", "-127\n")
    stage.wait_for(file=FAULT)
    assert stage.why("file")["faults"] == ["file load counts less than -253"]
    stage.host.path("/run/load").unlink()  # counts as 0
    stage.wait_for(file=100)


def test_process(stage: Stage) -> None:
    assert stage.reasons("process") == ["process watched up: +20"]
    stage.watched.kill()
    stage.wait_for(process=100)
    stage.watched.start()
    stage.wait_for(process=120)


def test_interface(stage: Stage) -> None:
    assert stage.reasons("reverse") == ["interface eth1 up: -20"]
    stage.host.run("ip", "link", "set", "eth2", "down")  # eth1 loses its carrier
    stage.wait_for(leg=80, reverse=100, vital_leg=FAULT)
    assert stage.reasons("leg") == ["interface eth1 down: -20"]
    assert stage.why("vital_leg")["faults"] == ["interface eth1 is down"]
    stage.host.run("ip", "link", "del", "eth1")
    time.sleep(0.5)
    assert stage.reasons("leg") == ["interface eth1 down: -20"]
    stage.host.run("ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth2")  # another one of this name
    for leg in ("eth1", "eth2"):
        stage.host.run("ip", "link", "set", leg, "up")
    stage.wait_for(leg=100, reverse=80, vital_leg=100)


def test_virtual_server(stage: Stage) -> None:
    """Its only real server dies: below its quorum."""
    stage.web.kill()
    stage.wait_for(quorum=60, vital_quorum=FAULT)
    assert stage.reasons("quorum") == ["virtual_server 10.0.0.1:80/TCP below its quorum: -40"]
    assert stage.why("vital_quorum")["faults"] == ["virtual_server 10.0.0.1:80/TCP is below its quorum"]
    stage.web.start()
    stage.wait_for(quorum=100, vital_quorum=100)


def test_source_address(stage: Stage) -> None:
    """TRAPS 10: never a deaf master."""
    stage.host.run("ip", "address", "del", f"{SOURCE}/24", "dev", INTERFACE)
    wait_until(lambda: stage.why("source")["state"] == "FAULT", PATIENCE, "a fault")
    found = stage.why("source")
    assert found["faults"] == [f"source address {SOURCE} is missing"]
    assert f"172.20.0.{100 + VRIDS['source']}" not in stage.host.all_addresses()
    stage.host.run("ip", "address", "add", f"{SOURCE}/24", "dev", INTERFACE)
    stage.wait_for(source=100)


def test_linkbeat(stage: Stage) -> None:
    """And everything else that is on the interface."""
    stage.host.cut()
    wait_until(lambda: stage.why("beat")["state"] == "FAULT", PATIENCE, "a fault")
    assert stage.why("beat")["faults"] == [f"interface {INTERFACE} is down"]
    stage.host.mend()
    stage.wait_for(**dict.fromkeys(INSTANCES, 100) | {"process": 120, "reverse": 80})
    assert [change["state"] for change in stage.why("beat")["history"]][-3:] == ["FAULT", "BACKUP", "MASTER"]


def test_a_trackers_owner_that_dies_changes_nothing(stage: Stage) -> None:
    """What the checker said last holds until its successor says otherwise."""
    before = {name: stage.why(name)["priority"] for name in ("script", "process", "quorum")}
    pids = {
        worker["name"]: worker["pid"] for worker in json.loads(alivectl(stage.host, "workers", "--json"))["workers"]
    }
    stage.ear.read()
    stage.ear.heard.clear()
    for name in ("checker", "lvs"):
        stage.host.run("kill", "-KILL", str(pids[name]))
    time.sleep(2.5)
    assert {name: stage.why(name)["priority"] for name in before} == before
    heard = {(advert.virtual_router_id, advert.priority) for advert in stage.ear.read()}
    assert heard == {(VRIDS[name], {"process": 120, "reverse": 80}.get(name, 100)) for name in INSTANCES}
