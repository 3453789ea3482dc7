"""Instances: what each word becomes, what holds when it is not given, and what is said of words that do not fit."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.model.authentication import AntiReplay, AuthHmac, AuthType, HmacKey, HmacMode
from alived.ipc.model.checker import Notify
from alived.ipc.model.common import Program
from alived.ipc.model.links import Ipvlan, IpvlanMode, Vmac
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import (
    Announcing,
    ExtraGarp,
    Family,
    InstanceRole,
    TrackedScript,
    UnicastChecksum,
    UnicastPeer,
    VrrpInstance,
)
from alived.supervisor.config.diagnostics import Code, Diagnostic, Severity
from alived.supervisor.config.dump import dump
from alived.supervisor.config.load import Loaded
from tests.supervisor.config.conftest import FakeMachine

Judge = Callable[[str], Loaded]

PLAIN = VrrpInstance(
    name="VI",
    interface="eth0",
    virtual_router_id=1,
    addresses=(VirtualAddress(address="10.0.0.1", prefixlen=32, dev="eth0"),),
)
PEER = UnicastPeer(address="10.9.9.9")
UNICAST = replace(PLAIN, unicast_peers=(PEER,), mcast_group="")
PEERS = "unicast_peer {\n10.9.9.9\n}"
SIXTH = replace(
    PLAIN,
    family=Family.IPV6,
    version=3,
    mcast_group="ff02::12",
    addresses=(VirtualAddress(address="fe80::1", prefixlen=128, dev="eth0"),),
)
SECRET = bytes(range(32))
KEY = f"key 1 hex:{SECRET.hex()}"


def instance(lines: str, before: str = "", addresses: str = "10.0.0.1") -> str:
    """An instance whose own lines begin at line 9 if nothing stands before it."""
    return f"""
        {before}
        vrrp_instance VI {{
            interface eth0
            virtual_router_id 1
            virtual_ipaddress {{
                {addresses}
            }}
            {lines}
        }}
        """


def bare(lines: str, settings: str = "") -> str:
    """An instance with nothing but these lines, and settings if there are any."""
    return f"global_defs {{\n{settings}\n}}\nvrrp_instance VI {{\n{lines}\n}}\n"


def heard(loaded: Loaded) -> tuple[Diagnostic, ...]:
    """What is said of the file, and not of what alived cannot do yet."""
    return tuple(said for said in loaded.diagnostics if said.code is not Code.NOT_IMPLEMENTED)


def notifies(loaded: Loaded) -> tuple[Notify, ...]:
    return tuple(item for item in loaded.config.checker if isinstance(item, Notify))


def found(loaded: Loaded) -> list[tuple[Code, str]]:
    """Codes, and the words under the carets."""
    return [
        (said.code, said.place.source[said.place.column - 1 :][: said.place.length])
        for said in heard(loaded)
        if said.code not in (Code.SCRIPT_SECURITY, Code.UNREACHABLE_ADDRESS)
    ]


def instances(loaded: Loaded) -> tuple[VrrpInstance, ...]:
    """All that there are; the vrrp worker runs every one."""
    return tuple(one for one in loaded.config.vrrp if isinstance(one, VrrpInstance))


def only(loaded: Loaded) -> VrrpInstance:
    """The one instance that there is."""
    (one,) = instances(loaded)
    return one


# --- words that stand for themselves ----------------------------------------------------------------------------------


def test_defaults_are_those_of_the_manual(judge: Judge) -> None:
    loaded = judge(instance(""))
    assert instances(loaded) == (PLAIN,)
    assert loaded.config.checker == ()
    assert loaded.config.lvs == ()
    assert not heard(loaded)
    assert replace(PLAIN, role=InstanceRole.BACKUP, priority=100, advert_int=1.0, preempt_delay=0.0) == PLAIN
    assert replace(PLAIN, version=2, accept=True, down_timer_adverts=3, announcing=Announcing()) == PLAIN


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ("state MASTER\npriority 20", {"role": InstanceRole.MASTER, "priority": 20}),
        ("priority 255", {"role": InstanceRole.MASTER, "priority": 255}),
        ("priority 255\nstate BACKUP", {"priority": 255}),
        ("state BACKUP\nnopreempt", {"nopreempt": True}),
        ("nopreempt\npreempt", {}),
        ("preempt\nnopreempt", {"nopreempt": True}),
        ("preempt_delay 4.5", {"preempt_delay": 4.5}),
        ("advert_int 3", {"advert_int": 3.0}),
        ("advert_int 0.25\nversion 3", {"advert_int": 0.25, "version": 3}),
        ("down_timer_adverts 5", {"down_timer_adverts": 5}),
        ("skip_check_adv_addr", {"skip_check_adv_addr": True}),
        ("lower_prio_no_advert", {"lower_prio_no_advert": True}),
        ("higher_prio_send_advert yes", {"higher_prio_send_advert": True}),
        ("owner_ignore_adverts", {"owner_ignore_adverts": True}),
        ("timer_expired_backup", {"timer_expired_backup": 254}),
        ("thread_timer_expired 200", {"timer_expired_backup": 200}),
        ("debug 4", {"debug": 4}),
        ("no_accept", {"accept": False}),
        ("no_accept\naccept", {}),
        ("promote_secondaries", {"promote_secondaries": True}),
        ("dont_track_primary", {"dont_track_primary": True}),
        ("kernel_rx_buf_size 4096", {"kernel_rx_buf_size": 4096}),
        ("v3_checksum_as_v2 true", {"v3_checksum_as_v2": True}),
        ("smtp_alert", {"smtp_alert": True}),
        ("notify_priority_changes on", {"notify_priority_changes": True}),
        ("use_vmac", {"use_vmac": Vmac()}),
        ("use_vmac vrrp.1\nvmac_xmit_base", {"use_vmac": Vmac(name="vrrp.1"), "vmac_xmit_base": True}),
        (
            "use_vmac name group 2:0:0:0:1 netlink_notify_msg group 5",
            {"use_vmac": Vmac(name="group", mac="02:00:00:00:01", netlink_notify_msg=True, group="5")},
        ),
        ("use_vmac_addr", {"use_vmac_addr": True}),
        (
            "use_ipvlan ipv 10.0.0.5/24 private",
            {
                "use_ipvlan": Ipvlan(name="ipv", address="10.0.0.5/24", mode=IpvlanMode.PRIVATE),
                "mcast_src_ip": "10.0.0.5",
            },
        ),
        ("mcast_src_ip 10.0.0.9\ntrack_src_ip", {"mcast_src_ip": "10.0.0.9", "track_src_ip": True}),
        ("track_src_ip", {}),
        ("mcast_dst_ip 224.0.0.99", {"mcast_group": "224.0.0.99"}),
        ("garp_extra_if all 100", {"announcing": Announcing(extra=ExtraGarp(interval=100, everywhere=True))}),
        ("virtual_ipaddress_excluded {\nfe80::9\n}",
            {"excluded": (VirtualAddress(address="fe80::9", prefixlen=128, dev="eth0"),)}),
    ],
)  # fmt: skip
def test_keywords(lines: str, changes: dict[str, Any], judge: Judge) -> None:
    loaded = judge(instance(lines))
    assert instances(loaded) == (replace(PLAIN, **changes),)
    assert not found(loaded)


def test_names_of_link_groups_become_numbers(judge: Judge, machine: FakeMachine) -> None:
    machine.texts["/etc/iproute2/group"] = "0 default\n7 servers\n"
    vmac = judge(instance("use_vmac name group group servers"))
    assert only(vmac).use_vmac == Vmac(name="group", group="7")
    ipvlan = judge(instance("use_ipvlan 10.0.0.5/24 group default"))
    assert only(ipvlan).use_ipvlan == Ipvlan(address="10.0.0.5/24", group="0")
    assert found(vmac) == found(ipvlan) == []
    assert instances(judge(dump(vmac.config, show_secrets=True))) == instances(vmac)


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ("", {}),
        ("unicast_src_ip 10.9.9.1", {"unicast_src_ip": "10.9.9.1"}),
        ("mcast_src_ip 10.9.9.1\nunicast_src_ip 10.9.9.2", {"unicast_src_ip": "10.9.9.2"}),
        ("unicast_ttl 3", {"unicast_ttl": 3}),
        ("unicast_fault_no_peer", {"unicast_fault_no_peer": True}),
        ("check_unicast_src", {"check_unicast_src": True}),
        ("old_unicast_checksum", {"old_unicast_checksum": UnicastChecksum.OLD}),
        ("old_unicast_checksum never", {"old_unicast_checksum": UnicastChecksum.NEVER}),
        (
            "unicast_peer {\n10.9.9.8 min_ttl 254\n}",
            {"unicast_peers": (PEER, UnicastPeer(address="10.9.9.8", min_ttl=254)), "check_unicast_src": True},
        ),
    ],
)
def test_unicast(lines: str, changes: dict[str, Any], judge: Judge) -> None:
    loaded = judge(instance(f"{PEERS}\n{lines}"))
    assert instances(loaded) == (replace(UNICAST, **changes),)
    assert not found(loaded)


def test_a_prefix_length_of_a_router_is_not_read(judge: Judge) -> None:
    loaded = judge(instance("unicast_src_ip 10.9.9.1/24\nunicast_peer {\n10.9.9.9/24\n}"))
    assert instances(loaded) == (replace(UNICAST, unicast_src_ip="10.9.9.1"),)
    assert {said.severity for said in heard(loaded)} == {Severity.NOTE}
    assert found(loaded) == [(Code.IGNORED, "10.9.9.1/24"), (Code.IGNORED, "10.9.9.9/24")]


def test_unicast_needs_no_interface(judge: Judge) -> None:
    lines = (
        f"virtual_router_id 1\nunicast_src_ip 10.9.9.1\nvrf red\n{PEERS}\nvirtual_ipaddress {{\n10.0.0.1 dev eth1\n}}"
    )
    loaded = judge(bare(lines, "dynamic_interfaces"))
    assert not found(loaded)
    one = only(loaded)
    assert (one.interface, one.vrf, one.source) == ("", "red", "10.9.9.1")
    assert one.addresses[0].dev == "eth1"


# --- what global_defs says --------------------------------------------------------------------------------------------


def test_global_settings_hold_for_instances_that_say_nothing(judge: Judge) -> None:
    settings = """
        global_defs {
            vrrp_skip_check_adv_addr
            vrrp_mcast_group4 224.0.0.99
            vrrp_garp_master_delay 1
            vrrp_garp_master_repeat 2
        }
        global_defs {
            vrrp_garp_master_refresh 60
            vrrp_garp_master_refresh_repeat 3
            vrrp_garp_interval 0.01
        }
        """
    inherited = Announcing(
        master_delay=1.0,
        master_repeat=2,
        master_refresh=60.0,
        master_refresh_repeat=3,
        lower_prio_delay=1.0,
        lower_prio_repeat=2,
        interval=0.01,
    )
    expected = replace(PLAIN, skip_check_adv_addr=True, mcast_group="224.0.0.99", announcing=inherited)
    assert instances(judge(instance("", settings))) == (expected,)
    own = judge(instance("skip_check_adv_addr off\ngarp_master_delay 9\ngarp_lower_prio_repeat 0", settings))
    assert instances(own) == (
        replace(
            expected,
            skip_check_adv_addr=False,
            announcing=replace(inherited, master_delay=9.0, lower_prio_repeat=0),
        ),
    )


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ("vrrp_version 3", {"version": 3}),
        ("vrrp_down_timer_adverts 7", {"down_timer_adverts": 7}),
        ("vrrp_lower_prio_no_advert", {"lower_prio_no_advert": True}),
        ("vrrp_higher_prio_send_advert", {"higher_prio_send_advert": True}),
        ("v3_checksum_as_v2", {"v3_checksum_as_v2": True}),
        ("vrrp_check_unicast_src", {}),
        ("vrrp_garp_extra_if 60", {"announcing": Announcing(extra=ExtraGarp(interval=60))}),
        ("vrrp_notify_priority_changes on", {"notify_priority_changes": True}),
        ("smtp_alert on", {"smtp_alert": True}),
        ("smtp_alert on\nsmtp_alert_vrrp off", {}),
        (
            "vrrp_min_garp",
            {"announcing": Announcing(master_delay=0, master_repeat=1, lower_prio_delay=0, lower_prio_repeat=1)},
        ),
        (
            "vrrp_min_garp\nvrrp_garp_master_repeat 3",
            {"announcing": Announcing(master_delay=0, master_repeat=3, lower_prio_delay=0, lower_prio_repeat=3)},
        ),
    ],
)
def test_other_settings_that_are_inherited(settings: str, changes: dict[str, Any], judge: Judge) -> None:
    loaded = judge(instance("", f"global_defs {{\n{settings}\n}}"))
    assert only(loaded) == replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("settings", "group", "own", "expected"),
    [
        ("", "on", "", True),
        ("", "on", "off", False),
        ("", "off", "on", True),
        ("on", "off", "", False),
        ("on", "", "", True),
    ],
)
def test_changes_of_priority_are_written_as_the_sync_group_says(
    settings: str, group: str, own: str, expected: bool, judge: Judge
) -> None:
    def word(name: str, value: str) -> str:
        return f"{name} {value}" if value else ""

    before = f"global_defs {{\n{word('vrrp_notify_priority_changes', settings)}\n}}"
    after = f"vrrp_sync_group G {{\ngroup {{\nVI\n}}\n{word('notify_priority_changes', group)}\n}}\n"
    loaded = judge(instance(word("notify_priority_changes", own), before) + after)
    assert only(loaded).notify_priority_changes is expected
    again = judge(dump(loaded.config, show_secrets=True))
    assert only(again).notify_priority_changes is expected


def test_mail_is_sent_as_the_instance_says_whatever_its_sync_group_does(judge: Judge) -> None:
    assert not only(judge(instance("") + "vrrp_sync_group G {\ngroup {\nVI\n}\nsmtp_alert\n}\n")).smtp_alert


def test_addresses_of_ipv6_have_their_own_group_and_pause(judge: Judge) -> None:
    settings = "global_defs {\nvrrp_mcast_group6 ff02::99\nvrrp_garp_interval 1\nvrrp_gna_interval 2\n}"
    loaded = judge(instance("", settings, "fe80::1"))
    assert only(loaded) == replace(SIXTH, mcast_group="ff02::99", announcing=Announcing(interval=2.0))


# --- version and family -----------------------------------------------------------------------------------------------


def test_the_first_address_decides_on_the_family(judge: Judge) -> None:
    assert only(judge(instance("", addresses="fe80::1"))) == SIXTH
    loaded = judge(instance("", addresses="fe80::1\n10.0.0.1"))
    assert only(loaded) == SIXTH
    assert found(loaded) == [(Code.CONFLICT, "10.0.0.1")]


@pytest.mark.parametrize(
    ("first", "code", "spot"),
    [
        ("mcast_src_ip 10.0.0.9\nvirtual_ipaddress {\nfe80::1\n}", Code.CONFLICT, "fe80::1"),
        ("virtual_ipaddress {\nfe80::1\n}\nmcast_src_ip 10.0.0.9", Code.CONFLICT, "10.0.0.9"),
        ("virtual_ipaddress {\nfe80::1\n}\nmcast_dst_ip 224.0.0.18", Code.CONFLICT, "224.0.0.18"),
        ("virtual_ipaddress {\nfe80::1\n}\nmcast_dst_ip ff05::12", Code.BAD_VALUE, "ff05::12"),
        ("virtual_ipaddress {\nfe80::1\n}\nversion 2", Code.CONFLICT, "2"),
        ("virtual_ipaddress {\n10.0.0.1\n}\nnative_ipv6", Code.CONFLICT, "native_ipv6"),
        ("version 3\nversion 2\nvirtual_ipaddress {\n10.0.0.1\n}", Code.CONFLICT, "2"),
    ],
)
def test_what_does_not_fit_the_first_address_is_left_out(first: str, code: Code, spot: str, judge: Judge) -> None:
    loaded = judge(bare(f"interface eth0\nvirtual_router_id 1\nno_virtual_ipaddress\n{first}"))
    assert found(loaded) == [(code, spot)]


def test_native_ipv6(judge: Judge) -> None:
    one = only(judge(bare("interface eth0\nvirtual_router_id 1\nnative_ipv6\nno_virtual_ipaddress")))
    assert (one.family, one.version, one.native_ipv6) == (Family.IPV6, 3, True)


def test_strict_mode_has_no_ipv6_in_version_2(judge: Judge) -> None:
    text = bare("version 2\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\nfe80::1\n}", "vrrp_strict")
    loaded = judge(text)
    assert only(loaded).version == 3
    assert found(loaded) == [(Code.CONFLICT, "2")]
    assert only(judge(text.replace("vrrp_strict", ""))).version == 2


def test_the_first_address_of_ipv6_should_be_link_local(judge: Judge) -> None:
    loose = heard(judge(instance("", addresses="2001:db8::1")))
    assert (Severity.ADVICE, Code.NOT_LINK_LOCAL) in [(said.severity, said.code) for said in loose]
    strict = heard(judge(instance("strict_mode", addresses="2001:db8::1")))
    assert (Severity.WARNING, Code.NOT_LINK_LOCAL) in [(said.severity, said.code) for said in strict]


# --- what does not go together ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "changes", "code", "spot"),
    [
        ("state MASTER\nnopreempt\npriority 9", {"role": InstanceRole.MASTER, "priority": 9}, Code.CONFLICT,
            "nopreempt"),
        ("state MASTER\npreempt_delay 3\npriority 9", {"role": InstanceRole.MASTER, "priority": 9}, Code.CONFLICT, "3"),
        ("state MASTER\npriority 9\nstate BACKUP", {"role": InstanceRole.MASTER, "priority": 9}, Code.DUPLICATE,
            "BACKUP"),
        ("state master", {}, Code.BAD_VALUE, "master"),
        ("priority 255\nstate BACKUP\nnopreempt", {"priority": 255}, Code.CONFLICT, "nopreempt"),
        ("nopreempt\npreempt_delay 3", {"nopreempt": True}, Code.CONFLICT, "3"),
        ("state MASTER\npriority 0", {"role": InstanceRole.MASTER, "priority": 100}, Code.BAD_VALUE, "0"),
        ("priority 9\npriority x", {"priority": 100}, Code.BAD_VALUE, "x"),
        ("preempt_delay 1001", {}, Code.BAD_VALUE, "1001"),
        ("advert_int 0.4", {"advert_int": 1.0}, Code.BAD_VALUE, "0.4"),
        ("advert_int 1.5", {"advert_int": 2.0}, Code.BAD_VALUE, "1.5"),
        ("advert_int 300", {}, Code.BAD_VALUE, "300"),
        ("version 3\nadvert_int 41", {"version": 3, "advert_int": 40.95}, Code.BAD_VALUE, "41"),
        ("version 3\nadvert_int 0.123", {"version": 3, "advert_int": 0.12}, Code.BAD_VALUE, "0.123"),
        ("version 4", {}, Code.BAD_VALUE, "4"),
        ("down_timer_adverts 0", {}, Code.BAD_VALUE, "0"),
        ("vmac_xmit_base", {}, Code.CONFLICT, "vmac_xmit_base"),
        ("use_vmac\npromote_secondaries", {"use_vmac": Vmac()}, Code.CONFLICT, "promote_secondaries"),
        ("use_vmac 01:00:5e:00:00:01", {"use_vmac": Vmac()}, Code.BAD_VALUE, "01:00:5e:00:00:01"),
        ("use_vmac 00:00:5e:00:01:33", {"use_vmac": Vmac()}, Code.BAD_VALUE, "00:00:5e:00:01:33"),
        ("use_vmac 1:2:3", {"use_vmac": Vmac()}, Code.BAD_VALUE, "1:2:3"),
        ("use_vmac a b", {"use_vmac": Vmac(name="a")}, Code.BAD_VALUE, "b"),
        ("use_vmac a/b", {"use_vmac": Vmac()}, Code.BAD_VALUE, "a/b"),
        ("use_vmac group", {"use_vmac": Vmac()}, Code.BAD_VALUE, "group"),
        ("use_vmac group servers", {"use_vmac": Vmac()}, Code.BAD_VALUE, "servers"),
        ("use_ipvlan 10.0.0.5/24 group 2147483648",
            {"use_ipvlan": Ipvlan(address="10.0.0.5/24"), "mcast_src_ip": "10.0.0.5"}, Code.BAD_VALUE, "2147483648"),
        ("use_ipvlan", {"use_ipvlan": Ipvlan()}, Code.CONFLICT, "use_ipvlan"),
        ("use_ipvlan fe80::5/64", {"use_ipvlan": Ipvlan()}, Code.CONFLICT, "fe80::5/64"),
        ("vrf red", {}, Code.CONFLICT, "red"),
        ("unicast_ttl 3", {}, Code.CONFLICT, "3"),
        ("unicast_src_ip 10.9.9.1", {"mcast_src_ip": "10.9.9.1"}, Code.MISSING, "10.9.9.1"),
        ("check_unicast_src", {}, Code.MISSING, "check_unicast_src"),
        ("unicast_fault_no_peer", {"unicast_fault_no_peer": True, "mcast_group": ""}, Code.MISSING,
            "unicast_fault_no_peer"),
        ("linkbeat_use_polling", {"linkbeat_use_polling": True}, Code.OLD_WORD, "linkbeat_use_polling"),
        ("vmac_garp_intvl 60", {"announcing": Announcing(extra=ExtraGarp(interval=60))}, Code.OLD_WORD,
            "vmac_garp_intvl"),
        ("lvs_sync_daemon_interface eth0", {"lvs_sync_daemon_interface": "eth0"}, Code.OLD_WORD,
            "lvs_sync_daemon_interface"),
        ("garp_master_repeat 0", {"announcing": Announcing(master_repeat=1)}, Code.BAD_VALUE, "0"),
        ("garp_extra_if all", {}, Code.BAD_VALUE, "garp_extra_if"),
    ],
)  # fmt: skip
def test_what_does_not_work_is_said_and_replaced(
    lines: str, changes: dict[str, Any], code: Code, spot: str, judge: Judge
) -> None:
    loaded = judge(instance(lines))
    spots = found(loaded)
    assert spots[0] == (code, spot)
    assert {place for _, place in spots} <= {spot, "eth0"}
    assert instances(loaded) == (replace(PLAIN, **changes),)


@pytest.mark.parametrize(
    ("lines", "changes", "code", "spot"),
    [
        ("mcast_dst_ip 224.0.0.99", {}, Code.CONFLICT, "224.0.0.99"),
        ("use_vmac", {"use_vmac": Vmac(), "vmac_xmit_base": True}, Code.CONFLICT, "use_vmac"),
        ("unicast_peer {\nfe80::1\n}", {}, Code.CONFLICT, "fe80::1"),
        ("unicast_peer {\nrouter\n}", {}, Code.BAD_VALUE, "router"),
        (
            "unicast_peer {\n10.9.9.8 min_ttl 9 max_ttl 8\n}",
            {"unicast_peers": (PEER, UnicastPeer(address="10.9.9.8", min_ttl=9, max_ttl=8)), "check_unicast_src": True},
            Code.CONFLICT,
            "10.9.9.8",
        ),
        (
            "unicast_peer {\n10.9.9.8 minttl 9\n}",
            {"unicast_peers": (PEER, UnicastPeer(address="10.9.9.8"))},
            Code.UNKNOWN_KEYWORD,
            "minttl",
        ),
        (
            "unicast_peer {\n10.9.9.8 max_ttl 256\n}",
            {"unicast_peers": (PEER, UnicastPeer(address="10.9.9.8"))},
            Code.BAD_VALUE,
            "256",
        ),
    ],
)
def test_what_does_not_work_with_unicast(
    lines: str, changes: dict[str, Any], code: Code, spot: str, judge: Judge
) -> None:
    loaded = judge(instance(f"{PEERS}\n{lines}"))
    assert found(loaded) == [(code, spot)]
    assert instances(loaded) == (replace(UNICAST, **changes),)


def test_what_keepalived_says_at_the_end_of_a_block_reaches_there(judge: Judge) -> None:
    (said,) = heard(judge(bare("interface eth0\nvirtual_router_id 1\nunicast_ttl 3\nvirtual_ipaddress {\n10.0.0.1\n}")))
    assert (said.place.line, said.place.end_line) == (7, 11)


def test_peers_that_are_missing_on_purpose_are_no_complaint(judge: Judge) -> None:
    loaded = judge(instance("unicast_fault_no_peer"))
    assert (Code.MISSING, "unicast_fault_no_peer") in found(loaded)
    assert not any(said.is_complaint for said in heard(loaded))


def test_state_master_without_a_priority_makes_an_owner_by_accident(judge: Judge) -> None:
    loaded = judge(instance("state MASTER"))
    assert only(loaded) == replace(PLAIN, role=InstanceRole.MASTER, priority=255)
    (said,) = heard(loaded)
    assert (said.severity, said.code, said.place.line) == (Severity.ADVICE, Code.ACCIDENTAL_OWNER, 9)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("vrrp_instance VI {\ninterface eth0\n}", {Code.MISSING}),
        ("vrrp_instance VI {\nvirtual_router_id 1\n}", {Code.MISSING}),
        ("vrrp_instance {\ninterface eth0\nvirtual_router_id 1\n}", {Code.MISSING}),
        (bare("interface lo\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}"), {Code.BAD_VALUE, Code.MISSING}),
        (bare("interface eth0\nvirtual_router_id 1\nversion 3"), {Code.EMPTY}),
        (bare("interface eth0\nvirtual_router_id 1", "vrrp_strict"), {Code.EMPTY}),
        (bare(f"virtual_router_id 1\n{PEERS}\nvirtual_ipaddress {{\n10.0.0.1 dev eth0\n}}"), {Code.MISSING}),
        (
            bare(
                "virtual_router_id 1\nunicast_src_ip fe80::3\nunicast_peer {\nfe80::4\n}\n"
                "virtual_ipaddress {\nfe80::1 dev eth0\n}"
            ),
            {Code.MISSING},
        ),
        (instance(PEERS, "global_defs {\nvrrp_strict\n}"), {Code.CONFLICT}),
    ],
)
def test_an_instance_that_cannot_run_is_left_out(text: str, codes: set[Code], judge: Judge) -> None:
    loaded = judge(text)
    assert instances(loaded) == ()
    complaints = {said.code for said in heard(loaded) if said.severity is Severity.ERROR}
    assert codes <= {said.code for said in heard(loaded)}
    assert complaints


def test_an_instance_without_an_address_is_probably_a_mistake(judge: Judge) -> None:
    plain = "interface eth0\nvirtual_router_id 1"
    loaded = judge(bare(plain))
    assert only(loaded).addresses == ()
    assert [(said.severity, said.code) for said in heard(loaded)] == [(Severity.WARNING, Code.EMPTY)]
    assert not heard(judge(bare(f"{plain}\nno_virtual_ipaddress")))
    assert only(judge(bare(f"{plain}\nno_virtual_ipaddress\nversion 3"))).no_virtual_ipaddress


# --- strict mode ------------------------------------------------------------------------------------------------------

STRICT = replace(
    PLAIN,
    strict_mode=True,
    accept=False,
    lower_prio_no_advert=True,
    announcing=Announcing(lower_prio_delay=0.0, lower_prio_repeat=0),
)


@pytest.mark.parametrize(
    ("lines", "changes", "spots"),
    [
        ("", {}, []),
        ("priority 255", {"role": InstanceRole.MASTER, "priority": 255, "accept": True}, []),
        ("state MASTER\npriority 9", {"priority": 9}, [(Code.CONFLICT, "MASTER")]),
        ("state BACKUP\npriority 255", {"role": InstanceRole.MASTER, "priority": 255, "accept": True},
            [(Code.CONFLICT, "BACKUP")]),
        ("accept", {}, [(Code.CONFLICT, "accept")]),
        ("accept\nversion 3", {"accept": True, "version": 3}, []),
        ("preempt_delay 4", {}, [(Code.CONFLICT, "4")]),
        ("garp_lower_prio_repeat 2", {}, [(Code.CONFLICT, "2")]),
        ("garp_lower_prio_delay 2", {}, [(Code.CONFLICT, "2")]),
        ("garp_lower_prio_repeat 0", {}, []),
        ("lower_prio_no_advert off", {}, [(Code.CONFLICT, "off")]),
        ("higher_prio_send_advert", {}, [(Code.CONFLICT, "higher_prio_send_advert")]),
        ("down_timer_adverts 4", {}, [(Code.CONFLICT, "4")]),
        ("authentication {\nauth_type PASS\nauth_pass x\n}", {}, [(Code.CONFLICT, "PASS")]),
        ("use_vmac\nvmac_xmit_base", {"use_vmac": Vmac()}, [(Code.CONFLICT, "vmac_xmit_base")]),
        ("use_vmac 2:0:0:0:0:1", {"use_vmac": Vmac()}, [(Code.CONFLICT, "2:0:0:0:0:1")]),
    ],
)  # fmt: skip
def test_strict_mode(lines: str, changes: dict[str, Any], spots: list[tuple[Code, str]], judge: Judge) -> None:
    for text in (instance(f"strict_mode\n{lines}"), instance(lines, "global_defs {\nvrrp_strict\n}")):
        loaded = judge(text)
        assert only(loaded) == replace(STRICT, **changes)
        assert found(loaded) == spots


def test_strict_mode_can_be_left_by_one_instance(judge: Judge) -> None:
    loaded = judge(instance("strict_mode off", "global_defs {\nvrrp_strict\n}"))
    assert instances(loaded) == (PLAIN,)
    assert not heard(loaded)


@pytest.mark.parametrize("lines", ["strict_mode", "no_accept"])
def test_addresses_that_answer_nobody_are_warned_of(lines: str, judge: Judge) -> None:
    (said,) = heard(judge(instance(lines)))
    assert (said.severity, said.code) == (Severity.ADVICE, Code.UNREACHABLE_ADDRESS)
    assert "unreachable, even by ping" in said.message
    assert not heard(judge(instance(f"{lines}\npriority 255")))


# --- authentication ---------------------------------------------------------------------------------------------------


def password(*lines: str) -> str:
    return instance("authentication {\n" + "\n".join(lines) + "\n}")


@pytest.mark.parametrize(
    ("lines", "secret"),
    [
        (("auth_pass don't", "auth_type PASS"), b"don't"),
        (("auth_type PASS", 'auth_pass "a\\b c"'), b"a\\b c"),
        (("auth_type PASS", "}", "authentication {", "auth_pass x"), b"x"),
    ],
)
def test_passwords(lines: tuple[str, ...], secret: bytes, judge: Judge) -> None:
    loaded = judge(password(*lines))
    assert only(loaded) == replace(PLAIN, auth_type=AuthType.PASS, auth_pass=secret)
    assert not heard(loaded)


@pytest.mark.parametrize(
    ("lines", "changes", "spots"),
    [
        (("auth_type PASS", "auth_pass 123456789"), {"auth_type": AuthType.PASS, "auth_pass": b"12345678"},
            [(Code.BAD_VALUE, "123456789")]),
        (("auth_type PASS",), {}, [(Code.MISSING, "PASS")]),
        (("auth_pass x",), {}, [(Code.IGNORED, "x")]),
        (("auth_type none", "auth_pass 123456789"), {},
            [(Code.BAD_VALUE, "none"), (Code.BAD_VALUE, "123456789"), (Code.IGNORED, "123456789")]),
        (("auth_type AH", "auth_pass x"), {"auth_type": AuthType.AH, "auth_pass": b"x"}, []),
    ],
)  # fmt: skip
def test_passwords_that_do_not_work(
    lines: tuple[str, ...], changes: dict[str, Any], spots: list[tuple[Code, str]], judge: Judge
) -> None:
    loaded = judge(password(*lines))
    assert found(loaded) == spots
    assert only(loaded) == replace(PLAIN, **changes)


def test_only_version_2_has_passwords(judge: Judge) -> None:
    text = password("auth_type PASS", "auth_pass x").replace("interface eth0", "interface eth0\nversion 3")
    loaded = judge(text)
    assert only(loaded) == replace(PLAIN, version=3)
    assert found(loaded) == [(Code.CONFLICT, "PASS")]


def test_auth_type_ah_has_to_hear_the_master_first(judge: Judge) -> None:
    text = password("auth_type AH", "auth_pass x").replace("interface eth0", "interface eth0\nstate MASTER\npriority 9")
    loaded = judge(text)
    assert only(loaded).role is InstanceRole.BACKUP
    assert found(loaded) == [(Code.CONFLICT, "MASTER")]


def hmac(*lines: str) -> str:
    return instance("auth_hmac {\n" + "\n".join(lines) + "\n}")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((KEY,), AuthHmac(keys=(HmacKey(number=1, secret=SECRET),), active_key=1)),
        (
            (f"key 7 {'k' * 40}", KEY, "active_key 1", "anti_replay monotonic", "mode receive-only"),
            AuthHmac(
                keys=(HmacKey(number=7, secret=b"k" * 40), HmacKey(number=1, secret=SECRET)),
                active_key=1,
                anti_replay=AntiReplay.MONOTONIC,
                mode=HmacMode.RECEIVE_ONLY,
            ),
        ),
        ((KEY, "time_window 30"), AuthHmac(keys=(HmacKey(number=1, secret=SECRET),), active_key=1, time_window=30)),
    ],
)
def test_auth_hmac(lines: tuple[str, ...], expected: AuthHmac, judge: Judge) -> None:
    loaded = judge(hmac(*lines))
    assert only(loaded) == replace(PLAIN, auth_hmac=expected)
    assert not heard(loaded)


def test_there_is_one_kind_of_authentication(judge: Judge) -> None:
    text = hmac(KEY).replace("auth_hmac {", "authentication {\nauth_type PASS\nauth_pass x\n}\nauth_hmac {")
    loaded = judge(text)
    assert (only(loaded).auth_type, only(loaded).auth_pass) == (AuthType.NONE, b"")
    assert only(loaded).auth_hmac is not None
    assert found(loaded) == [(Code.CONFLICT, "PASS")]


def test_the_time_window_grows_with_the_advert_interval(judge: Judge) -> None:
    one = only(judge(hmac(KEY).replace("interface eth0", "interface eth0\nadvert_int 10")))
    assert one.auth_hmac is not None
    assert one.auth_hmac.time_window == 30


def test_a_key_in_a_file(judge: Judge, machine: FakeMachine) -> None:
    machine.texts["/etc/keepalived/key"] = f"hex:{SECRET.hex()}"
    loaded = judge(hmac("key 1 file:/etc/keepalived/key"))
    assert not heard(loaded)
    key = HmacKey(number=1, secret=SECRET, file="/etc/keepalived/key")
    assert only(loaded).auth_hmac == AuthHmac(keys=(key,), active_key=1)


@pytest.mark.parametrize(
    ("lines", "spots"),
    [
        (("key 1 short",), [(Code.MISSING, "auth_hmac"), (Code.BAD_VALUE, "short")]),
        (("key 0 hex:00",), [(Code.MISSING, "auth_hmac"), (Code.BAD_VALUE, "0")]),
        (("key 1 file:/nowhere",), [(Code.MISSING, "auth_hmac"), (Code.KEY_FILE, "file:/nowhere")]),
        (("key 1 file:/short",), [(Code.MISSING, "auth_hmac"), (Code.KEY_FILE, "file:/short")]),
    ],
)
def test_keys_that_cannot_be_used(
    lines: tuple[str, ...], spots: list[tuple[Code, str]], judge: Judge, machine: FakeMachine
) -> None:
    machine.texts["/short"] = "0123"
    loaded = judge(hmac(*lines))
    assert only(loaded) == PLAIN
    assert found(loaded) == spots


def test_keys_are_told_apart_by_number(judge: Judge) -> None:
    loaded = judge(hmac(KEY, f"key 1 {'k' * 32}", "active_key 2"))
    assert only(loaded).auth_hmac == AuthHmac(keys=(HmacKey(number=1, secret=SECRET),), active_key=1)
    assert found(loaded) == [(Code.DUPLICATE, "1"), (Code.UNKNOWN_NAME, "2")]


def test_secrets_show_in_no_message(judge: Judge) -> None:
    texts = (password("auth_type PASS", "auth_pass s3cr3t-s3cr3t"), hmac("key 1 s3cr3t-s3cr3t"))
    for text in texts:
        loaded = judge(text)
        assert heard(loaded)
        assert not any("s3cr3t" in said.render() for said in heard(loaded))
        assert "s3cr3t" not in repr(loaded.config)


# --- with other objects -----------------------------------------------------------------------------------------------


def test_a_tracker_with_a_weight_is_nothing_to_an_owner(judge: Judge) -> None:
    scripts = "".join(f"vrrp_script S{weight} {{\nscript /bin/true\nweight {weight}\n}}\n" for weight in (0, 5))
    loaded = judge(instance("priority 255\ntrack_script {\nS0\nS5\n}", scripts))
    assert only(loaded).track_scripts == (TrackedScript(name="S0", weight=0),)
    assert (Severity.WARNING, Code.CONFLICT) in [(said.severity, said.code) for said in heard(loaded)]


def test_a_script_of_an_instance_that_is_left_out_counts_as_tracked(judge: Judge) -> None:
    text = "vrrp_script S {\nscript /bin/true\nuser root\n}\nvrrp_instance A {\ntrack_script {\nS\n}\n}\n"
    loaded = judge(text)
    assert loaded.config.checker == ()
    assert Code.IGNORED not in [said.code for said in heard(loaded)]


def test_two_instances_cannot_make_the_same_interface(judge: Judge) -> None:
    other = "vrrp_instance A {\ninterface eth0\nvirtual_router_id 2\nuse_vmac v\nvirtual_ipaddress {\n10.0.0.2\n}\n}"
    loaded = judge(instance("use_vmac v", other))
    assert instances(loaded)[1] == replace(PLAIN, use_vmac=Vmac())
    assert found(loaded) == [(Code.DUPLICATE, "v")]


def test_one_instance_has_the_connections_synchronised(judge: Judge) -> None:
    other = (
        "vrrp_instance A {\ninterface eth0\nvirtual_router_id 2\nlvs_sync_daemon_interface eth1\n"
        "virtual_ipaddress {\n10.0.0.2\n}\n}"
    )
    loaded = judge(instance("lvs_sync_daemon_interface eth0", other))
    assert [one.lvs_sync_daemon_interface for one in instances(loaded)] == [
        "eth1",
        "",
    ]
    assert (Code.DUPLICATE, "eth0") in found(loaded)


# --- notify programs --------------------------------------------------------------------------------------------------


def test_notify_programs(judge: Judge) -> None:
    lines = """
        priority 7
        notify_master "/bin/echo 'a  b'" bob
        notify_backup /bin/echo bob bin
        notify_fault /bin/missing
        notify_stop "/bin/true" root
        notify_master_rx_lower_pri /bin/true root
        notify_deleted /bin/true root
        notify /bin/true nobody_here
        """
    loaded = judge(instance(lines))
    true = Program(argv=("/bin/true",), uid=0, gid=0)
    assert notifies(loaded) == (
        Notify(
            name="VI",
            master=Program(argv=("/bin/echo", "a  b"), uid=1000, gid=1001),
            backup=Program(argv=("/bin/echo",), uid=1000, gid=2),
            stop=true,
            master_rx_lower_pri=true,
            deleted=true,
            says_deleted=True,
        ),
    )
    assert [code for code, _ in found(loaded)] == [Code.NO_PROGRAM, Code.UNKNOWN_USER]


def test_notify_deleted_alone_changes_what_the_others_are_told(judge: Judge) -> None:
    loaded = judge(instance("notify_deleted"))
    assert notifies(loaded) == (Notify(name="VI", says_deleted=True),)
    assert not heard(loaded)


def test_of_two_notify_programs_the_first_holds(judge: Judge) -> None:
    loaded = judge(instance("notify /bin/true root\nnotify /bin/false root"))
    (notify,) = notifies(loaded)
    assert notify.any_state == Program(argv=("/bin/true",), uid=0, gid=0)
    assert [code for code, _ in found(loaded)] == [Code.DUPLICATE]


def test_programs_of_an_instance_that_is_left_out_are_not_run(judge: Judge) -> None:
    text = instance("notify /bin/true root") + instance("notify /bin/false root")
    assert len(notifies(judge(text))) == 1
