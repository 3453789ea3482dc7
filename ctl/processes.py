"""What the operating system knows of the daemon's processes: CPU and memory, by psutil.

It is asked here, in alivectl: the daemon itself carries no psutil.
"""

from collections.abc import Iterable
from typing import Any

import psutil

from alived.ipc.messages import Document


def enrich(workers: Iterable[Document]) -> None:
    """Add `cpu_seconds` and `memory` to each worker with a pid.

    Memory is in bytes: the proportional set size, which counts shared pages once; the resident one where that may not
    be read.
    """
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
