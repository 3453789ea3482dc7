"""Who holds which virtual address, with a kernel of our own."""

import errno
import logging

import pytest

from alived.ipc.model.routing import VirtualAddress
from alived.workers.vrrp.kernel.addresses import Addresses
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.rtnetlink import Address, Link, LinkGone

VIP = VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0", broadcast="10.9.0.255", label="eth0:1")
OTHER = VirtualAddress(address="10.9.0.101", prefixlen=24, dev="eth0")


class Kernel:
    """Does what it is told, or answers with an errno."""

    def __init__(self) -> None:
        self.present: list[Address] = []
        self.error = 0

    def add(self, addresses: list[Address]) -> list[int]:
        if not self.error:
            self.present += addresses
        return [self.error] * len(addresses)

    def delete(self, addresses: list[Address]) -> list[int]:
        self.present = [address for address in self.present if address not in addresses]
        return [self.error] * len(addresses)


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def interfaces() -> Interfaces:
    table = Interfaces()
    table.take(Link(2, "eth0", b"\2\0\0\0\0\1", up=True))
    return table


@pytest.fixture
def addresses(kernel: Kernel, interfaces: Interfaces) -> Addresses:
    return Addresses(kernel, interfaces)


def test_held_addresses_are_added_as_configured_and_deleted_when_let_go(addresses: Addresses, kernel: Kernel) -> None:
    assert addresses.hold("V", [VIP, OTHER]) == ((VIP, OTHER), ())
    assert kernel.present[0] == Address(2, bytes([10, 9, 0, 100]), 32, label="eth0:1", broadcast=bytes([10, 9, 0, 255]))
    assert addresses.present(VIP)
    addresses.release("V", [VIP, OTHER])
    assert kernel.present == []
    assert not addresses.present(VIP)


def test_an_address_that_two_hold_goes_with_the_last(addresses: Addresses, kernel: Kernel) -> None:
    addresses.hold("V", [VIP])
    assert addresses.hold("W", [VIP]) == ((), ())
    addresses.release("V", [VIP])
    assert addresses.present(VIP)
    addresses.release("W", [VIP])
    assert kernel.present == []


def test_what_is_not_held_is_not_deleted(addresses: Addresses, kernel: Kernel) -> None:
    addresses.hold("V", [VIP])
    addresses.release("W", [VIP, OTHER])
    assert len(kernel.present) == 1


def test_one_that_the_kernel_has_already_is_adopted(addresses: Addresses, kernel: Kernel) -> None:
    kernel.error = errno.EEXIST
    assert addresses.hold("V", [VIP]) == ((), ())
    assert addresses.present(VIP)


def test_failures_are_explained(addresses: Addresses, kernel: Kernel) -> None:
    kernel.error = errno.EINVAL
    nowhere = VirtualAddress(address="10.9.0.102", prefixlen=32, dev="eth9")
    assert addresses.hold("V", [VIP, nowhere]).failures == (
        "address 10.9.0.102/32 on eth9 can't be added: there is no interface eth9",
        "address 10.9.0.100/32 on eth0 can't be added: Invalid argument",
    )
    assert not addresses.present(VIP)
    assert not addresses.present(nowhere)


def test_leftovers_are_deleted_unless_held(addresses: Addresses, kernel: Kernel, interfaces: Interfaces) -> None:
    left = Address(2, bytes([10, 9, 0, 101]), 24, label="eth0")
    interfaces.take(left)
    kernel.present.append(left)
    addresses.hold("V", [VIP])
    gone = VirtualAddress(address="10.9.0.102", prefixlen=32, dev="eth9")
    assert addresses.remove_leftovers([VIP, OTHER, gone]) == ["10.9.0.101/24 on eth0"]
    assert [address.address[-1] for address in kernel.present] == [100]


def test_an_address_on_a_renamed_interface_is_still_deleted(
    addresses: Addresses, kernel: Kernel, interfaces: Interfaces
) -> None:
    addresses.hold("V", [VIP])
    interfaces.take(Link(2, "lan", b"\2\0\0\0\0\1", up=True))
    addresses.release("V", [VIP])
    assert kernel.present == []


def test_a_recreated_interface_gets_the_address_again(
    addresses: Addresses, kernel: Kernel, interfaces: Interfaces
) -> None:
    addresses.hold("V", [VIP])
    interfaces.take(LinkGone(2))
    interfaces.take(Link(7, "eth0", b"\2\0\0\0\0\1", up=True))
    assert addresses.hold("V", [VIP]).added == (VIP,)
    addresses.release("V", [VIP])
    assert [address.ifindex for address in kernel.present] == [2]  # the kernel forgot that one by itself


@pytest.mark.parametrize(("error", "lines"), [(errno.EADDRNOTAVAIL, 0), (errno.ENODEV, 0), (errno.EPERM, 1)])
def test_only_real_failures_to_delete_are_logged(
    addresses: Addresses, kernel: Kernel, caplog: pytest.LogCaptureFixture, error: int, lines: int
) -> None:
    addresses.hold("V", [VIP])
    kernel.error = error
    with caplog.at_level(logging.ERROR):
        addresses.release("V", [VIP])
    assert len(caplog.records) == lines
