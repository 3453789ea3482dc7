"""The user's cluster, as their document shows it: with alived, and with keepalived on one of the hosts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from examples.testbed.adverts import Adverts
from examples.testbed.capture import Capture
from examples.testbed.hosts import Host
from examples.testbed.pair import BY_ELECTION, BY_SCRIPT, VIP, Pair
from examples.testbed.services import Service, alived, keepalived

Daemon = Callable[[Host, str], Service]

BY_PRIORITY_0 = 1.5
"""Seconds: a backup waits only its skew, 0.65 s at priority 90, when the master resigns."""


@pytest.mark.parametrize(
    ("first", "second"),
    [(alived, alived), (alived, keepalived), (keepalived, alived)],
    ids=["alived with alived", "alived with keepalived", "keepalived with alived"],
)
def test_the_address_moves_by_script_by_cable_and_by_stop(pair: Pair, first: Daemon, second: Daemon) -> None:
    if first is keepalived and Path("/proc/self/setgroups").read_text() == "deny\n":
        pytest.skip("keepalived cannot run a script in a user namespace of one user")
    host1, host2 = pair.host1, pair.host2
    capture, adverts = Capture(pair.client), Adverts(pair.client)
    daemon1 = pair.start(first, host1)
    pair.start(second, host2)

    pair.wait_for_address(host1, BY_ELECTION)
    pair.wait_for_page(host1, 1)
    assert host1.addresses() == ["172.20.0.21/24", f"{VIP}/32"]

    pair.nginx1.stop()
    pair.wait_for_address(host2, BY_SCRIPT)
    pair.wait_for_page(host2, 1)
    assert 85 in {advert.priority for advert in adverts.read() if advert.source == host1.address}
    pair.nginx1.start()
    pair.wait_for_address(host1, BY_SCRIPT)
    pair.wait_for_page(host1, 1)

    host1.cut()
    pair.wait_for_address(host2, BY_ELECTION)
    pair.wait_for_page(host2, 1)
    host1.mend()
    pair.wait_for_address(host1, BY_ELECTION)
    pair.wait_for_page(host1, 1)

    assert daemon1.stop() == 0
    assert pair.wait_for_address(host2, BY_ELECTION) < BY_PRIORITY_0
    pair.wait_for_page(host2, 1)
    assert [advert.priority for advert in adverts.read() if advert.source == host1.address][-1] == 0
    assert host1.addresses() == ["172.20.0.21/24"]
    daemon1.start()
    pair.wait_for_address(host1, BY_SCRIPT)
    pair.wait_for_page(host1, 1)

    capture.stop()
    assert all(capture.packets(f"vrrp and ip.src == {host.address}") for host in (host1, host2))
    assert capture.wrong() == []


def test_two_masters_end_as_one_when_they_hear_each_other_again(running: Pair) -> None:
    host1, host2 = running.host1, running.host2
    host1.isolate()
    host2.wait_for_address(f"{VIP}/32", BY_ELECTION)
    assert f"{VIP}/32" in host1.addresses()
    host1.rejoin()
    running.wait_for_address(host1, BY_ELECTION)
    running.wait_for_page(host1, BY_ELECTION)


def test_an_address_that_someone_deletes_is_back_at_once(running: Pair) -> None:
    running.host1.run("ip", "address", "del", f"{VIP}/32", "dev", "ens33")
    assert running.host1.wait_for_address(f"{VIP}/32", 2) < 0.5
    running.wait_for_page(running.host1, 2)
