"""The addresses of a vrrp_instance."""

from alived.ipc.model.routing import VirtualAddress
from alived.supervisor.config.addresses import InstanceAddresses, instance_addresses
from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.forms.addresses import AddressLine
from alived.supervisor.config.routing import Routing
from alived.supervisor.config.sections import Section
from tests.supervisor.config.conftest import FakeMachine
from tests.supervisor.config.lines import entries, spots

A, B, C = "10.0.0.1/24", "10.0.0.2/24", "2001:db8::1/64"


def read(*named: str, excluded: tuple[str, ...] = (), family: int = 0) -> tuple[InstanceAddresses, list[str]]:
    """What an instance on eth0 has; the lines of virtual_ipaddress are numbered from 1, the excluded ones from 1001."""
    report = Report()
    values = {
        "virtual_ipaddress": entries(AddressLine(), *named, report=report),
        "virtual_ipaddress_excluded": entries(AddressLine(), *excluded, report=report, first=1001),
    }
    section = Section("vrrp_instance", values=values)
    routing = Routing(FakeMachine({}, {}), report, exists={"eth0", "eth1"}.__contains__)
    return instance_addresses(section, "eth0", routing, report, family), spots(report.diagnostics())


def address(text: str, dev: str = "eth0") -> VirtualAddress:
    host, _, bits = text.partition("/")
    return VirtualAddress(address=host, prefixlen=int(bits), dev=dev)


def test_addresses_of_one_family_and_others_that_adverts_do_not_name() -> None:
    found, said = read(A, B, excluded=(C,))
    assert found == InstanceAddresses(4, (address(A), address(B)), (address(C),))
    assert said == []


def test_the_first_address_says_the_family() -> None:
    assert read(C, A) == (InstanceAddresses(6, (address(C),), ()), ["2 conflict 10.0.0.1/24"])


def test_the_family_may_be_known_before() -> None:
    assert read(A, C, family=6) == (InstanceAddresses(6, (address(C),), ()), ["1 conflict 10.0.0.1/24"])
    assert read(family=6) == (InstanceAddresses(6, (), ()), [])
    assert read() == (InstanceAddresses(0, (), ()), [])


def test_the_same_address_twice() -> None:
    found, said = read(A, B, "10.0.0.1/24 label eth0:1", excluded=(B,))
    assert found == InstanceAddresses(4, (address(A), address(B)), ())
    assert said == ["3 duplicate 10.0.0.1/24", "1001 duplicate 10.0.0.2/24"]


def test_the_same_link_local_address_on_two_interfaces() -> None:
    found, said = read("fe80::1/64", "fe80::1/64 dev eth1")
    assert found.addresses == (address("fe80::1/64"), address("fe80::1/64", "eth1"))
    assert said == []


def test_addresses_that_an_advert_has_no_room_for_are_excluded() -> None:
    lines = [f"10.0.{number >> 8}.{number & 255}/32" for number in range(1, 259)]
    found, said = read(*lines, excluded=(C,))
    assert found.addresses == tuple(map(address, lines[:255]))
    assert found.excluded == (address(C), *map(address, lines[255:]))
    assert said == ["256 conflict 10.0.1.0/32"]
