"""Bytes about interfaces: the kernel's own judgement is in test_links.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.links import IpvlanMode
from alived.workers.vrrp.kernel import linkmessage
from alived.workers.vrrp.kernel.link_plan import Identity, Kind, MadeLink
from alived.workers.vrrp.kernel.linkmessage import Facts, OwnAddress, facts, fits, link_local, own_address
from alived.workers.vrrp.kernel.nlmessage import AF_INET, AF_INET6, Received, received

MAC = bytes.fromhex("00005e000133")
BASE = Facts(3, "eth0", mac=b"\2\0\0\0\0\1", up=True, mtu=1500)
MACVLAN = MadeLink(Identity(Kind.MACVLAN, "eth0", MAC.hex(":")), "vrrp.51", MAC, ipv4=True, ipv6=False)
IPVLAN = MadeLink(Identity(Kind.IPVLAN, "eth0", "V"), "ip0", b"", ipv4=True, ipv6=False, mode=IpvlanMode.VEPA)


def one(data: bytes) -> Received:
    (got,) = received(data)
    return got


def test_what_is_made_reads_as_what_is_wanted() -> None:
    found = facts(one(linkmessage.create(MACVLAN, BASE, 7, 1)))
    assert found == Facts(0, "vrrp.51", "macvlan", MAC, parent=3, group=7, mode=1)
    assert fits(found, MACVLAN, BASE)
    found = facts(one(linkmessage.create(IPVLAN, BASE, 0, 1)))
    assert found == Facts(0, "ip0", "ipvlan", parent=3, flags=2)
    assert fits(found, IPVLAN, BASE)


def test_changes_name_what_they_change() -> None:
    assert facts(one(linkmessage.set_up(9, 1))) == Facts(9, "", up=True)
    assert facts(one(linkmessage.set_alias(9, "ours", 1))) == Facts(9, "", alias="ours")
    assert facts(one(linkmessage.set_mtu(9, 1400, 1))) == Facts(9, "", mtu=1400)
    assert facts(one(linkmessage.set_group(9, 5, 1))) == Facts(9, "", group=5)
    assert facts(one(linkmessage.set_master(9, 4, 1))) == Facts(9, "", master=4)
    assert one(linkmessage.without_own_addresses(9, 1)).body[-8:] == bytes([5, 0, 8, 0, 1, 0, 0, 0])


@pytest.mark.parametrize(
    "question",
    [
        linkmessage.remove(9, 1),
        linkmessage.get_index(9, 1),
        linkmessage.get_named("eth0", 1),
        linkmessage.get_all(1),
        linkmessage.get_addresses(9, AF_INET6, 1),
    ],
)
def test_questions_are_no_answers(question: bytes) -> None:
    assert facts(one(question)) is None
    assert own_address(one(question)) is None


def test_addresses_of_its_own() -> None:
    address = link_local(BASE.mac)
    assert address.hex() == "fe80000000000000000000fffe000001"
    six = one(linkmessage.add_address(9, AF_INET6, address, 64, 1))
    assert own_address(six) == OwnAddress(9, address, linkmessage.SCOPE_LINK)
    assert six.body[:3] == bytes([AF_INET6, 64, linkmessage.IFA_F_NODAD])
    four = bytes([10, 9, 0, 60])
    assert own_address(one(linkmessage.add_address(9, AF_INET, four, 24, 1))) == OwnAddress(9, four, 0)


def test_short_messages_say_nothing() -> None:
    assert facts(Received(linkmessage.RTM_NEWLINK, 0, 1, b"\0")) is None
    assert own_address(Received(linkmessage.RTM_NEWADDR, 0, 1, b"\0")) is None


@given(st.binary())
def test_nothing_raises(body: bytes) -> None:
    facts(Received(linkmessage.RTM_NEWLINK, 0, 1, bytes(16) + body))
    own_address(Received(linkmessage.RTM_NEWADDR, 0, 1, bytes(8) + body))


def test_what_does_not_fit() -> None:
    good = Facts(9, "vrrp.51", "macvlan", MAC, parent=3, mode=1)
    for other in (
        good._replace(kind="dummy"),
        good._replace(parent=4),
        good._replace(mode=4),
        good._replace(mac=bytes(6)),
    ):
        assert not fits(other, MACVLAN, BASE)


def test_above_a_macvlan_the_kernel_takes_what_is_below_it() -> None:
    good = Facts(9, "vrrp.51", "macvlan", MAC, parent=3, mode=1)
    assert fits(good, MACVLAN, Facts(8, "mv0", "macvlan", parent=3))


def test_virtual_mac_addresses_are_known() -> None:
    assert linkmessage.is_virtual(MAC)
    assert not linkmessage.is_virtual(BASE.mac)
