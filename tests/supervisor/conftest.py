"""A daemon for the tests of its processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.kit import INSTANCE, Daemon


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(tmp_path, INSTANCE)
    yield made
    made.end()
