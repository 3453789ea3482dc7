"""What all that is tracked makes of a priority."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.vrrp import TrackedScript
from alived.workers.vrrp.priority import Standing, judge
from alived.workers.vrrp.tracked import Kind, Observation, Tracker

NOTHING = Standing(100, 100, (), frozenset())
UP, DOWN = Observation(up=True), Observation(up=False)
ON_OFF = [kind for kind in Kind if kind is not Kind.FILE]
UNKNOWN_AT_FIRST = [kind for kind in ON_OFF if kind not in (Kind.INTERFACE, Kind.BFD)]


def tracker(kind: Kind, weight: int, *, reverse: bool = False, name: str = "x") -> Tracker:
    return Tracker(f"{kind} {name}", kind, name, weight, reverse)


def file(weight: int, *, reverse: bool = False) -> Tracker:
    return tracker(Kind.FILE, weight, reverse=reverse)


def holds(value: int) -> dict[str, Observation]:
    return {"file x": Observation(up=True, value=value)}


def standing(base: int, scripts: tuple[TrackedScript, ...], up: dict[str, bool]) -> Standing:
    trackers = [tracker(Kind.SCRIPT, one.weight, reverse=one.reverse, name=one.name) for one in scripts]
    return judge(base, trackers, {f"script {name}": Observation(verdict) for name, verdict in up.items()})


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
    assert standing(100, (script(-15),), {}) == NOTHING


@pytest.mark.parametrize(
    ("up", "reverse", "fault"),
    [
        (False, False, "script nginx is down"),
        (True, True, "script nginx is up"),
        (True, False, None),
        (False, True, None),
    ],
)
def test_a_script_of_weight_0_is_a_fault(up: bool, reverse: bool, fault: str | None) -> None:
    assert standing(100, (script(0, reverse=reverse),), {"nginx": up}).faults == ({fault} if fault else set())


def test_the_owner_is_not_moved_by_weights_but_by_faults() -> None:
    result = standing(255, (script(-15), TrackedScript(name="link", weight=0)), {"nginx": False, "link": False})
    assert result == Standing(255, 255, (), frozenset({"script link is down"}))


# --- every kind -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ON_OFF)
@pytest.mark.parametrize(
    ("weight", "reverse", "observation", "change"),
    [
        (20, False, UP, 20),
        (20, False, DOWN, 0),
        (20, True, UP, -20),
        (20, True, DOWN, 0),
        (-20, False, UP, 0),
        (-20, False, DOWN, -20),
        (-20, True, UP, 0),
        (-20, True, DOWN, 20),
    ],
)
def test_a_weight(kind: Kind, weight: int, reverse: bool, observation: Observation, change: int) -> None:
    result = judge(100, [tracker(kind, weight, reverse=reverse)], {f"{kind} x": observation})
    assert (result.effective, result.base, result.faults) == (100 + change, 100, frozenset())
    assert len(result.reasons) == (change != 0)


@pytest.mark.parametrize(
    ("kind", "observation", "reason"),
    [
        (Kind.SCRIPT, DOWN, "script x: -20"),
        (Kind.INTERFACE, DOWN, "interface x down: -20"),
        (Kind.PROCESS, DOWN, "process x down: -20"),
        (Kind.BFD, DOWN, "bfd x down: -20"),
        (Kind.VIRTUAL_SERVER, DOWN, "virtual_server x below its quorum: -20"),
    ],
)
def test_each_contribution_is_named(kind: Kind, observation: Observation, reason: str) -> None:
    assert judge(100, [tracker(kind, -20)], {f"{kind} x": observation}).reasons == (reason,)


def test_what_is_up_and_counts_is_named() -> None:
    trackers = [tracker(Kind.INTERFACE, 5), tracker(Kind.VIRTUAL_SERVER, 6), file(3)]
    seen = {"interface x": UP, "virtual_server x": UP, **holds(-2)}
    reasons = ("interface x up: +5", "virtual_server x at its quorum: +6", "file x is -2: -6")
    assert judge(100, trackers, seen) == Standing(105, 100, reasons, frozenset())


@pytest.mark.parametrize(
    ("kind", "down", "up"),
    [
        (Kind.SCRIPT, "script x is down", "script x is up"),
        (Kind.INTERFACE, "interface x is down", "interface x is up"),
        (Kind.PROCESS, "process x is down", "process x is up"),
        (Kind.BFD, "bfd x is down", "bfd x is up"),
        (Kind.VIRTUAL_SERVER, "virtual_server x is below its quorum", "virtual_server x is at its quorum"),
    ],
)
def test_weight_0_is_a_fault(kind: Kind, down: str, up: str) -> None:
    plain, reverse = tracker(kind, 0), tracker(kind, 0, reverse=True)
    assert judge(100, [plain], {plain.key: UP}).faults == set()
    assert judge(100, [plain], {plain.key: DOWN}) == Standing(100, 100, (), frozenset({down}))
    assert judge(100, [reverse], {plain.key: UP}) == Standing(100, 100, (), frozenset({up}))
    assert judge(100, [reverse], {plain.key: DOWN}).faults == set()


@pytest.mark.parametrize("kind", [*UNKNOWN_AT_FIRST, Kind.FILE])
@pytest.mark.parametrize("reverse", [False, True])
def test_what_nobody_knows(kind: Kind, reverse: bool) -> None:
    assert judge(100, [tracker(kind, 0, reverse=reverse)], {}) == Standing(100, 100, (), frozenset(), (f"{kind} x",))
    assert judge(100, [tracker(kind, -20, reverse=reverse)], {}) == NOTHING


def test_an_interface_is_down_until_it_is_seen() -> None:
    assert judge(100, [tracker(Kind.INTERFACE, 0)], {}).faults == {"interface x is down"}
    assert judge(100, [tracker(Kind.INTERFACE, 0, reverse=True)], {}).faults == set()
    assert judge(100, [tracker(Kind.INTERFACE, -20)], {}).effective == 80
    assert judge(100, [tracker(Kind.INTERFACE, 20)], {}).effective == 100


@pytest.mark.parametrize("weight", [0, -20, 20])
def test_a_session_that_nobody_has_changes_nothing(weight: int) -> None:
    assert judge(100, [tracker(Kind.BFD, weight)], {}) == NOTHING


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "reverse", "value", "effective", "fault"),
    [
        (1, False, 20, 120, ""),
        (1, False, -20, 80, ""),
        (2, False, 20, 140, ""),
        (2, True, 20, 60, ""),
        (-2, False, 20, 60, ""),
        (1, False, 0, 100, ""),
        (1, False, 1000, 254, ""),
        (1, False, -253, 1, ""),
        (1, False, -254, 100, "file x counts less than -253"),
        (254, False, -1, 100, "file x counts less than -253"),
        (254, True, 1, 100, "file x counts less than -253"),
        (1, False, -(1 << 31), 100, "file x counts less than -253"),
        (0, False, 0, 100, ""),
        (0, False, 5, 100, "file x is not 0"),
        (0, False, -5, 100, "file x is not 0"),
        (0, True, 0, 100, "file x is 0"),
        (0, True, 5, 100, ""),
    ],
)
def test_a_number(weight: int, reverse: bool, value: int, effective: int, fault: str) -> None:
    result = judge(100, [file(weight, reverse=reverse)], holds(value))
    assert (result.effective, set(result.faults)) == (effective, {fault} - {""})


def test_what_a_file_adds_is_limited_before_others_are_added() -> None:
    trackers = [file(1), tracker(Kind.SCRIPT, -200)]
    result = judge(100, trackers, {**holds(1_000_000), "script x": DOWN})
    assert result == Standing(153, 100, ("file x is 1000000: +253", "script x: -200"), frozenset())


def test_a_file_that_is_gone_counts_as_0() -> None:
    gone = {"file x": Observation(up=False)}
    assert judge(100, [file(1)], gone) == NOTHING
    assert judge(100, [file(0)], gone).faults == set()


# --- together ---------------------------------------------------------------------------------------------------------

KINDS = st.sampled_from(list(Kind))
OBSERVATIONS = st.none() | st.builds(Observation, st.booleans(), st.integers(-300, 300))
TRACKED = st.tuples(st.builds(tracker, KINDS, st.integers(-253, 253), reverse=st.booleans()), OBSERVATIONS)


@given(st.integers(1, 255), st.lists(TRACKED, max_size=5))
def test_whatever_is_tracked(base: int, tracked: list[tuple[Tracker, Observation | None]]) -> None:
    trackers = [one._replace(key=f"{one.kind} {number}") for number, (one, _) in enumerate(tracked)]
    seen = {one.key: observation for one, (_, observation) in zip(trackers, tracked, strict=True) if observation}
    result = judge(base, trackers, seen)
    if base == 255:
        assert (result.effective, result.reasons) == (255, ())
    else:
        total = base + sum(int(reason.rpartition(" ")[2]) for reason in result.reasons)
        assert result.effective == min(max(total, 1), 254)
    named = {fault for one in trackers for fault in result.faults if fault.startswith(f"{one.key} ")}
    assert result.faults == named
    assert judge(base, reversed(trackers), seen)._replace(reasons=()) == result._replace(reasons=())
