"""Configurations that people use, with recorded verdicts of keepalived 2.4.3: alived comes to the same ones.

Collected only where ALIVED_CORPUS names a directory of such verdicts (conftest.py). Differences that are wanted are in
docs/differences.md.
"""

import pytest

from tests.supervisor.config.judging import VALID, Comparison, summary
from tests.supervisor.config.recorded import compared, directory

pytestmark = pytest.mark.netns


@pytest.fixture(scope="module")
def comparisons() -> list[Comparison]:
    recorded = directory()
    assert recorded, "conftest.py collects this file only with a directory"
    return compared(recorded)


def story(comparisons: list[Comparison]) -> str:
    return "\n\n".join([one.table() for one in comparisons if one.differs()] + [summary(comparisons)])


def test_valid_or_not_as_keepalived_says(comparisons: list[Comparison]) -> None:
    same = sum(one.same_validity for one in comparisons)
    assert same >= 0.99 * len(comparisons), story(comparisons)


def test_the_exit_status_of_those_that_are_not_valid_is_the_same(comparisons: list[Comparison]) -> None:
    invalid = [one for one in comparisons if one.theirs.status != VALID]
    same = sum(one.theirs.status == one.ours.status for one in invalid)
    assert same == len(invalid), story(comparisons)


def test_the_lines_that_keepalived_complains_of_are_complained_of(comparisons: list[Comparison]) -> None:
    lines = sum(len(one.theirs.lines) for one in comparisons)
    missed = sum(len(one.missed) for one in comparisons)
    assert missed <= 0.02 * lines, story(comparisons)
