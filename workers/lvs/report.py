"""What `alivectl lvs` is told: each virtual server, its real servers, and what the kernel counted."""

from alived.ipc.messages import Document
from alived.ipc.model.lvs import RealServer, VirtualServer
from alived.workers.lvs.plane import Statistics
from alived.workers.lvs.table import DestinationKey, Entry, Table, Wanted, destination_key, key_of


def report(wanted: Wanted, table: Table, statistics: Statistics) -> list[Document]:
    """One document per virtual server, in order of configuration. `table` is what the kernel has."""
    return [_virtual_server(wanted, server, table, statistics) for server in wanted.servers]


def _virtual_server(wanted: Wanted, server: VirtualServer, table: Table, statistics: Statistics) -> Document:
    key = key_of(server)
    entry = table.get(key)
    state = wanted.state(server)
    return {
        "name": server.name,
        "scheduler": entry.service.scheduler if entry is not None else server.lb_algo,
        "forwarding": str(server.lb_kind.method),
        "persistence_timeout": server.persistence_timeout,
        "in_kernel": entry is not None,
        "quorum": server.quorum,
        "quorum_up": state.quorum_up,
        "weight": state.weight,
        "counters": statistics.services.get(key, {}),
        "real_servers": [
            {
                **_real_server(wanted, server, real, entry),
                "counters": statistics.destinations.get((key, destination_key(real)), {}),
            }
            for real in server.real_servers
        ],
    }


def _real_server(wanted: Wanted, server: VirtualServer, real: RealServer, entry: Entry | None) -> Document:
    verdict = wanted.verdict(server, real)
    checks = verdict.checks if verdict is not None else ()
    return {
        "name": real.name,
        "up": wanted.is_up(server, real),
        "configured_weight": real.weight,
        "kernel_weight": _weight(entry, destination_key(real)),
        "checks": [{"check": check.check, "up": check.up, "reason": check.reason} for check in checks],
    }


def _weight(entry: Entry | None, key: DestinationKey) -> int | None:
    """Weight in the kernel; None: it is not there."""
    weights = {destination.key: destination.weight for destination in entry.destinations} if entry is not None else {}
    return weights.get(key)
