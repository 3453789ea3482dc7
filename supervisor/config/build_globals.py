"""What each worker needs of the settings of the whole daemon."""

from alived.ipc.model.globals import CheckerGlobals, VrrpGlobals
from alived.ipc.model.settings import Settings


def vrrp_globals(settings: Settings) -> VrrpGlobals:
    """What the vrrp worker needs."""
    vrrp = settings.vrrp
    return VrrpGlobals(
        startup_delay=vrrp.startup_delay,
        delay_after_boot=vrrp.delay_after_boot,
        garp_interval=vrrp.announcing.interval,
        gna_interval=vrrp.gna_interval,
        disable_local_igmp=vrrp.disable_local_igmp,
        log_unknown_vrids=vrrp.log_unknown_vrids,
        vmac_prefix=vrrp.vmac_prefix,
        vmac_addr_prefix=vrrp.vmac_addr_prefix,
        linkbeat_use_polling=settings.linkbeat_use_polling,
        rx_bufs=vrrp.rx_bufs,
        rx_bufs_multiplier=vrrp.rx_bufs_multiplier,
        netlink=settings.vrrp_netlink,
        nftables=settings.nftables,
        process=settings.vrrp_process,
        auto_priority=settings.auto_priority,
    )


def checker_globals(settings: Settings) -> CheckerGlobals:
    """What the checker worker needs."""
    return CheckerGlobals(
        router_id=settings.router_id,
        mail=settings.mail,
        notify_fifo=settings.notify_fifo,
        notify_fifo_script=settings.notify_fifo_script,
        vrrp_notify_fifo=settings.vrrp_notify_fifo,
        vrrp_notify_fifo_script=settings.vrrp_notify_fifo_script,
        fifo_write_vrrp_states_on_reload=settings.fifo_write_vrrp_states_on_reload,
        umask=settings.files.umask,
    )
