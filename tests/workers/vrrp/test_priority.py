"""What tracked scripts make of a priority."""

import pytest

from alived.ipc.model.vrrp import TrackedScript
from alived.workers.vrrp.priority import standing


def script(weight: int, *, reverse: bool = False) -> TrackedScript:
    return TrackedScript(name="nginx", weight=weight, reverse=reverse)


@pytest.mark.parametrize(
    ("tracked", "up", "effective"),
    [
        (script(-15), True, 100),
        (script(-15), False, 85),
        (script(15), True, 115),
        (script(15), False, 100),
        (script(-15, reverse=True), False, 115),
        (script(15, reverse=True), True, 85),
        (script(253), True, 254),
        (script(-253), False, 1),
    ],
)
def test_a_weight_counts_on_one_side_only(tracked: TrackedScript, up: bool, effective: int) -> None:
    result = standing(100, (tracked,), {"nginx": up})
    assert (result.effective, result.base, result.faults) == (effective, 100, frozenset())


def test_a_contribution_is_named() -> None:
    assert standing(100, (script(-15),), {"nginx": False}).reasons == ("script nginx: -15",)


def test_no_contribution_is_not() -> None:
    assert standing(100, (script(-15),), {"nginx": True}).reasons == ()


def test_contributions_add_up_before_they_are_clamped() -> None:
    scripts = (TrackedScript(name="a", weight=200), TrackedScript(name="b", weight=-150))
    assert standing(100, scripts, {"a": True, "b": False}).effective == 150


def test_a_weighted_script_that_has_not_reported_changes_nothing() -> None:
    assert standing(100, (script(-15),), {}) == (100, 100, (), frozenset())


@pytest.mark.parametrize(
    ("up", "reverse", "fault"),
    [
        (None, False, "script nginx has not reported yet"),
        (None, True, "script nginx has not reported yet"),
        (False, False, "script nginx is down"),
        (True, True, "script nginx is up"),
        (True, False, None),
        (False, True, None),
    ],
)
def test_a_script_of_weight_0_is_a_fault(up: bool | None, reverse: bool, fault: str | None) -> None:
    verdicts = {} if up is None else {"nginx": up}
    assert standing(100, (script(0, reverse=reverse),), verdicts).faults == ({fault} if fault else set())


def test_the_owner_is_not_moved_by_weights_but_by_faults() -> None:
    result = standing(255, (script(-15), TrackedScript(name="link", weight=0)), {"nginx": False, "link": False})
    assert result == (255, 255, (), frozenset({"script link is down"}))
