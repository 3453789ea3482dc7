"""How long adverts wait for each other."""

import pytest

from alived.workers.vrrp.transport.window import LONGEST, PART, window


@pytest.mark.parametrize(
    ("intervals", "seconds"),
    [
        ([], 0.0),
        ([1.0], 0.0),
        ([1.0] * 99, 0.0),
        ([1.0] * 100, LONGEST),
        ([1.0] * 2000 + [0.05], 0.05 / PART),
        ([0.01], 0.0),
        ([0.01] * 99, 0.0),
        ([0.01] * 200, 0.01 / PART),
    ],
)
def test_adverts_wait_for_each_other_if_many_come_and_never_long(intervals: list[float], seconds: float) -> None:
    assert window(intervals) == seconds
