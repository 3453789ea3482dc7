"""Rows of global_defs that concern instances, most of them inherited by these (keepalived.conf(5))."""

from typing import Any

from alived.ipc.model.settings import DynamicInterfaces
from alived.supervisor.config.forms.combined import Only, Optional, Several
from alived.supervisor.config.forms.form import Form
from alived.supervisor.config.forms.instances import GarpExtraIf
from alived.supervisor.config.forms.numbers import (
    INT_MAX,
    MICROSECOND,
    TIMER_MAX,
    UNSIGNED_MAX,
    Boolean,
    Flag,
    Integer,
    Seconds,
)
from alived.supervisor.config.forms.settings import BuffersPolicy
from alived.supervisor.config.forms.text import Address, Choice, Text
from alived.supervisor.config.grammar.global_defs import INT32_MAX, INT32_MIN, TABLE_LONGEST
from alived.supervisor.config.grammar.row import Row, spelling

CHAIN_LONGEST = 27
"""Bytes of the name of an iptables chain."""
SET_LONGEST = 30
"""Bytes of the name of an ipset."""

_GARP_DELAY = Seconds(0, 4294, whole=True)
_PAUSE = Seconds(MICROSECOND, TIMER_MAX, zero_means="no pause")
_START_DELAY = Seconds(0.001, TIMER_MAX)
_ON = Flag()
_YES_NO = Boolean()


def _row(word: str, form: Form, meaning: str, attribute: str = "", **more: Any) -> Row:
    path = attribute or f"vrrp.{word.removeprefix('vrrp_')}"
    return Row(block="global_defs", word=word, form=form, meaning=meaning, attribute=path, **more)


PROTOCOL: tuple[Row, ...] = (
    _row("vrrp_version", Integer(2, 3), "version of VRRP; instances with IPv6 addresses use 3"),
    _row("vrrp_strict", _ON, "hold to the RFC: no unicast, no password, and more"),
    _row("v3_checksum_as_v2", _YES_NO, "version 3 over IPv4: the checksum is that of the message alone",
        "vrrp.v3_checksum_as_v2"),
    _row("vrrp_mcast_group4", Address((4,), multicast=True), "group that adverts go to"),
    _row("vrrp_mcast_group6", Address((6,), multicast=True), "group that IPv6 adverts go to"),
    _row("vrrp_check_unicast_src", _ON, "an advert must come from one of the unicast peers"),
    _row("vrrp_skip_check_adv_addr", _ON,
        "do not compare the address list of an advert from the same master again"),
    _row("vrrp_lower_prio_no_advert", _YES_NO, "do not answer an advert of lower priority"),
    _row("vrrp_higher_prio_send_advert", _YES_NO, "answer an advert of higher priority before giving way to it"),
    _row("vrrp_owner_ignore_adverts", _YES_NO, "the owner of the addresses does not look at adverts"),
    _row("vrrp_down_timer_adverts", Integer(1, 100), "missing adverts after which a master counts as down"),
    _row("vrrp_notify_priority_changes", _YES_NO, "changes of priority are written to the pipes too"),
    _row("vrrp_startup_delay", _START_DELAY, "seconds from the daemon's start to that of instances"),
    _row("vrrp_delay_after_boot", _START_DELAY, "seconds from the machine's start to that of instances"),
    _row("log_unknown_vrids", _ON, "log adverts of virtual routers that are not configured",
        "vrrp.log_unknown_vrids"),
)  # fmt: skip

ANNOUNCING: tuple[Row, ...] = (
    _row("vrrp_garp_master_delay", _GARP_DELAY,
        "seconds from becoming master to the second burst of gratuitous ARP; 0: none", "vrrp.announcing.master_delay"),
    _row("vrrp_garp_master_repeat", Integer(1, UNSIGNED_MAX, raised=True), "messages in a burst",
        "vrrp.announcing.master_repeat"),
    _row("vrrp_garp_master_refresh", Seconds(0, UNSIGNED_MAX, whole=True),
        "seconds between bursts while master; 0: none", "vrrp.announcing.master_refresh", unusable=0.0),
    _row("vrrp_garp_master_refresh_repeat", Integer(1, UNSIGNED_MAX, raised=True), "messages in such a burst",
        "vrrp.announcing.master_refresh_repeat"),
    _row("vrrp_garp_lower_prio_delay", _GARP_DELAY, "seconds from an advert of lower priority to a second burst",
        "vrrp.announcing.lower_prio_delay", inherits="global_defs vrrp_garp_master_delay"),
    _row("vrrp_garp_lower_prio_repeat", Integer(0, INT_MAX), "messages in such a burst",
        "vrrp.announcing.lower_prio_repeat", inherits="global_defs vrrp_garp_master_repeat"),
    _row("vrrp_garp_interval", _PAUSE, "pause between two gratuitous ARP messages on an interface",
        "vrrp.announcing.interval"),
    _row("vrrp_gna_interval", _PAUSE, "the same for IPv6 neighbour advertisements", "vrrp.gna_interval"),
    _row("vrrp_min_garp", _YES_NO, "one burst of one message, where nothing else is said"),
    _row("vrrp_garp_extra_if", GarpExtraIf(),
        "seconds between bursts on interfaces that addresses are on and the instance is not; all: on its own too",
        "vrrp.announcing.extra"),
    spelling("global_defs", "vrrp_vmac_garp_intvl", of="vrrp_garp_extra_if", old=True),
)  # fmt: skip

INTERFACES: tuple[Row, ...] = (
    _row("default_interface", Text("the name of an interface"),
        "where static addresses go that name no interface", "vrrp.default_interface"),
    _row("dynamic_interfaces",
        Optional(Choice({"allow_if_changes": DynamicInterfaces.ALLOW_IF_CHANGES}),
            alone=DynamicInterfaces.YES, instead=DynamicInterfaces.YES),
        "interfaces need not be there at the start; allow_if_changes: and may come back as another kind",
        "vrrp.dynamic_interfaces"),
    _row("disable_local_igmp", _ON, "the kernel does not report link-local multicast groups",
        "vrrp.disable_local_igmp"),
    _row("vmac_prefix", Text("a word"), "begin of the names of interfaces for virtual MAC addresses",
        "vrrp.vmac_prefix"),
    _row("vmac_addr_prefix", Text("a word"), "the same where the address is on another interface than the instance",
        "vrrp.vmac_addr_prefix", inherits="global_defs vmac_prefix"),
    _row("vrrp_rx_bufs_policy", BuffersPolicy(),
        "receive buffers of adverts: by the MTU, by the size of an advert, or so many bytes", "vrrp.rx_bufs"),
    _row("vrrp_rx_bufs_multiplier", Only(Integer(1, UNSIGNED_MAX)), "how many of these sizes a buffer holds"),
)  # fmt: skip

FILTERS: tuple[Row, ...] = (
    _row("nftables", Optional(Text("the name of a table", TABLE_LONGEST), alone="keepalived"),
        "nftables filters packets for instances, in this table", "nftables.table"),
    _row("nftables_priority", Integer(INT32_MIN, INT32_MAX), "priority of the chains in that table",
        "nftables.priority"),
    _row("nftables_ifindex", _ON, "link-local addresses are kept with the number of their interface",
        "nftables.ifindex"),
    _row("nftables_counters", _ON, "the rules have counters", "nftables.counters"),
    _row("vrrp_iptables", Several(Text("the name of a chain", CHAIN_LONGEST), least=0, most=2),
        "iptables is not used, nftables does its work: write `nftables`", "iptables.chains", old=True),
    _row("vrrp_ipsets", Several(Text("the name of a set", SET_LONGEST), least=0, most=6),
        "ipsets belong to iptables, which is not used: write `nftables`", "iptables.sets", old=True),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*PROTOCOL, *ANNOUNCING, *INTERFACES, *FILTERS)
