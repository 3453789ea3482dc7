"""The rows and how they are printed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

COLUMNS = "{:<46} {:>12} {:>12} {:>8}  {}"


class Figures(NamedTuple):
    """What was measured for each."""

    alived: float
    keepalived: float


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured for both daemons, in the same unit; less is better."""

    what: str
    unit: str
    figures: Figures
    wanted: float
    """The most that alived may need; in terms of keepalived's figure where it is `relative`."""
    relative: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        """Alived's figure as a multiple of keepalived's; of nothing: 1 or infinity."""
        if not self.figures.keepalived:
            return math.inf if self.figures.alived else 1.0
        return self.figures.alived / self.figures.keepalived

    @property
    def met(self) -> bool:
        """It is as good as wanted."""
        return (self.ratio if self.relative else self.figures.alived) <= self.wanted

    def __str__(self) -> str:
        limit = f"{self.wanted:g} x keepalived's" if self.relative else f"{self.wanted:g} {self.unit}"
        verdict = f"{'met' if self.met else 'NOT MET'}: at most {limit}"
        values = (f"{value:.4g} {self.unit}" for value in self.figures)
        return COLUMNS.format(self.what, *values, f"{self.ratio:.2f}", verdict) + (
            f"\n    {self.note}" if self.note else ""
        )


def heading() -> str:
    """The first line."""
    return COLUMNS.format("", "alived", "keepalived", "ratio", "")


def median(values: Sequence[float]) -> float:
    """Middle value; of an even number the upper of the two in the middle, which flatters nobody."""
    return sorted(values)[len(values) // 2]
