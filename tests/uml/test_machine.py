"""The harness itself: a command on a User-Mode Linux machine ends in time, and says how."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.uml import machine

pytestmark = [pytest.mark.uml, pytest.mark.skipif(machine.missing() is not None, reason=str(machine.missing()))]


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []


def test_status_output_and_channel_come_out() -> None:
    lines: list[str | None] = []
    script = f"echo on the console; echo $WORD > {machine.CHANNEL}; exit 7"
    outcome = machine.run(["sh", "-c", script], limit=30, environment={"WORD": "it works"}, on_line=lines.append)
    assert outcome.status == 7, outcome.console
    assert "on the console\n" in outcome.console
    assert lines == ["it works", None]


def test_a_command_that_hangs_is_ended() -> None:
    outcome = machine.run(["sleep", "1000"], limit=4)
    assert outcome.status is None
    assert "no end after 4 s" in outcome.console


def test_memory_is_sound_inside() -> None:
    """Registers survive page faults: large copies arrive whole."""
    script = "b = bytes(range(1, 256)) * 40000; assert bytearray(b) == b and bytes(bytearray(b)) == b"
    assert machine.run([sys.executable, "-c", script], limit=30).status == 0


def test_modules_load_by_themselves() -> None:
    outcome = machine.run(["sh", "-ec", "ip link add name one type veth peer name two; ip link show one"], limit=30)
    assert outcome.status == 0, outcome.console
