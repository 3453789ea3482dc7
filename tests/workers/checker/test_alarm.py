"""The one timer: it rings at the time it was last set to, once."""

import asyncio

from alived.workers.checker.alarm import Alarm
from tests.workers.checker.kit import run


def test_it_rings_once_at_the_last_time_it_was_set_to() -> None:
    async def main() -> list[float]:
        loop, rung, ringing = asyncio.get_running_loop(), list[float](), asyncio.Event()

        def ring() -> None:
            rung.append(loop.time())
            ringing.set()

        alarm, start = Alarm(ring), loop.time()
        for when in (start + 1000, None, start + 0.05, start + 0.02, start + 0.02):
            alarm.set(when)
        await ringing.wait()
        assert rung[0] >= start + 0.02

        ringing.clear()
        alarm.set(start)  # past already; and may be set from a ring
        await ringing.wait()
        alarm.set(None)
        return rung

    assert len(run(main())) == 2
