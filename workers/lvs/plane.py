"""The small interface between the lvs worker and a data plane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from alived.workers.lvs.plan import Op
from alived.workers.lvs.table import DestinationKey, ServiceKey, Table

Counters = dict[str, int]
"""Name -> count since the service or destination was made, as the kernel keeps it."""


class PlaneError(Exception):
    """The kernel can't be asked or told; the text says what and why."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A wanted table in the terms of a plane."""

    table: Table
    complaints: tuple[str, ...] = ()
    """What the plane can't do, or does in another way: one line each."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counters of the kernel."""

    services: Mapping[ServiceKey, Counters] = field(default_factory=dict)
    destinations: Mapping[tuple[ServiceKey, DestinationKey], Counters] = field(default_factory=dict)


class Plane(Protocol):
    """A data plane: something in the kernel that spreads connections. All calls are synchronous and bounded."""

    name: str
    """`ipvs` or `nftables`."""

    def fit(self, want: Table) -> Fit:
        """What of a wanted table this plane can hold, and how it will read back."""

    def read(self) -> Table:
        """What the kernel has, services of other tools included where they can be there. PlaneError if it can't say."""

    def apply(self, ops: Sequence[Op]) -> list[str]:
        """Do these operations, planned from what `read` said last; one line for each thing that went wrong.

        Where all that can be there is ours, what `read` could not make sense of goes, even if there are no operations.
        """

    def statistics(self) -> Statistics:
        """What the kernel has counted. PlaneError if it can't say."""

    def watch(self) -> int | None:
        """A descriptor that turns readable when someone may have changed the kernel's table; None: there is none."""

    def quiet(self) -> None:
        """Take what is pending on the `watch` descriptor."""

    def close(self) -> None:
        """Let go of the kernel's table, which stays as it is."""
