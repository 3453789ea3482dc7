"""Unsolicited neighbour advertisements: the bytes that RFC 4861 and RFC 9568 want."""

from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.wire.neighbour import frame

MAC = bytes.fromhex("00005e000233")
ADDRESS = ip_address("2001:db8::100").packed

# Ethernet, IPv6 and ICMPv6 headers in turn; tshark finds the checksum right (test_announcements.py).
WANTED = (
    "33330000000100005e00023386dd"
    "6000000000203aff20010db8000000000000000000000100ff020000000000000000000000000001"
    "880018faa000000020010db8000000000000000000000100020100005e000233"
)


def internet_checksum(data: bytes) -> int:
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def test_all_nodes_are_told_where_the_address_is() -> None:
    assert frame(MAC, ADDRESS).hex() == WANTED


@given(st.binary(min_size=6, max_size=6), st.binary(min_size=16, max_size=16))
def test_the_checksum_covers_the_pseudo_header(mac: bytes, address: bytes) -> None:
    made = frame(mac, address)
    message = made[54:]
    pseudo_header = made[22:54] + len(message).to_bytes(4, "big") + (58).to_bytes(4, "big")
    assert internet_checksum(pseudo_header + message) == 0
