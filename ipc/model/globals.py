"""What a worker needs of global_defs beyond what its objects have inherited of them already.

What does not live here: all that global_defs can say (settings.py).
"""

from alived.ipc.model.common import Program
from alived.ipc.model.processes import AdvertBuffers, AutoPriority, NetlinkBuffers, Scheduling
from alived.ipc.model.settings import Fifo, Mail, Nftables
from alived.ipc.record import record


@record(kw_only=True)
class VrrpGlobals:
    """Of the vrrp worker. Fields have the names of keywords if nothing else is said."""

    startup_delay: float = 0.0
    """Seconds from the daemon's start to that of instances."""
    delay_after_boot: float = 0.0
    """Seconds from the machine's start to that of instances; the longer delay holds."""
    garp_interval: float = 0.0
    """Seconds between two gratuitous ARP messages on one interface."""
    gna_interval: float = 0.0
    """Seconds between two neighbour advertisements on one interface."""
    disable_local_igmp: bool = False
    log_unknown_vrids: bool = False
    vmac_prefix: str = "vrrp"
    vmac_addr_prefix: str = ""
    """Empty: as `vmac_prefix`."""
    linkbeat_use_polling: bool = False
    rx_bufs: AdvertBuffers = AdvertBuffers()
    rx_bufs_multiplier: int = 3
    netlink: NetlinkBuffers = NetlinkBuffers()
    nftables: Nftables = Nftables()
    process: Scheduling = Scheduling()
    auto_priority: AutoPriority = AutoPriority()

    @property
    def key(self) -> str:
        """There is one of these."""
        return "vrrp globals"


@record(kw_only=True)
class CheckerGlobals:
    """Of the checker worker."""

    router_id: str = ""
    """Empty: the host's name."""
    mail: Mail = Mail()
    notify_fifo: Fifo | None = None
    notify_fifo_script: Program | None = None
    vrrp_notify_fifo: Fifo | None = None
    vrrp_notify_fifo_script: Program | None = None
    fifo_write_vrrp_states_on_reload: bool = False
    umask: int = 0o177
    """Permissions that files are made without, by this worker and by the programs that it starts."""

    @property
    def key(self) -> str:
        """There is one of these."""
        return "checker globals"
