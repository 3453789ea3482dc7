"""How long adverts may wait for each other, so that a worker of many virtual routers wakes once for several of them.

PURE. A wake-up costs more than an advert. What does not live here: the waiting (listening.py).
"""

from collections.abc import Collection

LONGEST = 0.02
"""Seconds."""
PART = 50
"""Of the shortest interval, what an advert may wait: less than peers' timers and clocks differ by."""
WORTH = 2
"""Adverts that have to come in a window on average; with fewer it would save nothing."""


def window(intervals: Collection[float]) -> float:
    """Seconds for which adverts are let come together; 0: each is read when it comes.

    `intervals` are the seconds between two adverts of each virtual router that may be heard.
    """
    seconds = min(LONGEST, min(intervals, default=0.0) / PART)
    return seconds if sum(seconds / interval for interval in intervals) >= WORTH else 0.0
