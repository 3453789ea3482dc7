"""What must hold among routers, whatever the network, the processes and the administrators do (cluster.py).

ALIVED_EXAMPLES says how many stories of each kind are tried.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alived.ipc.messages import State
from alived.workers.vrrp.events import (
    FaultCleared,
    FaultRaised,
    PriorityChanged,
    Reconfigured,
    Resumed,
    Settings,
    Shutdown,
)
from tests.workers.vrrp.cluster import MAX_DELAY, Cluster, Network, Router

EXAMPLES = settings(max_examples=int(os.environ.get("ALIVED_EXAMPLES", "40")), deadline=None)
INTERVALS = {2: [1.0], 3: [0.5, 1.0, 1.5]}
"""Seconds. Routers of version 2 must agree about theirs."""
LONGEST = 1.5
TAKEOVER = 3 * LONGEST + LONGEST
"""Longest Master_Down_Interval there is."""
SETTLED = 2 * TAKEOVER + LONGEST
"""Until the best router is the only master of a healthy network: one that is quicker may have been it before."""


class Setup(NamedTuple):
    """Some routers and the seed of what the network does."""

    routers: list[tuple[Settings, int]]
    seed: int

    def cluster(self, segments: int = 1, **network: float) -> Cluster:
        return Cluster(self.routers, Network(Random(self.seed), **network), segments)


@st.composite
def setups(draw: st.DrawFn, *, most: int = 3, preempting: bool = False) -> Setup:
    version = draw(st.sampled_from([2, 3]))
    routers = [
        (
            Settings(
                advert_int=draw(st.sampled_from(INTERVALS[version])),
                version=version,
                nopreempt=not preempting and draw(st.booleans()),
                lower_prio_no_advert=draw(st.booleans()),
                higher_prio_send_advert=draw(st.booleans()),
            ),
            draw(st.integers(1, 254)),
        )
        for _ in range(draw(st.integers(2, most)))
    ]
    return Setup(routers, draw(st.integers(0, 2**32)))


def highest(routers: list[Router]) -> int:
    """The priority of the master if everybody preempts; of equals, who was there first stays it."""
    return max(router.priority for router in routers)


# --- a healthy network ------------------------------------------------------------------------------------------------


@EXAMPLES
@given(setups(preempting=True))
def test_the_best_becomes_the_only_master_and_stays_it(setup: Setup) -> None:
    cluster = setup.cluster(delay=MAX_DELAY, doubling=0.2)
    cluster.run_to(SETTLED)
    (master,) = cluster.masters
    assert master.priority == highest(cluster.routers)
    for _ in cluster.run(SETTLED + 20.0):
        assert cluster.masters == [master]


@EXAMPLES
@given(setups(), st.floats(SETTLED, SETTLED + 4.0))
def test_a_master_that_stops_is_followed_after_the_skew(setup: Setup, stop: float) -> None:
    cluster = setup.cluster(delay=0.0)  # its last advert does not overtake the one that says so
    cluster.run_to(stop)
    (master,) = cluster.masters
    cluster.tell(master, 0, Shutdown("stop"))
    cluster.run_to(stop + LONGEST + 2 * MAX_DELAY)
    assert len(cluster.masters) == 1


@EXAMPLES
@given(setups(), st.floats(SETTLED, SETTLED + 4.0))
def test_a_worker_that_is_replaced_in_time_is_not_missed(setup: Setup, death: float) -> None:
    cluster = setup.cluster()
    cluster.run_to(death)
    (master,) = cluster.masters
    master.stalled = True
    cluster.run_to(death + 1.0)  # short of three intervals since the last advert
    assert cluster.masters == [master]
    master.stalled, master.inbox = False, []
    cluster.boot(master, Resumed(State.MASTER, 1.0))
    for _ in cluster.run(death + 20.0):
        assert cluster.masters == [master]


@pytest.mark.parametrize("priority", [255, 100])
def test_of_equals_that_cross_the_highest_address_wins(priority: int) -> None:
    cluster = Setup([(Settings(1.0), priority)] * 3, 0).cluster(delay=MAX_DELAY)
    cluster.run_to(10.0)
    assert cluster.masters == [cluster.routers[-1]]


# --- stories ----------------------------------------------------------------------------------------------------------

Deed = Callable[[Cluster, Router, int], None]


def _fault(cluster: Cluster, router: Router, segment: int) -> None:
    cluster.tell(router, segment, FaultRaised("x"))


def _recovery(cluster: Cluster, router: Router, segment: int) -> None:
    cluster.tell(router, segment, FaultCleared("x"))


def _crash(cluster: Cluster, router: Router, _segment: int) -> None:
    cluster.boot(router)


def _tracker(cluster: Cluster, router: Router, segment: int) -> None:
    """An effective priority moves, of all members of a group alike."""
    router.priority = (router.priority * 7 + 13 * segment) % 254 + 1
    for each in range(len(router.machines)):
        cluster.tell(router, each, PriorityChanged(router.priority))


def _reload(cluster: Cluster, router: Router, _segment: int) -> None:
    """Preemption is turned over, and in version 3 the interval changes as well."""
    interval = router.settings.advert_int if router.settings.version == 2 else 2.0 - router.settings.advert_int
    router.settings = replace(router.settings, nopreempt=not router.settings.nopreempt, advert_int=interval)
    for each in range(len(router.machines)):
        cluster.tell(router, each, Reconfigured(router.settings))


def _stall(cluster: Cluster, router: Router, _segment: int) -> None:
    if router.stalled:
        cluster.wake(router, lost=False)
    else:
        router.stalled = True


def _pause(cluster: Cluster, router: Router, _segment: int) -> None:
    """A virtual machine that is paused: what was sent to it is lost."""
    if router.stalled:
        cluster.wake(router, lost=True)
    else:
        router.stalled = True


def _cut(_cluster: Cluster, router: Router, segment: int) -> None:
    router.cut ^= {segment}


def _weather(cluster: Cluster, _router: Router, segment: int) -> None:
    network = cluster.network
    network.loss, network.doubling, network.delay = ((0.5, 0.3, MAX_DELAY), (0.0, 0.0, 0.001))[segment]


GENTLE: list[Deed] = [_fault, _recovery, _crash, _tracker, _reload]
"""What leaves the network and the processes alone."""
ROUGH: list[Deed] = [*GENTLE, _stall, _pause, _cut, _weather]

Story = list[tuple[float, Deed, int, int]]


def stories(deeds: list[Deed], length: int = 25) -> st.SearchStrategy[Story]:
    """Pause before a deed, the deed, whom and in which segment it concerns."""
    return st.lists(
        st.tuples(st.floats(0.0, 6.0), st.sampled_from(deeds), st.integers(0, 2), st.integers(0, 1)), max_size=length
    )


def tell(cluster: Cluster, story: Story, check: Callable[[], None] = lambda: None) -> None:
    """Let a story happen."""
    for pause, deed, number, segment in story:
        cluster.run_to(cluster.now + pause, check)
        router = cluster.routers[number % len(cluster.routers)]
        deed(cluster, router, segment if deed is _weather else segment % len(router.machines))


def heal(cluster: Cluster) -> None:
    """End everything that is wrong."""
    cluster.network.loss = cluster.network.doubling = 0.0
    cluster.network.delay = 0.001
    for router in cluster.routers:
        router.cut.clear()
        if router.stalled:
            cluster.wake(router, lost=False)
        for segment in range(len(router.machines)):
            cluster.tell(router, segment, FaultCleared("x"))


@EXAMPLES
@given(setups(), stories(GENTLE), st.sampled_from([1, 2]))
def test_masters_that_hear_each_other_are_one_within_an_interval(setup: Setup, story: Story, segments: int) -> None:
    cluster = setup.cluster(segments, delay=MAX_DELAY)
    since: list[float] = []

    def check() -> None:
        if len(cluster.masters) < 2:
            since.clear()
        else:
            since.append(cluster.now)
            assert cluster.now - since[0] <= LONGEST + 2 * MAX_DELAY

    tell(cluster, story, check)


@EXAMPLES
@given(setups(), stories(GENTLE), st.sampled_from([1, 2]))
def test_there_is_a_master_within_an_interval_of_master_down_as_long_as_somebody_is_able(
    setup: Setup, story: Story, segments: int
) -> None:
    cluster = setup.cluster(segments, delay=MAX_DELAY)
    for part in zip(story, strict=True):
        tell(cluster, list(part))
        since = cluster.now
        able = [router for router in cluster.routers if router.state is not State.FAULT]
        pause = TAKEOVER + 2 * MAX_DELAY
        cluster.run_to(since + pause)
        assert bool(cluster.masters) == bool(able)


@EXAMPLES
@given(setups(), stories(ROUGH), st.sampled_from([1, 2]))
def test_after_whatever_happened_there_is_one_master_of_everything(setup: Setup, story: Story, segments: int) -> None:
    cluster = setup.cluster(segments)
    tell(cluster, story)
    heal(cluster)
    cluster.run_to(cluster.now + SETTLED)
    (master,) = cluster.masters
    if not any(router.settings.nopreempt for router in cluster.routers):
        assert master.priority == highest(cluster.routers)
    for _ in cluster.run(cluster.now + 10.0):
        assert cluster.masters == [master]


# --- stalls -----------------------------------------------------------------------------------------------------------


@EXAMPLES
@given(setups(preempting=True), st.floats(TAKEOVER + LONGEST, 100.0), st.booleans())
def test_trap_16_a_master_that_was_stopped_listens_before_it_speaks(setup: Setup, length: float, lost: bool) -> None:
    cluster = setup.cluster()
    cluster.run_to(SETTLED)
    (stopped,) = cluster.masters
    stopped.stalled = True
    cluster.run_to(SETTLED + length)
    (other,) = (router for router in cluster.masters if router is not stopped)
    cluster.wake(stopped, lost=lost)
    for now in cluster.run(SETTLED + length + 3 * min(INTERVALS[3])):
        assert cluster.masters == [other], now


@EXAMPLES
@given(setups(preempting=True), st.floats(0.0, 100.0), st.booleans())
def test_trap_16_a_backup_that_was_stopped_takes_nothing_over(setup: Setup, length: float, lost: bool) -> None:
    cluster = setup.cluster()
    if lost:  # three adverts that are lost, and a timer that is in time for that, do mean that the master is down
        length += TAKEOVER + LONGEST
    cluster.run_to(SETTLED)
    masters = cluster.masters
    stopped = next(router for router in cluster.routers if router not in masters)
    for _ in range(3):
        stopped.stalled = True
        cluster.run_to(cluster.now + length)
        cluster.wake(stopped, lost=lost)
        for _ in cluster.run(cluster.now + 2 * TAKEOVER):
            assert cluster.masters == masters
