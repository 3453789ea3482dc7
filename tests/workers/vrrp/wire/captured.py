"""Packets that keepalived 2.2.7 sent with priority 200, and the vectors of auth_hmac in draft-cassen-vrrp-auth-hmac."""

from dataclasses import replace

from alived.workers.vrrp.wire.advert import V3_IPV6
from alived.workers.vrrp.wire.dialect import Dialect
from tests.workers.vrrp.wire.kit import (
    AH,
    EITHER,
    MONOTONIC,
    NEVER,
    OLD,
    SIX,
    THREE,
    THREE_ALONE,
    UNICAST,
    UNICAST_AH,
    packed,
)

SOURCE = packed("10.9.0.1")
_MORE = EITHER | {packed("10.9.0.3"): EITHER[SOURCE]}


def _of(dialect: Dialect, vrid: int, *addresses: str, interval: float = 0.5) -> Dialect:
    return replace(dialect, vrid=vrid, interval=interval, addresses=tuple(packed(address) for address in addresses))


IPV4: dict[str, tuple[Dialect, str]] = {
    "v3": (
        _of(THREE, 52, "10.9.0.101", "10.9.0.102"),
        "45c0002400010000ff70d08c0a090001e00000123134c8020032071d0a0900650a090066",
    ),
    "v3 to a peer": (
        _of(UNICAST, 55, "10.9.0.106"),
        "45c0002000010000ff70a6980a0900010a0900023137c8010032e7900a09006a",
    ),
    "v3 to another peer": (
        replace(_of(NEVER, 55, "10.9.0.106"), peers=_MORE),
        "45c0002000010000ff70a6970a0900010a0900033137c8010032e78f0a09006a",
    ),
    "old_unicast_checksum": (
        _of(OLD, 57, "10.9.0.107"),
        "45c0002000010000ff70a6980a0900010a0900023139c801003211860a09006b",
    ),
    "AH": (
        _of(AH, 51, "10.9.0.100", interval=1),
        (
            "45c0004000010000ff33d0ad0a090001e0000012700400000a09000100000001fbf7e7e2661d5d92dd11f8bd"
            "2133c80102010a5d0a0900640000000000000000"
        ),
    ),
    "AH to a peer, unicast_ttl 64": (
        replace(_of(UNICAST_AH, 56, "10.9.0.105", interval=1), ttl=64),
        (
            "45c0004000010000403365b60a0900010a090002700400000a0900010000000146309536d8f77d0e430f44f1"
            "2138c80102010a530a0900690000000000000000"
        ),
    ),
}
IPV6 = (
    _of(SIX, 53, "fe80::9:100", "fd09::100"),
    (
        "6c02084a002870fffe80000000000000045b54fffe333139ff020000000000000000000000000012"
        "3135c8020032820cfe800000000000000000000000090100fd090000000000000000000000000100"
    ),
)

HMAC_NUMBER = 0x6800000080000000
HMAC_TIME = 0x68000000 + 0.5
HMAC_IPV4 = (
    replace(THREE_ALONE, addresses=(packed("192.0.2.100"),), auth_hmac=MONOTONIC),
    packed("198.51.100.10"),
    bytes.fromhex("3133c80100644402c00002640101000068000000800000001b84bc4e8e43892dc6d98448f8ee2265"),
)
HMAC_IPV6 = (
    Dialect(V3_IPV6, 51, 1.0, (packed("fe80::100"),), peers={packed("fe80::10"): EITHER[SOURCE]}, auth_hmac=MONOTONIC),
    packed("fe80::10"),
    bytes.fromhex(
        "3133c8010064a2e9fe800000000000000000000000000100010100006800000080000000c8c56146ebfd66ee10ec4d8186461b78"
    ),
)
HMAC_DESTINATION = packed("fe80::20")
