"""PURE: what the kernel's scheduler is asked for on behalf of each worker, and when it is asked for more.

keepalived.conf(5) calls it vrrp_priority, vrrp_rt_priority, vrrp_cpu_affinity, vrrp_rlimit_rttime, vrrp_no_swap, and
the same for checker, with max_auto_priority and min_auto_priority_delay for all. What does not live here: the system
calls (sched.py), and locking memory, which only the worker itself can do (ipc/memory.py).
"""

from typing import NamedTuple

from alived.ipc.model.processes import AutoPriority, Scheduling
from alived.ipc.model.settings import Settings

MICRO = 1e-6

LEAST_RTTIME = 2_000_000
"""Microseconds of CPU time without blocking that a real-time worker may always take. keepalived's 10,000 are for a
process that does one thing at a time; a worker takes on a whole configuration in one go. What the limit is for stays: a
worker that spins does not keep the machine for itself."""


class Placement(NamedTuple):
    """How a process runs; the fields left alone are the kernel's defaults."""

    rt_priority: int = 0
    """SCHED_RR priority, 1 to 99; 0: it is not a real-time process."""
    nice: int = 0
    """Without meaning for a real-time process."""
    cpus: frozenset[int] = frozenset()
    """Empty: all that the supervisor may use."""
    rttime: int = 0
    """Microseconds (RLIMIT_RTTIME) after which the kernel ends it; 0: no limit."""
    may_lock: bool = False
    """It may lock its memory (RLIMIT_MEMLOCK)."""


def scheduling_of(worker: str, settings: Settings) -> Scheduling:
    """What is configured for a worker; keepalived's checker process is our checker and lvs worker."""
    return settings.vrrp_process if worker == "vrrp" else settings.checker_process


def placement(scheduling: Scheduling, risen: int, auto: AutoPriority) -> Placement:
    """How a worker has to run that has risen to a real-time priority by itself (0: it has not).

    A real-time process has no nice value, as in keepalived.
    """
    rt_priority = max(scheduling.rt_priority, min(risen, max(auto.most, 0)))
    return Placement(
        rt_priority=rt_priority,
        nice=0 if rt_priority else scheduling.priority,
        cpus=frozenset(scheduling.cpu_affinity),
        rttime=max(scheduling.rlimit_rttime, LEAST_RTTIME) if rt_priority else 0,
        may_lock=scheduling.no_swap,
    )


class Riser:
    """Watches one life of a worker for lateness."""

    def __init__(self) -> None:
        self.rt_priority = 0
        """What it has risen to."""
        self._lag = 0.0
        self._excused = True

    def excuse(self) -> None:
        """It has just taken on a configuration: that it was late meanwhile is no fault of the scheduler's."""
        self._excused = True

    def beat(self, lag: float) -> None:
        """A heartbeat was heard; `lag` is the longest delay of a turn of its loop, seconds."""
        if not self._excused:
            self._lag = max(self._lag, lag)
        self._excused = False

    def rise(self, scheduling: Scheduling, auto: AutoPriority) -> bool:
        """Whether it has to rise by one: to real-time scheduling first, then on, up to `auto.most`."""
        lag, self._lag = self._lag, 0.0
        present = max(self.rt_priority, scheduling.rt_priority)
        if lag <= auto.min_delay * MICRO or present >= auto.most:
            return False
        self.rt_priority = present + 1
        return True
