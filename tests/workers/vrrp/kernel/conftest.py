"""Fixtures of tests that speak with a kernel."""

import os
from collections.abc import Iterator

import pytest

from tests.workers.vrrp.kernel.netns import Host, Netns


@pytest.fixture
def netns() -> Iterator[Netns]:
    """A namespace of its own."""
    made = Netns(f"alk{os.getpid()}")
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def host(netns: Netns) -> Iterator[Host]:
    """What a worker has of it."""
    opened = Host(netns)
    try:
        yield opened
    finally:
        opened.close()
