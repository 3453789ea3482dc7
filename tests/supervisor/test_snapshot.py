"""snapshot.py: a successor finds what was retained, knows its age, and is not fooled by anything else."""

import struct
from pathlib import Path

import pytest

from alived.ipc.messages import InstanceState, State, TrackerChanged
from alived.supervisor import snapshot
from alived.supervisor.snapshot import UNKNOWN_AGE, Snapshot

RETAINED = (
    ("checker", TrackerChanged(tracker="script a", up=False)),
    ("vrrp", InstanceState(instance="VI_1", state=State.MASTER, since=5.0, priority=100, reason="elected")),
)


def saved(directory: Path) -> Snapshot:
    first = Snapshot(directory)
    first.save(RETAINED)
    first.beat(100.0)
    return first


def test_a_successor_finds_it_with_its_age(tmp_path: Path) -> None:
    saved(tmp_path)
    assert Snapshot(tmp_path).load(102.5) == (RETAINED, 2.5)


def test_the_last_beat_counts(tmp_path: Path) -> None:
    first = saved(tmp_path)
    first.beat(101.0)
    assert Snapshot(tmp_path).load(102.5)[1] == 1.5


def test_the_files_are_private(tmp_path: Path) -> None:
    saved(tmp_path)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "snapshot": 0o600,
        "pulse": 0o600,
    }


def test_nothing_is_found_where_nothing_was_left(tmp_path: Path) -> None:
    assert Snapshot(tmp_path).load(1.0) == ((), UNKNOWN_AGE)


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    saved(tmp_path).remove()
    assert list(tmp_path.iterdir()) == []
    assert Snapshot(tmp_path).load(101.0) == ((), UNKNOWN_AGE)


def test_after_a_reboot_it_is_void(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(tmp_path)
    monkeypatch.setattr(snapshot, "_boot_mark", lambda: 7)
    assert Snapshot(tmp_path).load(102.5) == ((), UNKNOWN_AGE)


def test_a_beat_in_the_future_is_void(tmp_path: Path) -> None:
    saved(tmp_path)
    assert Snapshot(tmp_path).load(99.0) == ((), UNKNOWN_AGE)


@pytest.mark.parametrize("damage", [b"", b"\x00", b"junk" * 10, struct.pack("=I", 5) + b"\x91\x01\x01\x01\x01"])
def test_a_damaged_snapshot_counts_as_absent(tmp_path: Path, damage: bytes) -> None:
    saved(tmp_path)
    (tmp_path / "snapshot").write_bytes(damage)
    retained, age = Snapshot(tmp_path).load(102.5)
    assert retained == ()
    assert age == (2.5 if damage == b"" else UNKNOWN_AGE)


def test_a_damaged_pulse_counts_as_absent(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "pulse").write_bytes(b"short")
    assert Snapshot(tmp_path).load(102.5) == ((), UNKNOWN_AGE)
