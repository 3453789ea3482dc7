"""The systemd unit, as systemd's own tools judge it."""

import re
import subprocess
from pathlib import Path

UNIT = Path(__file__).parents[2] / "packaging/alived.service"

EXPOSURE = 4.0
"""What is left is the work itself: the machine's network (0.5), as root (0.4), running programs as other users (0.5)
and killing them (0.1), sockets of five families (0.7), NET_ADMIN and NET_RAW (0.3), /proc and /tmp as scripts need them
(0.5), settings of interfaces under /proc/sys (0.3), that ZeroMQ sets the scheduling of its threads (0.2), that workers
may be real-time processes (0.2), pipes and track files of whatever user (0.2), and that root's scripts have root's
capabilities (0.2)."""


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("ExecStart=alived", "ExecStart=/bin/true"))  # not installed here
    judged = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (judged.returncode, judged.stdout, judged.stderr) == (0, "", "")


def test_it_is_confined_as_far_as_the_work_allows() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)]
    judged = subprocess.run(command, capture_output=True, text=True, check=True)
    (exposure,) = re.findall(r"exposure level for alived.service: ([0-9.]+)", judged.stdout)
    assert float(exposure) <= EXPOSURE
