"""pidfile.py: one daemon for each file, and a stale file stops nobody."""

import os
from pathlib import Path

import pytest

from alived.supervisor.pidfile import AlreadyRunning, PidFile


def test_it_says_who_runs(tmp_path: Path) -> None:
    file = PidFile(tmp_path / "pid")
    assert (tmp_path / "pid").read_text() == f"{os.getpid()}\n"
    file.remove()
    assert not (tmp_path / "pid").exists()


def test_a_second_one_is_refused_and_told_who_was_first(tmp_path: Path) -> None:
    first = PidFile(tmp_path / "pid")
    with pytest.raises(AlreadyRunning, match=f"with pid {os.getpid()}"):
        PidFile(tmp_path / "pid")
    first.remove()


def test_a_stale_file_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "pid").write_text("1\nand something longer than the pid\n")
    file = PidFile(tmp_path / "pid")
    assert (tmp_path / "pid").read_text() == f"{os.getpid()}\n"
    file.remove()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("precious")
    (tmp_path / "pid").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic links"):
        PidFile(tmp_path / "pid")
    assert (tmp_path / "target").read_text() == "precious"
