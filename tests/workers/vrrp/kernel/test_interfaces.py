"""What is known of the interfaces, whatever the kernel reports."""

from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.rtnetlink import Ack, Address, AddressGone, Link, LinkGone

ETH0 = Link(2, "eth0", b"\2\0\0\0\0\1", up=True)
OWN = Address(2, bytes([10, 9, 0, 1]), 24)
VIP = Address(2, bytes([10, 9, 0, 100]), 32)


def table(*reports: Link | Address) -> Interfaces:
    interfaces = Interfaces()
    for report in reports:
        interfaces.take(report)
    return interfaces


def test_a_new_interface_is_news_and_an_unchanged_one_is_not() -> None:
    interfaces = Interfaces()
    assert interfaces.take(ETH0) == {"eth0"}
    assert interfaces.take(ETH0) == set()
    assert interfaces.take(ETH0._replace(up=False)) == {"eth0"}
    known = interfaces.get("eth0")
    assert known is not None
    assert not known.link.up


def test_a_rename_concerns_both_names() -> None:
    interfaces = table(ETH0, OWN)
    assert interfaces.take(ETH0._replace(name="lan")) == {"eth0", "lan"}
    assert interfaces.get("eth0") is None
    assert interfaces.has_address("lan", OWN.address)


def test_a_name_that_another_interface_took_over_stays_with_it() -> None:
    interfaces = table(ETH0, Link(3, "eth1", b"", up=True))
    interfaces.take(Link(3, "eth0", b"", up=True))
    interfaces.take(ETH0._replace(name="old"))
    found = interfaces.get("eth0")
    assert found is not None
    assert found.link.ifindex == 3
    assert interfaces.take(LinkGone(2)) == {"old"}


def test_an_interface_that_lost_its_name_goes_without_taking_it_along() -> None:
    interfaces = table(ETH0, Link(3, "eth0", b"", up=True))
    assert interfaces.take(LinkGone(2)) == {"eth0"}
    assert interfaces.get("eth0") is not None


def test_a_gone_interface_is_gone_once() -> None:
    interfaces = table(ETH0)
    assert interfaces.take(LinkGone(2)) == {"eth0"}
    assert interfaces.take(LinkGone(2)) == set()
    assert interfaces.get("eth0") is None


def test_addresses_come_and_go_once() -> None:
    interfaces = table(ETH0)
    assert interfaces.take(OWN) == {"eth0"}
    assert interfaces.take(OWN._replace(label="eth0")) == set()
    assert interfaces.take(AddressGone(OWN)) == {"eth0"}
    assert interfaces.take(AddressGone(OWN)) == set()


def test_addresses_of_unknown_interfaces_are_no_news() -> None:
    interfaces = Interfaces()
    assert interfaces.take(OWN) == set()
    assert interfaces.take(AddressGone(OWN)) == set()
    assert not interfaces.has_address("eth0", OWN.address)


def test_other_reports_mean_nothing() -> None:
    assert Interfaces().take(Ack(1, 0)) == set()


def test_the_primary_address_is_the_first_that_is_neither_virtual_nor_secondary() -> None:
    second = Address(2, bytes([10, 9, 0, 2]), 24, secondary=True)
    interface = table(ETH0, VIP, second, OWN).get("eth0")
    assert interface is not None
    assert interface.primary({VIP.address}) == OWN.address
    assert interface.primary({VIP.address, OWN.address}) == second.address
    assert interface.primary({VIP.address, OWN.address, second.address}) == b""


def test_a_snapshot_names_what_differs() -> None:
    lan = Link(3, "lan", b"", up=True)
    interfaces = table(ETH0, OWN, lan)
    assert interfaces.replace([ETH0, lan], [OWN]) == set()
    assert interfaces.replace([ETH0, lan], [OWN, VIP]) == {"eth0"}
    assert interfaces.replace([ETH0._replace(ifindex=7)], []) == {"eth0", "lan"}
