"""Rows of global_defs that concern the daemon as a whole (keepalived.conf(5), "Global definitions").

Those that concern instances are in global_vrrp.py.
"""

from collections.abc import Iterator
from typing import Any

from alived.ipc.model.lvs import LvsBackend
from alived.ipc.model.settings import LvsFlush, Settings
from alived.supervisor.config.forms.combined import Only, Optional, Several
from alived.supervisor.config.forms.form import Form
from alived.supervisor.config.forms.lvs_settings import SyncDaemon, Timeouts
from alived.supervisor.config.forms.numbers import (
    UNSIGNED_MAX,
    Boolean,
    Flag,
    Integer,
    Seconds,
)
from alived.supervisor.config.forms.programs import Command, UserAndGroup
from alived.supervisor.config.forms.settings import Clamped, FifoName, Host, IncludeChecks, ProcessName, Umask
from alived.supervisor.config.forms.text import Choice, Lines, Text
from alived.supervisor.config.grammar.row import Row, spelling

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
PATH_LONGEST = 4095
"""Bytes of a path (PATH_MAX less its NUL)."""
TABLE_LONGEST = 255
"""Bytes of the name of an nftables table."""

PATH = Text("a path", PATH_LONGEST)
_ON = Flag()
_YES_NO = Boolean()


def _row(word: str, form: Form, meaning: str, attribute: str = "", **more: Any) -> Row:
    return Row(block="global_defs", word=word, form=form, meaning=meaning, attribute=attribute or word, **more)


def _processes() -> Iterator[Row]:
    """What can be said of each process."""
    for name in ("vrrp", "checker", "bfd"):
        path = f"{name}_process"
        yield _row(f"{name}_priority", Integer(-20, 19), f"nice value of the {name} process", f"{path}.priority")
        yield _row(f"{name}_no_swap", _ON, f"lock the memory of the {name} process", f"{path}.no_swap")
        yield _row(
            f"{name}_rt_priority", Clamped(1, 99), f"real-time priority of the {name} process", f"{path}.rt_priority"
        )
        yield _row(
            f"{name}_cpu_affinity",
            Several(Integer(0, INT32_MAX)),
            f"the CPUs that the {name} process may use",
            f"{path}.cpu_affinity",
        )
        yield _row(
            f"{name}_rlimit_rttime",
            Integer(1, UNSIGNED_MAX),
            f"microseconds of CPU time that the {name} process may use without blocking, if it is a real-time one",
            f"{path}.rlimit_rttime",
        )
        yield spelling("global_defs", f"{name}_rlimit_rtime", of=f"{name}_rlimit_rttime")  # fmt: skip


def _buffers() -> Iterator[Row]:
    """The receive buffers of netlink sockets."""
    for word, path, name in (
        ("vrrp_netlink_cmd", "vrrp_netlink.cmd", "for commands of the vrrp process"),
        ("vrrp_netlink_monitor", "vrrp_netlink.monitor", "that the vrrp process watches"),
        ("lvs_netlink_cmd", "lvs_netlink.cmd", "for commands of the checker process"),
        ("lvs_netlink_monitor", "lvs_netlink.monitor", "that the checker process watches"),
        ("process_monitor", "process_monitor", "that tells of processes"),
    ):
        yield _row(
            f"{word}_rcv_bufs", Integer(0, UNSIGNED_MAX), f"bytes of buffer of the socket {name}", f"{path}.size"
        )
        yield _row(f"{word}_rcv_bufs_force", _YES_NO, "they may exceed net.core.rmem_max", f"{path}.force")


def _fifos() -> Iterator[Row]:
    """The named pipes that events are written to."""
    for kind, events in (("", "all events"), ("vrrp_", "events of instances"), ("lvs_", "events of virtual servers")):
        yield _row(f"{kind}notify_fifo", FifoName(), f"named pipe that {events} are written to, and its owner")
        yield _row(f"{kind}notify_fifo_script", Command(account=True),
            f"program that reads {kind}notify_fifo, whose path is its last argument")  # fmt: skip


PROCESSES: tuple[Row, ...] = (
    _row("process_names", _ON, "call the processes keepalived_vrrp, keepalived_lvs and keepalived_bfd",
        "names.defaults"),
    _row("process_name", ProcessName(), "name of the supervisor", "names.parent"),
    _row("vrrp_process_name", ProcessName(), "name of the vrrp process", "names.vrrp"),
    _row("checker_process_name", ProcessName(), "name of the checker process", "names.checker"),
    spelling("global_defs", "lvs_process_name", of="checker_process_name"),
    _row("bfd_process_name", ProcessName(), "name of the bfd process", "names.bfd"),
    _row("max_auto_priority", Integer(-1, 99, alone=99),
        "highest real-time priority for processes whose timers are late; 0: none, -1: none and no warning",
        "auto_priority.most"),
    _row("min_auto_priority_delay", Integer(1, 10_000_000), "microseconds of lateness that count",
        "auto_priority.min_delay"),
    *_processes(),
    *_buffers(),
)  # fmt: skip

SCRIPTS: tuple[Row, ...] = (
    _row("script_user", UserAndGroup(),
        "whom scripts run as that do not say so; not given: keepalived_script if there is that user, else root"),
    _row("enable_script_security", _ON, "do not run a program as root that others than root can change"),
    _row("use_symlink_paths", _YES_NO, "keep symbolic links in the paths of scripts"),
    _row("set_supplementary_groups", _ON, "scripts have the supplementary groups of their user"),
    _row("startup_script", Command(account=True), "program to run before anything else"),
    _row("startup_script_timeout", Seconds(1, 1000, whole=True), "seconds until it is killed"),
    _row("shutdown_script", Command(account=True), "program to run after everything else"),
    _row("shutdown_script_timeout", Seconds(1, 1000, whole=True), "seconds until it is killed"),
    *_fifos(),
    _row("fifo_write_vrrp_states_on_reload", _ON, "a reload writes the states of instances to the pipes"),
    _row("rs_init_notifies", _YES_NO, "notify programs of real servers run when these first come up too"),
)  # fmt: skip

MAIL: tuple[Row, ...] = (
    _row("notification_email", Lines(Text("a mail address"), each_word=True), "whom mail goes to", "mail.to",
        many=True),
    _row("notification_email_from", Text("a mail address"),
        "whom mail comes from; not given: keepalived at this host", "mail.sender"),
    _row("smtp_server", Host(), "where mail is handed over", "mail.server"),
    _row("smtp_helo_name", Optional(Text("a host name"), alone=""), "name in HELO; not given: that of this host",
        "mail.helo_name"),
    _row("smtp_connect_timeout", Seconds(1, 4294, whole=True, raised=True), "seconds that a connection may take",
        "mail.connect_timeout"),
    _row("smtp_alert", _YES_NO, "mail of changes; not given: virtual servers send it, instances do not",
        "mail.alert"),
    _row("smtp_alert_vrrp", _YES_NO, "smtp_alert for instances and sync groups", "mail.alert_vrrp",
        inherits="global_defs smtp_alert"),
    _row("smtp_alert_checker", _YES_NO, "smtp_alert for virtual servers", "mail.alert_checker",
        inherits="global_defs smtp_alert"),
    _row("no_email_faults", _ON, "no mail of faults", "mail.no_email_faults"),
    _row("no_checker_emails", _YES_NO, "no mail of each check, only of real servers", "mail.no_checker_emails"),
)  # fmt: skip

LVS: tuple[Row, ...] = (
    _row("alived_lvs_backend", Choice({backend.value: backend for backend in LvsBackend}),
        "what spreads connections: the kernel's IPVS, nftables, or auto: IPVS where the kernel has it"),
    _row("lvs_timeouts", Timeouts(), "how long IPVS remembers connections; what is not given is left as it is"),
    _row("lvs_flush", _ON, "empty the table of virtual servers at the start"),
    _row("lvs_flush_on_stop", Optional(Choice({"VS": LvsFlush.VS}), alone=LvsFlush.ALL),
        "empty the table of virtual servers at once at the end; VS: only of those that are configured"),
    spelling("global_defs", "lvs_flush_onstop", of="lvs_flush_on_stop"),
    _row("lvs_sync_daemon", SyncDaemon(), "tell another director of connections"),
    _row("checker_log_all_failures", _YES_NO, "log each check that fails, not just those that change something"),
    _row("nftables_ipvs", Optional(Text("the name of a table", TABLE_LONGEST), alone="keepalived_ipvs"),
        "nftables marks packets for virtual server groups, in this table", "nftables.ipvs_table"),
    _row("nftables_ipvs_priority", Integer(INT32_MIN, INT32_MAX), "priority of the chains in that table",
        "nftables.ipvs_priority"),
    _row("nftables_ipvs_start_fwmark", Integer(1, UNSIGNED_MAX), "first mark for groups",
        "nftables.ipvs_start_fwmark"),
)  # fmt: skip

AGENTS: tuple[Row, ...] = (
    _row("snmp_socket", Only(Text("the socket of the SNMP master agent", PATH_LONGEST)),
        "socket of the SNMP master agent; not given: unix:/var/agentx/master", "snmp.socket"),
    _row("enable_traps", _ON, "send SNMP traps", "snmp.traps"),
    _row("enable_snmp_vrrp", _ON, "SNMP: instances, KEEPALIVED-MIB", "snmp.vrrp"),
    spelling("global_defs", "enable_snmp_keepalived", of="enable_snmp_vrrp"),
    _row("enable_snmp_checker", _ON, "SNMP: virtual servers, KEEPALIVED-MIB", "snmp.checker"),
    _row("enable_snmp_rfc", _ON, "SNMP: instances, RFC 2787 and RFC 6527", "snmp.rfc"),
    _row("enable_snmp_rfcv2", _ON, "SNMP: instances, RFC 2787", "snmp.rfcv2"),
    _row("enable_snmp_rfcv3", _ON, "SNMP: instances, RFC 6527", "snmp.rfcv3"),
    _row("snmp_vs_stats_update_interval", Seconds(0.001, 30), "how old statistics of virtual servers may be",
        "snmp.vs_stats_update_interval"),
    _row("snmp_rs_stats_update_interval", Seconds(0.001, 30), "how old statistics of real servers may be",
        "snmp.rs_stats_update_interval"),
    _row("enable_dbus", _ON, "offer the D-Bus service", "dbus.enabled"),
    _row("dbus_service_name", Text("a D-Bus name"), "name of the D-Bus service", "dbus.service_name"),
    _row("dbus_no_interface_name", Text("a word"), "stands in D-Bus paths of instances without an interface",
        "dbus.no_interface_name"),
)  # fmt: skip

FILES: tuple[Row, ...] = (
    _row("router_id", Text("a name"), "name of this machine in messages; not given: the host's name"),
    _row("tmp_config_directory", PATH, "where the configuration is copied to while it is read",
        "files.tmp_config_directory"),
    _row("config_save_dir", PATH, "where configurations are saved before and after a reload", "files.config_save_dir"),
    _row("iproute_usr_dir", PATH, "where iproute2 has its files", "files.iproute_usr_dir"),
    _row("iproute_etc_dir", PATH, "where iproute2 has the files that override these", "files.iproute_etc_dir"),
    _row("state_dump_file", PATH, "where state is dumped to, a directory if it ends in /", "files.state_dump_file"),
    _row("stats_dump_file", PATH, "where statistics are dumped to, a directory if it ends in /",
        "files.stats_dump_file"),
    _row("json_dump_file", PATH, "where state is dumped to as JSON, a directory if it ends in /",
        "files.json_dump_file"),
    _row("data_use_instance", _YES_NO, "names of dump files hold those of the instance and the network namespace",
        "files.data_use_instance"),
    _row("json_version", Integer(1, 2), "form of the JSON dump", "files.json_version"),
    _row("umask", Umask(), "permissions that files are made without", "files.umask"),
    _row("random_seed", Integer(0, UNSIGNED_MAX), "makes ${_RANDOM} give the same numbers each time"),
    _row("include_check", IncludeChecks(), "what is wrong with an include that finds no file, or cannot read one"),
    _row("reload_check_config", Optional(PATH, alone="/dev/null"),
        "check the configuration before a reload, and log that here; alived always checks", "reloading.check_config"),
    _row("reload_time_file", Only(PATH), "file that says when to reload", "reloading.time_file"),
    _row("reload_repeat", _ON, "do not remove that file after the reload", "reloading.repeat"),
    _row("reload_file", Optional(PATH, alone=""), "file that is there as long as configuration files are read",
        "reloading.file"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*PROCESSES, *SCRIPTS, *MAIL, *LVS, *AGENTS, *FILES)
MODELS: dict[str, type] = {"global_defs": Settings}
