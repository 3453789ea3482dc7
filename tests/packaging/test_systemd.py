"""The unit under a real systemd, the first process of a process table of its own on a testbed's host.

The unit is as it is packaged; a drop-in names this repository's alived and a shorter watchdog.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.testbed.hosts import Cluster, Host, wait_until
from examples.testbed.namespaces import NotPermitted
from examples.testbed.pair import BY_ELECTION, CONFIG, SCRIPT, VIP, Pair, ask, config
from examples.testbed.services import ROOT
from examples.testbed.witness import Witness

pytestmark = pytest.mark.netns

UNIT = "alived.service"
ROUTE = "198.51.100.0/24"
SCRIPT_BY_PORT = f"""\
#!/bin/sh
ip route replace blackhole {ROUTE}
exec curl -sf --max-time 1 -o /dev/null http://127.0.0.1
"""
"""nginx is not in the process table of this systemd: `ps` would not see it. And root may change routes."""

BY_CHECK = 10.0
"""Seconds: delay_loop of 6, and room."""

BOOT = 10.0
WATCHDOG = 2
SAID = "/run/said-by-alived"
DROP_IN = f"""
[Service]
ExecStart=
ExecStart={sys.executable} -m alived.supervisor --dont-fork $DAEMON_ARGS
Environment=PYTHONPATH={ROOT}
Environment=DAEMON_ARGS=--log-console
StandardError=append:{SAID}
WatchdogSec={WATCHDOG}
"""
UNITS = "/etc/systemd/for-the-test"
"""All units that this systemd knows. The machine's own would set to work on the machine: clean its /tmp, for one."""

ANCHORS = ("nothing", "sysinit", "basic", "shutdown", "network-online")
INIT = """
mount -o remount,bind,ro /
mkdir -p /run/tmp/upper /run/tmp/work
mount -t overlay -o lowerdir=/tmp,upperdir=/run/tmp/upper,workdir=/run/tmp/work,userxattr overlay /tmp
echo 0 > {group}/cgroup.procs
umount -R /sys/fs/cgroup
exec unshare --cgroup sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec {systemd} --unit=nothing.target'
"""
SYSTEMD = "/lib/systemd/systemd"


class Systemd:
    """systemd on a host, in a control group of its own."""

    def __init__(self, host: Host, group: Path) -> None:
        self._host = host
        for anchor in ANCHORS:
            host.write(f"{UNITS}/{anchor}.target", "[Unit]\nDescription=Stands for the machine's own\n")
        host.write(f"{UNITS}/{UNIT}", (ROOT / "packaging" / UNIT).read_text())
        host.write(f"{UNITS}/{UNIT}.d/test.conf", DROP_IN)
        script = INIT.format(group=group, systemd=SYSTEMD)
        namespaces = ("unshare", "--pid", "--mount", "--mount-proc", "--fork", "--kill-child")
        host.popen(*namespaces, "sh", "-ec", script, container="testbed", SYSTEMD_UNIT_PATH=UNITS)
        wait_until(lambda: self.systemctl("is-active", "nothing.target") == "active", BOOT, "systemd is up")

    def systemctl(self, *arguments: str) -> str:
        """What systemctl says."""
        pid = self._host.run("pgrep", "-f", f"^{SYSTEMD} --unit", check=False).strip()
        if not pid:
            return ""
        command = ("nsenter", "-t", pid, "-m", "-p", "-C", "systemctl", *arguments)
        return self._host.run(*command, check=False).strip()

    def main_pid(self) -> int:
        """The daemon, as systemctl's process table has it; 0: none."""
        return int(self.systemctl("show", "--value", "-p", "MainPID", UNIT))

    def story(self) -> str:
        """What the daemon said."""
        return self._host.path(SAID).read_text()

    def kill(self, number: signal.Signals) -> None:
        """Signal the daemon's main process."""
        self.systemctl("kill", "--kill-who=main", f"--signal={number.name}", UNIT)


@pytest.fixture(scope="module")
def group() -> Iterator[Path]:
    """A control group, and what systemd makes in it until the test ends."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    found = next((Path(fields[1]) for fields in mounts if fields[2] == "cgroup2"), None)
    if found is None or not os.access(found, os.W_OK):
        pytest.skip("systemd needs a cgroup2 hierarchy to work in")
    group = found / f"alived-test-{os.getpid()}"
    group.mkdir()
    yield group
    for directory, _, _ in os.walk(group, topdown=False):
        wait_until(lambda directory=directory: removed(Path(directory)), BOOT, f"{directory} is empty")  # type: ignore[misc]


def removed(directory: Path) -> bool:
    """A control group can be removed once the last of its processes is gone."""
    with contextlib.suppress(OSError):
        directory.rmdir()
    return not directory.exists()


@pytest.fixture(scope="module")
def pair(group: Path) -> Iterator[Pair]:  # noqa: ARG001 - it must outlive the hosts
    """The cluster without a daemon."""
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        yield Pair(cluster)


@pytest.fixture(scope="module")
def systemd(pair: Pair, group: Path) -> Systemd:
    """On host1, with the unit started and the address there."""
    pair.host1.write(SCRIPT, SCRIPT_BY_PORT, 0o755)
    systemd = Systemd(pair.host1, group)
    assert systemd.systemctl("start", UNIT) == ""
    pair.wait_for_address(pair.host1, BY_ELECTION)
    return systemd


def test_the_unit_is_active_once_the_workers_are_ready_and_everything_works(pair: Pair, systemd: Systemd) -> None:
    assert systemd.systemctl("is-active", UNIT) == "active"
    assert "vrrp ready" in systemd.systemctl("show", "--value", "-p", "StatusText", UNIT)
    pair.wait_for_page(pair.host1, 2)
    (service,) = ask(pair.host1, "lvs")["virtual_servers"]
    assert [server["name"] for server in service["real_servers"]] == ["172.20.0.21:80"]
    (instance,) = ask(pair.host1, "status")["instances"]
    assert (instance["state"], instance["priority"]) == ("MASTER", 100)
    pair.nginx1.stop()
    wait_until(lambda: ask(pair.host1, "status")["instances"][0]["priority"] == 85, 5, "the script runs, and fails")
    pair.nginx1.start()
    wait_until(lambda: ask(pair.host1, "status")["instances"][0]["priority"] == 100, 5, "the script succeeds again")


def test_a_script_of_root_may_do_what_root_may(pair: Pair, systemd: Systemd) -> None:  # noqa: ARG001 - it runs
    wait_until(lambda: ROUTE in pair.host1.run("ip", "route"), BY_CHECK, "the script's route")


def test_reload_keeps_the_process_and_takes_the_new_file(pair: Pair, systemd: Systemd) -> None:
    before = systemd.main_pid()
    pair.host1.write(CONFIG, config(pair.host1).replace("priority 100", "priority 110"))
    assert systemd.systemctl("reload", UNIT) == ""
    wait_until(lambda: ask(pair.host1, "status")["instances"][0]["priority"] == 110, 5, "the new priority")
    wait_until(lambda: systemd.systemctl("is-active", UNIT) == "active", 5, "the end of the reload")
    assert systemd.main_pid() == before


def test_a_killed_daemon_is_back_before_anyone_notices(pair: Pair, systemd: Systemd) -> None:
    before = systemd.main_pid()
    pair.wait_for_page(pair.host1, BY_CHECK)
    witness = Witness(pair, pair.host1)
    systemd.kill(signal.SIGKILL)
    wait_until(lambda: systemd.main_pid() not in (0, before), 5, "another main process")
    wait_until(lambda: systemd.systemctl("is-active", UNIT) == "active", 5, "it is active again")
    witness.end()
    assert witness.noticed() == []


def test_a_daemon_that_hangs_is_replaced(pair: Pair, systemd: Systemd) -> None:
    before = systemd.main_pid()
    systemd.kill(signal.SIGSTOP)
    wait_until(lambda: systemd.main_pid() not in (0, before), 5 * WATCHDOG, "another main process")
    wait_until(lambda: systemd.systemctl("is-active", UNIT) == "active", 5, "it is active again")
    pair.wait_for_address(pair.host1, BY_ELECTION)


def test_stop_leaves_nothing(pair: Pair, systemd: Systemd) -> None:
    assert systemd.systemctl("stop", UNIT) == ""
    assert systemd.systemctl("show", "--value", "-p", "Result", UNIT) == "success"
    assert f"{VIP}/32" not in pair.host1.addresses()
    assert "alived" not in pair.host1.run("nft", "list", "ruleset")
    assert not pair.host1.path("/run/alived").exists()
