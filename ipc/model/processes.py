"""How the processes of the daemon run: names, priorities, buffers (keepalived.conf(5), "Global definitions").

What does not live here: what they do.
"""

from enum import StrEnum

from alived.ipc.record import record


@record(kw_only=True)
class ProcessNames:
    """What processes are called in ps(1); empty: alived's own name for them."""

    parent: str = ""
    vrrp: str = ""
    checker: str = ""
    bfd: str = ""
    defaults: bool = False
    """`process_names`: those that are not given have keepalived's names."""


@record(kw_only=True)
class Scheduling:
    """What the kernel's scheduler is asked for on behalf of one process."""

    priority: int = 0
    """Nice value, -20 to 19."""
    no_swap: bool = False
    """Its memory is locked."""
    rt_priority: int = 0
    """SCHED_RR priority, 1 to 99; 0: it is not a real-time process."""
    cpu_affinity: tuple[int, ...] = ()
    """The CPUs it may run on; empty: all."""
    rlimit_rttime: int = 10000
    """Microseconds of CPU time between two blocking system calls of a real-time process (RLIMIT_RTTIME)."""


@record(kw_only=True)
class AutoPriority:
    """Rising to a real-time priority when timers are seen to be late."""

    most: int = 0
    """Highest priority to rise to, up to 99; 0: none; -1: none, and no warning at start."""
    min_delay: int = 1_000_000
    """Microseconds of lateness that count."""


@record(kw_only=True)
class ReceiveBuffer:
    """Size of the receive buffer of a netlink socket."""

    size: int = 0
    """Bytes; 0: the kernel's default."""
    force: bool = False
    """It may exceed /proc/sys/net/core/rmem_max."""


@record(kw_only=True)
class NetlinkBuffers:
    """The netlink sockets of a process: the one that changes things, and the one that watches."""

    cmd: ReceiveBuffer = ReceiveBuffer()
    monitor: ReceiveBuffer = ReceiveBuffer()


class BufferPolicy(StrEnum):
    """`vrrp_rx_bufs_policy`: what the receive buffers of adverts are computed from."""

    SYSTEM = ""
    """Nothing: the kernel's default."""
    MTU = "MTU"
    ADVERT = "ADVERT"
    SIZE = "SIZE"


@record(kw_only=True)
class AdvertBuffers:
    """Receive buffers of the sockets that adverts arrive at."""

    policy: BufferPolicy = BufferPolicy.SYSTEM
    size: int = 0
    """Bytes, for the policy SIZE."""
