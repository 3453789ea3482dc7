"""Faults of the daemon's own: whatever dies or hangs, no client and no peer notices."""

import signal
import time

import pytest

from examples.testbed.hosts import wait_until
from examples.testbed.pair import Pair, workers
from examples.testbed.witness import Witness

WORKERS = ("vrrp", "checker", "lvs")
DEATHS = 10
"""Of each worker."""

APART = 2.0
"""Seconds between two deaths: a worker that keeps dying faster is started again with growing delay."""

REPLACED = 3.0


def replace(pair: Pair, worker: str, how: str) -> float:
    """Hurt host1's worker; returns the seconds until another is in its place."""
    pid = workers(pair.host1)[worker]
    begun = time.monotonic()
    pair.host1.run("kill", how, str(pid))
    wait_until(lambda: workers(pair.host1)[worker] not in (0, pid), REPLACED, f"another {worker} worker")
    return time.monotonic() - begun


def test_killed_workers_are_replaced_and_nobody_notices(running: Pair) -> None:
    witness = Witness(running, running.host1)
    for _ in range(DEATHS):
        took = sum(replace(running, worker, "-KILL") for worker in WORKERS)
        time.sleep(max(0.0, APART - took))
    witness.end()
    assert witness.noticed() == []


def test_a_killed_zygote_is_replaced_when_it_is_needed_and_nobody_notices(running: Pair) -> None:
    witness = Witness(running, running.host1)
    running.host1.run("kill", "-KILL", str(workers(running.host1)["zygote"]))
    replace(running, "vrrp", "-KILL")
    witness.end()
    assert witness.noticed() == []


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_that_hangs_is_replaced_and_nobody_notices(running: Pair, worker: str) -> None:
    witness = Witness(running, running.host1)
    assert replace(running, worker, "-STOP") < REPLACED
    witness.end()
    assert witness.noticed() == []


def test_a_killed_supervisor_that_is_started_again_at_once_is_not_noticed(running: Pair) -> None:
    daemon, _ = running.daemons
    witness = Witness(running, running.host1)
    for _ in range(3):
        before = workers(running.host1)
        daemon.kill()
        daemon.start()
        wait_until(lambda: all(workers_after(running).values()), 5, "all workers again")
        assert set(workers_after(running).values()).isdisjoint(before.values())
    witness.end()
    assert witness.noticed() == []


def workers_after(pair: Pair) -> dict[str, int]:
    """Workers of a supervisor that may not be there yet."""
    try:
        return {name: pid for name, pid in workers(pair.host1).items() if name in WORKERS} or {"": 0}
    except RuntimeError:
        return {"": 0}


def test_a_stopped_and_continued_supervisor_kills_nobody(running: Pair) -> None:
    daemon, _ = running.daemons
    before = workers(running.host1)
    witness = Witness(running, running.host1)
    daemon.signal(signal.SIGSTOP)
    time.sleep(4)  # longer than any patience
    daemon.signal(signal.SIGCONT)
    witness.end()
    assert witness.noticed() == []
    assert workers(running.host1) == before
