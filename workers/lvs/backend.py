"""`alived_lvs_backend`: which data plane to use here, and why."""

from typing import NamedTuple

from alived.ipc.model.lvs import LvsBackend
from alived.workers.lvs.ipvs import Ipvs
from alived.workers.lvs.nftables import Nftables
from alived.workers.lvs.plane import Plane, PlaneError


class Choice(NamedTuple):
    """A data plane that works here."""

    plane: Plane
    reason: str


def choose(backend: LvsBackend) -> Choice:
    """Open the data plane that is asked for. PlaneError if it does not work here."""
    match backend:
        case LvsBackend.IPVS:
            return Choice(Ipvs(), "as configured")
        case LvsBackend.NFTABLES:
            return Choice(Nftables(), "as configured")
        case LvsBackend.AUTO:
            return _first_that_works()


def other(plane: Plane) -> Plane | None:
    """The data plane that was not chosen, where a former life may have left something; None if it can't be there."""
    try:
        return Nftables() if plane.name == Ipvs.name else Ipvs()
    except PlaneError:
        return None


def _first_that_works() -> Choice:
    try:
        return Choice(Ipvs(), "the kernel has it")
    except PlaneError as no_ipvs:
        try:
            return Choice(Nftables(), str(no_ipvs))
        except PlaneError as no_nftables:
            raise PlaneError(f"{no_ipvs}; nor nftables: {no_nftables}") from no_nftables
