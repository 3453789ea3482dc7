"""Clusters of hosts for the tests of the whole."""

from collections.abc import Iterator

import pytest

from examples.testbed.hosts import Cluster
from examples.testbed.namespaces import NotPermitted
from examples.testbed.pair import BY_ELECTION, Pair
from examples.testbed.services import alived


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need namespaces."""
    for item in items:
        if "/tests/netns/" in str(item.path):
            item.add_marker(pytest.mark.netns)


def make_pair() -> Iterator[Pair]:
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        yield Pair(cluster)


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two hosts with nginx, without a daemon, and a client."""
    yield from make_pair()


@pytest.fixture(scope="module")
def running() -> Iterator[Pair]:
    """A pair with alived on both hosts, host1 master; for tests that leave it so."""
    for pair in make_pair():
        for host in (pair.host1, pair.host2):
            pair.start(alived, host)
        pair.wait_for_address(pair.host1, BY_ELECTION)
        pair.wait_for_page(pair.host1, BY_ELECTION)
        yield pair
