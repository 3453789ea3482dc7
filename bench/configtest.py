"""`-t` as a whole on large configurations: CPU time of the process, and the memory that it takes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.table import Figures, Row, median

WANTED = 6.0
"""Times keepalived's CPU time."""

VIRTUAL_SERVERS = 5_000
"""With four checked real servers each: 90,000 lines."""

INSTANCES = 256 * 254
SEQUENCES = """$INSTANCE= \\
vrrp_instance VI_${A}_${B}_${C} { \\
    interface lo \\
    virtual_router_id ${C} \\
    mcast_dst_ip 239.1.${A}.${B} \\
    virtual_ipaddress { \\
        10.${A}.${B}.${C}/32 \\
    } \\
}
~SEQ(A, 0, 15) ~SEQ(B, 0, 15) ~SEQ(C, 1, 254) $INSTANCE
"""


def measure() -> Iterator[Row]:
    """Two rows of time, one of memory."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "keepalived.conf"
        path.write_text("".join(_virtual_server(number) for number in range(VIRTUAL_SERVERS)))
        figures = Figures(_median(_alived(path), rounds=5)[0], _median(_keepalived(path), rounds=5)[0])
        yield Row("-t of 90,000 lines, CPU", "s", figures, wanted=WANTED, relative=True)
        path.write_text(SEQUENCES)
        ours, theirs = _median(_alived(path), rounds=1), _median(_keepalived(path), rounds=1)
        yield Row(f"-t of {INSTANCES:,} instances, CPU", "s", Figures(ours[0], theirs[0]), wanted=WANTED, relative=True)
        memory = Figures(ours[1] / INSTANCES, theirs[1] / INSTANCES)
        yield Row("the same, memory for each instance", "KB", memory, wanted=8.0)


def _virtual_server(number: int) -> str:
    high, low = divmod(number, 250)
    real_servers = "".join(
        f"    real_server 10.{high}.{low}.{real} 8080 {{\n        TCP_CHECK {{ connect_timeout 3 }}\n    }}\n"
        for real in range(2, 6)
    )
    settings = "    delay_loop 6\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n"
    return f"virtual_server 10.{high}.{low}.1 80 {{\n{settings}{real_servers}}}\n"


def _alived(path: Path) -> list[str]:
    return [sys.executable, "-m", "alived.supervisor", "-t", "-f", str(path)]


def _keepalived(path: Path) -> list[str]:
    return ["keepalived", "-t", "-f", str(path)]


def _median(command: list[str], rounds: int) -> tuple[float, float]:
    """CPU seconds and the most memory (kB) of a command, its children included."""
    measured = [_run(command) for _ in range(rounds)]
    return median([cpu for cpu, _ in measured]), median([memory for _, memory in measured])


def _run(command: list[str]) -> tuple[float, float]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return usage.ru_utime + usage.ru_stime, float(usage.ru_maxrss)
