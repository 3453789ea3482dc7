"""Sleepers are woken when they are due, and not before."""

import asyncio

from alived.workers.vrrp.alarm import ITEMS_PER_TURN, TOGETHER, Alarm

PATIENCE = 5.0
"""Seconds that anything may take."""


class Sleeper:
    """Due at some times, one after the other."""

    def __init__(self, *dues: float) -> None:
        self.dues = list(dues)
        self.woken: list[float] = []
        self.done = asyncio.Event()

    def deadline(self) -> float | None:
        return self.dues[0] if self.dues else None

    def expire(self, now: float) -> None:
        if self.dues and self.dues[0] <= now:
            self.woken.append(self.dues.pop(0))
        if not self.dues:
            self.done.set()


async def finish(*sleepers: Sleeper) -> None:
    async with asyncio.timeout(PATIENCE):
        for sleeper in sleepers:
            await sleeper.done.wait()


def test_each_is_woken_at_all_its_deadlines_and_none_early() -> None:
    async def scenario() -> None:
        alarm = Alarm()
        begin = alarm.now()
        sleepers = [Sleeper(begin + 0.01 * number, begin + 0.02 * number) for number in range(1, 4)]
        for sleeper in sleepers:
            alarm.note(sleeper)
        await finish(*sleepers)
        assert alarm.now() >= begin + 0.06 - TOGETHER
        assert all(len(sleeper.woken) == 2 for sleeper in sleepers)
        alarm.close()

    asyncio.run(scenario())


def test_a_deadline_that_comes_nearer_is_kept() -> None:
    async def scenario() -> None:
        alarm = Alarm()
        sleeper = Sleeper(alarm.now() + 1000.0)
        alarm.note(sleeper)
        sleeper.dues = [alarm.now() + 0.01]
        alarm.note(sleeper)
        await finish(sleeper)
        alarm.close()

    asyncio.run(scenario())


def test_a_deadline_that_moves_away_wakes_nobody_before_it() -> None:
    async def scenario() -> None:
        alarm = Alarm()
        mover, witness = Sleeper(alarm.now() + 0.01), Sleeper(alarm.now() + 0.03)
        alarm.note(mover)
        alarm.note(witness)
        mover.dues = [alarm.now() + 0.06]
        alarm.note(mover)
        await finish(witness)
        assert not mover.woken
        await finish(mover)
        alarm.close()

    asyncio.run(scenario())


def test_a_turn_is_bounded_and_the_rest_follows() -> None:
    async def scenario() -> None:
        alarm = Alarm()
        due = alarm.now() + 0.01
        sleepers = [Sleeper(due) for _ in range(ITEMS_PER_TURN + 1)]
        for sleeper in sleepers:
            alarm.note(sleeper)
        await finish(*sleepers)
        alarm.close()

    asyncio.run(scenario())


def test_who_is_no_more_is_not_woken_nor_anybody_after_the_end() -> None:
    async def scenario() -> None:
        alarm = Alarm()
        gone, witness = Sleeper(alarm.now() + 0.01), Sleeper(alarm.now() + 0.02)
        alarm.note(gone)
        alarm.note(witness)
        alarm.forget(gone)
        await finish(witness)
        late = Sleeper(alarm.now() + 0.01)
        alarm.note(late)
        alarm.close()
        later = asyncio.Event()
        asyncio.get_running_loop().call_later(0.03, later.set)
        await later.wait()
        assert not gone.woken
        assert not late.woken

    asyncio.run(scenario())


def test_the_news_is_read_before_anybody_is_woken() -> None:
    async def scenario() -> None:
        late = Sleeper()
        witness = Sleeper()
        read: list[str] = []

        def before() -> None:
            read.append("news")
            late.dues = [alarm.now() + 1000.0]

        alarm = Alarm(before)
        late.dues, witness.dues = [alarm.now() + 0.01], [alarm.now() + 0.01]
        alarm.note(late)
        alarm.note(witness)
        await finish(witness)
        assert read
        assert not late.woken
        alarm.close()

    asyncio.run(scenario())
