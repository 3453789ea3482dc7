"""Who holds what, with a kernel that remembers what it was asked."""

import errno
import logging
from collections.abc import Sequence

import pytest

from alived.ipc.model.routing import Placing, Route, Rule, VirtualAddress
from alived.workers.vrrp.kernel.held import kernel_address
from alived.workers.vrrp.kernel.holdings import Failure, Holdings, Outcome
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.nlmessage import Ack, Request
from alived.workers.vrrp.kernel.rtnetlink import (
    IFA_F_DADFAILED,
    IFA_F_TENTATIVE,
    Address,
    AddressGone,
    Link,
    LinkGone,
)

VIP = VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0", broadcast="10.9.0.255", label="eth0:1")
OTHER = VirtualAddress(address="10.9.0.101", prefixlen=24, dev="eth0")
SIX = VirtualAddress(address="2001:db8::1", prefixlen=64, dev="eth0", nodad=False)
ROUTE = Route(destination="10.0.0.0/8", via="10.9.0.254", dev="eth0", src="10.9.0.100")
RULE = Rule(priority=100, table=7)

NEWADDR, DELADDR, NEWROUTE, DELROUTE, NEWRULE, DELRULE = 20, 21, 24, 25, 32, 33


class Kernel:
    """Has a set of bodies of what was added; answers with an errno that a test names, once."""

    def __init__(self) -> None:
        self.writes: list[list[int]] = []
        self.asked: list[Request] = []
        self.errors: dict[int, int] = {}
        self.words = ""

    def change(self, requests: Sequence[Request]) -> list[Ack]:
        self.writes.append([request.kind for request in requests])
        self.asked += requests
        return [
            Ack(at, error := self.errors.get(each.kind, 0), self.words if error else "")
            for at, each in enumerate(requests)
        ]


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def interfaces() -> Interfaces:
    table = Interfaces()
    table.take(Link(2, "eth0", b"\2\0\0\0\0\1", up=True))
    return table


@pytest.fixture
def holdings(kernel: Kernel, interfaces: Interfaces) -> Holdings:
    return Holdings(kernel, interfaces)


def texts(outcome: Outcome) -> list[str]:
    return [failure.text for failure in outcome.failures]


def test_all_goes_in_one_write_and_comes_back_the_other_way_round(holdings: Holdings, kernel: Kernel) -> None:
    outcome = holdings.hold("V", [VIP, OTHER], [ROUTE], [RULE])
    assert outcome.added == (VIP, OTHER)
    assert outcome.restored == (
        "route 10.0.0.0/8 via 10.9.0.254 dev eth0 src 10.9.0.100",
        "IPv4 rule 100 from all table 7",
    )
    assert outcome.failures == ()
    assert holdings.present(VIP)
    holdings.release("V")
    assert kernel.writes == [[NEWADDR, NEWADDR, NEWROUTE, NEWRULE], [DELRULE, DELROUTE, DELADDR, DELADDR]]
    assert not holdings.present(VIP)


def test_what_is_held_already_costs_nothing(holdings: Holdings, kernel: Kernel) -> None:
    holdings.hold("V", [VIP], [ROUTE], [RULE])
    assert holdings.hold("V", [VIP], [ROUTE], [RULE]) == Outcome()
    assert holdings.complete("V") == Outcome()
    assert holdings.complete("nobody") == Outcome()
    assert len(kernel.writes) == 1


def test_what_two_hold_goes_with_the_last(holdings: Holdings, kernel: Kernel) -> None:
    for holder in "VW":
        holdings.hold(holder, [VIP], [ROUTE], [RULE])
    holdings.release("V")
    assert len(kernel.writes) == 1
    holdings.release("W")
    assert kernel.writes[1:] == [[DELRULE, DELROUTE, DELADDR]]


def test_what_moves_between_two_is_never_away(holdings: Holdings, kernel: Kernel) -> None:
    holdings.hold("V", [VIP], [ROUTE], [RULE])
    holdings.hold("W", [OTHER])
    holdings.expect("V", [OTHER])
    holdings.expect("W", [VIP], [ROUTE], [RULE])
    assert holdings.hold("V", [OTHER]) == Outcome()
    assert holdings.hold("W", [VIP], [ROUTE], [RULE]) == Outcome()
    assert kernel.writes == [[NEWADDR, NEWROUTE, NEWRULE], [NEWADDR]]
    holdings.release("V")
    holdings.release("W")
    assert kernel.writes[2:] == [[DELADDR], [DELRULE, DELROUTE, DELADDR]]


def test_what_was_expected_and_is_not_held_in_the_end_goes(holdings: Holdings, kernel: Kernel) -> None:
    holdings.expect("W", [VIP])
    assert holdings.complete("W") == Outcome()
    holdings.hold("V", [VIP])
    holdings.expect("W", [VIP])
    holdings.release("V")
    assert kernel.writes == [[NEWADDR]]
    holdings.release("W")
    assert kernel.writes == [[NEWADDR], [DELADDR]]


def test_a_route_of_another_content_takes_the_place_of_the_first(holdings: Holdings, kernel: Kernel) -> None:
    holdings.hold("V", [VIP], [ROUTE])
    changed = Route(destination="10.0.0.0/8", via="10.9.0.253", dev="eth0")
    holdings.hold("V", [VIP], [changed])
    assert kernel.writes[1:] == [[DELROUTE, NEWROUTE]]
    assert kernel.asked[-2].body == kernel.asked[1].body


def test_an_address_wanted_in_another_way_is_added_anew(holdings: Holdings, kernel: Kernel) -> None:
    holdings.hold("V", [VIP])
    assert holdings.hold("V", [VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0")]).added
    assert kernel.writes[1:] == [[DELADDR, NEWADDR]]


def test_what_was_there_before_is_not_ours_to_delete(
    holdings: Holdings, kernel: Kernel, interfaces: Interfaces, caplog: pytest.LogCaptureFixture
) -> None:
    interfaces.take(Address(2, bytes([10, 9, 0, 100]), 32))
    with caplog.at_level(logging.INFO):
        assert holdings.hold("V", [VIP]) == Outcome()
        holdings.release("V")
    assert kernel.writes == []
    assert "address 10.9.0.100/32 on eth0 was there before and stays" in caplog.text
    holdings.hold("V", [VIP])
    interfaces.take(AddressGone(Address(2, bytes([10, 9, 0, 100]), 32)))
    holdings.complete("V")  # now we have added it
    holdings.release("V")
    assert kernel.writes == [[NEWADDR], [DELADDR]]


def test_what_a_predecessor_left_is_ours(holdings: Holdings, kernel: Kernel, interfaces: Interfaces) -> None:
    interfaces.take(Address(2, bytes([10, 9, 0, 100]), 32))
    interfaces.take(kernel_address(OTHER, 2))  # it bears our mark
    holdings.inherit([VIP])
    kernel.errors = {NEWROUTE: errno.EEXIST, NEWRULE: errno.EEXIST}
    assert holdings.hold("V", [VIP, OTHER], [ROUTE], [RULE]) == Outcome()
    holdings.release("V")
    assert kernel.writes == [[NEWROUTE, NEWRULE], [DELRULE, DELROUTE, DELADDR, DELADDR]]


def test_what_the_kernel_has_and_did_not_tell_of_yet_is_adopted(holdings: Holdings, kernel: Kernel) -> None:
    kernel.errors = dict.fromkeys((NEWADDR, NEWROUTE, NEWRULE), errno.EEXIST)
    foreign = Route(destination="10.0.0.0/8", dev="eth0", protocol=4, no_track=True)
    assert holdings.hold("V", [VIP], [foreign]) == Outcome()
    assert holdings.present(VIP)
    holdings.release("V")
    assert len(kernel.writes) == 1


def test_failures_are_explained(holdings: Holdings, kernel: Kernel) -> None:
    kernel.errors = {NEWADDR: errno.EINVAL, NEWROUTE: errno.ENETUNREACH}
    kernel.words = "Nexthop has invalid gateway."
    nowhere = VirtualAddress(address="10.9.0.102", prefixlen=32, dev="eth9", track_group="T")
    route = Route(destination="::/0", via="fe80::1", dev="eth0")
    outcome = holdings.hold("V", [VIP, nowhere], [route])
    assert outcome.failures == (
        Failure("address 10.9.0.102/32 on eth9 can't be added: there is no interface eth9", "T"),
        Failure(
            "address 10.9.0.100/32 on eth0 can't be added: Invalid argument (Nexthop has invalid gateway)",
        ),
        Failure("route ::/0 via fe80::1 dev eth0 can't be added: Network is unreachable (Nexthop has invalid gateway)"),
    )
    assert holdings.failures("V") == outcome.failures
    kernel.errors = {}
    assert texts(holdings.complete("V")) == [outcome.failures[0].text]
    holdings.release("V")
    assert holdings.failures("V") == ()


def test_what_has_no_track_is_no_failure_and_not_put_back(
    holdings: Holdings, kernel: Kernel, caplog: pytest.LogCaptureFixture
) -> None:
    kernel.errors = {NEWROUTE: errno.ENETUNREACH}
    loose = Route(destination="10.0.0.0/8", via="10.9.0.254", no_track=True)
    assert holdings.hold("V", [], [loose]) == Outcome()
    assert "can't be added: Network is unreachable" in caplog.text
    kernel.errors = {}
    assert holdings.complete("V") == Outcome()
    assert holdings.hold("V", [], [loose]).restored  # when it becomes master again
    assert len(kernel.writes) == 2


def test_a_route_that_must_be_alone_is_not_adopted(holdings: Holdings, kernel: Kernel) -> None:
    kernel.errors = {NEWROUTE: errno.EEXIST, DELROUTE: errno.ESRCH}
    outcome = holdings.hold("V", [], [Route(destination="10.0.0.0/8", dev="eth0", placing=Placing.ADD)])
    assert texts(outcome) == ["route 10.0.0.0/8 dev eth0 can't be added: File exists"]


def test_lost_things_are_put_back(holdings: Holdings, kernel: Kernel, interfaces: Interfaces) -> None:
    holdings.hold("V", [VIP], [ROUTE], [RULE])
    gone = AddressGone(kernel_address(VIP, 2))
    assert holdings.concerns.notice([gone], interfaces.take(gone)) == {"V"}
    outcome = holdings.complete("V")
    assert outcome.added == (VIP,)
    assert kernel.writes[1:] == [[NEWADDR, NEWROUTE]]
    assert holdings.doubt_all() == {"V"}
    kernel.errors = {NEWROUTE: errno.EEXIST, NEWRULE: errno.EEXIST}
    assert holdings.complete("V") == Outcome()
    assert holdings.doubt_all() == {"V"}
    assert kernel.writes[2:] == [[NEWROUTE, NEWRULE]]


def test_news_of_a_deletion_that_is_older_than_the_putting_back_changes_nothing(
    holdings: Holdings, kernel: Kernel, interfaces: Interfaces
) -> None:
    holdings.hold("V", [VIP])
    gone = AddressGone(kernel_address(VIP, 2))
    interfaces.take(gone)
    assert holdings.complete("V").added == (VIP,)
    interfaces.take(gone)
    kernel.errors[NEWADDR] = errno.EEXIST
    assert holdings.complete("V") == Outcome()
    holdings.release("V")
    assert kernel.writes == [[NEWADDR], [NEWADDR], [NEWADDR], [DELADDR]]


def test_an_ipv6_route_that_was_there_is_not_called_restored(holdings: Holdings, kernel: Kernel) -> None:
    holdings.hold("V", [], [Route(destination="::/0", dev="eth0")])
    holdings.doubt_all()
    assert holdings.complete("V") == Outcome()
    kernel.errors = {DELROUTE: errno.ESRCH}
    holdings.doubt_all()
    assert holdings.complete("V").restored
    assert kernel.writes[1:] == [[DELROUTE, NEWROUTE]] * 2


def test_a_route_waits_for_its_source_to_be_free_of_doubt(
    holdings: Holdings, kernel: Kernel, interfaces: Interfaces
) -> None:
    route = Route(destination="::/0", dev="eth0", src="2001:db8::1")
    assert holdings.hold("V", [SIX], [route]).added == (SIX,)
    assert holdings.complete("V") == Outcome()
    settled = kernel_address(SIX, 2)
    assert holdings.concerns.notice([settled], interfaces.take(settled)) == {"V"}
    assert holdings.complete("V").restored
    assert kernel.writes == [[NEWADDR], [NEWROUTE]]


def test_an_address_that_another_host_has_is_a_failure_until_it_is_tried_again(
    holdings: Holdings, kernel: Kernel, interfaces: Interfaces
) -> None:
    holdings.hold("V", [SIX])
    refused = kernel_address(SIX, 2)._replace(flags=IFA_F_DADFAILED | IFA_F_TENTATIVE)
    assert holdings.concerns.notice([refused], interfaces.take(refused)) == {"V"}
    assert texts(holdings.complete("V")) == ["address 2001:db8::1/64 on eth0 is in use by another host"]
    assert holdings.hold("V", [SIX]).added == (SIX,)
    assert kernel.writes == [[NEWADDR], [DELADDR, NEWADDR]]


def test_leftovers_are_deleted_unless_held(holdings: Holdings, kernel: Kernel, interfaces: Interfaces) -> None:
    interfaces.take(Address(2, bytes([10, 9, 0, 101]), 24, label="eth0"))
    holdings.hold("V", [VIP])
    gone = VirtualAddress(address="10.9.0.102", prefixlen=32, dev="eth9")
    nowhere = Route(destination="10.0.0.0/8", dev="eth9")
    assert holdings.remove_leftovers([VIP, OTHER, gone], [ROUTE, nowhere], [RULE]) == [
        "IPv4 rule 100 from all table 7",
        "route 10.0.0.0/8 via 10.9.0.254 dev eth0 src 10.9.0.100",
        "address 10.9.0.101/24 on eth0",
    ]
    kernel.errors = {DELRULE: errno.ENOENT, DELROUTE: errno.ESRCH}
    assert holdings.remove_leftovers([OTHER], [ROUTE], [RULE]) == []


def test_an_address_on_a_renamed_interface_is_still_deleted(
    holdings: Holdings, kernel: Kernel, interfaces: Interfaces
) -> None:
    holdings.hold("V", [VIP])
    interfaces.take(Link(2, "lan", b"\2\0\0\0\0\1", up=True))
    assert texts(holdings.complete("V")) == ["address 10.9.0.100/32 on eth0 can't be added: there is no interface eth0"]
    holdings.release("V")
    assert kernel.writes[1:] == [[DELADDR]]


def test_a_recreated_interface_gets_all_again(holdings: Holdings, kernel: Kernel, interfaces: Interfaces) -> None:
    holdings.hold("V", [VIP], [ROUTE])
    for report in (LinkGone(2), Link(7, "eth0", b"\2\0\0\0\0\1", up=True)):
        names = interfaces.take(report)
        assert holdings.concerns.notice([report], names) == {"V"}
    outcome = holdings.complete("V")
    assert outcome.added == (VIP,)
    assert len(outcome.restored) == 1
    assert kernel.asked[-1].body != kernel.asked[1].body


@pytest.mark.parametrize(("error", "lines"), [(errno.EADDRNOTAVAIL, 0), (errno.ENODEV, 0), (errno.EPERM, 1)])
def test_only_real_failures_to_delete_are_logged(
    holdings: Holdings, kernel: Kernel, caplog: pytest.LogCaptureFixture, error: int, lines: int
) -> None:
    holdings.hold("V", [VIP])
    kernel.errors = {DELADDR: error}
    with caplog.at_level(logging.ERROR):
        holdings.release("V")
    assert len(caplog.records) == lines
