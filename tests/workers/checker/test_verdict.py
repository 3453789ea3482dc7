"""fall and rise of vrrp_script, retry of checks: keepalived's rules, row by row, then as properties."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.checks import TcpCheck
from alived.workers.checker.outcome import Down, LocalError, Outcome, Up
from alived.workers.checker.verdict import CheckVerdict, ScriptVerdict, announces

GOOD, BAD, LOCAL = Up("fine"), Down("bad"), LocalError("no descriptor")
OUTCOMES: dict[str, Outcome] = {"+": GOOD, "-": BAD, "!": LOCAL}

CHECK = TcpCheck(address="192.0.2.1", port=80, retry=2, delay_before_retry=1.5, delay_loop=6.0)


def story(verdict: Any, outcomes: str, *arguments: int) -> str:
    """What is announced, run by run: u(p), d(own), or a dot for nothing."""
    told = ""
    for outcome in outcomes:
        before, verdict = verdict, verdict.after(OUTCOMES[outcome], *arguments)
        told += ("u" if verdict.up else "d") if announces(before, verdict) else "."
    return told


@pytest.mark.parametrize(
    ("rise", "fall", "init_fail", "outcomes", "told"),
    [
        (1, 1, False, "+-+-", "udud"),
        (3, 3, False, "+", "u"),  # the first run decides at once
        (3, 3, False, "-", "d"),
        (3, 3, True, "+++", "..u"),  # assumed failed: rises like any other
        (3, 3, True, "-", "."),  # and is not told twice
        (1, 3, False, "+--+--+---", "u........d"),  # one success takes all failures back
        (3, 1, False, "-++-++-+++", "d........u"),  # and one failure all successes
        (2, 2, False, "+--++", "u.d.u"),
        (1, 1, False, "!!+!-!", "..u.d."),  # a local error says nothing
    ],
)
def test_script_verdict(rise: int, fall: int, init_fail: bool, outcomes: str, told: str) -> None:
    assert story(ScriptVerdict.initial(rise=rise, fall=fall, init_fail=init_fail), outcomes) == told


def test_a_script_that_is_assumed_failed_has_a_verdict_before_it_runs() -> None:
    verdict = ScriptVerdict.initial(rise=2, fall=2, init_fail=True)
    assert verdict.known
    assert not verdict.up


def test_failures_in_a_row_are_counted() -> None:
    verdict = ScriptVerdict.initial(rise=1, fall=5, init_fail=False)
    for outcome, failures in ((GOOD, 0), (BAD, 1), (BAD, 2), (LOCAL, 2), (GOOD, 0)):
        verdict = verdict.after(outcome)
        assert verdict.failures == failures


@pytest.mark.parametrize(("up", "outcomes", "told"), [(True, "+--", "..d"), (False, "-++", "..u")])
def test_a_restart_goes_on_from_the_verdict(up: bool, outcomes: str, told: str) -> None:
    assert story(ScriptVerdict.resumed(rise=2, fall=2, up=up), outcomes) == told


@pytest.mark.parametrize(
    ("before", "rise", "fall", "outcomes", "told"),
    [
        ("+--", 1, 3, "-", "d"),  # two of three failures stay two of three
        ("+--", 1, 5, "---", "..d"),
        ("+--", 1, 2, "-", "d"),  # already as many as it takes: the next one, not this moment
        ("-+", 3, 3, "++", ".u"),
        ("-++", 2, 3, "+", "u"),
        ("", 4, 4, "+", "u"),  # nothing known: still the first run decides
        ("", 4, 4, "-", "d"),
    ],
)
def test_a_changed_fall_or_rise_keeps_the_verdict_and_the_count(
    before: str, rise: int, fall: int, outcomes: str, told: str
) -> None:
    verdict = ScriptVerdict.initial(rise=3, fall=3, init_fail=False)
    for outcome in before:
        verdict = verdict.after(OUTCOMES[outcome])
    changed = verdict.refitted(rise=rise, fall=fall)
    assert (changed.known, changed.up) == (verdict.known, verdict.up)
    assert story(changed, outcomes) == told


def keepalived(rise: int, fall: int, outcomes: list[bool]) -> list[bool]:
    """Another way to say it: up after `rise` good ones in a row, down after `fall` bad ones; the first decides."""
    verdicts: list[bool] = []
    for index, good in enumerate(outcomes):
        if index == 0:
            verdicts.append(good)
            continue
        wanted = rise if good else fall
        streak = outcomes[max(0, index + 1 - wanted) : index + 1]
        verdicts.append(good if streak == [good] * wanted else verdicts[-1])
    return verdicts


@given(st.integers(1, 6), st.integers(1, 6), st.lists(st.booleans(), max_size=40))
def test_script_verdict_is_streaks(rise: int, fall: int, outcomes: list[bool]) -> None:
    verdict = ScriptVerdict.initial(rise=rise, fall=fall, init_fail=False)
    found = []
    for good in outcomes:
        verdict = verdict.after(GOOD if good else BAD)
        assert 0 <= verdict.result <= rise + fall - 1
        found.append(verdict.up)
    assert found == keepalived(rise, fall, outcomes)


@given(
    st.lists(st.sampled_from([GOOD, BAD, LOCAL]), max_size=20),
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=2, max_size=5),
)
def test_refitting_never_changes_a_verdict(outcomes: list[Outcome], settings: list[tuple[int, int]]) -> None:
    (rise, fall), *rest = settings
    verdict = ScriptVerdict.initial(rise=rise, fall=fall, init_fail=False)
    for outcome in outcomes:
        verdict = verdict.after(outcome)
    for rise, fall in rest:
        changed = verdict.refitted(rise=rise, fall=fall)
        assert (changed.known, changed.up, changed.failures) == (verdict.known, verdict.up, verdict.failures)
        assert 0 <= changed.result <= rise + fall - 1
        verdict = changed


@pytest.mark.parametrize(
    ("retry", "outcomes", "told"),
    [
        (3, "+", "u"),
        (3, "---", "..."),  # counts as up, and nothing is known, until the retries are over
        (3, "----", "...d"),
        (3, "+---+", "u...."),
        (3, "+----", "u...d"),  # one failure and three retries
        (0, "+-+", "udu"),
        (3, "-+", ".u"),  # one success is enough
        (0, "-+", "du"),
        (3, "------", "...d.."),
        (1, "!+!-!-!", ".u...d."),
    ],
)
def test_check_verdict(retry: int, outcomes: str, told: str) -> None:
    assert story(CheckVerdict(), outcomes, retry) == told


def test_a_check_counts_as_up_until_it_has_run() -> None:
    verdict = CheckVerdict()
    assert verdict.up
    assert not verdict.known
    assert not verdict.after(LOCAL, 3).known


def test_pauses() -> None:
    """Retries follow quickly; while all is well, and once it is down, it is asked every delay_loop."""
    verdict, pauses = CheckVerdict(), []
    for outcome in (GOOD, BAD, BAD, LOCAL, BAD, BAD, GOOD):
        verdict = verdict.after(outcome, CHECK.retry)
        pauses.append(verdict.pause(CHECK))
    assert pauses == [6.0, 1.5, 1.5, 1.5, 6.0, 6.0, 6.0]


@given(st.integers(0, 5), st.lists(st.booleans(), max_size=40))
def test_check_verdict_is_streaks(retry: int, outcomes: list[bool]) -> None:
    verdict = CheckVerdict()
    found = []
    for good in outcomes:
        verdict = verdict.after(GOOD if good else BAD, retry)
        found.append(verdict.up)
    assert found == keepalived(1, retry + 1, [True, *outcomes])[1:]  # it counts as up before the first run
