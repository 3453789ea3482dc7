"""`-t` as a whole on large configurations: CPU time of the process, and the memory that it takes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.table import Figures, Row, median
from examples.testbed.namespaces import Node

WANTED = 6.0
"""Times keepalived's CPU time."""

VIRTUAL_SERVERS = 5_000
"""With four checked real servers each: 90,000 lines."""

INTERFACES = [f"v{high}x{low}" for high in range(4) for low in range(16)]
INSTANCES = len(INTERFACES) * 254
"""All VRIDs on each. Twice as many take keepalived seven times as long, so these have to be enough."""

SEQUENCES = """$INSTANCE= \\
vrrp_instance VI_${A}_${B}_${C} { \\
    interface v${A}x${B} \\
    virtual_router_id ${C} \\
    priority 100 \\
    virtual_ipaddress { \\
        10.${A}.${B}.${C}/32 \\
    } \\
}
~SEQ(A, 0, 3) ~SEQ(B, 0, 15) ~SEQ(C, 1, 254) $INSTANCE
"""


class Cost(NamedTuple):
    """What a command took."""

    cpu: float
    """Seconds."""
    memory: float
    """The most that it had at once, KB."""


def measure() -> Iterator[Row]:
    """Two rows of time, one of memory."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "keepalived.conf"
        path.write_text("".join(_virtual_server(number) for number in range(VIRTUAL_SERVERS)))
        node = Node(whole=False)
        try:
            alived, keepalived = _commands(node, path)
            alived()  # leaves its bytecode
            figures = Figures(_median_cpu(alived), _median_cpu(keepalived))
            yield Row("-t of 90,000 lines, CPU", "s", figures, wanted=WANTED, relative=True)
            for interface in INTERFACES:
                node.run("ip", "link", "add", interface, "type", "bridge")
            path.write_text(SEQUENCES)
            ours, theirs = alived(), keepalived()
        finally:
            node.close()
        figures = Figures(ours.cpu, theirs.cpu)
        yield Row(f"-t of {INSTANCES:,} instances, CPU", "s", figures, wanted=WANTED, relative=True)
        figures = Figures(ours.memory / INSTANCES, theirs.memory / INSTANCES)
        yield Row("the same, memory for each instance", "KB", figures, wanted=8.0)


def _virtual_server(number: int) -> str:
    high, low = divmod(number, 250)
    real_servers = "".join(
        f"    real_server 10.{high}.{low}.{real} 8080 {{\n        TCP_CHECK {{ connect_timeout 3 }}\n    }}\n"
        for real in range(2, 6)
    )
    settings = "    delay_loop 6\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n"
    return f"virtual_server 10.{high}.{low}.1 80 {{\n{settings}{real_servers}}}\n"


def _commands(node: Node, path: Path) -> tuple[Callable[[], Cost], Callable[[], Cost]]:
    """The test of a file by both, on a machine with no interfaces but those of the node."""
    alived = [sys.executable, "-m", "alived.supervisor", "-t", "-f", str(path)]
    return lambda: _cost(node, alived), lambda: _cost(node, ["keepalived", "-t", "-f", str(path)])


def _median_cpu(test: Callable[[], Cost], rounds: int = 5) -> float:
    return median([test().cpu for _ in range(rounds)])


def _cost(node: Node, command: list[str]) -> Cost:
    """What a test takes that finds nothing to complain of."""
    process = node.popen(*command, output=subprocess.DEVNULL, errors=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, float(usage.ru_maxrss))
