"""privileges.py, asked of the kernel: /proc/self/status in a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alived.ipc import privileges
from alived.ipc.privileges import Capability

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs capabilities to give up")


def status_after(code: str) -> dict[str, int]:
    """Capability sets of a process that ran this code."""
    program = f"from alived.ipc.privileges import *\n{code}\nprint(open('/proc/self/status').read())"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    lines = (line.split(":", 1) for line in output.stdout.splitlines() if line.startswith("Cap"))
    return {name: int(value, 16) for name, value in lines}


@root_only
def test_only_the_wanted_capabilities_are_left() -> None:
    sets = status_after("keep_only(frozenset({Capability.NET_ADMIN}), for_programs_too=True)")
    wanted = 1 << Capability.NET_ADMIN
    assert (sets["CapEff"], sets["CapPrm"]) == (wanted, wanted)
    assert sets["CapBnd"] & ~(-1 << 41) == wanted


@root_only
def test_programs_may_keep_theirs() -> None:
    before = status_after("pass")
    sets = status_after("keep_only(frozenset({Capability.SETUID}), for_programs_too=False)")
    assert sets["CapEff"] == 1 << Capability.SETUID
    assert sets["CapBnd"] == before["CapBnd"]


def test_a_capability_that_we_do_not_have_is_not_demanded() -> None:
    sets = status_after(
        "keep_only(frozenset(), for_programs_too=True)\nkeep_only(frozenset({1}), for_programs_too=True)"
    )
    assert sets["CapEff"] == 0


def test_held_agrees_with_the_kernel() -> None:
    status = Path("/proc/self/status").read_text().splitlines()
    effective = next(line for line in status if line.startswith("CapEff"))
    assert sum(1 << bit for bit in privileges.held()) == int(effective.split()[1], 16)


def test_a_child_ends_with_its_parent() -> None:
    """The parent is killed while its child waits on a pipe; the pipe's end shows that the child is gone."""
    program = (
        "import os, sys, time\n"
        "from alived.ipc.privileges import end_with_parent\n"
        "parent = os.getpid()\n"
        "if os.fork() == 0:\n"
        "    end_with_parent(parent)\n"
        "    os.write(1, b'bound\\n')\n"
        "    time.sleep(60)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"bound\n"
    started = time.monotonic()
    parent.kill()
    assert parent.stdout.read() == b""
    assert time.monotonic() - started < 30
    parent.stdout.close()
    parent.wait()


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    program = "from alived.ipc.privileges import end_with_parent\nend_with_parent(1 << 22)\nprint('still here')"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert output.stdout == ""
