"""Which data plane is chosen, and what is said when none works."""

import pytest

from alived.ipc.model.lvs import LvsBackend
from alived.workers.lvs import backend
from alived.workers.lvs.backend import choose, other
from alived.workers.lvs.plane import Plane, PlaneError
from tests.workers.lvs.memory import MemoryPlane


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of the planes that work here."""
    works = {"ipvs", "nftables"}

    class Plane(MemoryPlane):
        def __init__(self) -> None:
            super().__init__(type(self).__name__)
            if self.name not in works:
                raise PlaneError(f"no {self.name}")

    for attribute in ("Ipvs", "Nftables"):
        plane = type(attribute.lower(), (Plane,), {"name": attribute.lower()})
        monkeypatch.setattr(backend, attribute, plane)
    return works


@pytest.mark.parametrize("name", [LvsBackend.IPVS, LvsBackend.NFTABLES])
def test_what_is_asked_for_is_used_or_refused(works: set[str], name: LvsBackend) -> None:
    choice = choose(name)
    assert (choice.plane.name, choice.reason) == (name, "as configured")
    works.remove(name)
    with pytest.raises(PlaneError, match=f"no {name}"):
        choose(name)


def test_auto_prefers_ipvs_and_says_why_it_took_the_other(works: set[str]) -> None:
    assert choose(LvsBackend.AUTO).reason == "the kernel has it"
    works.remove("ipvs")
    choice = choose(LvsBackend.AUTO)
    assert (choice.plane.name, choice.reason) == ("nftables", "no ipvs")
    works.clear()
    with pytest.raises(PlaneError, match="no ipvs; nor nftables: no nftables"):
        choose(LvsBackend.AUTO)


def test_the_other_plane_is_looked_at_only_if_it_can_be_there(works: set[str]) -> None:
    def name_of(found: Plane | None) -> str | None:
        return found.name if found is not None else None

    assert name_of(other(MemoryPlane("ipvs"))) == "nftables"
    assert name_of(other(MemoryPlane("nftables"))) == "ipvs"
    works.clear()
    assert other(MemoryPlane("ipvs")) is None
