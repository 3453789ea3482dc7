"""Receive buffers as vrrp_rx_bufs_policy and its like say."""

import pytest

from alived.ipc.model.processes import AdvertBuffers, BufferPolicy
from alived.workers.vrrp.transport.buffers import UNSAID, share, total


@pytest.mark.parametrize(
    ("policy", "size", "own", "wanted"),
    [
        (BufferPolicy.SYSTEM, 0, 0, 0),
        (BufferPolicy.SIZE, 5000, 0, 5000),
        (BufferPolicy.ADVERT, 0, 0, 3 * 40),
        (BufferPolicy.MTU, 0, 0, 3 * 1500),
        (BufferPolicy.MTU, 0, 9000, 9000),
        (BufferPolicy.SYSTEM, 0, 9000, 9000),
    ],
)
def test_the_share_of_one_instance(policy: BufferPolicy, size: int, own: int, wanted: int) -> None:
    assert share(AdvertBuffers(policy=policy, size=size), 3, own, mtu=1500, advert=40) == wanted


def test_a_socket_has_the_shares_of_all_its_instances() -> None:
    assert total([4500, 4500, 9000]) == 18000


def test_an_instance_that_says_nothing_does_not_suffer_from_one_that_says_little() -> None:
    assert total([120, 0]) == UNSAID
    assert total([2 * UNSAID, 0]) == 2 * UNSAID
    assert total([]) == UNSAID
