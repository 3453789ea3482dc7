"""Tests in guest/ run inside a User-Mode Linux machine, all of those selected in one boot.

Outside, such a test is not run: its reports are awaited from the machine, where the same pytest runs the same test
(guest/conftest.py sends them). So each inner test is an outer test, with its own name, time and traceback.
"""

import json
import os
import queue
import sys
import time
from pathlib import Path

import pytest

from tests.uml import machine

GUEST = Path(__file__).parent / "guest"
BOOT_LIMIT = 30.0
TEST_LIMIT = 15.0
"""Seconds for the machine to start, and for each test on it."""

INSIDE = "ALIVED_UML_CHANNEL"
"""Environment of the machine: where to send reports."""

_guests = pytest.StashKey["Guests"]()


class Guests:
    """The machine that runs this session's inner tests."""

    def __init__(self, session: pytest.Session) -> None:
        self._config = session.config
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        nodes = [item.nodeid for item in session.items if _is_inner(item)]
        self._deadline = time.monotonic() + BOOT_LIMIT + TEST_LIMIT * len(nodes)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *nodes]
        self._machine = machine.Machine(command, {INSIDE: machine.CHANNEL}, self._lines.put)

    def reports(self, item: pytest.Item) -> list[pytest.TestReport]:
        """Wait for a test's reports; one of a failure if the machine ends without them."""
        reports: list[pytest.TestReport] = []
        while (line := self._next_line()) is not None:
            report = self._config.hook.pytest_report_from_serializable(config=self._config, data=json.loads(line))
            reports.append(report)
            if report.when == "teardown":
                return reports
        text = f"The machine ended without a report of this test. Its console:\n{self.end()}"
        return [*reports, pytest.TestReport(item.nodeid, item.location, {}, "failed", text, "call")]

    def end(self) -> str:
        """End the machine; what was on its console."""
        return self._machine.end().console

    def _next_line(self) -> str | None:
        """None when there are no more, or it is too late for more, now and ever after."""
        try:
            line = self._lines.get(timeout=max(0.0, self._deadline - time.monotonic()))
        except queue.Empty:
            line = None
        if line is None:
            self._lines.put(None)
        return line


def _is_inner(item: pytest.Item) -> bool:
    return GUEST in item.path.parents


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Outside, take the reports of an inner test from the machine."""
    if INSIDE in os.environ or not _is_inner(item) or machine.missing() is not None:
        return None
    if _guests not in item.session.stash:
        item.session.stash[_guests] = Guests(item.session)
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in item.session.stash[_guests].reports(item):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Reached outside only when there is no machine."""
    if _is_inner(item) and INSIDE not in os.environ:
        pytest.skip(str(machine.missing()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no machine behind."""
    if (guests := session.stash.get(_guests, None)) is not None:
        guests.end()
