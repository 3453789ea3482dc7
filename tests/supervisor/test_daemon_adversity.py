"""What goes wrong around a daemon: signals at bad moments, full disks, other daemons, scripts that litter."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.kit import INSTANCE, PATIENCE, SERVICE, Daemon, until

pytestmark = pytest.mark.netns


def processes_of(daemon: Daemon) -> list[str]:
    """Titles of the supervisor's children, dead ones included."""
    pid = daemon.pid()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path(f"/proc/{child}/comm").read_text().strip() for child in children]


def test_reloads_during_the_start_fork_no_worker_twice(daemon: Daemon) -> None:
    daemon.launch()
    pid = int(until(daemon.pid_if_any, "a pid file"))
    for _ in range(20):
        os.kill(pid, signal.SIGHUP)
        time.sleep(0.03)  # spread over the whole start; there is no event that stands for its middle
    until(lambda: daemon.ask("status", allowed=(0, 3)).get("ready"), "ready")
    until(lambda: "reloaded" in daemon.log.read_text(), "a reload")
    assert sorted(processes_of(daemon)) == ["alived: checker", "alived: vrrp", "alived: zygote"]
    before = daemon.workers()["vrrp"]["pid"]
    os.kill(before, signal.SIGKILL)
    daemon.replaced("vrrp", before)
    assert daemon.stop() == 0
    assert "Traceback" not in daemon.log.read_text()


def test_kill_and_reload_at_once_leave_one_of_each(daemon: Daemon) -> None:
    daemon.start()
    for _ in range(5):
        before = daemon.workers()["vrrp"]["pid"]
        os.kill(before, signal.SIGKILL)
        os.kill(daemon.pid(), signal.SIGHUP)
        daemon.replaced("vrrp", before)
    assert sorted(processes_of(daemon)) == ["alived: checker", "alived: vrrp", "alived: zygote"]


def test_a_script_that_leaves_processes_behind_leaves_no_zombies(daemon: Daemon) -> None:
    script = daemon.directory / "litter"
    script.write_text("#!/bin/sh\n(sleep 0.1 &)\n(sleep 0.1 &)\n")
    script.chmod(0o755)
    daemon.config.write_text(INSTANCE.replace("/bin/true", str(script)))
    daemon.start()
    started = daemon.ask("checks")["now"]
    until(lambda: daemon.ask("checks")["now"] - started > 4, "some runs")
    until(lambda: len(processes_of(daemon)) == 3, "only workers and the zygote")


@pytest.fixture
def small_disk(daemon: Daemon) -> Iterator[Path]:
    """The runtime directory on a disk of 64 kB."""
    daemon.runtime.mkdir(mode=0o700)
    small = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", str(daemon.runtime)]
    subprocess.run(small, check=True, timeout=PATIENCE)
    yield daemon.runtime
    daemon.end()
    subprocess.run(["umount", "--lazy", str(daemon.runtime)], check=True, timeout=PATIENCE)


def test_a_full_disk_costs_no_worker(daemon: Daemon, small_disk: Path) -> None:
    daemon.start()
    workers = {name: worker["pid"] for name, worker in daemon.workers().items()}
    with pytest.raises(OSError, match="No space"):
        (small_disk / "filler").write_bytes(b"x" * 100_000)
    for priority in (1, 2, 3):
        daemon.config.write_text(INSTANCE.replace("priority 100", f"priority {priority}"))
        assert daemon.ask("reload")["applied"]
    assert daemon.log.read_text().count("the state cannot be kept") == 1
    assert {name: worker["pid"] for name, worker in daemon.workers().items()} == workers


def test_a_directory_that_exists_keeps_its_mode_and_one_that_others_can_write_to_is_refused(daemon: Daemon) -> None:
    daemon.runtime.mkdir(mode=0o755)
    daemon.runtime.chmod(0o755)
    daemon.start()
    assert daemon.runtime.stat().st_mode & 0o777 == 0o755
    assert all(path.stat().st_mode & 0o022 == 0 for path in daemon.runtime.iterdir())
    assert daemon.stop() == 0
    daemon.runtime.chmod(0o777)
    refused = daemon.run("-n")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "others can write to it" in refused.stderr


def test_a_runtime_directory_with_too_long_a_name_is_refused_by_both_programs(daemon: Daemon) -> None:
    daemon.runtime = daemon.directory / ("x" * 100)
    refused = daemon.run("-n")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "too long" in refused.stderr
    assert (daemon.ctl("status").returncode, daemon.ctl("status").stderr.count("\n")) == (3, 1)


def test_a_second_daemon_with_a_pid_file_of_its_own_is_refused_too(daemon: Daemon) -> None:
    daemon.start()
    second = daemon.run("-n", "-p", str(daemon.directory / "other.pid"))
    assert second.returncode == 1
    assert "alived runs already" in second.stderr
    assert daemon.ask("status")["ready"]


@pytest.mark.parametrize(("damage", "code"), [("no file", 4), ("binary", 4), ("runs already", 1)])
def test_a_start_in_the_background_that_fails_fails_visibly(daemon: Daemon, damage: str, code: int) -> None:
    match damage:
        case "no file":
            daemon.config.unlink()
        case "binary":
            daemon.config.write_text("\0")
        case _:
            daemon.start()
    done = daemon.run("-G")
    assert done.returncode == code
    assert "alived" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_brace_that_was_missing_at_the_start_refuses_no_reload(daemon: Daemon) -> None:
    daemon.config.write_text(INSTANCE.rstrip().removesuffix("}"))
    daemon.start()
    daemon.config.write_text("\n" + daemon.config.read_text().replace("priority 100", "priority 120"))
    assert daemon.ask("reload")["applied"]
    daemon.config.write_text(INSTANCE)
    assert daemon.ask("reload")["applied"]
    daemon.config.write_text(INSTANCE.rstrip().removesuffix("}"))
    assert daemon.ctl("reload").returncode == 1


def test_what_is_no_longer_configured_is_no_longer_shown(daemon: Daemon) -> None:
    daemon.config.write_text(INSTANCE + SERVICE)
    daemon.start()
    assert daemon.ask("status")["instances"]
    daemon.config.write_text(SERVICE)
    assert daemon.ask("reload")["applied"]
    status = daemon.ask("status")
    assert status["instances"] == []
    assert [worker["name"] for worker in status["workers"]] == ["supervisor", "lvs", "zygote"]


def test_a_hung_worker_does_not_hold_up_the_end_for_long_nor_does_the_log_hold_a_traceback(daemon: Daemon) -> None:
    daemon.start()
    os.kill(daemon.workers()["vrrp"]["pid"], signal.SIGSTOP)
    assert daemon.stop() == 0
    text = daemon.log.read_text()
    assert "another one cleans up after it" in text
    assert "Traceback" not in text
    assert re.search(r"vrrp worker stopped.*\n(.*\n)*.*supervisor +stopped", text)


def test_a_file_name_that_is_no_text_is_no_reason_to_end(daemon: Daemon) -> None:
    name = os.fsdecode(bytes(daemon.directory) + b"/k\xff.conf")
    Path(name).write_text(INSTANCE)
    daemon.config = Path(name)
    daemon.start()
    assert daemon.ask("status")["config_file"].endswith("k\N{REPLACEMENT CHARACTER}.conf")


def test_following_ends_with_the_daemon(daemon: Daemon) -> None:
    daemon.start()
    with subprocess.Popen(daemon.ctl_command("logs", "-f"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as follower:
        assert follower.stdout is not None
        assert follower.stdout.readline()
        daemon.stop()
        assert follower.wait(PATIENCE) == 3
