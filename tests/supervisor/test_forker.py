"""forker.py and zygote.py, as the daemon's user sees them: a zygote that dies or hangs is replaced."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from alived.supervisor.restart import FREE
from tests.supervisor.kit import INSTANCE, Daemon, until

pytestmark = pytest.mark.netns


def ready_zygote(daemon: Daemon, other_than: int) -> dict[str, Any]:
    """Wait until there is another zygote, which is ready."""

    def found() -> dict[str, Any] | None:
        zygote = daemon.workers()["zygote"]
        return zygote if zygote["state"] == "ready" and zygote["pid"] != other_than else None

    zygote: dict[str, Any] = until(found, "another zygote")
    return zygote


def children(daemon: Daemon) -> dict[str, int]:
    """Titles of the supervisor's children, and how many have each; of dead ones, too."""
    pid = daemon.pid()
    counts: dict[str, int] = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            title, state = Path(f"/proc/{child}/stat").read_text().partition("(")[2].rsplit(") ", 1)
        except FileNotFoundError:
            continue
        key = f"zombie {title}" if state[0] == "Z" else title
        counts[key] = counts.get(key, 0) + 1
    return counts


TEAM = {"alived: checker": 1, "alived: vrrp": 1, "alived: zygote": 1}


LITTER = """\
#!/bin/sh
setsid sleep 0.2 >/dev/null 2>&1 </dev/null &
setsid sleep 0.2 >/dev/null 2>&1 </dev/null &
"""


def test_a_zygote_that_is_killed_is_replaced_at_once(daemon: Daemon) -> None:
    daemon.start()
    before = daemon.workers()
    assert before["zygote"]["restarts"] == 0
    os.kill(before["zygote"]["pid"], signal.SIGKILL)
    zygote = ready_zygote(daemon, before["zygote"]["pid"])
    assert zygote["restarts"] == 1
    assert f"the zygote (pid {before['zygote']['pid']}) was killed by SIGKILL" in daemon.log.read_text()
    assert children(daemon) == TEAM
    assert {name: daemon.workers()[name]["pid"] for name in ("vrrp", "checker")} == {
        name: before[name]["pid"] for name in ("vrrp", "checker")
    }


def test_the_new_one_has_imported_what_a_worker_needs_before_it_is_asked_for_one(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")  # each import is a line of its standard error, which is its log
    daemon.start()
    before = daemon.workers()

    def imports() -> int:
        return daemon.log.read_text().count("alived.workers.vrrp.roster")

    first = imports()
    os.kill(before["zygote"]["pid"], signal.SIGKILL)
    ready_zygote(daemon, before["zygote"]["pid"])
    until(lambda: imports() > first, "an import")
    second = imports()
    os.kill(before["vrrp"]["pid"], signal.SIGKILL)
    daemon.replaced("vrrp", before["vrrp"]["pid"])
    assert imports() == second


def test_one_that_hangs_costs_a_worker_a_second_and_is_replaced(daemon: Daemon) -> None:
    daemon.start()
    before = daemon.workers()
    os.kill(before["zygote"]["pid"], signal.SIGSTOP)
    os.kill(before["vrrp"]["pid"], signal.SIGKILL)
    began = time.monotonic()
    daemon.replaced("vrrp", before["vrrp"]["pid"])
    assert time.monotonic() - began < 6.0
    assert "does not answer" in daemon.log.read_text()
    ready_zygote(daemon, before["zygote"]["pid"])
    until(lambda: children(daemon) == TEAM, "one of each")


def test_one_that_keeps_dying_is_said_to_wait_and_is_there_again_after_a_while(daemon: Daemon) -> None:
    daemon.start()
    for _ in range(FREE + 3):
        os.kill(until(lambda: daemon.workers()["zygote"]["pid"], "a zygote"), signal.SIGKILL)

    def waits() -> bool:
        zygote = daemon.workers()["zygote"]
        return (zygote["state"], zygote["pid"]) == ("waiting to restart", None)

    for _ in range(4):  # each pause is twice as long
        if waits():
            break
        os.kill(until(lambda: daemon.workers()["zygote"]["pid"], "a zygote"), signal.SIGKILL)
    else:
        until(waits, "a pause")
    assert "the zygote keeps dying: started again in" in daemon.log.read_text()
    ready_zygote(daemon, 0)
    assert children(daemon) == TEAM


def test_what_scripts_leave_behind_is_reaped_with_another_zygote_too(daemon: Daemon) -> None:
    script = daemon.directory / "litter"
    script.write_text(LITTER)
    script.chmod(0o755)
    daemon.config.write_text(INSTANCE.replace("/bin/true", str(script)))
    daemon.start()
    zygote = daemon.workers()["zygote"]["pid"]
    os.kill(zygote, signal.SIGKILL)
    ready_zygote(daemon, zygote)
    since = daemon.ask("checks")["now"]
    until(lambda: daemon.ask("checks")["now"] - since > 3, "some runs")
    until(lambda: children(daemon) == TEAM, "only workers and the zygote")
