"""Inside the machine: sends each report to the pytest outside."""

import json
import os
from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """One line of JSON per report."""
    if (channel := os.environ.get("ALIVED_UML_CHANNEL")) is not None and (config := _config) is not None:
        data = config.hook.pytest_report_to_serializable(config=config, report=report)
        with Path(channel).open("w") as out:
            out.write(json.dumps(data) + "\n")


_config: pytest.Config | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Keep the configuration for the hook above, which is not given it."""
    global _config  # noqa: PLW0603 - the hook's signature leaves no other way
    _config = config
