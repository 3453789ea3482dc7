"""PURE: a worker has ended; start it again when, or give it up.

At once, as a rule: an outage lasts as long as the worker is away. Only one that keeps dying is slowed down (restart
intensity, as Erlang's supervisors have it), and only one that says itself that it cannot boot is not started again
(gunicorn's convention), until a reload gives it something new to try.
"""

from alived.ipc.messages import WorkerExit
from alived.ipc.record import record

PERIOD = 10.0
"""Seconds that a death counts."""

FREE = 6
"""Deaths within PERIOD that are followed by a start at once."""

FIRST_DELAY = 0.1
"""Seconds; doubled with every further death within PERIOD."""

MAX_DELAY = 5.0


@record()
class RestartAt:
    """Start it again at this moment."""

    when: float
    deaths: tuple[float, ...]
    """History to hand in next time."""


@record()
class GiveUp:
    """Do not start it again."""


def decide(exit_code: int, deaths: tuple[float, ...], now: float) -> RestartAt | GiveUp:
    """What follows the end of a worker.

    `exit_code` is negative for a signal, as subprocess has it; `deaths` are the moments of earlier deaths.
    """
    if exit_code == WorkerExit.CANNOT_BOOT:
        return GiveUp()
    return again(deaths, now)


def again(deaths: tuple[float, ...], now: float) -> RestartAt:
    """When to start again what has just ended."""
    recent = (*(moment for moment in deaths if now - moment < PERIOD), now)
    excess = len(recent) - FREE
    delay = min(FIRST_DELAY * 2.0 ** (excess - 1), MAX_DELAY) if excess > 0 else 0.0
    return RestartAt(now + delay, recent)


def words(exit_code: int, signal_names: dict[int, str]) -> str:
    """How it ended, for the log."""
    if exit_code < 0:
        return f"was killed by {signal_names.get(-exit_code, f'signal {-exit_code}')}"
    return f"ended with exit code {exit_code}"
