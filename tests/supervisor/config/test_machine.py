"""What this machine says of itself."""

import os
import socket
from pathlib import Path

import pytest

from alived.supervisor.config.inspection import Identity
from alived.supervisor.config.machine import ThisMachine

MACHINE = ThisMachine()


def test_accounts() -> None:
    assert MACHINE.user("root") == MACHINE.user("0") == Identity(0, 0)
    assert MACHINE.group("root") == MACHINE.group("0") == 0
    for name in ("no such name", "", "99999999999999999999", "4294967294"):
        assert MACHINE.user(name) is None
        assert MACHINE.group(name) is None
    assert 0 in MACHINE.groups(0)
    assert MACHINE.groups(4294967294) == ()


def test_programs() -> None:
    assert MACHINE.program("/no/such/program", Identity(0, 0)).path == ""


def test_interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "lo" in MACHINE.interfaces()

    def fail() -> None:
        raise OSError(105, "No buffer space available")

    monkeypatch.setattr(socket, "if_nameindex", fail)
    assert MACHINE.interfaces() == frozenset()


def test_cpus() -> None:
    assert MACHINE.cpus() >= 1


def test_files(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"x \xff\n")
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "fifo")
    assert MACHINE.files(str(tmp_path)) == ("a", "b", "fifo")
    assert MACHINE.text(str(tmp_path / "b")) == "x \ufffd\n"
    for name in ("a", "fifo", "missing", "a\0b"):
        assert MACHINE.text(str(tmp_path / name)) is None
    assert MACHINE.files(str(tmp_path / "missing")) == ()
    assert MACHINE.is_directory(str(tmp_path))
    assert not MACHINE.is_directory(str(tmp_path / "b"))


def test_protocols() -> None:
    assert MACHINE.protocol("tcp") == 6
    assert MACHINE.protocol("no such protocol") is None
