"""The configuration as all processes understand it: frozen, complete, every default applied.

What lives here: one dataclass per thing that keepalived.conf can define, in the field's own words. Units are seconds
unless a field says otherwise. `alived.supervisor.config.build` makes these objects, the bus carries them, workers read
them. What does not live here: how a file is parsed, and anything that changes while the daemon runs.

Each object that is configured on its own has a `key`; a reload compares objects by key and value and sends the workers
only those that differ.
"""

from dataclasses import dataclass
from enum import StrEnum


class InstanceRole(StrEnum):
    """`state` of a vrrp_instance: what it would like to be at start."""

    MASTER = "MASTER"
    BACKUP = "BACKUP"


class Protocol(StrEnum):
    """Transport of a virtual server."""

    TCP = "TCP"
    UDP = "UDP"


class ForwardingMethod(StrEnum):
    """`lb_kind`/`lvs_method`: how the kernel forwards a packet to a real server."""

    NAT = "NAT"
    DR = "DR"
    TUN = "TUN"


class LvsBackend(StrEnum):
    """`alived_lvs_backend`: the data plane that spreads connections."""

    AUTO = "auto"
    IPVS = "ipvs"
    NFTABLES = "nftables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to run: no shell ever, the user resolved when the configuration was read."""

    argv: tuple[str, ...]
    uid: int
    gid: int


# --- vrrp worker ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualAddress:
    """One line of virtual_ipaddress, as it is put on an interface."""

    address: str
    prefixlen: int
    dev: str
    scope: int = 0
    """rtnetlink scope number; 0 is global."""
    label: str = ""
    """IPv4 interface label; empty: the interface's own name, as keepalived and the kernel have it."""
    broadcast: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedScript:
    """One line of track_script, its weight resolved: 0 means that failing is a fault."""

    name: str
    weight: int
    reverse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class VrrpInstance:
    """One vrrp_instance block, global_defs merged in."""

    name: str
    interface: str
    virtual_router_id: int
    role: InstanceRole = InstanceRole.BACKUP
    priority: int = 100
    advert_int: float = 1.0
    auth_pass: bytes = b""
    """PASS authentication of VRRPv2, at most 8 bytes; empty: none."""
    addresses: tuple[VirtualAddress, ...] = ()
    track_scripts: tuple[TrackedScript, ...] = ()
    nopreempt: bool = False
    preempt_delay: float = 0.0
    skip_check_adv_addr: bool = False
    mcast_group: str = "224.0.0.18"
    announcing: Announcing = Announcing()

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"vrrp_instance {self.name}"


# --- checker worker ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class VrrpScript:
    """One vrrp_script block that some instance tracks."""

    name: str
    program: Program
    interval: float = 1.0
    timeout: float = 1.0
    """After this long the whole process group is killed and the run has failed."""
    fall: int = 1
    """Failures in a row before it is down."""
    rise: int = 1
    """Successes in a row before it is up."""
    init_fail: bool = False

    @property
    def key(self) -> str:
        """Identity across reloads; what it runs is `program`."""
        return f"vrrp_script {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Programs to run when an instance changes state, in the order of keepalived.conf(5)."""

    instance: str
    master: Program | None = None
    backup: Program | None = None
    fault: Program | None = None
    stop: Program | None = None
    any_state: Program | None = None
    """`notify`: run after the others with INSTANCE, the name, the state and the effective priority."""

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"notify {self.instance}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpCheck:
    """TCP_CHECK: up when a connection to `address`:`port` is accepted in time."""

    address: str
    port: int
    bindto: str = ""
    """Source address; empty: the kernel's choice."""
    bind_port: int = 0
    connect_timeout: float = 5.0
    retry: int = 1
    """Failures after the first that must follow before the check is down."""
    delay_before_retry: float = 1.0
    delay_loop: float = 60.0
    """Pause between the end of a check and the next while all is well."""
    warmup: float = 60.0
    """The first check starts at a random moment within this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealServerChecks:
    """The checks of one real server of one virtual server; up when all of them are."""

    virtual_server: str
    real_server: str
    checks: tuple[TcpCheck, ...]

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"checks {self.virtual_server} {self.real_server}"


# --- lvs worker -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LvsGlobals:
    """Settings of the whole lvs worker."""

    backend: LvsBackend = LvsBackend.AUTO

    @property
    def key(self) -> str:
        """There is one of these."""
        return "lvs_globals"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealServer:
    """One real_server block."""

    address: str
    port: int
    weight: int = 1
    inhibit_on_failure: bool = False
    """When down: weight 0 instead of removal."""

    @property
    def name(self) -> str:
        """`address:port`, what messages and logs call it within its virtual server."""
        return f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualServer:
    """One virtual_server block."""

    address: str
    port: int
    protocol: Protocol = Protocol.TCP
    lb_algo: str = "wlc"
    """Name of the kernel's scheduler: rr, wrr, lc, wlc, …"""
    lb_kind: ForwardingMethod = ForwardingMethod.NAT
    persistence_timeout: int = 0
    """Seconds that a client stays with its real server; 0: not persistent."""
    quorum: int = 1
    """Sum of the weights of live real servers at which the service counts as up."""
    real_servers: tuple[RealServer, ...] = ()

    @property
    def name(self) -> str:
        """`address:port/protocol`, what messages and logs call it."""
        return f"{self.address}:{self.port}/{self.protocol}"

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"virtual_server {self.name}"


VrrpObject = VrrpInstance
CheckerObject = VrrpScript | Notify | RealServerChecks
LvsObject = LvsGlobals | VirtualServer
ConfigObject = VrrpInstance | VrrpScript | Notify | RealServerChecks | LvsGlobals | VirtualServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration, cut into what each worker is given. A worker with nothing to do is not started."""

    router_id: str = ""
    vrrp: tuple[VrrpObject, ...] = ()
    checker: tuple[CheckerObject, ...] = ()
    lvs: tuple[LvsObject, ...] = ()

    @property
    def slices(self) -> dict[str, tuple[ConfigObject, ...]]:
        """Worker name -> its objects; workers that have none are left out."""
        return {name: objects for name, objects in self.all_slices.items() if objects}

    @property
    def all_slices(self) -> dict[str, tuple[ConfigObject, ...]]:
        """Worker name -> its objects, in start order."""
        return {"vrrp": self.vrrp, "checker": self.checker, "lvs": self.lvs}
