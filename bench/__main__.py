"""Measures and prints; exit code 1 when something is worse than wanted."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator

from bench import configtest, instances, intervals, load, memory, reload, respawn, silence, start, vrrp
from bench.table import Row, heading
from examples.testbed.namespaces import become_root

BENCHES: dict[str, Callable[[], Iterator[Row]]] = {
    "start": start.measure,
    "respawn": respawn.measure,
    "silence": silence.measure,
    "intervals": intervals.measure,
    "vrrp": vrrp.measure,
    "reload": reload.measure,
    "load": load.measure,
    "instances": instances.measure,
    "memory": memory.measure,
    "configtest": configtest.measure,
}


def main() -> int:
    """Run the benchmarks that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *BENCHES], help=", ".join(BENCHES))
    names = parser.parse_args().names or BENCHES
    become_root()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has its bytecode
    print(heading(), flush=True)
    met = True
    for name in names:
        for row in BENCHES[name]():
            print(row, flush=True)
            met = met and row.met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
