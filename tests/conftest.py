"""What all tests share."""

import os
from collections.abc import Generator

import hypothesis
import pytest

NOTHING_MAY_BE_SKIPPED = bool(os.environ.get("CI"))

# A loaded machine is slow; that is no finding. In CI the same examples are tried each time, elsewhere new ones.
hypothesis.settings.register_profile("alived", deadline=None, derandomize=NOTHING_MAY_BE_SKIPPED)
hypothesis.settings.load_profile("alived")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],  # noqa: ARG001 - the hook's own signature
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure comes with what the fixtures' daemons said; and in CI a test that is skipped has failed."""
    report = yield
    if report.failed:
        stories = {
            id(value): value.story() for value in getattr(item, "funcargs", {}).values() if hasattr(value, "story")
        }
        report.sections += [("what daemons said", story) for story in stories.values()]
    if NOTHING_MAY_BE_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which in CI is a failure: {report.longrepr}"
    return report
