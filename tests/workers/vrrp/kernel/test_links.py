"""Interfaces that alived makes, as `ip`, sysctls and the wire show them."""

import contextlib
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alived.ipc import libnftables
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.links import Ipvlan, Vmac
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Family, VrrpInstance
from alived.workers.vrrp.kernel import link_plan
from alived.workers.vrrp.kernel.channel import Channel
from alived.workers.vrrp.kernel.filters import Filters
from alived.workers.vrrp.kernel.link_plan import LinkPlan
from alived.workers.vrrp.kernel.links import Links
from tests.workers.vrrp.kernel import lan
from tests.workers.vrrp.kernel.lan import Wire, ip, setting

pytestmark = pytest.mark.netns

MAC4, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:33"
BASE_LINK_LOCAL = "fe80::ff:fe00:1"


class Router:
    """The part of a vrrp worker that makes interfaces."""

    def __init__(self) -> None:
        self.filters = Filters(socket.if_nametoindex)
        self.links = Links(self.filters)

    def plans(self, *instances: VrrpInstance) -> dict[str, LinkPlan]:
        return link_plan.plans(instances, VrrpGlobals(), self.links.known())

    def ensure(self, *instances: VrrpInstance) -> list[str]:
        found = self.plans(*instances)
        return [failure for key, plan in found.items() for failure in self.links.ensure(key, plan)]

    def close(self) -> None:
        self.links.close()
        self.filters.close()


@pytest.fixture
def start() -> Iterator[Callable[[], Router]]:
    """Starts routers on a host of their own."""
    with lan.host(), contextlib.ExitStack() as stack:

        def start() -> Router:
            router = Router()
            stack.callback(router.close)
            return router

        yield start


@pytest.fixture
def router(start: Callable[[], Router]) -> Router:
    return start()


def v4(name: str = "A", vrid: int = 51, **options: Any) -> VrrpInstance:
    vip = VirtualAddress(address=f"10.9.0.{vrid}", prefixlen=32, dev="eth0")
    given = {"interface": "eth0", "use_vmac": Vmac(), "addresses": (vip,), **options}
    return VrrpInstance(name=name, virtual_router_id=vrid, **given)


def v6(name: str = "B", **options: Any) -> VrrpInstance:
    return v4(
        name, family=Family.IPV6, addresses=(VirtualAddress(address="fe80::51", prefixlen=128, dev="eth0"),), **options
    )


# --- making -----------------------------------------------------------------------------------------------------------


def test_a_vmac_is_a_private_macvlan_with_the_virtual_mac_address(router: Router) -> None:
    assert router.ensure(v4(), v6()) == []
    four, six = lan.link("vrrp.51"), lan.link("vrrp6.51")
    assert (four["address"], six["address"]) == (MAC4, MAC6)
    assert {found["linkinfo"]["info_kind"] for found in (four, six)} == {"macvlan"}
    assert {found["linkinfo"]["info_data"]["mode"] for found in (four, six)} == {"private"}
    assert {found["link"] for found in (four, six)} == {"eth0"}
    assert "UP" in four["flags"]
    assert four["inet6_addr_gen_mode"] == six["inet6_addr_gen_mode"] == "none"
    assert four["ifalias"].endswith("for vrrp_instance A")


def test_sysctls_are_set_and_put_back_with_the_last_vmac(router: Router) -> None:
    lan.set_to("eth0", "arp_ignore", 2)
    router.ensure(v4(), v4("C", 52))
    for name, value in {"arp_ignore": 1, "accept_local": 1, "rp_filter": 0, "promote_secondaries": 1}.items():
        assert setting("vrrp.51", name) == value
    assert setting("vrrp.51", "disable_ipv6", "ipv6") == 1
    assert (setting("eth0", "arp_ignore"), setting("eth0", "arp_filter")) == (1, 1)
    router.links.release(v4().key)
    assert lan.links() == {"lo", "far", "eth0", "vrrp.52"}
    assert (setting("eth0", "arp_ignore"), setting("eth0", "arp_filter")) == (1, 1)
    router.links.release(v4("C").key)
    assert lan.links() == {"lo", "far", "eth0"}
    assert (setting("eth0", "arp_ignore"), setting("eth0", "arp_filter")) == (2, 0)


def test_what_an_administrator_set_meanwhile_stays(router: Router) -> None:
    router.ensure(v4())
    lan.set_to("eth0", "arp_ignore", 3)
    router.links.release(v4().key)
    assert setting("eth0", "arp_ignore") == 3


def test_rp_filter_of_all_is_spread_to_the_others_and_comes_back(router: Router) -> None:
    lan.set_to("all", "rp_filter", 1)
    lan.set_to("far", "rp_filter", 2)
    router.ensure(v4(), v4("C", 52))
    names = ("all", "default", "eth0", "far", "vrrp.51", "vrrp.52")
    assert [setting(name, "rp_filter") for name in names] == [0, 1, 1, 2, 0, 0]
    router.links.release(v4().key)
    assert [setting(name, "rp_filter") for name in ("all", "default", "eth0", "far")] == [0, 1, 1, 2]
    router.links.release(v4("C").key)
    assert [setting(name, "rp_filter") for name in ("all", "default", "eth0", "far")] == [1, 0, 0, 2]


def test_promote_secondaries_without_a_vmac(router: Router) -> None:
    instance = v4(use_vmac=None, promote_secondaries=True)
    assert router.ensure(instance) == []
    assert setting("eth0", "promote_secondaries") == 1
    router.links.release(instance.key)
    assert setting("eth0", "promote_secondaries") == 0


QUIET = ("arp_ignore", "arp_filter", "arp_announce")


def rename(before: str, after: str) -> None:
    ip(f"link set {before} down")
    ip(f"link set {before} name {after}")
    ip(f"link set {after} up")


def test_a_base_that_is_renamed_is_as_it_was_and_so_it_is_after_it_has_come_back(router: Router) -> None:
    lan.set_to("eth0", "arp_ignore", 2)
    router.ensure(v4(), v4("C", 52))
    rename("eth0", "other")
    for failures in router.links.changed({"eth0", "other"}).values():
        assert failures == ["interface eth0 is missing"]
    assert lan.links() == {"lo", "far", "other"}
    assert [setting("other", name) for name in QUIET] == [2, 0, 0]
    rename("other", "eth0")
    assert list(router.links.changed({"eth0", "other"}).values()) == [[], []]
    assert [setting("eth0", name) for name in QUIET] == [1, 1, 2]
    router.links.release(v4().key)
    router.links.release(v4("C").key)
    assert lan.links() == {"lo", "far", "eth0"}
    assert [setting("eth0", name) for name in QUIET] == [2, 0, 0]


def test_the_end_while_a_base_has_another_name_leaves_nothing(router: Router) -> None:
    router.ensure(v4())
    rename("eth0", "other")
    router.links.release(v4().key)
    assert lan.links() == {"lo", "far", "other"}
    assert [setting("other", name) for name in QUIET] == [0, 0, 0]


def test_rp_filter_of_a_renamed_interface_comes_back(router: Router) -> None:
    lan.set_to("all", "rp_filter", 1)
    router.ensure(v4())
    rename("eth0", "other")
    assert setting("other", "rp_filter") == 1
    router.links.release(v4().key)
    assert [setting(name, "rp_filter") for name in ("all", "default", "other")] == [1, 0, 0]


def test_a_setting_moves_on_when_another_interface_takes_the_name(router: Router) -> None:
    instance = v4(use_vmac=None, promote_secondaries=True)
    router.ensure(instance)
    rename("eth0", "other")
    rename("far", "eth0")
    assert router.links.changed({"eth0", "far", "other"}) == {instance.key: []}
    assert (setting("other", "promote_secondaries"), setting("eth0", "promote_secondaries")) == (0, 1)
    router.links.release(instance.key)
    assert setting("eth0", "promote_secondaries") == 0


def test_a_base_that_is_gone_takes_its_settings_along(router: Router) -> None:
    instance = v4(use_vmac=None, promote_secondaries=True)
    router.ensure(instance)
    ip("link del eth0")
    router.links.release(instance.key)
    ip("link add eth0 type veth peer name far")
    lan.set_to("eth0", "promote_secondaries", 1)
    router.ensure(instance)
    router.links.release(instance.key)
    assert setting("eth0", "promote_secondaries") == 1


def test_adverts_over_ipv6_come_from_the_bases_link_local_address(router: Router) -> None:
    router.ensure(v6())
    assert lan.addresses("vrrp6.51") == {f"{BASE_LINK_LOCAL}/64"}
    assert setting("vrrp6.51", "accept_ra", "ipv6") == setting("vrrp6.51", "autoconf", "ipv6") == 0
    ip(f"address del {BASE_LINK_LOCAL}/64 dev vrrp6.51")
    assert router.links.changed({"vrrp6.51"}) == {v6().key: []}
    assert lan.addresses("vrrp6.51") == {f"{BASE_LINK_LOCAL}/64"}


def test_or_from_the_configured_one(router: Router) -> None:
    router.ensure(v6(mcast_src_ip="fe80::77"))
    assert lan.addresses("vrrp6.51") == {"fe80::77/64"}


def test_or_from_one_of_the_bases_mac_address_if_it_has_none(router: Router) -> None:
    ip(f"address del {BASE_LINK_LOCAL}/64 dev eth0")
    router.ensure(v6())
    assert lan.addresses("vrrp6.51") == {f"{BASE_LINK_LOCAL}/64"}


def test_the_group_is_that_of_the_base_or_the_given_one(router: Router) -> None:
    ip("link set eth0 group 7")
    router.ensure(v4(), v4("C", 52, use_vmac=Vmac(group="9", netlink_notify_msg=True)))
    assert (lan.link("vrrp.51")["group"], lan.link("vrrp.52")["group"]) == ("7", "9")
    (failure,) = router.ensure(v4(), v4("C", 53, use_vmac=Vmac(group="servers")))
    assert failure == "interface vrrp.53 can't be made: link group servers is no number"


def test_link_local_reports_are_switched_off_and_on(router: Router) -> None:
    reports = Path("/proc/sys/net/ipv4/igmp_link_local_mcast_reports")
    before = reports.read_text()
    assert router.links.configure(VrrpGlobals(disable_local_igmp=True)) == []
    assert reports.read_text() == "0\n"
    router.links.configure(VrrpGlobals())
    assert reports.read_text() == before


# --- what may happen to it --------------------------------------------------------------------------------------------


def test_what_someone_changes_is_put_right(router: Router) -> None:
    router.ensure(v4())
    ip("link del vrrp.51")
    assert router.links.changed({"vrrp.51"}) == {v4().key: []}
    assert lan.link("vrrp.51")["address"] == MAC4
    ip("link set vrrp.51 down")
    router.links.changed({"vrrp.51"})
    assert "UP" in lan.link("vrrp.51")["flags"]
    ip("link set vrrp.51 address 02:00:00:00:00:99")
    router.links.changed({"vrrp.51"})
    assert lan.link("vrrp.51")["address"] == MAC4
    assert router.links.changed({"far"}) == {}


def test_nothing_is_touched_that_is_right(router: Router, monkeypatch: pytest.MonkeyPatch) -> None:
    router.ensure(v4(), v6())
    done: list[object] = []
    monkeypatch.setattr(Channel, "do", lambda _, encode: done.append(encode))
    assert router.links.changed({"eth0"}) == {v4().key: [], v6().key: []}
    assert done == []


def test_without_filters_it_is_made_and_that_is_said_once(
    router: Router, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(libnftables, "LIBRARY", "libnosuch.so.1")
    assert router.ensure(v4()) == router.ensure(v4()) == []
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "vrrp.51 may speak though its virtual router is not master: packets can't be filtered" in caplog.text


def test_a_base_without_ipv6_is_no_failure(router: Router) -> None:
    Path("/proc/sys/net/ipv6/conf/eth0/disable_ipv6").write_text("1")
    assert router.ensure(v4(), v6()) == []
    assert lan.addresses("vrrp6.51") == {f"{BASE_LINK_LOCAL}/64"}


def test_what_is_forgotten_by_the_kernel_between_two_questions_is_a_failure(
    router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Channel, "do", lambda *_: 0)
    assert router.ensure(v4()) == ["interface vrrp.51 is gone"]


def test_an_address_that_the_kernel_refuses_is_a_failure(router: Router) -> None:
    ip("link add vrrp6.51 link eth0 address 00:00:5e:00:02:33 type macvlan mode private")
    assert router.ensure(v6(mcast_src_ip="::")) == [
        "vrrp6.51 gets no address of its own: Cannot assign requested address"
    ]


def test_it_follows_its_base(router: Router) -> None:
    router.ensure(v4())
    ip("link set eth0 mtu 9000")
    assert lan.link("vrrp.51")["mtu"] == 1500
    router.links.changed({"eth0"})
    assert lan.link("vrrp.51")["mtu"] == 9000
    ip("link set eth0 down")
    router.links.changed({"eth0"})
    assert "LOWER_UP" not in lan.link("vrrp.51")["flags"]
    ip("link set eth0 up")
    lan.wait_until(lambda: "LOWER_UP" in lan.link("vrrp.51")["flags"])


def test_a_base_that_goes_and_comes_back_gets_everything_again(router: Router) -> None:
    router.ensure(v4(), v6())
    ip("link del eth0")
    assert router.links.changed({"eth0"})[v4().key] == ["interface eth0 is missing"]
    assert "keepalived" not in lan.ruleset()
    lan.cable()
    assert router.links.changed({"eth0"}) == {v4().key: [], v6().key: []}
    assert lan.links() >= {"vrrp.51", "vrrp6.51"}
    assert (setting("eth0", "arp_ignore"), setting("eth0", "arp_filter")) == (1, 1)
    assert '"vrrp.51" : "eth0"' in lan.ruleset()
    router.links.release(v4().key)
    assert (setting("eth0", "arp_ignore"), setting("eth0", "arp_filter")) == (0, 0)


def test_an_heir_adopts_what_a_dead_one_left(start: Callable[[], Router]) -> None:
    lan.set_to("all", "rp_filter", 1)
    first = start()
    first.ensure(v4(use_vmac=Vmac(name="mine")), v4("C", 52))
    ip("address add 10.9.0.51/32 dev mine")
    index = lan.link("mine")["ifindex"]
    first.close()
    heir = start()
    assert heir.ensure(v4()) == []  # the name is not given any more, and stays
    assert heir.links.remove_leftovers() == ["vrrp.52"]
    assert lan.link("mine")["ifindex"] == index
    assert lan.addresses("mine") == {"10.9.0.51/32"}
    assert setting("eth0", "arp_ignore") == 1
    heir.links.release(v4().key)
    assert lan.links() == {"lo", "far", "eth0"}
    assert (setting("eth0", "arp_ignore"), setting("all", "rp_filter"), setting("default", "rp_filter")) == (0, 1, 0)


def test_an_heir_that_needs_nothing_cleans_up(start: Callable[[], Router]) -> None:
    lan.set_to("all", "rp_filter", 1)
    first = start()
    first.ensure(v4(), v6())
    first.close()
    heir = start()
    assert sorted(heir.links.remove_leftovers()) == ["vrrp.51", "vrrp6.51"]
    heir.filters.remove_leftovers()
    assert (setting("eth0", "arp_ignore"), setting("all", "rp_filter"), setting("default", "rp_filter")) == (0, 1, 0)
    assert lan.ruleset() == ""


def test_one_of_keepalived_with_another_mac_address_is_replaced(router: Router) -> None:
    ip("link add vrrp.51 link eth0 address 00:00:5e:00:01:99 type macvlan mode private")
    assert router.ensure(v4()) == []
    assert lan.link("vrrp.51")["address"] == MAC4


@pytest.mark.parametrize("kind", ["veth", "macvlan mode bridge"])
def test_one_that_belongs_to_others_is_left_alone(router: Router, kind: str) -> None:
    ip(f"link add vrrp.51 {'link eth0 ' if 'macvlan' in kind else ''}address 02:00:00:00:00:99 type {kind}")
    assert router.ensure(v4()) == [
        "interface vrrp.51 is there already, and is no private macvlan 00:00:5e:00:01:33 above eth0"
    ]
    assert lan.link("vrrp.51")["address"] == "02:00:00:00:00:99"


def test_a_mac_address_that_another_one_has_is_a_failure(router: Router) -> None:
    ip(f"link add other link eth0 address {MAC4} type macvlan mode private")
    ip("link set other up")
    assert router.ensure(v4()) == ["interface vrrp.51 can't be brought up: Address already in use"]
    ip("link del other")
    assert router.links.changed({"eth0"}) == {v4().key: []}


def test_one_that_a_reload_does_not_need_goes(router: Router) -> None:
    router.ensure(v4())
    assert router.ensure(v4(use_vmac=None)) == []
    assert lan.links() == {"lo", "far", "eth0"}


def test_one_that_two_want_stays_with_the_first(router: Router) -> None:
    (failure,) = router.ensure(v4(), v4("C"))
    assert failure == f"A uses the virtual MAC address {MAC4} on eth0 already"
    router.links.release(v4("C").key)
    assert lan.link("vrrp.51")["address"] == MAC4


def test_a_reload_without_promote_secondaries_puts_it_back(router: Router) -> None:
    router.ensure(v4(use_vmac=None, promote_secondaries=True))
    router.ensure(v4(use_vmac=None))
    assert setting("eth0", "promote_secondaries") == 0


def test_above_a_macvlan_it_lies_above_what_is_below(router: Router) -> None:
    ip("link add lan0 link eth0 type macvlan mode bridge")
    ip("link set lan0 up")
    assert router.ensure(v4(interface="lan0")) == []
    assert router.ensure(v4(interface="lan0")) == []
    assert lan.link("vrrp.51")["link"] == "eth0"


def test_a_kernel_without_ipvlan_is_named_as_the_reason(router: Router) -> None:
    failures = router.ensure(v4(use_vmac=None, use_ipvlan=Ipvlan(address="10.9.0.60/24")))
    assert failures in ([], ["interface vrrp.51 can't be made above eth0: Operation not supported"])


# --- on the wire ------------------------------------------------------------------------------------------------------


def arp_request(address: str) -> bytes:
    sender = bytes.fromhex("020000000002")
    head = b"\xff" * 6 + sender + bytes.fromhex("08060001080006040001")
    return head + sender + bytes([10, 9, 0, 2]) + bytes(6) + socket.inet_aton(address)


def neighbour_solicitation(target: str) -> bytes:
    """From fe80::2 to the solicited-node group (RFC 4861 section 4.3)."""
    source, wanted = (socket.inet_pton(socket.AF_INET6, address) for address in ("fe80::2", target))
    group = bytes.fromhex("ff0200000000000000000001ff") + wanted[13:]
    body = bytes([135, 0, 0, 0]) + bytes(4) + wanted + bytes.fromhex("0101020000000002")
    pseudo = source + group + struct.pack("!II", len(body), 58)
    total = sum(struct.unpack(f"!{len(pseudo + body) // 2}H", pseudo + body))
    total = (total & 0xFFFF) + (total >> 16)
    body = body[:2] + struct.pack("!H", ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF) + body[4:]
    head = b"\x33\x33" + group[12:] + bytes.fromhex("02000000000286dd")
    return head + struct.pack("!IHBB", 0x60000000, len(body), 58, 255) + source + group + body


def kind_of(frame: bytes) -> str:
    """What a frame is, as far as these tests go."""
    match frame[12:14].hex():
        case "0806":
            return "ARP"
        case "0800" if frame[23] == socket.IPPROTO_IGMP:
            return "IGMP"
        case "86dd" if frame[20] == socket.IPPROTO_HOPOPTS:
            return "MLD"
        case "86dd" if frame[54] == 136:
            return "NA"
    return ""


def join(interface: str) -> contextlib.ExitStack:
    """Hear adverts of both families on an interface, as an instance in BACKUP does."""
    index = socket.if_nametoindex(interface)
    stack = contextlib.ExitStack()
    four = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_RAW, 112))
    group = struct.pack("=4s4si", socket.inet_aton("224.0.0.18"), bytes(4), index)
    four.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    six = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_RAW, 112))
    group = socket.inet_pton(socket.AF_INET6, "ff02::12") + struct.pack("=i", index)
    with contextlib.suppress(OSError):  # an IPv4 VMAC has no IPv6
        six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    return stack


@pytest.mark.parametrize("in_the_kernel", [False, True], ids=["moved", "disable_local_igmp"])
def test_in_backup_nothing_leaves_with_the_virtual_mac_address(router: Router, in_the_kernel: bool) -> None:
    settings = VrrpGlobals(disable_local_igmp=in_the_kernel)
    router.links.configure(settings)
    router.filters.configure(settings)
    with contextlib.closing(Wire()) as wire:
        router.ensure(v4(), v6())
        with join("vrrp.51"), join("vrrp6.51"):
            for address in ("10.9.0.1", "10.9.0.51"):
                wire.send(arp_request(address))
            for address in (BASE_LINK_LOCAL, "fe80::51"):
                wire.send(neighbour_solicitation(address))
            seen: list[bytes] = []
            wanted = {"ARP", "NA", "MLD"} if in_the_kernel else {"ARP", "NA", "MLD", "IGMP"}
            lan.wait_until(lambda: wanted <= set(map(kind_of, wire.into(seen))))
        seen += wire.frames()
    assert [frame.hex() for frame in seen if frame[6:12].hex(":") != "02:00:00:00:00:01"] == []
    assert ("IGMP" in map(kind_of, seen)) is not in_the_kernel


def test_the_master_answers_with_the_virtual_mac_address_and_the_base_with_its_own(router: Router) -> None:
    router.ensure(v4(), v6())
    ip("address add 10.9.0.51/32 dev vrrp.51")
    ip("address add fe80::51/128 dev vrrp6.51 nodad")
    answers: dict[str, set[str]] = {}
    requests = {address: (arp_request(address), "ARP") for address in ("10.9.0.1", "10.9.0.51")}
    requests |= {address: (neighbour_solicitation(address), "NA") for address in (BASE_LINK_LOCAL, "fe80::51")}
    with contextlib.closing(Wire()) as wire:
        for address, (request, kind) in requests.items():
            wire.send(request)
            answers[address] = senders(wire, kind)
    assert answers == {
        "10.9.0.1": {"02:00:00:00:00:01"},
        "10.9.0.51": {MAC4},
        BASE_LINK_LOCAL: {"02:00:00:00:00:01"},
        "fe80::51": {MAC6},
    }


def senders(wire: Wire, kind: str) -> set[str]:
    """The MAC addresses that frames of a kind come from."""
    found: list[bytes] = []
    lan.wait_until(lambda: kind in map(kind_of, wire.into(found)))
    return {frame[6:12].hex(":") for frame in found if kind_of(frame) == kind}
