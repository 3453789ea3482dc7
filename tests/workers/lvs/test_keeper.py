"""The keeper joins a plane and what is wanted; the plane here is a table in memory."""

import pytest

from alived.ipc.messages import RealServerState
from alived.ipc.model.lvs import Protocol, RealServer, VirtualServer
from alived.workers.lvs.keeper import Keeper
from alived.workers.lvs.plan import DeleteService
from alived.workers.lvs.table import Wanted
from tests.workers.lvs.memory import MemoryPlane

REAL = RealServer(address="10.0.0.1", port=80)
SERVER = VirtualServer(address="172.20.0.20", port=80, protocol=Protocol.TCP, real_servers=(REAL,))
DOWN = RealServerState(virtual_server=SERVER.name, real_server=REAL.name, up=False, checks=())


@pytest.fixture
def wanted() -> Wanted:
    wanted = Wanted()
    wanted.configure([SERVER], ())
    return wanted


@pytest.fixture
def plane() -> MemoryPlane:
    return MemoryPlane()


@pytest.fixture
def keeper(plane: MemoryPlane, wanted: Wanted) -> Keeper:
    return Keeper(plane, wanted)


def test_the_first_comparison_makes_everything(keeper: Keeper, plane: MemoryPlane, wanted: Wanted) -> None:
    keeper.compare()
    assert plane.table == wanted.table() == keeper.table
    assert [operation for _time, operation in keeper.operations] == [
        "add service 172.20.0.20:80/TCP wlc",
        "add 10.0.0.1:80 NAT weight 1 to 172.20.0.20:80/TCP",
    ]
    assert keeper.repairs == 0


def test_the_next_one_finds_nothing_to_do(keeper: Keeper, plane: MemoryPlane) -> None:
    keeper.compare()
    keeper.compare()
    assert len(plane.applied) == 1


def test_an_update_costs_its_own_operations_and_no_look(keeper: Keeper, plane: MemoryPlane, wanted: Wanted) -> None:
    keeper.compare()
    wanted.receive(DOWN)
    keeper.update()
    assert (plane.reads, len(plane.applied[1])) == (1, 1)
    assert plane.table == wanted.table()


def test_an_update_looks_first_if_nothing_is_known(keeper: Keeper, plane: MemoryPlane, wanted: Wanted) -> None:
    keeper.update()
    assert plane.reads == 1
    assert plane.table == wanted.table()


def test_drift_is_said_counted_and_put_right(
    keeper: Keeper, plane: MemoryPlane, wanted: Wanted, caplog: pytest.LogCaptureFixture
) -> None:
    keeper.compare()
    plane.table.clear()
    keeper.compare()
    assert plane.table == wanted.table()
    assert keeper.repairs == 1
    assert "someone changed the kernel's table; to be put right: add service 172.20.0.20:80/TCP wlc; add" in caplog.text


def test_a_kernel_that_cannot_be_asked_is_complained_about_once(
    keeper: Keeper, plane: MemoryPlane, caplog: pytest.LogCaptureFixture
) -> None:
    plane.broken = "no answer"
    keeper.compare()
    keeper.compare()
    assert caplog.text.count("no answer") == 1
    assert keeper.complaints == {"no answer"}
    assert keeper.table is None
    plane.broken = ""
    keeper.update()
    assert keeper.complaints == frozenset()
    assert keeper.repairs == 0


def test_what_went_wrong_is_tried_again(keeper: Keeper, plane: MemoryPlane, wanted: Wanted) -> None:
    keeper.compare()
    wanted.receive(DOWN)
    plane.refuses = "no"
    keeper.update()
    assert keeper.complaints == {"delete 10.0.0.1:80 from 172.20.0.20:80/TCP: no"}
    keeper.compare()
    assert keeper.table is None
    plane.refuses = ""
    keeper.compare()
    assert plane.table == wanted.table()
    assert keeper.repairs == 0


def test_what_a_plane_cannot_do_stays_a_complaint(keeper: Keeper, wanted: Wanted) -> None:
    wanted.configure([VirtualServer(address="172.20.0.20", port=81, protocol=Protocol.TCP)], ())
    keeper.compare()
    keeper.compare()
    assert keeper.complaints == {"virtual server on port 81 is odd"}


def test_what_was_configured_before_goes_and_is_then_anybodys(
    keeper: Keeper, plane: MemoryPlane, wanted: Wanted
) -> None:
    keeper.compare()
    kept = dict(plane.table)
    wanted.configure([], [SERVER.key])
    keeper.compare()
    assert plane.table == {}
    plane.table = kept
    keeper.compare()
    assert plane.table == kept


def test_clearing_takes_out_what_is_ours(keeper: Keeper, plane: MemoryPlane, wanted: Wanted) -> None:
    keeper.compare()
    keeper.clear(wanted.owned)
    assert plane.table == {}
    assert isinstance(plane.applied[-1][0], DeleteService)
    assert plane.closed


@pytest.mark.parametrize("fault", ["broken", "refuses"])
def test_what_cannot_be_cleared_is_said(
    keeper: Keeper, plane: MemoryPlane, wanted: Wanted, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    keeper.compare()
    setattr(plane, fault, "no way")
    keeper.clear(wanted.owned)
    assert "no way" in caplog.text
    assert plane.closed


def test_clearing_what_is_empty_says_nothing(
    keeper: Keeper, plane: MemoryPlane, wanted: Wanted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    keeper.clear(wanted.owned)
    assert caplog.text == ""
    assert plane.closed
