"""Routers joined in memory, under a clock of our own and a network that loses and delays."""

import heapq
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alived.ipc.messages import State
from alived.workers.vrrp.events import (
    Action,
    AddAddresses,
    AdvertReceived,
    FaultCleared,
    FaultRaised,
    RemoveAddresses,
    SendAdvert,
    Settings,
    Shutdown,
    Startup,
)
from alived.workers.vrrp.fsm import Machine

INTERVAL = 1.0
TAKEOVER = 3 * INTERVAL + 1.0
"""Longest Master_Down_Interval there is."""
MAX_DELAY = 0.05


class Router:
    def __init__(self, number: int, priority: int) -> None:
        self.address = bytes([10, 9, 0, number])
        self.machine = Machine(Settings(INTERVAL, self.address), priority)
        self.has_addresses = False
        self.reachable = True


class Cluster:
    """Delivers what routers send, in order of time, until told to stop."""

    def __init__(self, priorities: list[int], fates: Iterator[tuple[bool, float]]) -> None:
        """`fates`: whether a packet is lost and how long it takes, for one after the other."""
        self.now = 0.0
        self.routers = [Router(number, priority) for number, priority in enumerate(priorities, 1)]
        self._fates = fates
        self._flying: list[tuple[float, int, Router, AdvertReceived]] = []
        self._arrival: dict[tuple[bytes, bytes], float] = {}
        self._sent = 0
        for router in self.routers:
            self.do(router, router.machine.receive(Startup(), self.now))

    def do(self, router: Router, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case SendAdvert():
                    self._send(router, AdvertReceived(action.priority, router.address))
                case AddAddresses():
                    router.has_addresses = True
                case RemoveAddresses():
                    router.has_addresses = False
        assert router.has_addresses == (router.machine.state is State.MASTER)
        deadline = router.machine.deadline()
        assert deadline is None or deadline >= self.now

    def _send(self, sender: Router, advert: AdvertReceived) -> None:
        for receiver in self.routers:
            lost, delay = next(self._fates)
            if receiver is not sender and not lost and sender.reachable and receiver.reachable:
                self._sent += 1
                link = (sender.address, receiver.address)
                self._arrival[link] = max(self._arrival.get(link, 0.0), self.now + delay)  # no overtaking on a link
                heapq.heappush(self._flying, (self._arrival[link], self._sent, receiver, advert))

    def run(self, until: float) -> Iterator[float]:
        """Run, and yield the time after each event."""
        while True:
            timers = [
                (deadline, number)
                for number, router in enumerate(self.routers)
                if (deadline := router.machine.deadline()) is not None
            ]
            timer = min(timers, default=(until, 0))
            packet = self._flying[0][0] if self._flying else until
            if min(timer[0], packet) >= until:
                self.now = until
                return
            if packet <= timer[0]:
                self.now, _, receiver, advert = heapq.heappop(self._flying)
                self.do(receiver, receiver.machine.receive(advert, self.now))
            else:
                self.now, number = timer
                router = self.routers[number]
                self.do(router, router.machine.expire(self.now))
            yield self.now

    def run_to(self, until: float) -> None:
        for _ in self.run(until):
            pass

    @property
    def masters(self) -> list[Router]:
        return [router for router in self.routers if router.machine.state is State.MASTER]


def fates(*, lossy: list[bool] | None = None, delays: list[float] | None = None) -> Iterator[tuple[bool, float]]:
    lossy, delays = lossy or [False], delays or [0.001]
    number = 0
    while True:
        yield lossy[number % len(lossy)], delays[number % len(delays)]
        number += 1


priorities = st.lists(st.integers(1, 255), min_size=2, max_size=3)
delays = st.lists(st.floats(0.0, MAX_DELAY), min_size=1, max_size=20)


@given(priorities, delays)
def test_one_of_the_best_becomes_the_only_master_and_stays_it(order: list[int], delay: list[float]) -> None:
    cluster = Cluster(order, fates(delays=delay))
    cluster.run_to(TAKEOVER + 1.0)
    (master,) = cluster.masters
    assert master.machine.priority == max(order)
    for _ in cluster.run(30.0):
        assert cluster.masters == [master]


@given(priorities, delays)
def test_two_masters_do_not_last_longer_than_a_packet_travels(order: list[int], delay: list[float]) -> None:
    cluster = Cluster(order, fates(delays=delay))
    double_since: float | None = None
    for now in cluster.run(30.0):
        if len(cluster.masters) < 2:
            double_since = None
        elif double_since is None:
            double_since = now
        else:
            # An advert that crosses another is answered at once: one way there, one way back.
            assert now - double_since <= 2 * MAX_DELAY + 1e-9


@given(priorities, delays, st.floats(5.0, 12.0))
def test_a_dead_master_is_replaced_in_time(order: list[int], delay: list[float], death: float) -> None:
    cluster = Cluster(order, fates(delays=delay))
    cluster.run_to(death)
    (dead,) = cluster.masters or [cluster.routers[0]]
    dead.reachable = False
    cluster.run_to(death + TAKEOVER + MAX_DELAY)
    survivors = [router for router in cluster.masters if router is not dead]
    assert len(survivors) >= 1
    cluster.run_to(death + TAKEOVER + 2.0)
    assert len([router for router in cluster.masters if router is not dead]) == 1


@given(priorities, delays, st.floats(5.0, 12.0))
def test_a_master_that_stops_is_followed_within_a_second(order: list[int], delay: list[float], stop: float) -> None:
    cluster = Cluster(order, fates(delays=delay))
    cluster.run_to(stop)
    (stopping,) = cluster.masters or [cluster.routers[0]]
    cluster.do(stopping, stopping.machine.receive(Shutdown("stop"), cluster.now))
    cluster.run_to(stop + 1.0 + 2 * MAX_DELAY)
    assert len(cluster.masters) == 1


@settings(deadline=None)
@given(priorities, delays, st.lists(st.booleans(), min_size=1, max_size=40))
def test_there_is_a_master_again_soon_after_the_network_heals(
    order: list[int], delay: list[float], lossy: list[bool]
) -> None:
    losing = [fate for _, fate in zip(range(200), fates(lossy=lossy, delays=delay), strict=False)]
    cluster = Cluster(order, iter([*losing, *([(False, 0.001)] * 100_000)]))
    cluster.run_to(200.0)
    (master,) = cluster.masters
    assert master.machine.priority == max(order)


@given(st.lists(st.tuples(st.floats(0.01, 3.0), st.integers(0, 1), st.booleans()), max_size=20))
def test_without_faults_there_is_never_nobody_for_long(story: list[tuple[float, int, bool]]) -> None:
    cluster = Cluster([100, 90], fates())
    for pause, number, broken in story:
        cluster.run_to(cluster.now + pause)
        router = cluster.routers[number]
        event = FaultRaised("x") if broken else FaultCleared("x")
        cluster.do(router, router.machine.receive(event, cluster.now))
    for router in cluster.routers:
        cluster.do(router, router.machine.receive(FaultCleared("x"), cluster.now))
    cluster.run_to(cluster.now + TAKEOVER)
    assert len(cluster.masters) == 1


@pytest.mark.parametrize("order", [[255, 255], [100, 100, 100]])
def test_of_equals_that_cross_the_highest_address_wins(order: list[int]) -> None:
    cluster = Cluster(order, fates(delays=[MAX_DELAY]))
    cluster.run_to(10.0)
    assert cluster.masters == [cluster.routers[-1]]
