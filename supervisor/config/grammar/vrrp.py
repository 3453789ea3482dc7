"""Rows of vrrp_script, vrrp_instance and the other blocks of VRRP (keepalived.conf(5), "VRRPD configuration")."""

from alived.ipc.model.vrrp import InstanceRole
from alived.supervisor.config.forms import (
    INT_MAX,
    UNSIGNED_MAX,
    Address,
    Body,
    Boolean,
    Choice,
    Flag,
    Integer,
    Lines,
    Seconds,
    Text,
    TrackerWeight,
    Weight,
)
from alived.supervisor.config.forms_program import Command, UserAndGroup
from alived.supervisor.config.grammar.row import Row, later, row, strict

IFNAME_LONGEST = 15
"""Bytes in the name of an interface (IFNAMSIZ less its NUL)."""

AUTHENTICATION = "vrrp_instance/authentication"

VRRP_SCRIPT: tuple[Row, ...] = (
    row("vrrp_script", "script", Command(), meaning="program and arguments; exit status 0 is success"),
    row("vrrp_script", "interval", Seconds(1, 4294, whole=True, raised=True), 1.0, "pause between two runs"),
    row("vrrp_script", "timeout", Seconds(1, 4294, whole=True, raised=True),
        meaning="a run that takes longer has failed; interval if not given"),
    row("vrrp_script", "weight", TrackerWeight(), Weight(0), "what it adds to the priority; 0: failing is a fault"),
    strict("vrrp_script", "rise", Integer(1, INT_MAX), 1, "successes in a row before it is up"),
    strict("vrrp_script", "fall", Integer(1, INT_MAX), 1, "failures in a row before it is down"),
    row("vrrp_script", "user", UserAndGroup(), meaning="whom it runs as"),
    row("vrrp_script", "init_fail", Flag(), default=False, meaning="it is down until it has succeeded"),
)  # fmt: skip

VRRP_INSTANCE: tuple[Row, ...] = (
    strict("vrrp_instance", "state", Choice({role.value: role for role in InstanceRole}), InstanceRole.BACKUP,
        "what it would like to be at start"),
    row("vrrp_instance", "interface", Text("the name of an interface", IFNAME_LONGEST), meaning="where adverts go"),
    row("vrrp_instance", "virtual_router_id", Integer(1, 255), meaning="VRID, the same on all its routers"),
    Row(block="vrrp_instance", word="priority", form=Integer(1, 255), unusable=100,
        meaning="the highest becomes master; 100 if not given, 255 in state MASTER"),
    row("vrrp_instance", "advert_int", Seconds(0.01, 255), 1.0, "pause between two adverts"),
    row("vrrp_instance", "authentication", Body(), meaning="the password of VRRP version 2"),
    row(AUTHENTICATION, "auth_type", Choice({"PASS": "PASS", "AH": "AH"}), "", "kind of authentication"),
    row(AUTHENTICATION, "auth_pass", Text("a password"), "", "the password, at most 8 bytes of it"),
    row("vrrp_instance", "virtual_ipaddress", Lines(), meaning="the addresses that move"),
    row("vrrp_instance", "no_virtual_ipaddress", Flag(), default=False, meaning="it is meant to have no address"),
    row("vrrp_instance", "track_script", Lines(), meaning="the vrrp_scripts that its priority depends on"),
    row("vrrp_instance", "nopreempt", Flag(), default=False, meaning="do not take over from a lower master"),
    row("vrrp_instance", "preempt", Flag(), default=False, meaning="do take over, which is the rule"),
    strict("vrrp_instance", "preempt_delay", Seconds(0, 1000), 0.0, "wait before taking over from a lower master"),
    row("vrrp_instance", "skip_check_adv_addr", Boolean(), meaning="vrrp_skip_check_adv_addr for this instance"),
    row("vrrp_instance", "mcast_dst_ip", Address((4,), multicast=True), meaning="vrrp_mcast_group4 for this instance"),
    row("vrrp_instance", "garp_master_delay", Integer(0, UNSIGNED_MAX), meaning="as vrrp_garp_master_delay"),
    row("vrrp_instance", "garp_master_repeat", Integer(1, UNSIGNED_MAX, raised=True),
        meaning="as vrrp_garp_master_repeat"),
    row("vrrp_instance", "garp_master_refresh", Integer(0, UNSIGNED_MAX), meaning="as vrrp_garp_master_refresh"),
    row("vrrp_instance", "garp_master_refresh_repeat", Integer(1, UNSIGNED_MAX, raised=True),
        meaning="as vrrp_garp_master_refresh_repeat"),
    row("vrrp_instance", "garp_lower_prio_delay", Integer(0, UNSIGNED_MAX), meaning="as vrrp_garp_lower_prio_delay"),
    row("vrrp_instance", "garp_lower_prio_repeat", Integer(0, UNSIGNED_MAX), meaning="as vrrp_garp_lower_prio_repeat"),
    row("vrrp_instance", "notify_master", Command(account=True), meaning="program to run on becoming master"),
    row("vrrp_instance", "notify_backup", Command(account=True), meaning="program to run on becoming backup"),
    row("vrrp_instance", "notify_fault", Command(account=True), meaning="program to run on a fault"),
    row("vrrp_instance", "notify_stop", Command(account=True), meaning="program to run when the daemon stops"),
    row("vrrp_instance", "notify", Command(account=True), meaning="program to run at each of these"),
    *later("vrrp_instance", "use_vmac use_vmac_addr vmac_xmit_base use_ipvlan vmac_garp_intvl",
        "the addresses have the interface's own MAC address"),
    *later("vrrp_instance", "unicast_peer unicast_src_ip unicast_fault_no_peer unicast_ttl check_unicast_src",
        "adverts are sent by multicast"),
    *later("vrrp_instance", "track_interface track_file track_process track_bfd track_src_ip",
        "nothing is tracked by it"),
    *later("vrrp_instance", "dont_track_primary", "the interface being down is a fault"),
    *later("vrrp_instance", "mcast_src_ip", "adverts are sent from the interface's first address"),
    *later("vrrp_instance", "virtual_ipaddress_excluded", "these addresses are not added"),
    *later("vrrp_instance", "virtual_routes virtual_rules", "they are not added"),
    *later("vrrp_instance", "version", "it runs VRRP version 2"),
    *later("vrrp_instance", "native_ipv6 vrf linkbeat_use_polling v3_checksum_as_v2 old_unicast_checksum"),
    *later("vrrp_instance", "accept", "packets to the addresses are accepted anyway"),
    *later("vrrp_instance", "no_accept", "packets to the addresses are accepted"),
    *later("vrrp_instance", "strict_mode", "nothing is checked or changed for its sake"),
    *later("vrrp_instance", "promote_secondaries debug timer_expired_backup thread_timer_expired garp_extra_if"),
    *later("vrrp_instance", "notify_deleted notify_master_rx_lower_pri", "it is not run"),
    *later("vrrp_instance", "notify_priority_changes", "nothing is written there"),
    *later("vrrp_instance", "smtp_alert", "no mail is sent"),
    *later("vrrp_instance", "lvs_sync_daemon_interface", "connections are not synchronised"),
    *later("vrrp_instance", "down_timer_adverts", "a master is down after 3 adverts, as in the RFC"),
    *later("vrrp_instance", "lower_prio_no_advert higher_prio_send_advert owner_ignore_adverts kernel_rx_buf_size"),
    *later("vrrp_instance", "auth_hmac", "adverts are not authenticated by it"),
    *later("vrrp_instance/auth_hmac", "key active_key time_window anti_replay mode"),
)  # fmt: skip

OTHERS: tuple[Row, ...] = (
    *later("vrrp_sync_group", """
        group track_interface track_script track_file track_process track_bfd notify_backup notify_master notify_fault
        notify_stop notify smtp_alert global_tracking sync_group_tracking_weight notify_priority_changes"""),
    *later("vrrp_track_process", """
        process param_match weight quorum quorum_max delay terminate_delay fork_delay full_command"""),
    *later("track_file", "file weight init_file"),
    *later("track_group", "group"),
    *later("garp_group", "garp_interval gna_interval interface interfaces"),
    *later("bfd_instance", """
        source_ip neighbor_ip neighbour_ip min_rx min_tx idle_tx multiplier passive ttl hoplimit max_hops multihop
        weight vrrp checker"""),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*VRRP_SCRIPT, *VRRP_INSTANCE, *OTHERS)
