"""Filters as `nft` and traffic show them."""

import contextlib
import json
import logging
import re
import select
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from alived.ipc import libnftables
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.settings import Nftables
from alived.workers.vrrp.kernel import filter_rules
from alived.workers.vrrp.kernel.filter_rules import Element, Family
from alived.workers.vrrp.kernel.filters import Filters
from tests.workers.vrrp.kernel import lan
from tests.workers.vrrp.kernel.lan import ip, run

pytestmark = pytest.mark.netns

FOUR = VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0")
OTHER = VirtualAddress(address="10.9.0.101", prefixlen=32, dev="eth0")
SIX = VirtualAddress(address="2001:db8::100", prefixlen=64, dev="eth0")
LINK_LOCAL = VirtualAddress(address="fe80::100", prefixlen=128, dev="eth0")
ALL = (FOUR, SIX, LINK_LOCAL)


@pytest.fixture
def filters() -> Iterator[Filters]:
    with lan.host(), contextlib.closing(Filters(socket.if_nametoindex)) as made:
        yield made


def elements() -> dict[tuple[str, str], list[Any]]:
    """The named sets, as `nft -j` tells them."""
    listed = json.loads(run("nft", "-j", "list", "ruleset"))["nftables"]
    found = [value for item in listed for kind, value in item.items() if kind in ("set", "map")]
    return {(value["family"], value["name"]): value.get("elem", []) for value in found}


def shape() -> str:
    """The ruleset without counts."""
    return re.sub(r"packets \d+ bytes \d+", "", lan.ruleset())


# --- the table --------------------------------------------------------------------------------------------------------


def test_addresses_are_in_their_sets_while_they_are_held(filters: Filters) -> None:
    assert filters.prepare("V", ALL) == []
    assert not any(elements().values())
    assert filters.hold("V", ALL) == []
    assert elements() == {
        ("ip", "vips"): ["10.9.0.100"],
        ("ip6", "vips"): ["2001:db8::100"],
        ("ip6", "vips_link_local"): [{"concat": ["fe80::100", "eth0"]}],
    }
    filters.release("V")
    assert not any(elements().values())
    filters.forget("V")
    assert lan.ruleset() == ""


def test_what_two_hold_goes_with_the_last(filters: Filters) -> None:
    filters.hold("V", [FOUR, OTHER])
    filters.hold("W", [FOUR])
    filters.release("V")
    assert elements() == {("ip", "vips"): ["10.9.0.100"]}
    filters.hold("W", [OTHER])
    assert elements() == {("ip", "vips"): ["10.9.0.101"]}
    filters.forget("W")
    assert "keepalived" in lan.ruleset()
    filters.forget("V")
    assert lan.ruleset() == ""


def test_the_table_is_as_configured(filters: Filters) -> None:
    settings = VrrpGlobals(nftables=Nftables(table="mine", priority=-7, counters=True, ifindex=True))
    assert filters.configure(settings) == []
    filters.hold("V", ALL)
    text = lan.ruleset()
    assert "table ip mine {" in text
    assert "priority filter - 7" in text
    assert "ip daddr @vips counter packets 0 bytes 0 drop" in text
    assert "ip6 daddr . iif @vips_link_local" in text
    filters.configure(VrrpGlobals())
    assert "mine" not in lan.ruleset()
    assert elements()[("ip", "vips")] == ["10.9.0.100"]


def test_other_tables_are_left_alone_and_a_leftover_of_our_own_is_replaced(filters: Filters) -> None:
    left = "add table ip keepalived; add chain ip keepalived out { type nat hook output priority 5; }"
    run("nft", f"add table ip others; {left}")
    filters.hold("V", [FOUR])
    assert "type nat" not in lan.ruleset()
    filters.forget("V")
    assert lan.ruleset() == "table ip others {\n}\n"


def test_leftovers_go_though_nothing_is_needed(filters: Filters) -> None:
    run("nft", "add table ip keepalived; add table ip6 keepalived; add table ip others")
    filters.remove_leftovers()
    assert lan.ruleset() == "table ip others {\n}\n"


@pytest.mark.parametrize(
    "damage",
    [
        "flush ruleset",
        "delete table ip keepalived",
        "flush chain ip keepalived in",
        "flush set ip keepalived vips",
        "add rule ip keepalived out counter",
    ],
)
def test_what_others_break_is_put_right(filters: Filters, caplog: pytest.LogCaptureFixture, damage: str) -> None:
    filters.hold("V", ALL)
    intact = shape()
    run("nft", damage)
    descriptor = filters.fileno()
    assert descriptor is not None
    assert select.select([descriptor], [], [], lan.PATIENCE)[0]
    assert filters.look() == []
    assert shape() == intact
    assert caplog.messages == ["someone changed the nftables table keepalived; it is made anew"]
    assert filters.look() == []


def test_what_others_do_elsewhere_is_no_reason_to_act(filters: Filters, caplog: pytest.LogCaptureFixture) -> None:
    filters.hold("V", [FOUR])
    run("nft", "add table ip others; add chain ip others out; add table inet keepalived2")
    assert filters.look() == []
    assert caplog.messages == []


def test_a_master_that_finds_the_table_broken_has_it_whole(filters: Filters) -> None:
    filters.prepare("V", ALL)
    filters.hold("W", [OTHER])
    run("nft", "flush ruleset")
    assert filters.hold("V", ALL) == []
    assert sorted(elements()[("ip", "vips")]) == ["10.9.0.100", "10.9.0.101"]


ELEMENTS = ",".join(f"10.{n // 65536}.{n // 256 % 256}.{n % 256}" for n in range(20000))
"""Another program's set is filled, as firewalls do: more news than there is room for."""


def fill_another_table(commands: str = "") -> None:
    text = f"{commands}\ntable ip other {{ set s {{ type ipv4_addr; }}; }}\nadd element ip other s {{ {ELEMENTS} }}\n"
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


def test_where_news_are_lost_a_table_that_is_intact_stays(
    filters: Filters, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(libnftables, "ROOM", 4096)
    filters.prepare("V", ALL)
    filters.hush("eth0", 1, bytes.fromhex("fe800000000000000000000000000001"), ipv6=True)
    filters.hold("V", ALL)
    handles = run("nft", "-a", "list", "table", "ip", "keepalived")
    fill_another_table()
    assert filters.look() == []
    assert caplog.messages == ["nftables changed more often than could be read; the table keepalived is intact"]
    assert run("nft", "-a", "list", "table", "ip", "keepalived") == handles


@pytest.mark.parametrize("damage", ["flush set ip keepalived vips", "delete table ip6 keepalived"])
def test_where_news_are_lost_a_table_that_was_altered_is_made_anew(
    filters: Filters, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(libnftables, "ROOM", 4096)
    filters.hold("V", ALL)
    intact = shape()
    fill_another_table(damage)
    assert filters.look() == []
    assert caplog.messages == ["someone changed the nftables table keepalived; it is made anew"]
    run("nft", "delete table ip other")
    assert shape() == intact


def test_what_we_change_ourselves_is_nobody_elses(filters: Filters, caplog: pytest.LogCaptureFixture) -> None:
    filters.hold("V", ALL)
    filters.release("V")
    filters.forget("V")
    run("nft", "add table ip keepalived")
    filters.remove_leftovers()
    assert filters.look() == []
    assert caplog.messages == []
    assert lan.ruleset() == ""


def test_becoming_master_is_one_small_transaction(filters: Filters, monkeypatch: pytest.MonkeyPatch) -> None:
    filters.prepare("V", ALL)
    transactions: list[str] = []
    monkeypatch.setattr(libnftables.Library, "run", lambda _, commands: transactions.append(commands))
    filters.hold("V", [FOUR])
    filters.hold("V", [FOUR])
    (transaction,) = transactions
    assert [list(command) for command in json.loads(transaction)["nftables"]] == [["add"]]


def test_a_reload_that_moves_reports_no_more(filters: Filters) -> None:
    filters.hush("eth0", 1, b"", ipv6=False)
    assert elements() == {("ip", "vmac_map"): [["eth0", "lo"]]}
    filters.configure(VrrpGlobals(disable_local_igmp=True))
    assert filters.hush("eth0", 1, b"", ipv6=False) == []
    assert lan.ruleset() == ""


def test_a_missing_library_is_a_failure_in_words(filters: Filters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libnftables, "LIBRARY", "libnosuch.so.1")
    (failure,) = filters.prepare("V", [FOUR])
    assert failure == "packets can't be filtered: libnosuch.so.1 is not installed (Debian: package libnftables1)"
    assert filters.hold("V", [FOUR]) == [failure]
    filters.remove_leftovers()
    monkeypatch.undo()
    assert filters.hold("V", [FOUR]) == [failure], "it is not tried again at each election"
    assert filters.fileno() is None
    assert filters.configure(VrrpGlobals()) == []
    assert filters.hold("V", [FOUR]) == []
    assert elements() == {("ip", "vips"): ["10.9.0.100"]}


def test_a_kernel_that_can_not_move_reports_drops_them(
    filters: Filters, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = libnftables.Library.run

    def run_without_dup(self: libnftables.Library, commands: str, flags: int = 0) -> str:
        if '"dup"' in commands:
            raise libnftables.NftablesError("Could not process rule: No such file or directory")
        return real(self, commands, flags)

    monkeypatch.setattr(libnftables.Library, "run", run_without_dup)
    caplog.set_level(logging.WARNING)
    assert filters.hush("eth0", 1, bytes.fromhex("fe800000000000000000000000000001"), ipv6=True) == []
    assert "they are dropped" in caplog.text
    assert elements()[("ip", "vmac_map")] == ["eth0"]
    filters.unhush("eth0")
    assert lan.ruleset() == ""


def test_a_refusal_of_the_kernel_is_a_failure_in_words(filters: Filters, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Element(Family.IP, "nowhere", ("10.9.0.1",))
    monkeypatch.setattr(filter_rules, "dropped", lambda *_: odd)
    (failure,) = filters.hold("V", [FOUR])
    assert failure.startswith("packets can't be filtered: ")


# --- traffic ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def neighbour() -> Iterator[str]:
    """Another host's end of the cable, in a namespace of its own."""
    name = f"alvf{time.monotonic_ns()}"
    run("ip", "netns", "add", name)
    try:
        ip(f"link set far netns {name}")
        for words in ("link set far up", "address add 10.9.0.2/24 dev far", "address add 2001:db8::2/64 dev far nodad"):
            ip(f"-n {name} {words}")
        yield name
    finally:
        run("ip", "netns", "del", name)


def reaches(neighbour: str, address: str) -> bool:
    """Whether ping gets an answer."""
    argv = ["ping", "-c", "1", "-W", "1", "-n", address]
    with contextlib.suppress(AssertionError):
        return bool(run("ip", "netns", "exec", neighbour, *argv))
    return False


def test_held_addresses_answer_arp_and_neighbour_discovery_and_nothing_else(filters: Filters, neighbour: str) -> None:
    for virtual in ALL:
        ip(f"address add {virtual.address}/{virtual.prefixlen} dev eth0" + (" nodad" if ":" in virtual.address else ""))
    targets = ["10.9.0.100", "2001:db8::100", "fe80::100%far"]
    assert all(reaches(neighbour, target) for target in targets)
    filters.hold("V", ALL)
    ip(f"-n {neighbour} neigh flush dev far")
    assert [reaches(neighbour, target) for target in targets] == [False] * 3
    assert reaches(neighbour, "10.9.0.1")
    resolved = json.loads(run("ip", "-n", neighbour, "-j", "neigh", "show", "dev", "far"))
    macs = {entry["dst"]: entry.get("lladdr") for entry in resolved}
    assert {macs.get(virtual.address) for virtual in ALL} == {"02:00:00:00:00:01"}
    filters.release("V")
    assert all(reaches(neighbour, target) for target in targets)
