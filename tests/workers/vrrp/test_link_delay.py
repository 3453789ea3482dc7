"""A change of an interface counts when it has lasted. Steps: (time, up or None for expire, what counts then)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.interfaces import InterfaceDelay
from alived.workers.vrrp.link_delay import LinkDelays

Step = tuple[float, bool | None, bool]
UP, DOWN = True, False


def delays(down: float = 0.0, up: float = 0.0) -> LinkDelays:
    found = LinkDelays()
    found.configure([InterfaceDelay(name="eth0", down=down, up=up)], 0.0)
    return found


@pytest.mark.parametrize(
    ("down", "up", "steps"),
    [
        (0, 0, [(0, UP, UP), (1, DOWN, DOWN), (2, UP, UP)]),
        (2, 0, [(0, UP, UP), (1, DOWN, UP), (2.9, None, UP), (3, None, DOWN), (4, UP, UP)]),
        (0, 2, [(0, DOWN, DOWN), (1, UP, DOWN), (3, None, UP), (4, DOWN, DOWN)]),
        (2, 2, [(0, UP, UP), (1, DOWN, UP), (2, UP, UP), (3, None, UP), (9, None, UP)]),
        (2, 2, [(0, UP, UP), (1, DOWN, UP), (2, DOWN, UP), (3, None, DOWN)]),
        (2, 2, [(0, DOWN, DOWN), (9, None, DOWN)]),
    ],
)
def test_stories(down: float, up: float, steps: list[Step]) -> None:
    links = delays(down, up)
    for now, state, counts in steps:
        if state is None:
            links.expire(now)
        else:
            assert links.take("eth0", state, now) is counts
        assert links.counts("eth0") is counts, now


def test_what_has_changed_is_told_once() -> None:
    links = delays(down=2)
    links.take("eth0", UP, 0)
    links.take("eth0", DOWN, 1)
    assert links.deadline() == 3
    assert links.expire(2.9) == {}
    assert links.expire(3) == {"eth0": DOWN}
    assert links.expire(4) == {}
    assert links.deadline() is None


def test_an_interface_without_a_delay() -> None:
    links = delays(down=2, up=2)
    assert [links.take("eth1", state, 0) for state in (UP, DOWN, UP)] == [UP, DOWN, UP]


def test_each_interface_has_its_own_time() -> None:
    links = LinkDelays()
    links.configure([InterfaceDelay(name="a", down=3), InterfaceDelay(name="b", down=1)], 0)
    for name in ("a", "b"):
        links.take(name, UP, 0)
        links.take(name, DOWN, 1)
    assert links.deadline() == 2
    assert links.expire(2) == {"b": DOWN}
    assert links.deadline() == 4


def test_what_is_forgotten_begins_anew() -> None:
    links = delays(down=2)
    links.take("eth0", UP, 0)
    links.forget("eth0")
    links.forget("eth1")
    assert links.counts("eth0") is None
    assert links.take("eth0", DOWN, 1) is DOWN


@pytest.mark.parametrize(("new", "due"), [(5.0, 11.0), (0.5, 2.5), (0.0, 2.0)])
def test_a_reload_shortens_what_is_waited_for(new: float, due: float) -> None:
    links = delays(down=10)
    links.take("eth1", UP, 0)
    links.take("eth0", UP, 0)
    links.take("eth0", DOWN, 1)
    links.configure([InterfaceDelay(name="eth0", down=new)] if new else [], 2)
    assert links.deadline() == min(due, 2 + new)


@given(st.floats(0, 3), st.floats(0, 3), st.lists(st.tuples(st.floats(0, 2), st.booleans()), min_size=1, max_size=20))
def test_in_the_end_what_is_counts(down: float, up: float, changes: list[tuple[float, bool]]) -> None:
    links, now = delays(down, up), 0.0
    for pause, state in changes:
        now += pause
        links.expire(now)
        links.take("eth0", state, now)
    links.expire(now + 3)
    assert links.counts("eth0") is changes[-1][1]
    assert links.deadline() is None
