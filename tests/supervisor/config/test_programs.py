"""Whom scripts run as, which are not run, and what this machine says of its own files."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from alived.ipc.model import Program, VrrpScript
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.load import Loaded
from alived.supervisor.config.machine import Identity, ThisMachine

Judge = Callable[[str], Loaded]


def text(settings: str, user: str = "") -> str:
    return f"""
        global_defs {{
            {settings}
        }}
        vrrp_script S {{
            script /bin/true
            {user}
        }}
        vrrp_instance I {{
            interface eth0
            virtual_router_id 1
            virtual_ipaddress {{ 10.0.0.1 }}
            track_script {{ S }}
        }}
        """


def program(loaded: Loaded) -> Program | None:
    (script,) = loaded.config.checker or (None,)
    assert script is None or isinstance(script, VrrpScript)
    return script.program if script else None


def as_(uid: int, gid: int) -> Program:
    return Program(argv=("/bin/true",), uid=uid, gid=gid)


def test_root_when_nothing_else_is_said(judge: Judge) -> None:
    assert program(judge(text(""))) == as_(0, 0)


def test_keepalived_script_if_that_user_exists(judge: Judge, users: dict[str, Identity]) -> None:
    users["keepalived_script"] = Identity(7, 8)
    assert program(judge(text(""))) == as_(7, 8)


def test_script_user(judge: Judge) -> None:
    assert program(judge(text("script_user bob"))) == as_(1000, 1001)
    assert program(judge(text("script_user bob bin"))) == as_(1000, 2)
    assert program(judge(text("script_user bob", "user root"))) == as_(0, 0)


def test_an_unknown_script_user_is_not_replaced_by_root(judge: Judge) -> None:
    loaded = judge(text("script_user mallory"))
    assert program(loaded) is None
    assert [(found.code, found.message) for found in loaded.diagnostics] == [
        (Code.UNKNOWN_USER, "there is no user `mallory`"),
        (Code.UNKNOWN_USER, "there is no user to run /bin/true as"),
    ]


def test_without_script_security_there_is_a_warning_once(judge: Judge) -> None:
    loaded = judge(text("") + "vrrp_script T {\nscript /bin/true\n}\n")
    assert [found.code for found in loaded.diagnostics].count(Code.SCRIPT_SECURITY) == 1


def test_with_script_security_a_script_that_others_can_change_is_not_run_as_root(
    judge: Judge, writable: dict[str, str]
) -> None:
    writable["/bin/true"] = "/bin"
    loaded = judge(text("enable_script_security"))
    assert program(loaded) is None
    (found,) = loaded.diagnostics
    assert (found.code, found.message) == (
        Code.SCRIPT_SECURITY,
        "/bin/true would run as root, but others than root can change /bin",
    )
    assert "chown root:root /bin and chmod go-w /bin" in found.hint
    assert program(judge(text("enable_script_security", "user bob"))) == as_(1000, 1001)


def test_with_script_security_a_sound_script_is_run(judge: Judge) -> None:
    loaded = judge(text("enable_script_security"))
    assert program(loaded) == as_(0, 0)
    assert not loaded.diagnostics


# --- this machine -----------------------------------------------------------------------------------------------------


def test_accounts_of_this_machine() -> None:
    machine = ThisMachine()
    assert machine.user("root") == machine.user("0") == Identity(0, 0)
    assert machine.group("root") == machine.group("0") == 0
    for name in ("no such name", "", "99999999999999999999", "4294967294"):
        assert machine.user(name) is None
        assert machine.group(name) is None


def test_programs_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = ThisMachine()
    script = tmp_path / "check.sh"
    script.write_text("#!/bin/sh\n")
    assert machine.program(str(script)) is None
    script.chmod(0o755)
    assert machine.program(str(script)) == str(script)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.program("check.sh") == str(script)
    assert machine.program("other.sh") is None
    assert machine.program(str(tmp_path)) is None
    assert machine.program("a\0b") is None


def test_interfaces_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "lo" in ThisMachine().interfaces()

    def fail() -> None:
        raise OSError(105, "No buffer space available")

    monkeypatch.setattr(socket, "if_nameindex", fail)
    assert ThisMachine().interfaces() == frozenset()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files that belong to root")
def test_the_first_component_that_others_can_change(tmp_path: Path) -> None:
    machine = ThisMachine()
    script = tmp_path / "bin" / "check.sh"
    script.parent.mkdir(mode=0o755)
    script.write_text("")
    script.chmod(0o755)
    assert machine.writable_by_others(str(script)) is None
    link = tmp_path / "link"
    link.symlink_to(script)
    for mode, expected in ((0o757, script), (0o775, None), (0o755, None)):
        script.chmod(mode)
        assert machine.writable_by_others(str(link)) == (str(expected) if expected else None)
    os.chown(script, 0, 1)
    script.chmod(0o775)
    assert machine.writable_by_others(str(script)) == str(script)
    script.parent.chmod(0o1777)
    script.chmod(0o755)
    assert machine.writable_by_others(str(script)) is None
    os.chown(script.parent, 1, 1)
    assert machine.writable_by_others(str(script)) == str(script.parent)
    assert machine.writable_by_others(str(tmp_path / "missing")) == str(tmp_path / "missing")
