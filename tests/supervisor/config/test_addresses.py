"""The lines of virtual_ipaddress; the meaning of each was compared with keepalived 2.2."""

from collections.abc import Callable

import pytest

from alived.ipc.model import VirtualAddress
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.load import Loaded

Judge = Callable[[str], Loaded]


def address(text: str = "10.0.0.1", prefixlen: int = 24, dev: str = "eth0", **more: str | int) -> VirtualAddress:
    scope, label, broadcast = more.get("scope", 0), more.get("label", ""), more.get("broadcast", "")
    return VirtualAddress(
        address=text, prefixlen=prefixlen, dev=dev, scope=int(scope), label=str(label), broadcast=str(broadcast)
    )


def read(judge: Judge, *lines: str) -> tuple[tuple[VirtualAddress, ...], list[Code]]:
    entries = "\n".join(lines)
    loaded = judge(
        f"vrrp_instance I {{\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {{\n{entries}\n}}\n}}\n"
    )
    addresses = loaded.config.vrrp[0].addresses if loaded.config.vrrp else ()
    return addresses, [found.code for found in loaded.diagnostics]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("10.0.0.1", address(prefixlen=32)),
        ("10.0.0.1/24", address()),
        ("10.0.0.1/0", address(prefixlen=0)),
        ("10.0.0.1/24 dev eth1", address(dev="eth1")),
        ("10.0.0.1/24 dev eth0 label eth0:1", address(label="eth0:1")),
        ("10.0.0.1/24 scope link", address(scope=253)),
        ("10.0.0.1/24 scope 200", address(scope=200)),
        ("10.0.0.1/24 brd 10.0.0.99", address(broadcast="10.0.0.99")),
        ("10.0.0.1/24 broadcast +", address(broadcast="10.0.0.255")),
        ("10.0.0.1/24 brd -", address()),
    ],
)
def test_an_address(line: str, expected: VirtualAddress, judge: Judge) -> None:
    assert read(judge, line) == ((expected,), [])


@pytest.mark.parametrize(
    ("line", "expected", "code"),
    [
        ("10.0.0.1/33", address(prefixlen=32), Code.BAD_VALUE),
        ("10.0.0.1/24/2", address(prefixlen=32), Code.BAD_VALUE),
        ("10.0.0.1/", address(prefixlen=32), Code.BAD_VALUE),
        ("10.0.0.1 brd +", address(prefixlen=32), Code.BAD_VALUE),
        ("10.0.0.1/24 brd x", address(), Code.BAD_VALUE),
        ("10.0.0.1/24 scope 256", address(), Code.BAD_VALUE),
        ("10.0.0.1/24 dev", address(), Code.BAD_VALUE),
        ("10.0.0.1/24 labl x", address(), Code.UNKNOWN_KEYWORD),
        ("10.0.0.1/24 peer 10.0.0.2", address(), Code.NOT_IMPLEMENTED),
        ("10.0.0.1/24 no_track no_track", address(), Code.NOT_IMPLEMENTED),
        ("10.0.0.1/24 notrack dev eth1", address(dev="eth1"), Code.UNKNOWN_KEYWORD),
        ("10.0.0.1/24 xyzzy dev eth1", address(dev="eth1"), Code.UNKNOWN_KEYWORD),
        ("10.0.0.1/24 dev eth9", address(dev="eth9"), Code.NO_INTERFACE),
    ],
)
def test_an_address_with_something_wrong(line: str, expected: VirtualAddress, code: Code, judge: Judge) -> None:
    assert read(judge, line) == ((expected,), [code])


@pytest.mark.parametrize("line", ["10.0.0.300", "VIP", "10.0.0.1 label eth0:12345678901"])
def test_an_address_that_is_not_added(line: str, judge: Judge) -> None:
    assert read(judge, "10.0.0.1/24", line) == ((address(),), [Code.BAD_VALUE])


def test_an_address_is_added_once(judge: Judge) -> None:
    addresses, codes = read(judge, "10.0.0.1/24", "10.0.0.1/24 scope link", "10.0.0.1/24")
    assert addresses == (address(), address(scope=253))
    assert codes == [Code.DUPLICATE]


def test_all_blocks_of_an_instance_count(judge: Judge) -> None:
    addresses, codes = read(judge, "10.0.0.1/24", "}", "virtual_ipaddress {", "10.0.0.2/24")
    assert addresses == (address(), address("10.0.0.2"))
    assert not codes


def test_ipv6_beside_ipv4_is_left_out(judge: Judge) -> None:
    assert read(judge, "10.0.0.1/24", "fe80::1") == ((address(),), [Code.CONFLICT])


def test_an_instance_of_ipv6_is_left_out(judge: Judge) -> None:
    assert read(judge, "fe80::1", "10.0.0.1") == ((), [Code.NOT_IMPLEMENTED])


def test_an_advert_holds_255_addresses(judge: Judge) -> None:
    addresses, codes = read(judge, *(f"10.0.{n >> 8}.{n & 255}" for n in range(257)))
    assert len(addresses) == 255
    assert codes == [Code.CONFLICT] * 2


def test_no_address_is_worth_a_word(judge: Judge) -> None:
    assert read(judge) == ((), [Code.EMPTY])
    assert read(judge, "}", "no_virtual_ipaddress", "track_script {") == ((), [])
