"""Rows of the top level and of global_defs (keepalived.conf(5), "Global definitions")."""

from alived.ipc.model import Announcing, LvsBackend
from alived.supervisor.config.forms import (
    MICROSECOND,
    TIMER_MAX,
    UNSIGNED_MAX,
    Address,
    Body,
    Boolean,
    Choice,
    Flag,
    Integer,
    Seconds,
    Text,
)
from alived.supervisor.config.forms_program import UserAndGroup
from alived.supervisor.config.grammar.row import Row, later, row

_GARP = Announcing()

TOP_LEVEL: tuple[Row, ...] = (
    row("", "global_defs", Body(), meaning="settings of the whole daemon"),
    row("", "vrrp_script", Body(), meaning="a program whose exit status is tracked"),
    row("", "vrrp_instance", Body(), meaning="a virtual router on one interface"),
    row("", "virtual_server", Body(), meaning="a service spread over real servers"),
    *later("", "instance use_pid_dir child_wait_time linkbeat_use_polling linkbeat_interfaces namespace_with_ipsets"),
    *later("", "net_namespace net_namespace_ipvs", "alived stays in the network namespace it was started in"),
    *later("", "track_group static_ipaddress static_routes static_rules", "nothing static is added"),
    *later("", "vrrp_sync_group", "its instances fail over one by one"),
    *later("", "garp_group interface_up_down_delays"),
    *later("", "vrrp_track_process track_file vrrp_track_file bfd_instance", "nothing is tracked by it"),
    *later("", "SSL"),
    *later("", "virtual_server_group", "virtual servers that use it are left out"),
    *later("", "include_check", "includes are not read"),
)

GLOBAL_DEFS: tuple[Row, ...] = (
    row("global_defs", "router_id", Text(), "", "name of this machine in messages"),
    row("global_defs", "vrrp_skip_check_adv_addr", Boolean(), default=False,
        meaning="do not compare the address list of an advert from the same master again"),
    row("global_defs", "vrrp_mcast_group4", Address((4,), multicast=True), "224.0.0.18",
        "group that adverts are sent to"),
    row("global_defs", "vrrp_garp_master_delay", Integer(0, UNSIGNED_MAX), int(_GARP.master_delay),
        "seconds from becoming master to the second burst of gratuitous ARP, 0: none"),
    row("global_defs", "vrrp_garp_master_repeat", Integer(1, UNSIGNED_MAX, raised=True), _GARP.master_repeat,
        "messages in a burst"),
    row("global_defs", "vrrp_garp_master_refresh", Integer(0, UNSIGNED_MAX), int(_GARP.master_refresh),
        "seconds between bursts while master, 0: none"),
    row("global_defs", "vrrp_garp_master_refresh_repeat", Integer(1, UNSIGNED_MAX, raised=True),
        _GARP.master_refresh_repeat, "messages in such a burst"),
    row("global_defs", "vrrp_garp_lower_prio_delay", Integer(0, UNSIGNED_MAX),
        meaning="seconds from a lower-priority advert to a second burst; vrrp_garp_master_delay if not given"),
    row("global_defs", "vrrp_garp_lower_prio_repeat", Integer(0, UNSIGNED_MAX),
        meaning="messages in such a burst; vrrp_garp_master_repeat if not given"),
    row("global_defs", "vrrp_garp_interval", Seconds(MICROSECOND, TIMER_MAX, zero_means="no pause"), _GARP.interval,
        "pause between two gratuitous ARP messages on an interface"),
    row("global_defs", "vrrp_gna_interval", Seconds(MICROSECOND, TIMER_MAX, zero_means="no pause"), 0.0,
        "the same for IPv6 neighbour advertisements, which alived does not send yet"),
    row("global_defs", "script_user", UserAndGroup(), meaning="whom scripts run as unless they say so themselves"),
    row("global_defs", "enable_script_security", Flag(), default=False,
        meaning="do not run a script as root that others could change"),
    row("global_defs", "alived_lvs_backend", Choice({backend.value: backend for backend in LvsBackend}),
        LvsBackend.AUTO, "what spreads connections: the kernel's IPVS, nftables, or IPVS where the kernel has it"),
    *later("global_defs", """
        process_names process_name vrrp_process_name checker_process_name lvs_process_name bfd_process_name
        use_symlink_paths set_supplementary_groups default_interface dynamic_interfaces random_seed umask
        tmp_config_directory config_save_dir data_use_instance json_version iproute_usr_dir iproute_etc_dir
        state_dump_file stats_dump_file json_dump_file"""),
    *later("global_defs", """
        notification_email notification_email_from smtp_server smtp_helo_name smtp_connect_timeout smtp_alert
        smtp_alert_vrrp smtp_alert_checker no_email_faults no_checker_emails""", "no mail is sent"),
    *later("global_defs", "startup_script startup_script_timeout shutdown_script shutdown_script_timeout",
        "it is not run"),
    *later("global_defs", """
        notify_fifo notify_fifo_script vrrp_notify_fifo vrrp_notify_fifo_script lvs_notify_fifo lvs_notify_fifo_script
        vrrp_notify_priority_changes fifo_write_vrrp_states_on_reload rs_init_notifies""", "nothing is written there"),
    *later("global_defs", """
        max_auto_priority min_auto_priority_delay vrrp_priority vrrp_no_swap vrrp_rt_priority vrrp_cpu_affinity
        vrrp_rlimit_rttime vrrp_rlimit_rtime checker_priority checker_no_swap checker_rt_priority checker_cpu_affinity
        checker_rlimit_rttime checker_rlimit_rtime bfd_priority bfd_no_swap bfd_rt_priority bfd_cpu_affinity
        bfd_rlimit_rttime bfd_rlimit_rtime""", "the scheduling of the workers is alived's own"),
    *later("global_defs", """
        snmp_socket enable_traps enable_snmp_vrrp enable_snmp_keepalived enable_snmp_rfc enable_snmp_rfcv2
        enable_snmp_rfcv3 enable_snmp_checker snmp_vs_stats_update_interval snmp_rs_stats_update_interval
        """, "there is no SNMP agent"),
    *later("global_defs", "enable_dbus dbus_service_name dbus_no_interface_name", "there is no D-Bus service"),
    *later("global_defs", """
        vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs
        vrrp_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs process_monitor_rcv_bufs_force
        lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs
        lvs_netlink_monitor_rcv_bufs_force vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier
        """, "buffer sizes are alived's own"),
    *later("global_defs", """
        checker_log_all_failures disable_local_igmp log_unknown_vrids vmac_prefix vmac_addr_prefix v3_checksum_as_v2
        vrrp_mcast_group6 vrrp_check_unicast_src vrrp_garp_extra_if vrrp_vmac_garp_intvl"""),
    *later("global_defs", """
        vrrp_iptables vrrp_ipsets nftables nftables_priority nftables_ifindex nftables_counters nftables_ipvs
        nftables_ipvs_priority nftables_ipvs_start_fwmark""", "no packet is filtered or marked"),
    *later("global_defs", "lvs_timeouts lvs_flush lvs_flush_on_stop lvs_flush_onstop", "the kernel's settings stay"),
    *later("global_defs", "lvs_sync_daemon", "connections are not synchronised"),
    *later("global_defs", "vrrp_min_garp", "bursts have the usual number of messages"),
    *later("global_defs", "vrrp_down_timer_adverts", "a master is down after 3 adverts, as in the RFC"),
    *later("global_defs", "vrrp_version", "instances run VRRP version 2"),
    *later("global_defs", "vrrp_strict", "nothing is checked or changed for its sake"),
    *later("global_defs", "vrrp_lower_prio_no_advert vrrp_higher_prio_send_advert vrrp_owner_ignore_adverts"),
    *later("global_defs", "vrrp_startup_delay vrrp_delay_after_boot", "instances start at once"),
    *later("global_defs", "reload_check_config", "alived always checks a file before it reloads"),
    *later("global_defs", "reload_time_file reload_repeat reload_file"),
    *later("global_defs", "include_check", "includes are not read"),
)  # fmt: skip
