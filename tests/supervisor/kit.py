"""A daemon on a network of its own, without any interface, and the means to ask it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 20.0

INSTANCE = """\
vrrp_script always { script "/bin/true"
 interval 1 }
vrrp_instance VI_1 {
    state BACKUP
    interface missing0
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1 }
    track_script { always }
}
"""


SERVICE = """\
virtual_server 192.0.2.1 80 {
    protocol TCP
    real_server 192.0.2.2 80 { }
}
"""


def until(condition: Callable[[], Any], what: str) -> Any:
    """Ask again and again, with a bound; returns the first answer that is true."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {PATIENCE:g} s")


class Daemon:
    """An alived in a network namespace of its own."""

    def __init__(self, directory: Path, text: str) -> None:
        self.directory = directory
        self.config = directory / "keepalived.conf"
        self.config.write_text(text)
        self.runtime = directory / "run"
        self.log = directory / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *more: str) -> list[str]:
        isolated = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
        options = ["-f", str(self.config), "--runtime-dir", str(self.runtime), "--no-syslog"]
        return [*isolated, sys.executable, "-m", "alived.supervisor", *options, *more]

    def run(self, *more: str) -> "subprocess.CompletedProcess[str]":
        """Start it in a way that should be refused."""
        return subprocess.run(self.command(*more), capture_output=True, text=True, timeout=PATIENCE, check=False)

    def launch(self, *more: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command("-n", "-l", *more), stderr=log, stdin=subprocess.DEVNULL)

    def start(self, *more: str) -> None:
        self.launch(*more)
        until(lambda: self.ask("status", allowed=(0, 3)).get("ready"), "ready")

    def ctl_command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "alived.ctl", "--runtime-dir", str(self.runtime), *arguments]

    def ctl(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.ctl_command(*arguments), capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def ask(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> dict[str, Any]:
        done = self.ctl("--json", *arguments)
        assert done.returncode in allowed, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout or "{}")
        return answer

    def log_of(self, worker: str) -> list[str]:
        done = self.ctl("--json", "logs", worker)
        return [json.loads(line)["text"] for line in done.stdout.splitlines()]

    def workers(self) -> dict[str, dict[str, Any]]:
        return {worker["name"]: worker for worker in self.ask("workers")["workers"]}

    def replaced(self, name: str, old: int) -> dict[str, Any]:
        """Wait until the worker of that name is ready with another pid."""

        def other() -> dict[str, Any] | None:
            worker = self.workers()[name]
            return worker if worker["state"] == "ready" and worker["pid"] != old else None

        found: dict[str, Any] = until(other, f"{name} replaced")
        return found

    def pid(self) -> int:
        return int((self.runtime / "alived.pid").read_text())

    def pid_if_any(self) -> str:
        path = self.runtime / "alived.pid"
        return path.read_text() if path.exists() else ""

    def stop(self) -> int:
        assert self.process is not None
        os.kill(self.pid(), signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self.process = None
        return code

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
