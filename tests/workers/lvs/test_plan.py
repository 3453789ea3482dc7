"""Every plan leads from what there is to what is wanted, touches nothing else, and never empties a service."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.lvs import ForwardingMethod, Protocol
from alived.workers.lvs.plan import (
    AddDestination,
    AddService,
    ChangeDestination,
    ChangeService,
    DeleteDestination,
    DeleteService,
    apply,
    plan,
)
from alived.workers.lvs.table import Destination, Entry, Service, ServiceKey, Table


def destination(number: int, weight: int = 1, extra: str = "") -> Destination:
    address = f"10.0.0.{number}"
    return Destination(address=address, port=80, forwarding=ForwardingMethod.NAT, weight=weight, extra=extra)


def entry(port: int, *destinations: Destination, scheduler: str = "rr", persistence: int = 0, extra: str = "") -> Entry:
    service = Service(
        address="172.20.0.20",
        port=port,
        protocol=Protocol.TCP,
        scheduler=scheduler,
        persistence_timeout=persistence,
        extra=extra,
    )
    return Entry(service=service, destinations=tuple(sorted(destinations, key=lambda found: found.key)))


def table(*entries: Entry) -> dict[ServiceKey, Entry]:
    return {found.service.key: found for found in entries}


def key(port: int) -> ServiceKey:
    return ServiceKey("172.20.0.20", port, Protocol.TCP)


def test_a_new_service_comes_before_its_destinations() -> None:
    want = entry(80, destination(1), destination(2))
    assert plan({}, table(want)) == [
        AddService(want.service),
        AddDestination(key(80), destination(1)),
        AddDestination(key(80), destination(2)),
    ]


def test_destinations_come_before_others_go() -> None:
    have = table(entry(80, destination(1), destination(2, 0), destination(3)))
    want = table(entry(80, destination(2), destination(3, 0), destination(4)))
    assert plan(have, want) == [
        AddDestination(key(80), destination(4)),
        ChangeDestination(key(80), destination(2)),
        ChangeDestination(key(80), destination(3, 0)),
        DeleteDestination(key(80), destination(1)),
    ]


def test_settings_of_a_service_are_changed_in_place() -> None:
    have, want = entry(80, destination(1)), entry(80, destination(1), scheduler="wrr", persistence=50)
    assert plan(table(have), table(want)) == [ChangeService(want.service)]


def test_what_someone_else_set_is_put_right() -> None:
    have = table(entry(80, destination(1, extra="U_THRESH 5"), extra="flags 0x4"))
    want = table(entry(80, destination(1)))
    assert plan(have, want) == [ChangeService(entry(80).service), ChangeDestination(key(80), destination(1))]


def test_only_what_is_ours_is_deleted() -> None:
    have = table(entry(80), entry(81), entry(82))
    assert plan(have, {}, owned=[key(81)]) == [DeleteService(key(81))]


def test_a_kernel_refuses_to_change_what_is_not_there() -> None:
    for op in (ChangeService(entry(80).service), AddDestination(key(81), destination(1)), DeleteService(key(80))):
        with pytest.raises(KeyError):
            apply({}, [op])


def test_operations_read_well() -> None:
    have = table(entry(80, destination(1), destination(2)), entry(81))
    want = table(entry(80, destination(2, 0), destination(3), scheduler="wrr", persistence=50), entry(82))
    assert [str(op) for op in plan(have, want, owned=have)] == [
        "change service 172.20.0.20:80/TCP to wrr, persistence 50 s",
        "add 10.0.0.3:80 NAT weight 1 to 172.20.0.20:80/TCP",
        "change 10.0.0.2:80 of 172.20.0.20:80/TCP to NAT weight 0",
        "delete 10.0.0.1:80 from 172.20.0.20:80/TCP",
        "add service 172.20.0.20:82/TCP rr",
        "delete service 172.20.0.20:81/TCP",
    ]


entries = st.builds(
    lambda port, found, scheduler, extra: entry(port, *found, scheduler=scheduler, extra=extra),
    st.integers(80, 83),
    st.lists(
        st.builds(destination, st.integers(1, 4), st.integers(0, 2)), max_size=4, unique_by=lambda found: found.key
    ),
    st.sampled_from(["rr", "wrr"]),
    st.sampled_from(["", "flags 0x4"]),
)
tables = st.lists(entries, max_size=4, unique_by=lambda found: found.service.key).map(lambda found: table(*found))


@given(tables, tables)
def test_a_plan_leads_there_and_then_there_is_nothing_to_do(have: Table, want: Table) -> None:
    owned = [*have, *want]
    assert apply(have, plan(have, want, owned)) == dict(want)
    assert plan(want, want, owned) == []


@given(tables, tables, st.sets(st.builds(key, st.integers(80, 83))))
def test_services_of_others_are_left_alone(have: Table, want: Table, owned: set[ServiceKey]) -> None:
    after = apply(have, plan(have, want, owned))
    foreign = {name: found for name, found in have.items() if name not in owned and name not in want}
    assert after == {**want, **foreign}


@given(tables, tables)
def test_a_service_that_can_serve_before_and_after_can_serve_at_every_moment(have: Table, want: Table) -> None:
    def serving(present: Table) -> set[ServiceKey]:
        return {name for name, found in present.items() if any(each.weight for each in found.destinations)}

    throughout = serving(have) & serving(want)
    present: Table = have
    for op in plan(have, want, [*have, *want]):
        present = apply(present, [op])
        assert throughout <= serving(present)
