"""The daemon as a whole, on a network of its own without any interface: start, reload, deaths, questions, the end.

What it does on a network is proven in tests/netns; here is what a user of the processes sees.
"""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.supervisor.kit import INSTANCE, PATIENCE, SERVICE, Daemon, alive, until

pytestmark = pytest.mark.netns


def test_it_starts_answers_and_stops_without_a_trace(daemon: Daemon) -> None:
    daemon.start()
    workers = daemon.workers()
    assert {name: worker["state"] for name, worker in workers.items()} == dict.fromkeys(
        ("supervisor", "checker", "vrrp", "zygote"), "ready"
    )
    for name in ("checker", "vrrp", "zygote"):
        assert Path(f"/proc/{workers[name]['pid']}/cmdline").read_text().startswith(f"alived: {name}")
    assert daemon.stop() == 0
    assert not any(alive(worker["pid"]) for worker in workers.values())
    assert not {"alived.pid", "snapshot", "pulse"} & {path.name for path in daemon.runtime.iterdir()}


def test_the_runtime_directory_is_private(daemon: Daemon) -> None:
    daemon.start()
    assert daemon.runtime.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in daemon.runtime.iterdir() if path.stat().st_mode & 0o077 and not path.is_socket()} == {
        "alived.pid"
    }


@pytest.mark.parametrize("view", ["status", "vrrp", "checks", "workers"])
def test_each_view_is_a_table_and_a_document(daemon: Daemon, view: str) -> None:
    daemon.start()
    shown = daemon.ctl(view)
    assert shown.returncode == 0
    assert {"status": "VI_1", "vrrp": "missing0", "checks": "always", "workers": "zygote"}[view] in shown.stdout
    assert daemon.ask(view)


def test_a_view_of_what_is_not_configured_is_one_line(daemon: Daemon) -> None:
    daemon.start()
    refused = daemon.ctl("lvs")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "has no work for the lvs worker" in refused.stderr


def test_without_a_daemon_alivectl_says_so(daemon: Daemon) -> None:
    refused = daemon.ctl("status")
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
    assert "no alived runs there" in refused.stderr


def test_a_second_daemon_is_refused(daemon: Daemon) -> None:
    daemon.start()
    second = daemon.run("-n")
    assert second.returncode == 1
    assert f"alived runs already, with pid {daemon.pid()}" in second.stderr
    assert daemon.workers()["vrrp"]["restarts"] == 0


@pytest.mark.parametrize("name", ["vrrp", "checker"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP])
def test_a_worker_that_dies_or_hangs_is_replaced(daemon: Daemon, name: str, number: signal.Signals) -> None:
    daemon.start()
    before = daemon.workers()
    os.kill(before[name]["pid"], number)
    after = daemon.replaced(name, before[name]["pid"])
    assert after["restarts"] == 1
    others = {other: worker["pid"] for other, worker in daemon.workers().items() if other != name}
    assert others == {other: worker["pid"] for other, worker in before.items() if other != name}


def test_one_that_hangs_is_noticed_the_sooner_the_shorter_the_interval(daemon: Daemon) -> None:
    daemon.config.write_text(INSTANCE.replace("priority 100", "priority 100\nversion 3\nadvert_int 0.1"))
    daemon.start()
    before = daemon.workers()["vrrp"]["pid"]
    os.kill(before, signal.SIGSTOP)
    began = time.monotonic()
    until(lambda: f"vrrp worker (pid {before}) has hung" in daemon.log.read_text(), "noticed")
    assert time.monotonic() - began < 1.0
    daemon.replaced("vrrp", before)


def test_last_words_are_in_the_stream_of_the_one_that_spoke_them(daemon: Daemon) -> None:
    daemon.start()
    pid = daemon.workers()["vrrp"]["pid"]
    os.kill(pid, signal.SIGSEGV)
    daemon.replaced("vrrp", pid)
    assert "Fatal Python error: Segmentation fault" in daemon.log_of("vrrp")


def test_a_terminal_that_interrupts_all_processes_ends_them_in_order(daemon: Daemon) -> None:
    daemon.start()
    for worker in daemon.workers().values():
        os.kill(worker["pid"], signal.SIGINT)
    assert daemon.process is not None
    assert daemon.process.wait(PATIENCE) == 0
    daemon.process = None
    assert "was killed" not in daemon.log.read_text()


def test_without_its_zygote_it_goes_on_and_gets_another(daemon: Daemon) -> None:
    daemon.start()
    before = daemon.workers()
    os.kill(before["zygote"]["pid"], signal.SIGKILL)
    os.kill(before["vrrp"]["pid"], signal.SIGKILL)
    daemon.replaced("vrrp", before["vrrp"]["pid"])
    assert daemon.workers()["zygote"]["pid"] != before["zygote"]["pid"]


def test_the_workers_end_with_a_supervisor_that_is_killed_and_its_successor_resumes(daemon: Daemon) -> None:
    daemon.start()
    until(lambda: daemon.ask("checks")["scripts"][0]["up"], "a first verdict")
    since = daemon.ask("checks")["scripts"][0]["since"]
    before = daemon.workers()
    assert daemon.process is not None
    daemon.process.kill()
    daemon.process.wait()
    until(lambda: not any(alive(worker["pid"]) for worker in before.values()), "all gone")
    assert {"snapshot", "pulse"} <= {path.name for path in daemon.runtime.iterdir()}
    daemon.start()
    assert daemon.ask("checks")["scripts"][0]["up"] is True
    assert since is not None


def test_a_worker_that_cannot_work_here_is_given_up_with_its_reason_until_a_reload(daemon: Daemon) -> None:
    daemon.config.write_text("global_defs { alived_lvs_backend ipvs }\n" + SERVICE + INSTANCE)
    daemon.start()
    if daemon.workers()["lvs"]["state"] == "ready":
        assert Path("/proc/net/ip_vs").exists()
        return
    assert daemon.workers()["lvs"]["state"] == "given up"
    assert any("IPVS" in line for line in daemon.log_of("lvs"))
    daemon.config.write_text(daemon.config.read_text().replace("ipvs", "nftables"))
    assert daemon.ask("reload")["applied"]
    assert daemon.workers()["lvs"]["state"] == "ready"


def test_an_error_in_the_file_is_said_and_the_rest_of_it_is_run(daemon: Daemon) -> None:
    daemon.start()
    before = daemon.workers()
    daemon.config.write_text(INSTANCE.replace("priority 100", "priority 120\nprioriti 150"))
    done = daemon.ctl("reload")
    assert done.returncode == 0
    assert "did you mean `priority`?" in done.stdout
    assert "priority" in done.stdout
    status = daemon.ask("status")
    assert (status["generation"], status["reload_error"]) == (2, None)
    assert {name: worker["pid"] for name, worker in daemon.workers().items()} == {
        name: worker["pid"] for name, worker in before.items()
    }


def test_strict_refuses_an_error_at_a_start_and_at_a_reload(daemon: Daemon) -> None:
    daemon.config.write_text(INSTANCE.replace("priority 100", "priority high"))
    refused = daemon.run("-n", "-l", "--strict")
    assert refused.returncode == 5
    assert "`priority` must be a whole number from 1 to 255" in refused.stderr
    assert "not started: 1 error in" in refused.stderr
    daemon.config.write_text(INSTANCE)
    daemon.start("--strict")
    daemon.config.write_text(INSTANCE.replace("priority 100", "priorty 150"))
    refused = daemon.ctl("reload")
    assert refused.returncode == 1
    assert "did you mean `priority`?" in refused.stdout
    status = daemon.ask("status")
    assert (status["generation"], "1 error in" in status["reload_error"]) == (1, True)
    daemon.config.write_text(INSTANCE)
    assert daemon.ask("reload")["applied"]
    assert daemon.ask("status")["reload_error"] is None


@pytest.mark.parametrize("damage", ["gone", "directory", "binary", "unclosed"])
def test_a_file_that_cannot_be_read_changes_nothing(daemon: Daemon, damage: str) -> None:
    daemon.start()
    daemon.config.unlink()
    match damage:
        case "directory":
            daemon.config.mkdir()
        case "binary":
            daemon.config.write_bytes(os.urandom(5000) + b"\0")
        case "unclosed":
            daemon.config.write_text(INSTANCE + "vrrp_instance VI_2 {\n")
    os.kill(daemon.pid(), signal.SIGHUP)
    until(lambda: daemon.ask("status")["reload_error"], "refused")
    assert [instance["instance"] for instance in daemon.ask("vrrp")["instances"]] == ["VI_1"]


def test_a_reload_changes_what_changed(daemon: Daemon) -> None:
    daemon.start()
    daemon.config.write_text(INSTANCE.replace("priority 100", "priority 150"))
    assert daemon.ask("reload")["changes"] == ["vrrp_instance VI_1: priority 100 -> 150"]
    assert daemon.ask("vrrp")["instances"][0]["priority"]["base"] == 150


def test_a_name_that_a_reload_has_taken_away_is_known(daemon: Daemon) -> None:
    daemon.start()
    daemon.config.write_text(INSTANCE.replace("VI_1", "WEB"))
    assert daemon.ask("reload")["changes"] == ["vrrp_instance VI_1: renamed to WEB"]
    assert daemon.ask("vrrp")["instances"][0]["instance"] == "WEB"
    assert [instance["name"] for instance in daemon.ask("status")["instances"]] == ["WEB"]
    asked = daemon.ctl("why", "VI_1")
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith("alivectl: there is no vrrp_instance VI_1: a reload called it WEB ")
    daemon.config.write_text(SERVICE)
    daemon.ask("reload")
    assert "there is no vrrp_instance WEB: a reload removed it " in daemon.ctl("why", "WEB").stderr


def test_workers_come_and_go_with_their_work(daemon: Daemon) -> None:
    daemon.start()
    daemon.config.write_text(INSTANCE + SERVICE)
    assert daemon.ask("reload")["applied"]
    assert daemon.workers()["lvs"]["state"] == "ready"
    daemon.config.write_text(SERVICE)
    assert daemon.ask("reload")["applied"]
    assert {"checker", "vrrp"}.isdisjoint(daemon.workers())


def test_the_last_instance_that_a_reload_removes_is_told_of_as_deleted(daemon: Daemon) -> None:
    told = daemon.directory / "told"
    script = daemon.directory / "tell"
    script.write_text(f'#!/bin/sh\necho "$@" >> {told}\n')
    script.chmod(0o755)
    notify = f"priority 100\nnotify {script}\nnotify_deleted"
    daemon.config.write_text(INSTANCE.replace("priority 100", notify))
    daemon.start()
    until(lambda: told.exists() and "FAULT" in told.read_text(), "a fault, as there is no interface")
    daemon.config.write_text(SERVICE)
    assert daemon.ask("reload")["applied"]
    until(lambda: told.read_text().splitlines()[-1] == "INSTANCE VI_1 DELETED 100", "the end")
    assert "STOP" not in told.read_text()
    assert "vrrp" not in daemon.workers()
    assert "alived stops" not in daemon.log.read_text()


@pytest.mark.parametrize(("number", "name"), [(signal.SIGUSR1, "alived.data"), (signal.SIGUSR2, "alived.stats")])
def test_signals_dump_what_is_known(daemon: Daemon, number: signal.Signals, name: str) -> None:
    daemon.start()
    os.kill(daemon.pid(), number)
    path = daemon.runtime / name
    until(lambda: path.exists() and "state written" in daemon.log.read_text(), "written")
    assert "VI_1" in path.read_text()
    json.loads(path.read_text())


def test_statistics_are_written_where_and_as_keepalived_does(daemon: Daemon, tmp_path: Path) -> None:
    path = tmp_path / "k.stats"
    (tmp_path / "elsewhere").write_text("")
    path.symlink_to(tmp_path / "elsewhere")
    daemon.config.write_text(INSTANCE + f"global_defs {{\nstats_dump_file {path}\n}}\n")
    daemon.start()
    os.kill(daemon.pid(), signal.SIGUSR2)
    until(lambda: f"statistics written to {path}" in daemon.log.read_text(), "written")
    first, second, third, *_ = path.read_text().splitlines()
    assert (first, second) == ("VRRP Instance: VI_1", "  Advertisements:")
    assert third.startswith("    Received: ")
    assert (tmp_path / "elsewhere").read_text() == ""


def test_logs_follow(daemon: Daemon) -> None:
    daemon.start()
    with subprocess.Popen(
        daemon.ctl_command("logs", "-f", "-n", "1", "--json"), stdout=subprocess.PIPE, text=True
    ) as follower:
        assert follower.stdout is not None
        assert json.loads(follower.stdout.readline())["text"]
        os.kill(daemon.pid(), signal.SIGUSR1)
        assert "state written" in json.loads(follower.stdout.readline())["text"]
        follower.kill()


def test_events_show_the_state_and_then_the_change(daemon: Daemon) -> None:
    daemon.start()
    with subprocess.Popen(daemon.ctl_command("events", "-f", "--json"), stdout=subprocess.PIPE, text=True) as observer:
        assert observer.stdout is not None
        seen: list[dict[str, Any]] = []
        while not any(event["event"] == "InstanceState" for event in seen):
            seen.append(json.loads(observer.stdout.readline()))
        daemon.config.write_text(INSTANCE.replace("priority 100", "priority 150"))
        daemon.ask("reload")
        while not any(event.get("base") == 150 for event in seen):
            seen.append(json.loads(observer.stdout.readline()))
        observer.kill()


def test_without_n_it_goes_to_the_background(daemon: Daemon) -> None:
    done = daemon.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    until(lambda: daemon.ask("status", allowed=(0, 3)).get("ready"), "ready")
    pid = daemon.pid()
    assert daemon.ctl("stop").returncode == 0
    until(lambda: not alive(pid), "gone")


def test_systemd_is_told_of_every_step(daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")

        def hear(word: str) -> str:
            while word not in (said := listener.recv(1000).decode()):
                pass
            return said

        daemon.start()
        assert "vrrp ready" in hear("READY=1")
        hear("WATCHDOG=1")
        os.kill(daemon.pid(), signal.SIGHUP)
        hear("RELOADING=1")
        hear("READY=1")
        daemon.config.write_text("junk {\n")
        os.kill(daemon.pid(), signal.SIGHUP)
        assert "last reload refused" in hear("READY=1")
        os.kill(daemon.pid(), signal.SIGTERM)
        hear("STOPPING=1")


def test_a_configuration_that_cannot_be_read_does_not_start(daemon: Daemon) -> None:
    daemon.config.write_text("\0")
    done = daemon.run("-n", "-l")
    assert done.returncode == 4
    assert "NUL byte in line 1" in done.stderr
    assert "Traceback" not in done.stderr
