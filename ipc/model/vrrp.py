"""What a vrrp_instance is made of."""

from dataclasses import field
from enum import StrEnum

from alived.ipc.model.authentication import AuthHmac, AuthType
from alived.ipc.model.links import Ipvlan, Vmac
from alived.ipc.model.routing import Route, Rule, VirtualAddress
from alived.ipc.model.tracking import (
    TrackedBfd,
    TrackedFile,
    TrackedInterface,
    TrackedProcess,
    TrackedVirtualServer,
)
from alived.ipc.record import record


class InstanceRole(StrEnum):
    """`state` of a vrrp_instance: what it would like to be at start."""

    MASTER = "MASTER"
    BACKUP = "BACKUP"


class Family(StrEnum):
    """Which kind of addresses an instance is about."""

    IPV4 = "IPv4"
    IPV6 = "IPv6"


class UnicastChecksum(StrEnum):
    """`old_unicast_checksum`: how the checksum of a VRRPv3 advert to a peer is made."""

    AUTO = "auto"
    """Of the address it is sent to, and as before keepalived 1.3.7 once the peer is seen to do so."""
    OLD = "old"
    """As before keepalived 1.3.7: of the multicast group."""
    NEVER = "never"
    """Of the address it is sent to, whatever the peer does."""


@record(kw_only=True)
class TrackedScript:
    """One line of track_script, its weight resolved: 0 means that failing is a fault."""

    name: str
    weight: int
    reverse: bool = False


@record(kw_only=True)
class ExtraGarp:
    """`garp_extra_if`: gratuitous ARP while master, on interfaces that send no adverts, so that switches remember."""

    interval: int
    """Seconds; 0: none."""
    everywhere: bool = False
    """On each interface that has one of the addresses; otherwise on those that alived made only."""


@record(kw_only=True)
class Announcing:
    """When and how often gratuitous ARP is sent: keepalived's garp_* words."""

    master_delay: float = 5.0
    """Second burst this long after becoming master; 0: none."""
    master_repeat: int = 5
    """Messages per address in a burst."""
    master_refresh: float = 0.0
    """While master, a burst every so often; 0: never."""
    master_refresh_repeat: int = 1
    lower_prio_delay: float = 5.0
    """Burst this long after a lower-priority advert was heard while master; 0: none."""
    lower_prio_repeat: int = 5
    interval: float = 0.0
    """Pause between two gratuitous ARP messages on one interface (vrrp_garp_interval)."""
    extra: ExtraGarp | None = None


@record(kw_only=True)
class UnicastPeer:
    """One line of unicast_peer."""

    address: str
    min_ttl: int = 0
    max_ttl: int = 255
    """TTL or hop limit of its adverts; others are dropped."""


@record(kw_only=True)
class VrrpInstance:
    """One vrrp_instance block, global_defs merged in. Fields have the names of keywords if nothing else is said."""

    name: str
    interface: str
    """Where adverts are sent and received; empty: wherever the kernel routes them, with `unicast_peers` only."""
    virtual_router_id: int
    version: int = 2
    """VRRP version: 2 or 3."""
    family: Family = Family.IPV4
    native_ipv6: bool = False
    """The file says so; otherwise the first address decides."""
    role: InstanceRole = InstanceRole.BACKUP
    priority: int = 100
    advert_int: float = 1.0
    down_timer_adverts: int = 3
    """Adverts that have to be missing before the master counts as down; 3 in every RFC."""
    strict_mode: bool = False

    auth_type: AuthType = AuthType.NONE
    auth_pass: bytes = field(default=b"", repr=False)
    """PASS or AH authentication of VRRPv2, at most 8 bytes; empty: none."""
    auth_hmac: AuthHmac | None = None

    addresses: tuple[VirtualAddress, ...] = ()
    """virtual_ipaddress: those that adverts name."""
    excluded: tuple[VirtualAddress, ...] = ()
    """virtual_ipaddress_excluded: added and removed with the others, and not named in adverts."""
    no_virtual_ipaddress: bool = False
    """It is meant to have no address."""
    routes: tuple[Route, ...] = ()
    """virtual_routes."""
    rules: tuple[Rule, ...] = ()
    """virtual_rules."""
    promote_secondaries: bool = False
    accept: bool = True
    """Packets to the addresses are accepted by a master that does not own them, too."""

    mcast_src_ip: str = ""
    unicast_src_ip: str = ""
    """At most one of the two: the source address of adverts, see `source`."""
    track_src_ip: bool = False
    """It is a fault if that address is not there."""
    mcast_group: str = "224.0.0.18"
    """mcast_dst_ip; empty: adverts go to `unicast_peers`."""
    unicast_peers: tuple[UnicastPeer, ...] = ()
    unicast_ttl: int | None = None
    """None: 255 for IPv4, the kernel's for IPv6."""
    unicast_fault_no_peer: bool = False
    check_unicast_src: bool = False
    """Adverts of others than `unicast_peers` are dropped."""
    old_unicast_checksum: UnicastChecksum = UnicastChecksum.AUTO
    v3_checksum_as_v2: bool = False
    """The checksum of VRRPv3 over IPv4 does not cover a pseudo-header (RFC 9568)."""
    vrf: str = ""
    """VRF to work in, for an instance without `interface`."""
    use_vmac: Vmac | None = None
    use_vmac_addr: bool = False
    """Addresses on other interfaces get a macvlan there, too."""
    vmac_xmit_base: bool = False
    """Adverts are sent from `interface` and not from the macvlan."""
    use_ipvlan: Ipvlan | None = None
    kernel_rx_buf_size: int = 0
    """Bytes of the receive buffer; 0: as vrrp_rx_bufs_policy says."""

    dont_track_primary: bool = False
    """`interface` being down is no fault."""
    linkbeat_use_polling: bool = False
    track_scripts: tuple[TrackedScript, ...] = ()
    track_interfaces: tuple[TrackedInterface, ...] = ()
    track_files: tuple[TrackedFile, ...] = ()
    track_processes: tuple[TrackedProcess, ...] = ()
    track_bfds: tuple[TrackedBfd, ...] = ()
    track_virtual_servers: tuple[TrackedVirtualServer, ...] = ()
    """alived_track_virtual_server."""

    nopreempt: bool = False
    preempt_delay: float = 0.0
    skip_check_adv_addr: bool = False
    lower_prio_no_advert: bool = False
    """Do not answer an advert of lower priority with one of our own."""
    higher_prio_send_advert: bool = False
    """Answer an advert of higher priority with a last one before becoming backup."""
    owner_ignore_adverts: bool = False
    """The address owner does not listen to others at all."""
    timer_expired_backup: int = 0
    """Become backup after having been late for so long that a router of this priority has taken over; 0: do not."""
    announcing: Announcing = Announcing()

    smtp_alert: bool = False
    notify_priority_changes: bool = False
    lvs_sync_daemon_interface: str = ""
    """Old word for lvs_sync_daemon of global_defs; the first instance that says it has it."""
    debug: int = 0

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"vrrp_instance {self.name}"

    @property
    def source(self) -> str:
        """Source address of adverts; empty: the interface's own."""
        return self.unicast_src_ip or self.mcast_src_ip
