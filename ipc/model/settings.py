"""What global_defs and the plain words of the top level say: the settings of the whole daemon.

Defaults are keepalived's. Many of these are what instances and servers inherit; theirs are merged in already. What does
not live here: how processes run (processes.py), and what belongs to one object alone.
"""

from dataclasses import field
from enum import StrEnum

from alived.ipc.model.common import Account, Program
from alived.ipc.model.lvs import LvsBackend
from alived.ipc.model.processes import (
    AdvertBuffers,
    AutoPriority,
    NetlinkBuffers,
    ProcessNames,
    ReceiveBuffer,
    Scheduling,
)
from alived.ipc.model.vrrp import Announcing
from alived.ipc.record import record

# --- mail -------------------------------------------------------------------------------------------------------------


@record(kw_only=True)
class MailServer:
    """`smtp_server`: where mail is handed over."""

    host: str
    """An address or a name, which is looked up when there is mail."""
    port: int = 25


@record(kw_only=True)
class Mail:
    """Who is told by mail, and of what."""

    to: tuple[str, ...] = ()
    sender: str = ""
    """Empty: keepalived at this host."""
    server: MailServer | None = None
    helo_name: str = ""
    """Empty: the host's name."""
    connect_timeout: float = 30.0
    alert: bool | None = None
    """Whether there is mail by default; None: virtual servers send it, instances do not."""
    alert_vrrp: bool | None = None
    """The same for instances and sync groups; None: as `alert`."""
    alert_checker: bool | None = None
    """The same for virtual servers; None: as `alert`."""
    no_email_faults: bool = False
    no_checker_emails: bool = False
    """Not for each check that changes, only for each real server."""


# --- LVS --------------------------------------------------------------------------------------------------------------


@record(kw_only=True)
class LvsTimeouts:
    """Connection tracking timeouts of IPVS, whole seconds; 0: left as they are."""

    tcp: int = 0
    tcpfin: int = 0
    udp: int = 0


class LvsFlush(StrEnum):
    """`lvs_flush_on_stop`: how the table of virtual servers is emptied at the end."""

    EACH = "EACH"
    """Each real server and each virtual server on its own."""
    ALL = "ALL"
    """All at once, whosever they are."""
    VS = "VS"
    """Each virtual server, with its real servers."""


@record(kw_only=True)
class LvsSyncDaemon:
    """`lvs_sync_daemon`: connections are told to another director (ipvsadm(8))."""

    interface: str
    instance: str = ""
    """The vrrp_instance whose state decides which daemon runs; empty: both run."""
    syncid: int | None = None
    """0 to 255; None: the instance's VRID, or 0."""
    maxlen: int = 0
    """Bytes of a packet; 0: the kernel's default."""
    port: int = 0
    """UDP; 0: the kernel's default, 8848."""
    ttl: int = 0
    """0: the kernel's default."""
    group: str = ""
    """Multicast address; empty: the kernel's default, 224.0.0.81."""


# --- packet filters ---------------------------------------------------------------------------------------------------


@record(kw_only=True)
class Nftables:
    """The tables that filters and marks are put into."""

    table: str = ""
    """For instances; empty: `keepalived`, when one is needed."""
    priority: int = -1
    ifindex: bool = False
    """Link-local addresses are kept with the number of their interface, not its name."""
    ipvs_table: str = ""
    """For virtual server groups; empty: each member is a service of its own."""
    ipvs_priority: int = -1
    ipvs_start_fwmark: int = 1000
    """First mark for groups."""
    counters: bool = False


@record(kw_only=True)
class Iptables:
    """What nftables is used instead of: the names are kept, and nothing is done with them."""

    chains: tuple[str, ...] = ()
    """For packets in, and out."""
    sets: tuple[str, ...] = ()


# --- instances --------------------------------------------------------------------------------------------------------


class DynamicInterfaces(StrEnum):
    """`dynamic_interfaces`: whether interfaces may be missing at start."""

    NO = ""
    YES = "yes"
    ALLOW_IF_CHANGES = "allow_if_changes"
    """They may also come back as another kind of interface."""


@record(kw_only=True)
class VrrpSettings:
    """What instances have in common or inherit."""

    version: int = 2
    strict: bool = False
    v3_checksum_as_v2: bool = False
    mcast_group4: str = "224.0.0.18"
    mcast_group6: str = "ff02::12"
    check_unicast_src: bool = False
    skip_check_adv_addr: bool = False
    lower_prio_no_advert: bool = False
    higher_prio_send_advert: bool = False
    owner_ignore_adverts: bool = False
    down_timer_adverts: int = 3
    notify_priority_changes: bool = False
    min_garp: bool = False
    announcing: Announcing = field(default_factory=Announcing)
    gna_interval: float = 0.0
    """Pause between two IPv6 neighbour advertisements on one interface."""
    default_interface: str = "eth0"
    """For static addresses that name none."""
    dynamic_interfaces: DynamicInterfaces = DynamicInterfaces.NO
    disable_local_igmp: bool = False
    startup_delay: float = 0.0
    """From the daemon's start to that of instances."""
    delay_after_boot: float = 0.0
    """From the machine's start to that of instances; the longer delay holds."""
    log_unknown_vrids: bool = False
    vmac_prefix: str = "vrrp"
    vmac_addr_prefix: str = ""
    """Empty: as `vmac_prefix`."""
    rx_bufs: AdvertBuffers = field(default_factory=AdvertBuffers)
    rx_bufs_multiplier: int = 3


# --- notifications ----------------------------------------------------------------------------------------------------


@record(kw_only=True)
class Fifo:
    """A named pipe that events are written to."""

    path: str
    account: Account | None = None
    """Whom it belongs to; None: whom scripts run as."""
    uid: int = 0
    gid: int = 0


@record(kw_only=True)
class Snmp:
    """The SNMP agent."""

    socket: str = ""
    """Of the master agent; empty: unix:/var/agentx/master."""
    traps: bool = False
    vrrp: bool = False
    """KEEPALIVED-MIB, instances."""
    checker: bool = False
    """KEEPALIVED-MIB, virtual servers."""
    rfc: bool = False
    """Both of the following."""
    rfcv2: bool = False
    """RFC 2787."""
    rfcv3: bool = False
    """RFC 6527."""
    vs_stats_update_interval: float = 5.0
    rs_stats_update_interval: float = 5.0


@record(kw_only=True)
class Dbus:
    """The D-Bus service."""

    enabled: bool = False
    service_name: str = "org.keepalived.Vrrp1"
    no_interface_name: str = "none"
    """Stands in the path of an instance without an interface."""


# --- files ------------------------------------------------------------------------------------------------------------


@record(kw_only=True)
class Reloading:
    """When and how the configuration is read again."""

    check_config: str | None = None
    """Log of the check before a reload; None: keepalived would not check."""
    time_file: str = ""
    """A file that says when; empty: none."""
    repeat: bool = False
    """That file stays."""
    file: str | None = None
    """A file that is there while files are read; empty: keepalived.reload in the directory of pid files."""


@record(kw_only=True)
class Files:
    """Where things are written and read; empty: the usual place."""

    tmp_config_directory: str = ""
    config_save_dir: str = ""
    iproute_usr_dir: str = ""
    iproute_etc_dir: str = ""
    state_dump_file: str = ""
    stats_dump_file: str = ""
    json_dump_file: str = ""
    data_use_instance: bool = False
    """Names of dump files hold the instance's and the namespace's."""
    json_version: int = 1
    umask: int = 0o177


# --- all --------------------------------------------------------------------------------------------------------------


@record(kw_only=True)
class Settings:
    """The settings of the whole daemon."""

    instance: str = ""
    """Name of this daemon among several on one machine."""
    net_namespace: str = ""
    net_namespace_ipvs: str | None = None
    """Empty: the default one; None: as `net_namespace`."""
    namespace_with_ipsets: bool = False
    use_pid_dir: bool = False
    """Set too by `instance` and `net_namespace`."""
    child_wait_time: float = 5.0
    linkbeat_use_polling: bool = False
    """Ask every interface for its link, as linkbeat_interfaces does for some."""
    router_id: str = ""
    """Empty: the host's name."""

    names: ProcessNames = field(default_factory=ProcessNames)
    auto_priority: AutoPriority = field(default_factory=AutoPriority)
    vrrp_process: Scheduling = field(default_factory=Scheduling)
    checker_process: Scheduling = field(default_factory=Scheduling)
    bfd_process: Scheduling = field(default_factory=Scheduling)
    vrrp_netlink: NetlinkBuffers = field(default_factory=NetlinkBuffers)
    lvs_netlink: NetlinkBuffers = field(default_factory=NetlinkBuffers)
    process_monitor: ReceiveBuffer = field(default_factory=ReceiveBuffer)

    script_user: Account | None = None
    """None: keepalived_script if there is that user, else root."""
    enable_script_security: bool = False
    use_symlink_paths: bool = False
    set_supplementary_groups: bool = False
    startup_script: Program | None = None
    startup_script_timeout: float = 10.0
    shutdown_script: Program | None = None
    shutdown_script_timeout: float = 10.0

    mail: Mail = Mail()
    notify_fifo: Fifo | None = None
    notify_fifo_script: Program | None = None
    vrrp_notify_fifo: Fifo | None = None
    vrrp_notify_fifo_script: Program | None = None
    lvs_notify_fifo: Fifo | None = None
    lvs_notify_fifo_script: Program | None = None
    fifo_write_vrrp_states_on_reload: bool = False
    snmp: Snmp = Snmp()
    dbus: Dbus = Dbus()

    vrrp: VrrpSettings = VrrpSettings()
    checker_log_all_failures: bool = False
    rs_init_notifies: bool = False
    """Notify programs of real servers run when they first come up too."""
    lvs_timeouts: LvsTimeouts = LvsTimeouts()
    lvs_flush: bool = False
    """The table of virtual servers is emptied at the start."""
    lvs_flush_on_stop: LvsFlush = LvsFlush.EACH
    lvs_sync_daemon: LvsSyncDaemon | None = None
    alived_lvs_backend: LvsBackend = LvsBackend.AUTO
    nftables: Nftables = Nftables()
    iptables: Iptables = Iptables()

    reloading: Reloading = Reloading()
    files: Files = Files()
    random_seed: int | None = None
    """Of ${_RANDOM}; None: another one each time."""
    include_check: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """There is one of these."""
        return "settings"
