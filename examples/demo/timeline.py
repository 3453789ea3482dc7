"""One line for each thing that was seen, with the time it took."""

import time


class NotSeen(Exception):
    """A step did not show what it must show; the text says what was seen instead."""


class Timeline:
    """Prints the story."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def title(self, text: str) -> None:
        """Begin a step."""
        print(f"\n{text}", flush=True)

    def say(self, text: str, took: float | None = None) -> None:
        """Something that is so, and how long it took to become so."""
        after = "" if took is None else f"  after {took:.2f} s"
        print(f"  {time.monotonic() - self._begun:6.2f} s   {text}{after}", flush=True)
