"""chores.py: work that waits for its turn."""

import asyncio
import time
from collections.abc import Callable

from alived.workers.vrrp.alarm import Alarm
from alived.workers.vrrp.chores import BUDGET, Chores


def busy(done: list[str], name: str) -> Callable[[], None]:
    """Half a budget's worth of work."""

    def work() -> None:
        until = time.monotonic() + BUDGET / 2
        while time.monotonic() < until:
            pass
        done.append(name)

    return work


def test_what_does_not_fit_into_a_turn_is_done_in_later_ones_and_in_order() -> None:
    async def story() -> None:
        done: list[str] = []
        chores = Chores(Alarm())
        over = asyncio.Event()
        for name in "abcdef":
            chores.add(busy(done, name))
        chores.add(over.set)
        chores.run()
        assert 1 <= len(done) < len("abcdef")
        async with asyncio.timeout(5):
            await over.wait()
        assert done == [*"abcdef"]
        assert chores.deadline() is None

    asyncio.run(story())


def test_what_is_dropped_is_not_done() -> None:
    async def story() -> None:
        done: list[str] = []
        chores = Chores(Alarm())
        for name in "abcdef":
            chores.add(busy(done, name))
        chores.run()
        before = [*done]
        chores.drop()
        assert chores.deadline() is None
        chores.run()
        assert done == before

    asyncio.run(story())
