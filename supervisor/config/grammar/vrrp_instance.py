"""Rows of vrrp_instance, but for its notify programs and gratuitous ARP (keepalived.conf(5), "VRRP instance(s)")."""

from functools import partial

from alived.ipc.model.authentication import AntiReplay, AuthHmac, AuthType, HmacMode
from alived.ipc.model.vrrp import InstanceRole, UnicastChecksum, VrrpInstance
from alived.supervisor.config.forms.addresses import AddressLine
from alived.supervisor.config.forms.combined import Optional
from alived.supervisor.config.forms.instances import KeyOfHmac, RouterAddress, UnicastPeerLine
from alived.supervisor.config.forms.links import UseIpvlan, UseVmac
from alived.supervisor.config.forms.numbers import UNSIGNED_MAX, Boolean, Flag, Integer, Seconds
from alived.supervisor.config.forms.routes import RouteLine
from alived.supervisor.config.forms.rules import RuleLine
from alived.supervisor.config.forms.text import Body, Choice, Lines, Text
from alived.supervisor.config.forms.tracked_servers import TRACK_VIRTUAL_SERVER
from alived.supervisor.config.forms.tracking import (
    TRACK_BFD,
    TRACK_FILE,
    TRACK_INTERFACE,
    TRACK_PROCESS,
    TRACK_SCRIPT,
)
from alived.supervisor.config.grammar.row import Row, spelling

INSTANCE = "vrrp_instance"
AUTHENTICATION = "vrrp_instance/authentication"
AUTH_HMAC = "vrrp_instance/auth_hmac"

IFNAME_LONGEST = 15
"""Bytes in the name of an interface (IFNAMSIZ less its NUL)."""

PASSWORD_LONGEST = 1000
"""Bytes that are read of a password, whatever is used of it."""

_row = partial(Row, block=INSTANCE)

# The order is that of a written configuration. What decides on the version stands before what decides on the family, as
# what contradicts either is judged where it is read.
ROUTER: tuple[Row, ...] = (
    _row(word="state", form=Choice({role.value: role for role in InstanceRole}), unusable=InstanceRole.BACKUP,
        attribute="role", meaning="MASTER or BACKUP: what it would like to be at start"),
    _row(word="interface", form=Text("the name of an interface", IFNAME_LONGEST), attribute="interface",
        meaning="where adverts are sent and received"),
    _row(word="vrf", form=Text("the name of an interface", IFNAME_LONGEST), attribute="vrf",
        meaning="VRF to work in, for unicast without an interface"),
    _row(word="virtual_router_id", form=Integer(1, 255), attribute="virtual_router_id",
        meaning="VRID, the same on all routers of this virtual router and on no other of the network"),
    _row(word="version", form=Integer(2, 3), attribute="version", inherits="global_defs vrrp_version",
        meaning="version of VRRP; always 3 for IPv6"),
    _row(word="native_ipv6", attribute="native_ipv6",
        meaning="this is an IPv6 instance, which its first address says as well"),
    _row(word="priority", form=Integer(1, 255), unusable=100, attribute="priority",
        meaning="the highest becomes master, 255 is the address owner; 100 if not given, 255 in state MASTER"),
    _row(word="advert_int", form=Seconds(0.01, 255), attribute="advert_int",
        meaning="seconds between adverts: whole ones in version 2, at most 40.95 in version 3"),
    _row(word="down_timer_adverts", form=Integer(1, 100), attribute="down_timer_adverts",
        inherits="global_defs vrrp_down_timer_adverts",
        meaning="adverts that must be missing before the master counts as down; 3 in every RFC"),
    _row(word="strict_mode", form=Boolean(), attribute="strict_mode", inherits="global_defs vrrp_strict",
        meaning="keep to the RFC, whatever else is configured"),
    _row(word="nopreempt", attribute="nopreempt", meaning="do not take over from a master of lower priority"),
    _row(word="preempt", form=Flag(means=False), attribute="nopreempt", meaning="do take over, which is the rule"),
    _row(word="preempt_delay", form=Seconds(0, 1000), unusable=0.0, attribute="preempt_delay",
        meaning="seconds to wait before taking over from a master of lower priority"),
    _row(word="skip_check_adv_addr", form=Boolean(), attribute="skip_check_adv_addr",
        inherits="global_defs vrrp_skip_check_adv_addr",
        meaning="do not compare the address list of an advert from the same master again"),
    _row(word="lower_prio_no_advert", form=Boolean(), attribute="lower_prio_no_advert",
        inherits="global_defs vrrp_lower_prio_no_advert",
        meaning="do not answer an advert of lower priority at once"),
    _row(word="higher_prio_send_advert", form=Boolean(), attribute="higher_prio_send_advert",
        inherits="global_defs vrrp_higher_prio_send_advert",
        meaning="answer an advert of higher priority with a last one before becoming backup"),
    _row(word="owner_ignore_adverts", form=Boolean(), attribute="owner_ignore_adverts",
        inherits="global_defs vrrp_owner_ignore_adverts",
        meaning="at priority 255, do not listen to other routers"),
    _row(word="timer_expired_backup", form=Integer(1, 254, alone=254), attribute="timer_expired_backup",
        meaning="become backup after being late for so long that a router of this priority has taken over"),
    spelling(INSTANCE, "thread_timer_expired", "timer_expired_backup"),
    _row(word="debug", form=Integer(0, 4), attribute="debug", meaning="without effect, in keepalived too"),
)  # fmt: skip

AUTH: tuple[Row, ...] = (
    _row(word="authentication", form=Body(), meaning="the password of VRRP version 2"),
    Row(block=AUTHENTICATION, word="auth_type", form=Choice({"PASS": AuthType.PASS, "AH": AuthType.AH}),
        attribute="auth_type", meaning="PASS sends the password in every advert, AH signs adverts with it (IPsec)"),
    Row(block=AUTHENTICATION, word="auth_pass", form=Text("a password", PASSWORD_LONGEST), secret=True,
        attribute="auth_pass", meaning="the password, at most 8 bytes of it"),
    _row(word="auth_hmac", form=Body(), attribute="auth_hmac",
        meaning="adverts carry an HMAC-SHA256 and a sequence number, in either version of VRRP"),
    Row(block=AUTH_HMAC, word="key", form=KeyOfHmac(), attribute="keys", many=True, secret=True,
        meaning="a key by its number, hexadecimal, from a file or as text; more than one while keys are changed"),
    Row(block=AUTH_HMAC, word="active_key", form=Integer(1, 255), attribute="active_key",
        meaning="number of the key that adverts are signed with; the first key if not given"),
    Row(block=AUTH_HMAC, word="anti_replay", form=Choice({kind.value: kind for kind in AntiReplay}),
        attribute="anti_replay", meaning="whether a sequence number must fit the clock, or only grow"),
    Row(block=AUTH_HMAC, word="time_window", form=Integer(1, 300), attribute="time_window",
        meaning="seconds that clocks may differ; 3 advert intervals if not given, but at least 5"),
    Row(block=AUTH_HMAC, word="mode", form=Choice({mode.value: mode for mode in HmacMode}), attribute="mode",
        meaning="which adverts carry the HMAC, and whether others are accepted"),
)  # fmt: skip

ADDRESSES: tuple[Row, ...] = (
    _row(word="mcast_src_ip", form=RouterAddress(), attribute="mcast_src_ip",
        meaning="source address of adverts, instead of the interface's own"),
    _row(word="unicast_src_ip", form=RouterAddress(), attribute="unicast_src_ip", meaning="the same, for unicast"),
    _row(word="track_src_ip", attribute="track_src_ip", meaning="it is a fault if that address is not there"),
    _row(word="mcast_dst_ip", form=RouterAddress(multicast=True), attribute="mcast_group",
        inherits="global_defs vrrp_mcast_group4",
        meaning="group that adverts are sent to; for IPv6, vrrp_mcast_group6 holds if it is not given"),
    _row(word="unicast_peer", form=Lines(UnicastPeerLine()), attribute="unicast_peers", many=True,
        meaning="send adverts to these routers and not to a group"),
    _row(word="unicast_ttl", form=Integer(0, 255), attribute="unicast_ttl",
        meaning="TTL or hop limit of these adverts; 255 for IPv4 if not given"),
    _row(word="unicast_fault_no_peer", attribute="unicast_fault_no_peer",
        meaning="without peers it is in fault, and does not fall back to multicast"),
    _row(word="check_unicast_src", attribute="check_unicast_src", inherits="global_defs vrrp_check_unicast_src",
        meaning="drop adverts of others than the peers"),
    _row(word="old_unicast_checksum",
        form=Optional(Choice({"never": UnicastChecksum.NEVER}), alone=UnicastChecksum.OLD),
        attribute="old_unicast_checksum",
        meaning="make VRRPv3 checksums as keepalived did before 1.3.7, or never do so"),
    _row(word="v3_checksum_as_v2", form=Boolean(), attribute="v3_checksum_as_v2",
        inherits="global_defs v3_checksum_as_v2",
        meaning="no pseudo-header in the checksum of VRRPv3 over IPv4, as RFC 9568 has it"),
    _row(word="kernel_rx_buf_size", form=Integer(0, UNSIGNED_MAX), attribute="kernel_rx_buf_size",
        meaning="bytes of the receive buffer"),
    _row(word="use_vmac", form=UseVmac(), attribute="use_vmac",
        meaning="put the addresses on a macvlan with the virtual router's MAC address"),
    _row(word="use_vmac_addr", attribute="use_vmac_addr",
        meaning="make a macvlan for addresses on other interfaces, too"),
    _row(word="vmac_xmit_base", attribute="vmac_xmit_base",
        meaning="send adverts from the interface itself and not from the macvlan"),
    _row(word="use_ipvlan", form=UseIpvlan(), attribute="use_ipvlan",
        meaning="send adverts from an ipvlan, and put the addresses on it"),
    _row(word="virtual_ipaddress", form=Lines(AddressLine()), meaning="the addresses that move"),
    _row(word="virtual_ipaddress_excluded", form=Lines(AddressLine()),
        meaning="addresses that move with them and are not named in adverts"),
    _row(word="no_virtual_ipaddress", attribute="no_virtual_ipaddress", meaning="it is meant to have no address"),
    _row(word="virtual_routes", form=Lines(RouteLine()), meaning="routes that a master adds"),
    _row(word="virtual_rules", form=Lines(RuleLine()), meaning="routing rules that a master adds"),
    _row(word="promote_secondaries", attribute="promote_secondaries",
        meaning="keep the other addresses of a network when one of them is removed"),
    _row(word="accept", attribute="accept", meaning="accept packets to the addresses, the rule but in strict mode"),
    _row(word="no_accept", form=Flag(means=False), attribute="accept",
        meaning="accept packets to the addresses at priority 255 only"),
)  # fmt: skip

TRACKING: tuple[Row, ...] = (
    _row(word="dont_track_primary", attribute="dont_track_primary", meaning="its interface being down is no fault"),
    _row(word="linkbeat_use_polling", attribute="linkbeat_use_polling", old=True,
        meaning="use linkbeat_interfaces; with this, the link of its interface is polled"),
    _row(word="track_interface", form=TRACK_INTERFACE, meaning="interfaces that it depends on"),
    _row(word="track_script", form=TRACK_SCRIPT, meaning="vrrp_scripts that it depends on"),
    _row(word="track_file", form=TRACK_FILE, meaning="track_files that it depends on"),
    _row(word="track_process", form=TRACK_PROCESS, meaning="vrrp_track_processes that it depends on"),
    _row(word="track_bfd", form=TRACK_BFD, meaning="bfd_instances that it depends on"),
    _row(word="alived_track_virtual_server", form=TRACK_VIRTUAL_SERVER,
        meaning="virtual servers whose quorum it depends on"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*ROUTER, *AUTH, *ADDRESSES, *TRACKING)

MODELS: dict[str, type] = {INSTANCE: VrrpInstance, AUTHENTICATION: VrrpInstance, AUTH_HMAC: AuthHmac}
"""What the words of each block describe; those of `authentication` are attributes of the instance."""
