"""A clean stop leaves nothing behind, in whatever state it finds the workers."""

import signal
from collections.abc import Callable

import pytest

from examples.testbed.hosts import wait_until
from examples.testbed.pair import BY_ELECTION, VIP, Pair, workers
from examples.testbed.services import alived


def hang(pair: Pair) -> None:
    pair.host1.run("kill", "-STOP", str(workers(pair.host1)["vrrp"]))


def keep_dying(pair: Pair) -> None:
    """Until its restart is delayed."""
    for _ in range(8):
        pid = 0

        def there() -> bool:
            nonlocal pid
            pid = workers(pair.host1).get("vrrp") or 0
            return pid != 0

        wait_until(there, 5, "a vrrp worker")
        pair.host1.run("kill", "-KILL", str(pid))


def lose_zygote_and_worker(pair: Pair) -> None:
    found = workers(pair.host1)
    pair.host1.run("kill", "-KILL", str(found["zygote"]), str(found["vrrp"]), str(found["lvs"]))


@pytest.mark.parametrize("hurt", [hang, keep_dying, lose_zygote_and_worker])
def test_the_addresses_and_the_table_go_with_the_daemon(pair: Pair, hurt: Callable[[Pair], None]) -> None:
    daemon = pair.start(alived, pair.host1)
    pair.wait_for_address(pair.host1, BY_ELECTION)
    hurt(pair)
    daemon.signal(signal.SIGTERM)
    wait_until(lambda: not daemon.running, 20, "stopped")
    assert not [address for address in pair.host1.addresses() if address.startswith(VIP)]
    assert "alived" not in pair.host1.run("nft", "list", "tables")
    assert "Traceback" not in daemon.output()
