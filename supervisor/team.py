"""The table of workers: the only place where the supervisor says which there are, and what each may do.

The order is the order of start and of stop: the vrrp worker comes first, its peers wait for it. A module is named,
never imported here: the zygote imports it, and the worker calls its `make`.
"""

from alived.ipc.privileges import Capability
from alived.ipc.record import record


@record(kw_only=True)
class Spec:
    """One kind of worker."""

    name: str
    module: str
    """Import path of its worker.py, which has `make(send) -> Worker`."""
    capabilities: frozenset[Capability]
    runs_programs: bool = False
    """Its programs get root's capabilities when they run as root."""
    topics: tuple[str, ...]
    """Queries that it answers."""
    holds_kernel_state: bool = False
    """A clean stop has to take things out of the kernel: if it dies first, another life does it."""
    stop_timeout: float = 10.0
    """Seconds that it may take to stop before it is killed."""


TEAM: dict[str, Spec] = {
    spec.name: spec
    for spec in (
        Spec(
            name="vrrp",
            module="alived.workers.vrrp.worker",
            capabilities=frozenset({Capability.NET_ADMIN, Capability.NET_RAW}),
            topics=("vrrp", "stats"),
            holds_kernel_state=True,
            stop_timeout=3.0,
        ),
        Spec(
            name="checker",
            module="alived.workers.checker.worker",
            capabilities=frozenset(
                {
                    Capability.CHOWN,  # pipes of notify_fifo belong to whom the configuration says
                    Capability.DAC_OVERRIDE,  # they, and track files, are opened whosever they are
                    Capability.SETUID,
                    Capability.SETGID,
                    Capability.KILL,
                    Capability.NET_RAW,
                    Capability.NET_BIND_SERVICE,
                }
            ),
            runs_programs=True,
            topics=("checks",),
        ),
        Spec(
            name="lvs",
            module="alived.workers.lvs.worker",
            capabilities=frozenset({Capability.NET_ADMIN}),
            topics=("lvs",),
            holds_kernel_state=True,
        ),
    )
}


def stream(worker: str) -> str:
    """Identifier of a process's log in journald and syslog: `alived-vrrp`; the supervisor's is `alived`."""
    return "alived" if worker == "supervisor" else f"alived-{worker}"
