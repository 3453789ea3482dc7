"""What is logged about other routers once, and not each second."""

import logging

REMEMBERED = 256
"""Different remarks that are remembered, so as not to log them twice."""

log = logging.getLogger(__name__)


class Remarks:
    """Those of one instance."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self._made: set[str] = set()

    def make(self, text: str, key: str = "") -> None:
        """Log something about another router, once for each key, which is the text if none is given."""
        key = key or text
        if key in self._made:
            return
        if len(self._made) >= REMEMBERED:
            self._made.clear()
        self._made.add(key)
        log.warning("(%s) %s", self._instance, text)

    def clear(self) -> None:
        """Things have changed: what was said may be worth saying again."""
        self._made.clear()
