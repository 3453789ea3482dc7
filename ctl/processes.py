"""What the operating system knows of the daemon's processes: CPU, memory. By psutil, in this process, not the daemon's."""

from collections.abc import Iterable
from typing import Any

import psutil

from alived.ipc.messages import Document


def enrich(workers: Iterable[Document]) -> None:
    """Add `cpu_seconds` and `memory` (bytes; proportional set size where readable, else resident) to each with a pid."""
    for worker in workers:
        if isinstance(worker.get("pid"), int):
            worker.update(_facts(worker["pid"]))


def _facts(pid: int) -> dict[str, Any]:
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        try:
            memory = process.memory_full_info().pss
        except psutil.AccessDenied:
            memory = process.memory_info().rss
    except psutil.NoSuchProcess:
        return {}
    return {"cpu_seconds": round(times.user + times.system, 2), "memory": memory}
