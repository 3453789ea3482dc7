"""The system calls that place a worker before the scheduler, by its pid (sched(7), prlimit(2)). Needs CAP_SYS_NICE.

What does not live here: how it shall run (scheduling.py).
"""

import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

from alived.supervisor.scheduling import Placement


def place(pid: int, before: Placement, after: Placement) -> Iterator[str]:
    """Change how a process runs, where that differs; what could not be done is said in one line each.

    Every thread that there is has the same; programs that it starts run as ordinary ones.
    """
    if before.may_lock != after.may_lock:
        yield from _tried("let it lock its memory", _limit_lock, pid, after)
    if before.rttime != after.rttime:
        yield from _tried("limit its CPU time", _limit_rttime, pid, after)
    for thread in _threads(pid):
        if before.cpus != after.cpus:
            yield from _tried("bind it to CPUs", _bind, thread, after)
        if (before.rt_priority, before.nice) != (after.rt_priority, after.nice):
            yield from _tried("change its priority", _prioritise, thread, after)


def _tried(what: str, call: Callable[[int, Placement], None], number: int, wanted: Placement) -> Iterator[str]:
    try:
        call(number, wanted)
    except ProcessLookupError:
        pass  # it has just ended: its heir is placed anew
    except OSError as error:
        yield f"cannot {what}: {error.strerror}"
    except ValueError as error:  # of resource.prlimit
        yield f"cannot {what}: {error}"


def _threads(pid: int) -> list[int]:
    try:
        return [int(path.name) for path in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:
        return []


def _bind(thread: int, wanted: Placement) -> None:
    os.sched_setaffinity(thread, wanted.cpus or os.sched_getaffinity(0))


def _prioritise(thread: int, wanted: Placement) -> None:
    policy = os.SCHED_RR if wanted.rt_priority else os.SCHED_OTHER
    os.sched_setscheduler(thread, policy | os.SCHED_RESET_ON_FORK, os.sched_param(wanted.rt_priority))
    if not wanted.rt_priority:
        os.setpriority(os.PRIO_PROCESS, thread, wanted.nice)


def _limit_rttime(pid: int, wanted: Placement) -> None:
    """The soft limit alone, which ends a process that does not know the signal, and can be raised again."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_RTTIME)
    resource.prlimit(pid, resource.RLIMIT_RTTIME, (wanted.rttime or hard, hard))


def _limit_lock(pid: int, wanted: Placement) -> None:
    """Raising what was a hard limit needs CAP_SYS_RESOURCE, or LimitMEMLOCK= in the unit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if wanted.may_lock:
        soft, hard = resource.RLIM_INFINITY, resource.RLIM_INFINITY
    resource.prlimit(pid, resource.RLIMIT_MEMLOCK, (soft, hard))
