"""Which files a secret is read from."""

import os
from pathlib import Path

import pytest

from alived.supervisor.config.machine import ThisMachine
from alived.supervisor.config.secret_file import LONGEST, SecretError, read_secret


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One that nobody else can read."""
    path = tmp_path / "key"
    path.write_text("\n  hex:00ff \n")
    path.chmod(0o600)
    return path


def reason(path: Path) -> str:
    with pytest.raises(SecretError) as caught:
        read_secret(str(path))
    return f"{caught.value}; {caught.value.hint}"


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640])
def test_a_file_of_ones_own(mode: int, file: Path) -> None:
    file.chmod(mode)
    assert read_secret(str(file)) == ThisMachine().secret(str(file)) == "hex:00ff"


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o620, 0o644, 0o660])
def test_a_file_that_others_can_read_or_change(mode: int, file: Path) -> None:
    file.chmod(mode)
    said = reason(file)
    assert said.startswith(f"can be read or changed by others (mode {mode:04o})")
    assert said.endswith(f"chmod 0600 {file}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_somebody_else(file: Path) -> None:
    os.chown(file, 12345, 0)
    assert reason(file).startswith("does not belong to root")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    assert reason(tmp_path / "fifo").startswith("is not a regular file")
    assert reason(tmp_path).startswith("is not a regular file")
    assert reason(tmp_path / "missing").startswith("cannot be read: No such file")
    assert reason(Path("a\0b")).startswith("cannot be read: ")


def test_what_is_no_secret(file: Path) -> None:
    file.write_bytes(b"\xff")
    assert reason(file).startswith("is not text")
    file.write_bytes(b"x" * (LONGEST + 1))
    assert reason(file).startswith(f"is longer than {LONGEST} bytes")
