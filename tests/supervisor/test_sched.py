"""sched.py: what the kernel says of a process that was placed."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alived.ipc import memory
from alived.supervisor.sched import place
from alived.supervisor.scheduling import Placement
from tests.supervisor.kit import INSTANCE, Daemon

PLAIN = Placement()
ROUND_ROBIN = os.SCHED_RR | os.SCHED_RESET_ON_FORK

THREADED = """
import sys, threading
threading.Thread(target=sys.stdin.readline, daemon=True).start()
print(flush=True)
sys.stdin.readline()
"""


def permitted() -> bool:
    """Whether this process may make another one a real-time process."""
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            os.sched_setscheduler(process.pid, os.SCHED_RR, os.sched_param(1))
        except PermissionError:
            return False
        finally:
            process.kill()
    return True


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """One with two threads."""
    if not permitted():
        pytest.skip("CAP_SYS_NICE is needed to place a process")
    command = [sys.executable, "-c", THREADED]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n"
        yield process
        process.kill()


def threads(process: "subprocess.Popen[bytes]") -> list[int]:
    return [int(path.name) for path in Path(f"/proc/{process.pid}/task").iterdir()]


def test_every_thread_becomes_a_real_time_one_and_an_ordinary_one_again(process: "subprocess.Popen[bytes]") -> None:
    fast = Placement(rt_priority=7, rttime=3_000_000)
    assert list(place(process.pid, PLAIN, fast)) == []
    assert len(threads(process)) == 2
    for thread in threads(process):
        assert os.sched_getscheduler(thread) == ROUND_ROBIN
        assert os.sched_getparam(thread).sched_priority == 7
    assert resource.prlimit(process.pid, resource.RLIMIT_RTTIME)[0] == 3_000_000
    assert list(place(process.pid, fast, PLAIN)) == []
    for thread in threads(process):
        assert os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER
    assert resource.prlimit(process.pid, resource.RLIMIT_RTTIME)[0] == resource.RLIM_INFINITY


def test_nice_values_and_cpus(process: "subprocess.Popen[bytes]") -> None:
    first = min(os.sched_getaffinity(0))
    placed = Placement(nice=-3, cpus=frozenset({first}))
    assert list(place(process.pid, PLAIN, placed)) == []
    for thread in threads(process):
        assert os.getpriority(os.PRIO_PROCESS, thread) == -3
        assert os.sched_getaffinity(thread) == {first}
    assert list(place(process.pid, placed, PLAIN)) == []
    assert os.sched_getaffinity(process.pid) == os.sched_getaffinity(0)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == 0


def test_a_real_time_process_that_spins_is_ended() -> None:
    if not permitted():
        pytest.skip("CAP_SYS_NICE is needed to place a process")
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinning:
        assert list(place(spinning.pid, PLAIN, Placement(rt_priority=1, rttime=50_000))) == []
        assert os.waitstatus_to_exitcode(os.waitpid(spinning.pid, 0)[1]) < 0
        spinning.returncode = 0


def test_what_is_the_same_is_left_alone_and_what_cannot_be_is_said(process: "subprocess.Popen[bytes]") -> None:
    assert list(place(process.pid, PLAIN, PLAIN)) == []
    complaints = set(place(process.pid, PLAIN, Placement(cpus=frozenset({4000}))))
    assert complaints == {"cannot bind it to CPUs: Invalid argument"}


def test_one_that_has_ended_is_no_matter() -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    assert list(place(ended.pid, PLAIN, Placement(rt_priority=1, nice=1, rttime=1, may_lock=True))) == []


LOCK = """
from alived.ipc import memory
try:
    memory.lock()
    print(next(line for line in open("/proc/self/status") if line.startswith("VmLck:")).split()[1])
except OSError as error:
    print(error.strerror)
"""


def test_memory_is_locked_wholly_or_not_at_all() -> None:
    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    root = Path(memory.__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", LOCK], capture_output=True, text=True, check=True, cwd=root).stdout
    if limit == resource.RLIM_INFINITY:
        assert int(said) > 1000
    else:
        assert said == f"only {limit // 1024} kB may be locked (RLIMIT_MEMLOCK)\n"


GLOBALS = "global_defs {\n vrrp_rt_priority 9\n checker_priority -4\n}\n"


def test_workers_run_as_configured_from_the_start_and_after_a_reload(tmp_path: Path) -> None:
    if not permitted():
        pytest.skip("CAP_SYS_NICE is needed to place a process")
    daemon = Daemon(tmp_path, GLOBALS + INSTANCE)
    try:
        daemon.start()
        pids = {name: worker["pid"] for name, worker in daemon.workers().items()}
        assert os.sched_getscheduler(pids["vrrp"]) == ROUND_ROBIN
        assert os.sched_getparam(pids["vrrp"]).sched_priority == 9
        assert os.getpriority(os.PRIO_PROCESS, pids["checker"]) == -4
        assert os.sched_getscheduler(pids["supervisor"]) == os.SCHED_OTHER
        daemon.config.write_text(GLOBALS.replace("9", "4").replace("-4", "3") + INSTANCE)
        daemon.ask("reload")
        assert os.sched_getparam(pids["vrrp"]).sched_priority == 4
        assert os.getpriority(os.PRIO_PROCESS, pids["checker"]) == 3
        os.kill(pids["vrrp"], signal.SIGKILL)
        heir = daemon.replaced("vrrp", pids["vrrp"])
        assert os.sched_getparam(heir["pid"]).sched_priority == 4
    finally:
        daemon.end()
