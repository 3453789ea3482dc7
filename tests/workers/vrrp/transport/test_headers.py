"""IP headers of adverts, field by field."""

from ipaddress import ip_address

import pytest

from alived.workers.vrrp.transport.headers import datagram, needs_scope


def packed(address: str) -> bytes:
    return ip_address(address).packed


def test_what_the_kernel_fills_into_an_ipv4_header_is_left_out() -> None:
    made = datagram(packed("10.9.0.1"), packed("224.0.0.18"), 255, b"advert")
    assert made.hex() == "45c0000000000000ff7000000a090001e0000012" + b"advert".hex()


def test_an_ipv6_header_is_whole() -> None:
    made = datagram(packed("fe80::1"), packed("ff02::12"), 255, b"advert")
    source, destination = "fe800000000000000000000000000001", "ff020000000000000000000000000012"
    assert made.hex() == "6c000000000670ff" + source + destination + b"advert".hex()


@pytest.mark.parametrize(
    ("address", "wanted"),
    [("ff02::12", True), ("ff05::12", True), ("fe80::1", True), ("febf::1", True), ("fec0::1", False),
     ("2001:db8::1", False), ("224.0.0.18", False), ("254.128.0.1", False)],
)  # fmt: skip
def test_link_local_and_multicast_mean_something_on_one_interface_only(address: str, wanted: bool) -> None:
    assert needs_scope(packed(address)) is wanted
