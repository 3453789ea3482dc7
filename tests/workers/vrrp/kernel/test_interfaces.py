"""What is known of the interfaces, whatever the kernel reports."""

import pytest

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.nlmessage import Ack
from alived.workers.vrrp.kernel.rtnetlink import (
    IFA_F_DADFAILED,
    IFA_F_SECONDARY,
    IFA_F_TENTATIVE,
    Address,
    AddressGone,
    Link,
    LinkGone,
)
from alived.workers.vrrp.translate import packed

ETH0 = Link(2, "eth0", b"\2\0\0\0\0\1", up=True)
OWN = Address(2, bytes([10, 9, 0, 1]), 24)
VIP = Address(2, bytes([10, 9, 0, 100]), 32)
LOCAL = Address(2, packed("fe80::1"), 64)


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
    second = Address(2, bytes([10, 9, 0, 2]), 24, flags=IFA_F_SECONDARY)
    interface = table(ETH0, LOCAL, VIP, second, OWN).get("eth0")
    assert interface is not None
    assert interface.source({VIP.address}, Family.IPV4).address == OWN.address
    assert interface.source({VIP.address, OWN.address}, Family.IPV4).address == second.address
    everything = {VIP.address, OWN.address, second.address}
    assert interface.source(everything, Family.IPV4) == (b"", "interface eth0 has no IPv4 address")


def test_ipv6_adverts_come_from_a_link_local_address_that_is_usable() -> None:
    known = table(ETH0, OWN, Address(2, packed("2001:db8::1"), 64), LOCAL._replace(flags=IFA_F_TENTATIVE))
    interface = known.get("eth0")
    assert interface is not None
    assert interface.source(set(), Family.IPV6) == (b"", "IPv6 address fe80::1 of interface eth0 is tentative")
    assert known.take(LOCAL._replace(flags=IFA_F_DADFAILED)) == {"eth0"}
    lack = "IPv6 address fe80::1 of interface eth0 is in use by another host"
    assert interface.source(set(), Family.IPV6) == (b"", lack)
    assert known.take(LOCAL) == {"eth0"}
    assert interface.source(set(), Family.IPV6) == (LOCAL.address, "")
    lack = "interface eth0 has no IPv6 link-local address"
    assert interface.source({LOCAL.address}, Family.IPV6) == (b"", lack)


def test_a_link_local_address_may_be_on_several_interfaces() -> None:
    known = table(ETH0, Link(3, "eth1", b"", up=True), LOCAL, LOCAL._replace(ifindex=3))
    assert known.where(LOCAL.address) == ["eth0", "eth1"]
    known.take(AddressGone(LOCAL))
    assert known.where(LOCAL.address) == ["eth1"]


def test_an_address_with_two_prefixes_is_gone_with_the_last() -> None:
    known = table(ETH0, OWN, OWN._replace(prefixlen=32))
    known.take(AddressGone(OWN))
    assert known.has_address("eth0", OWN.address)
    known.take(AddressGone(OWN._replace(prefixlen=32)))
    assert not known.has_address("eth0", OWN.address)


def test_tentative_addresses_are_known_until_they_are_settled_or_gone() -> None:
    tentative = LOCAL._replace(flags=IFA_F_TENTATIVE)
    for end in (LOCAL, AddressGone(LOCAL), LinkGone(2)):
        known = table(ETH0, tentative)
        assert known.tentative(LOCAL.address)
        known.take(end)
        assert not known.tentative(LOCAL.address)


def test_interfaces_have_an_index() -> None:
    known = table(ETH0)
    assert known.index("eth0") == 2
    assert known.at(2) is known.get("eth0")
    with pytest.raises(LookupError, match="there is no interface eth9"):
        known.index("eth9")


def test_a_snapshot_names_what_differs() -> None:
    lan = Link(3, "lan", b"", up=True)
    interfaces = table(ETH0, OWN, lan)
    assert interfaces.replace([ETH0, lan], [OWN]) == set()
    assert interfaces.replace([ETH0, lan], [OWN, VIP]) == {"eth0"}
    assert interfaces.replace([ETH0._replace(ifindex=7)], []) == {"eth0", "lan"}
