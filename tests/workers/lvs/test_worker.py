"""The worker's part of the bus, and which data plane it uses; the planes here are tables in memory."""

import json
from collections.abc import Callable, Iterator

import pytest

from alived.ipc.loop import CannotBoot
from alived.ipc.messages import (
    CheckState,
    RealServerState,
    StopHow,
    TrackerChanged,
    VirtualServerState,
)
from alived.ipc.model.lvs import LvsBackend, LvsGlobals, Protocol, RealServer, VirtualServer
from alived.workers.lvs import backend
from alived.workers.lvs.backend import Choice
from alived.workers.lvs.plane import Plane, PlaneError
from tests.workers.lvs.lab import Director
from tests.workers.lvs.memory import MemoryPlane

REAL = RealServer(address="10.0.0.1", port=80, weight=3)
SERVER = VirtualServer(address="172.20.0.20", port=80, protocol=Protocol.TCP, real_servers=(REAL,))
OTHER = VirtualServer(address="172.20.0.20", port=81, protocol=Protocol.TCP)

Start = Callable[[], Director]


@pytest.fixture
def planes(monkeypatch: pytest.MonkeyPatch) -> dict[LvsBackend, MemoryPlane]:
    """The two planes, of which a test may take one away."""
    planes = {name: MemoryPlane(name) for name in (LvsBackend.IPVS, LvsBackend.NFTABLES)}

    def choose(wish: LvsBackend) -> Choice:
        name = LvsBackend.IPVS if wish is LvsBackend.AUTO else wish
        if name not in planes:
            raise PlaneError(f"there is no {name} here")
        return Choice(planes[name], "a test")

    def other(plane: Plane) -> Plane | None:
        return next((found for name, found in planes.items() if name != plane.name), None)

    monkeypatch.setattr(backend, "choose", choose)
    monkeypatch.setattr(backend, "other", other)
    return planes


@pytest.fixture
def start(planes: dict[LvsBackend, MemoryPlane]) -> Iterator[Start]:  # noqa: ARG001 - a worker needs them
    directors: list[Director] = []

    def start() -> Director:
        directors.append(Director(LvsBackend.AUTO))
        return directors[-1]

    yield start
    for director in directors:
        if not director.loop.is_closed():
            director.end(StopHow.LEAVE)


def test_a_configuration_becomes_a_table_and_states(start: Start, planes: dict[LvsBackend, MemoryPlane]) -> None:
    director = start().configure(SERVER)
    assert len(planes[LvsBackend.IPVS].table) == 1
    assert director.states() == [VirtualServerState(virtual_server=SERVER.name, quorum_up=True, weight=3)]


def test_a_verdict_is_applied_and_told(start: Start, planes: dict[LvsBackend, MemoryPlane]) -> None:
    director = start().configure(SERVER)
    check = CheckState(check="TCP_CHECK 10.0.0.1:80", up=False, failures=1, reason="refused")
    director.worker.receive(
        RealServerState(virtual_server=SERVER.name, real_server=REAL.name, up=False, checks=(check,))
    )
    director.worker.receive(TrackerChanged(tracker="script other", up=True))
    assert [entry.destinations for entry in planes[LvsBackend.IPVS].table.values()] == [()]
    assert director.states()[-1] == VirtualServerState(virtual_server=SERVER.name, quorum_up=False, weight=0)
    (server,) = json.loads(json.dumps(director.report()))["virtual_servers"]
    assert server == {
        "name": "172.20.0.20:80/TCP",
        "scheduler": "wlc",
        "forwarding": "NAT",
        "persistence_timeout": 0,
        "in_kernel": True,
        "quorum": 1,
        "quorum_up": False,
        "weight": 0,
        "counters": {},
        "real_servers": [
            {
                "name": "10.0.0.1:80",
                "up": False,
                "configured_weight": 3,
                "kernel_weight": None,
                "checks": [{"check": "TCP_CHECK 10.0.0.1:80", "up": False, "reason": "refused"}],
                "counters": {},
            }
        ],
    }


def test_what_is_retained_counts_from_the_first_moment(start: Start, planes: dict[LvsBackend, MemoryPlane]) -> None:
    down = RealServerState(virtual_server=SERVER.name, real_server=REAL.name, up=False, checks=())
    start().configure(SERVER, retained=(down,))
    assert [str(op).split()[0:2] for op in planes[LvsBackend.IPVS].applied[0]] == [["add", "service"]]


def test_a_clean_stop_empties_and_another_leaves(start: Start, planes: dict[LvsBackend, MemoryPlane]) -> None:
    start().configure(SERVER).end(StopHow.LEAVE)
    assert len(planes[LvsBackend.IPVS].table) == 1
    start().configure(SERVER).end(StopHow.CLEAN)
    assert planes[LvsBackend.IPVS].table == {}


def test_a_stop_before_any_configuration_is_fine(start: Start) -> None:
    start().end(StopHow.CLEAN)


def test_without_a_data_plane_it_cannot_boot(start: Start, planes: dict[LvsBackend, MemoryPlane]) -> None:
    planes.clear()
    with pytest.raises(CannotBoot, match="no data plane for alived_lvs_backend auto: there is no ipvs here"):
        start().configure(SERVER)


def test_another_backend_takes_over_before_the_old_one_goes(
    start: Start, planes: dict[LvsBackend, MemoryPlane]
) -> None:
    director = start().configure(SERVER, OTHER)
    director.configure(LvsGlobals(backend=LvsBackend.NFTABLES), drop=(OTHER.key,))
    assert planes[LvsBackend.IPVS].table == {}
    assert planes[LvsBackend.IPVS].closed
    assert len(planes[LvsBackend.NFTABLES].table) == 1
    assert director.report()["backend"] == "nftables"
    assert len(director.states()) == 2


def test_a_backend_that_is_not_there_changes_nothing(
    start: Start, planes: dict[LvsBackend, MemoryPlane], caplog: pytest.LogCaptureFixture
) -> None:
    director = start().configure(SERVER)
    del planes[LvsBackend.NFTABLES]
    director.set_backend(LvsBackend.NFTABLES)
    assert len(planes[LvsBackend.IPVS].table) == 1
    assert "staying with ipvs: there is no nftables here" in caplog.text


def test_the_same_backend_by_another_word_is_kept(start: Start, planes: dict[LvsBackend, MemoryPlane]) -> None:
    director = start().configure(SERVER)
    director.set_backend(LvsBackend.IPVS)
    assert len(planes[LvsBackend.IPVS].applied) == 1
    director.configure(drop=(LvsGlobals().key,))
    assert len(planes[LvsBackend.IPVS].applied) == 1


def test_what_a_predecessor_left_on_the_other_plane_goes(start: Start, planes: dict[LvsBackend, MemoryPlane]) -> None:
    retained = start().configure(SERVER).end(StopHow.LEAVE)
    other = planes[LvsBackend.NFTABLES]
    other.table = dict(planes[LvsBackend.IPVS].table)
    start().configure(OTHER, retained=retained)
    assert other.table == {}
    assert [key.port for key in planes[LvsBackend.IPVS].table] == [81]


def test_nothing_is_known_before_the_configuration_or_of_other_topics(start: Start) -> None:
    director = start()
    with pytest.raises(LookupError):
        director.report()
    with pytest.raises(LookupError):
        director.configure(SERVER).worker.query("vrrp", {})


def test_a_kernel_that_cannot_be_asked_is_an_answer_too(start: Start, planes: dict[LvsBackend, MemoryPlane]) -> None:
    director = start().configure(SERVER)
    planes[LvsBackend.IPVS].broken = "no answer"
    with pytest.raises(LookupError, match="no answer"):
        director.report()


def test_it_compares_again_by_itself(
    start: Start, planes: dict[LvsBackend, MemoryPlane], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alived.workers.lvs.worker.COMPARE_INTERVAL", 0.01)
    plane = planes[LvsBackend.IPVS]
    director = start().configure(SERVER)
    plane.table.clear()
    director.until(lambda: bool(plane.table))
    assert director.report()["drift_repairs"] == 1
