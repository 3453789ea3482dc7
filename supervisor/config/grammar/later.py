"""Words that alived reads into the model and does not act on yet, and what happens instead: the one list of them.

A word within a block that is in this list is in it too. Objects that cannot be run at all yet are named in runnable.py.
"""

VRRP, GROUP, LVS = "vrrp_instance", "vrrp_sync_group", "virtual_server"
REAL = f"{LVS}/real_server"
TCP = f"{REAL}/TCP_CHECK"

_LISTS: tuple[tuple[str, str, str], ...] = (
    ("", "bfd_instance", "there is no session"),
    ("", "virtual_server_group", "virtual servers that use it are left out"),
    ("", "SSL", "no check uses it"),
    ("", "instance", "give --runtime-dir and --pid instead"),
    ("", "net_namespace net_namespace_ipvs", "alived stays in the network namespace it was started in"),
    ("", "namespace_with_ipsets", "ipsets are not used"),
    ("", "use_pid_dir", "the pid file is where --pid says"),
    ("", "child_wait_time", "the supervisor has its own patience"),
    (
        "global_defs",
        """
        process_names process_name vrrp_process_name checker_process_name bfd_process_name
        """,
        "processes have alived's names",
    ),
    ("global_defs", "smtp_alert_checker no_checker_emails", "no mail is sent of virtual and real servers"),
    ("global_defs", "startup_script startup_script_timeout shutdown_script shutdown_script_timeout", "it is not run"),
    ("global_defs", "lvs_notify_fifo lvs_notify_fifo_script", "nothing is written there"),
    ("global_defs", "rs_init_notifies", "no program is run for a real server"),
    (
        "global_defs",
        """
        bfd_priority bfd_no_swap bfd_rt_priority bfd_cpu_affinity bfd_rlimit_rttime
        """,
        "there is no bfd process",
    ),
    (
        "global_defs",
        """
        snmp_socket enable_traps enable_snmp_vrrp enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3
        enable_snmp_checker snmp_vs_stats_update_interval snmp_rs_stats_update_interval
        """,
        "there is no SNMP agent",
    ),
    ("global_defs", "enable_dbus dbus_service_name dbus_no_interface_name", "there is no D-Bus service"),
    (
        "global_defs",
        """
        process_monitor_rcv_bufs process_monitor_rcv_bufs_force lvs_netlink_cmd_rcv_bufs
        lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force
        """,
        "buffer sizes are alived's own",
    ),
    ("global_defs", "checker_log_all_failures", "changes of checks are logged"),
    ("global_defs", "vrrp_iptables vrrp_ipsets", "nftables is used instead"),
    ("global_defs", "nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark", "no packet is marked"),
    ("global_defs", "lvs_timeouts lvs_flush lvs_flush_on_stop", "the kernel's settings stay"),
    ("global_defs", "lvs_sync_daemon", "connections are not synchronised"),
    ("global_defs", "reload_time_file reload_repeat", "reloads are asked for by a signal or alivectl"),
    ("global_defs", "reload_file", "no such file is made"),
    ("global_defs", "use_symlink_paths", "paths stay as they are written"),
    ("global_defs", "tmp_config_directory config_save_dir", "nothing is written there"),
    ("global_defs", "json_version state_dump_file json_dump_file", "state is asked for with alivectl"),
    (VRRP, "lvs_sync_daemon_interface", "connections are not synchronised"),
    (VRRP, "debug", "--log-detail shows what there is"),
    (VRRP, "track_bfd", "it changes nothing, whatever its weight"),
    (GROUP, "track_bfd", "it changes nothing, whatever its weight"),
    (LVS, "hashed ops flag-1 flag-2 flag-3 sh-port sh-fallback mh-port mh-fallback", "the scheduler has no options"),
    (LVS, "persistence_engine persistence_granularity", "each client is persistent by itself"),
    (LVS, "ha_suspend", "its checks run all the time"),
    (LVS, "virtualhost snmp_name", "nothing asks for it"),
    (LVS, "omega hysteresis", "quorum alone counts"),
    (LVS, "alpha", "real servers count as up until a check says otherwise"),
    (LVS, "smtp_alert", "no mail is sent"),
    (LVS, "quorum_up quorum_down", "it is not run"),
    (LVS, "sorry_server sorry_server_inhibit sorry_server_lvs_method", "without quorum nobody answers"),
    (REAL, "uthreshold lthreshold", "its connections are not limited"),
    (REAL, "virtualhost snmp_name", "nothing asks for it"),
    (REAL, "alpha", "it counts as up until a check says otherwise"),
    (REAL, "notify_up notify_down", "it is not run"),
    (REAL, "smtp_alert", "no mail is sent"),
    (
        REAL,
        """
        HTTP_GET SSL_GET MISC_CHECK SMTP_CHECK PING_CHECK UDP_CHECK DNS_CHECK FILE_CHECK BFD_CHECK
        """,
        "the real server is taken to be up without it",
    ),
    (TCP, "bind_if fwmark", "the kernel chooses the way"),
    (TCP, "log_all_failures", "changes of checks are logged"),
    (TCP, "alpha", "it counts as up until it has failed"),
)

LATER: dict[tuple[str, str], str] = {
    (block, word): instead for block, words, instead in _LISTS for word in words.split()
}
"""(block, word) -> what happens instead."""


def instead(block: str, word: str) -> str:
    """What happens instead of what a word stands for; empty: alived acts on it."""
    while True:
        if found := LATER.get((block, word)):
            return found
        if not block:
            return ""
        block, _, word = block.rpartition("/")
