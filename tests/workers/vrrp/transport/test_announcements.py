"""Gratuitous ARP and neighbour advertisements on the wire: the frames, and how they keep their distance."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest

from alived.ipc.model.interfaces import GarpGroup
from alived.workers.vrrp.alarm import Alarm
from alived.workers.vrrp.transport.announcements import FRAMES_PER_TURN, Announcements, Speaker
from alived.workers.vrrp.transport.pace import Kind, Paces
from tests.workers.vrrp.lab import Lab, Namespace
from tests.workers.vrrp.transport.stage import Wiretap, entered, mac, packed, until

VIP4, VIP6 = packed("10.9.0.100"), packed("2001:db8::100")
NOTHING = "arp or (icmp6 and ip6[40] == 136)"
"""Filter: announcements, and nothing else that a host says of its own accord."""


class Stage:
    """What is announced from a host, and for whom."""

    def __init__(self, host: Namespace) -> None:
        self.sent: Counter[tuple[str, Kind]] = Counter()
        self.alarm = Alarm()
        with entered(host):
            self.announcements = Announcements(self.alarm, self._sent)

    def _sent(self, owner: str, kind: Kind) -> None:
        self.sent[owner, kind] += 1


def play(host: Namespace, body: Callable[[Stage], Awaitable[None]]) -> None:
    """Run a body in an event loop; everything is closed at its end."""

    async def main() -> None:
        stage = Stage(host)
        try:
            await body(stage)
        finally:
            stage.announcements.close()
            stage.alarm.close()

    asyncio.run(main())


def speaker(host: Namespace, device: str = "eth0", base: str = "") -> Speaker:
    return Speaker(device, mac(host, device), base or device)


def test_both_kinds_of_frames_are_well_formed(lab: Lab, tmp_path: Path) -> None:
    wire = Wiretap(lab.observer, tmp_path, f"({NOTHING}) and ether src {mac(lab.a).hex(':')}")
    own = mac(lab.a).hex(":")

    async def body(stage: Stage) -> None:
        stage.announcements.announce("V", speaker(lab.a), [VIP4, VIP6], 2)
        assert stage.sent == {("V", Kind.ARP): 2, ("V", Kind.NEIGHBOUR): 2}

    play(lab.a, body)
    wire.wait_for(4)
    arp = wire.read("eth.dst", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", wanted="arp.opcode == 1")
    assert arp == [["ff:ff:ff:ff:ff:ff", own, "10.9.0.100", "10.9.0.100"]] * 2
    neighbour = wire.read(
        "eth.dst", "ipv6.src", "ipv6.dst", "ipv6.hlim", "icmpv6.nd.na.flag", "icmpv6.nd.na.target_address",
        "icmpv6.opt.linkaddr", "icmpv6.checksum.status", wanted="icmpv6.type == 136",
    )  # fmt: skip
    vip, all_nodes = "2001:db8::100", "ff02::1"
    assert neighbour == [["33:33:00:00:00:01", vip, all_nodes, "255", "0xa0000000", vip, own, "1"]] * 2
    assert wire.complaints() == []


def test_a_neighbour_learns_the_new_mac_address(lab: Lab) -> None:
    lab.b.ip("-6", "address", "add", "2001:db8::2/64", "dev", "eth0", "nodad")
    lab.b.run("sysctl", "-qw", "net.ipv4.neigh.eth0.locktime=0")  # otherwise an entry stands for a second
    for address in ("10.9.0.100", "2001:db8::100"):
        lab.b.ip("neighbour", "add", address, "lladdr", "02:00:00:00:00:99", "dev", "eth0", "nud", "stale")

    async def body(stage: Stage) -> None:
        stage.announcements.announce("V", speaker(lab.a), [VIP4, VIP6], 1)

    play(lab.a, body)
    own = mac(lab.a).hex(":")
    lab.b.wait_until(lambda: lab.b.ip("neighbour", "show", "dev", "eth0").count(own) >= 2)


def test_a_virtual_router_announces_its_virtual_mac_address(lab: Lab, tmp_path: Path) -> None:
    virtual = "00:00:5e:00:02:33"
    lab.a.ip("link", "add", "vrrp.51", "link", "eth0", "address", virtual, "type", "macvlan", "mode", "private")
    lab.a.ip("link", "set", "vrrp.51", "up")
    wire = Wiretap(lab.observer, tmp_path, f"ether src {virtual} and ({NOTHING})")

    async def body(stage: Stage) -> None:
        stage.announcements.announce("V", speaker(lab.a, "vrrp.51", "eth0"), [VIP6], 1)

    play(lab.a, body)
    wire.wait_for(1)
    assert wire.read("eth.src", "icmpv6.opt.linkaddr") == [[virtual, virtual]]


@pytest.mark.parametrize("hardware", [bytes(6), b"", bytes(range(20))])
def test_nothing_is_announced_where_nobody_learns_mac_addresses(lab: Lab, hardware: bytes) -> None:
    async def body(stage: Stage) -> None:
        stage.announcements.announce("V", Speaker("lo", hardware, "lo"), [VIP4, VIP6], 5)
        assert not stage.sent

    play(lab.a, body)


def test_an_interface_that_is_gone_disturbs_nobody(lab: Lab) -> None:
    async def body(stage: Stage) -> None:
        stage.announcements.announce("V", Speaker("absent", mac(lab.a), "absent"), [VIP4], 5)
        assert not stage.sent
        stage.announcements.announce("V", speaker(lab.a), [VIP4], 1)
        assert stage.sent == {("V", Kind.ARP): 1}

    play(lab.a, body)


def gaps(wire: Wiretap, wanted: str) -> list[float]:
    times = [float(at) for (at,) in wire.read("frame.time_epoch", wanted=wanted)]
    return [after - before for before, after in pairwise(times)]


def test_paced_frames_keep_their_distance_each_kind_for_itself(lab: Lab, tmp_path: Path) -> None:
    interval = 0.03
    # At the sender, whose clock it is: what is behind it may hold one frame up for longer than the next.
    wire = Wiretap(lab.a, tmp_path, f"({NOTHING}) and ether src {mac(lab.a).hex(':')}")

    async def body(stage: Stage) -> None:
        stage.announcements.configure(Paces((), interval, interval))
        stage.announcements.announce("V", speaker(lab.a), [VIP4, VIP6], 4)
        assert stage.sent == {("V", Kind.ARP): 1, ("V", Kind.NEIGHBOUR): 1}
        await until(lambda: stage.sent.total() == 8)

    play(lab.a, body)
    wire.wait_for(8)
    for wanted in ("arp", "icmpv6"):
        between = gaps(wire, wanted)
        assert len(between) == 3
        assert min(between) >= interval * 0.98  # the pause begins after the frame has left


def test_interfaces_of_a_garp_group_share_one_pace_in_the_order_of_their_frames(lab: Lab, tmp_path: Path) -> None:
    interval = 0.03
    lab.a.ip("link", "add", "vrrp.51", "link", "eth0", "type", "macvlan", "mode", "private")
    lab.a.ip("link", "set", "vrrp.51", "up")
    wire = Wiretap(lab.observer, tmp_path, "arp")

    async def body(stage: Stage) -> None:
        begin = stage.alarm.now()
        stage.announcements.configure(Paces([GarpGroup(garp_interval=interval, interfaces=("eth0", "vrrp.51"))]))
        stage.announcements.announce("V", speaker(lab.a), [VIP4], 2)
        stage.announcements.announce("W", speaker(lab.a, "vrrp.51"), [packed("10.9.0.101")], 2)
        await until(lambda: stage.sent.total() == 4)
        assert stage.alarm.now() - begin >= 3 * interval

    play(lab.a, body)
    wire.wait_for(4)
    assert wire.read("arp.src.proto_ipv4") == [["10.9.0.100"]] * 2 + [["10.9.0.101"]] * 2


def test_other_paces_hold_for_what_waits_already(lab: Lab) -> None:
    async def body(stage: Stage) -> None:
        stage.announcements.configure(Paces((), 0.01))
        stage.announcements.announce("V", speaker(lab.a), [VIP4], 100)
        stage.announcements.configure(Paces())
        await until(lambda: stage.sent.total() == 100)

    play(lab.a, body)


def test_who_is_no_longer_master_is_silent(lab: Lab) -> None:
    async def body(stage: Stage) -> None:
        stage.announcements.configure(Paces((), 0.05))
        stage.announcements.announce("V", speaker(lab.a), [VIP4], 100)
        stage.announcements.announce("W", speaker(lab.a), [VIP4], 2)
        stage.announcements.silence("V")
        await until(lambda: stage.sent["W", Kind.ARP] == 2)
        assert stage.sent["V", Kind.ARP] < 5

    play(lab.a, body)


def test_a_turn_is_bounded_and_the_rest_follows(lab: Lab) -> None:
    async def body(stage: Stage) -> None:
        stage.announcements.announce("V", speaker(lab.a), [VIP4], 3 * FRAMES_PER_TURN)
        assert stage.sent.total() == FRAMES_PER_TURN
        await until(lambda: stage.sent.total() == 3 * FRAMES_PER_TURN)

    play(lab.a, body)
