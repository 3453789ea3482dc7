"""Files that are nobody else's business."""

import stat
from pathlib import Path

import pytest

from alived.supervisor.private import write_private


def test_it_is_replaced_as_a_whole_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "stats"
    path.write_text("something longer")
    path.chmod(0o666)
    write_private(path, "new\n")
    assert path.read_text() == "new\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_that_waits_there_is_not_followed(tmp_path: Path) -> None:
    secret, path = tmp_path / "secret", tmp_path / "stats"
    secret.write_text("mine")
    path.symlink_to(secret)
    write_private(path, "new\n")
    assert secret.read_text() == "mine"
    assert not path.is_symlink()


def test_nothing_is_left_when_it_cannot_be(tmp_path: Path) -> None:
    path = tmp_path / "stats"
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        write_private(path, "new\n")
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FileNotFoundError):
        write_private(tmp_path / "nowhere" / "stats", "new\n")
