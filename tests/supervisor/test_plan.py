"""`alivectl plan` asked of a daemon: what a reload would do is said, and nothing is done."""

import os
from pathlib import Path

import pytest

from tests.supervisor.kit import INSTANCE, Daemon

pytestmark = pytest.mark.netns

SECRET = INSTANCE.replace("priority 100", "authentication {\n auth_type PASS\n auth_pass sesame\n }\n priority 150")


def test_an_unchanged_file_changes_nothing(daemon: Daemon) -> None:
    daemon.start()
    planned = daemon.ask("plan")
    assert (planned["file"], planned["refused"], planned["changes"]) == (str(daemon.config), None, [])
    assert planned["disturbs"] == "nothing"
    shown = daemon.ctl("plan")
    assert (shown.returncode, shown.stdout.splitlines()[-1]) == (0, "nothing would change")


def test_it_is_said_and_not_done(daemon: Daemon) -> None:
    daemon.start()
    daemon.config.write_text(SECRET)
    (change,) = daemon.ask("plan")["changes"]
    assert (change["object"], change["what"], change["disturbs"]) == ("vrrp_instance VI_1", "changed", "failover")
    values = {value["name"]: (value["old"], value["new"]) for value in change["values"]}
    assert values["priority"] == ("100", "150")
    assert values["auth_pass"] == ("********", "********")
    shown = daemon.ctl("plan").stdout
    assert shown.splitlines()[-1] == "would disturb at worst: failover"
    assert "sesame" not in shown
    assert daemon.ask("status")["generation"] == 1
    assert daemon.ask("vrrp")["instances"][0]["priority"]["base"] == 100


def test_a_word_that_stands_alone_is_on(daemon: Daemon) -> None:
    daemon.start()
    daemon.config.write_text(INSTANCE.replace("priority 100", "priority 100\n use_vmac"))
    (change,) = daemon.ask("plan")["changes"]
    values = {value["name"]: (value["old"], value["new"]) for value in change["values"]}
    assert values["use_vmac"] == (None, "on")


def test_what_is_planned_is_what_a_reload_does(daemon: Daemon) -> None:
    daemon.start()
    daemon.config.write_text(INSTANCE.replace("192.0.2.1", "192.0.2.1\n 192.0.2.2"))
    planned = daemon.ask("plan")["changes"]
    done = daemon.ask("reload")["changes"]
    assert [change["object"] for change in planned] == [words.partition(":")[0] for words in done]
    assert daemon.ask("plan")["changes"] == []


def test_another_file_by_its_name_here(daemon: Daemon, tmp_path: Path) -> None:
    daemon.start()
    other = tmp_path / "new.conf"
    other.write_text("")
    planned = daemon.ask("plan", os.path.relpath(other))
    assert Path(planned["file"]).samefile(other)
    assert {(change["object"], change["what"]) for change in planned["changes"]} == {
        ("vrrp_instance VI_1", "removed"),
        ("vrrp_script always", "removed"),
        ("vrrp globals", "removed"),
        ("checker globals", "removed"),
    }


@pytest.mark.parametrize(("text", "words"), [(None, "no configuration"), (INSTANCE[:-2], "new.conf is not complete")])
def test_what_a_reload_would_refuse(daemon: Daemon, tmp_path: Path, text: str | None, words: str) -> None:
    daemon.start()
    other = tmp_path / "new.conf"
    if text is not None:
        other.write_text(text)
    planned = daemon.ask("plan", str(other), allowed=(1,))
    assert words in planned["refused"]
    assert (planned["changes"], bool(planned["problems"])) == ([], True)
    assert "a reload would be refused" in daemon.ctl("plan", str(other)).stdout


def test_without_a_daemon_it_says_so(daemon: Daemon) -> None:
    assert daemon.ctl("plan").returncode == 3
