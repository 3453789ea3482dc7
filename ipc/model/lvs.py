"""Virtual servers and what they are made of."""

from enum import StrEnum

from alived.ipc.model.common import Program
from alived.ipc.record import record


class Protocol(StrEnum):
    """Transport of a virtual server."""

    TCP = "TCP"
    UDP = "UDP"
    SCTP = "SCTP"


class AddressFamily(StrEnum):
    """`ip_family`: which kind of addresses."""

    INET = "inet"
    INET6 = "inet6"


class ForwardingMethod(StrEnum):
    """`lb_kind`/`lvs_method`: how the kernel forwards a packet to a real server."""

    NAT = "NAT"
    DR = "DR"
    TUN = "TUN"


class TunnelType(StrEnum):
    """What packets to a real server are wrapped in."""

    IPIP = "ipip"
    GUE = "gue"
    GRE = "gre"


class TunnelChecksum(StrEnum):
    """Whether what they are wrapped in has a checksum."""

    NONE = "nocsum"
    FULL = "csum"
    REMOTE = "remcsum"


@record(kw_only=True)
class Forwarding:
    """How a real server is reached; the tunnel matters only with TUN (ipvsadm(8), packet-forwarding-method)."""

    method: ForwardingMethod = ForwardingMethod.NAT
    tunnel: TunnelType = TunnelType.IPIP
    port: int = 0
    """UDP port of a GUE tunnel."""
    checksum: TunnelChecksum = TunnelChecksum.NONE


class LvsBackend(StrEnum):
    """`alived_lvs_backend`: the data plane that spreads connections."""

    AUTO = "auto"
    IPVS = "ipvs"
    NFTABLES = "nftables"


@record(kw_only=True)
class LvsGlobals:
    """Settings of the whole lvs worker."""

    backend: LvsBackend = LvsBackend.AUTO

    @property
    def key(self) -> str:
        """There is one of these."""
        return "lvs_globals"


@record(kw_only=True)
class Endpoint:
    """An address and a port."""

    address: str
    port: int = 0
    """0: all ports, or the one that a packet was sent to."""

    def __str__(self) -> str:
        return endpoint(self.address, self.port)


@record(kw_only=True)
class RealServer:
    """One real_server block. How it is checked is in its RealServerChecks."""

    address: str
    port: int
    weight: int = 1
    inhibit_on_failure: bool = False
    """When down: weight 0 instead of removal."""
    lvs_method: Forwarding | None = None
    """None: as its virtual server."""
    uthreshold: int = 0
    """Connections at which it gets no new ones; 0: any number."""
    lthreshold: int = 0
    """Connections below which it gets new ones again; 0: three quarters of `uthreshold`."""
    alpha: bool = False
    """If it has checks: down until they have succeeded."""
    notify_up: Program | None = None
    notify_down: Program | None = None
    smtp_alert: bool = True
    snmp_name: str = ""

    @property
    def name(self) -> str:
        """`address:port`, what messages and logs call it within its virtual server."""
        return endpoint(self.address, self.port)


@record(kw_only=True)
class SchedulerFlags:
    """Options of schedulers; ip_vs(4) gives them to the scheduler as three bits."""

    hashed: bool = False
    """The kernel sets this by itself; keepalived knows the word and nothing comes of it."""
    flag_1: bool = False
    flag_2: bool = False
    flag_3: bool = False
    sh_port: bool = False
    sh_fallback: bool = False
    mh_port: bool = False
    mh_fallback: bool = False


@record(kw_only=True)
class VirtualServer:
    """One virtual_server block: a service at an address and port, at a firewall mark, or at all of a group."""

    address: str = ""
    """Empty: see `fwmark` and `group`."""
    port: int = 0
    fwmark: int = 0
    """Firewall mark of the packets that it serves; 0: it serves by address."""
    group: str = ""
    """Name of its virtual_server_group; empty: it has none."""
    ip_family: AddressFamily | None = AddressFamily.INET
    """None: both, in a group that has both."""
    protocol: Protocol = Protocol.UDP
    """Of no meaning with a firewall mark."""
    lb_algo: str = "wlc"
    """Name of the kernel's scheduler: rr, wrr, lc, wlc, …"""
    flags: SchedulerFlags = SchedulerFlags()
    ops: bool = False
    """One-packet scheduling: each datagram by itself."""
    lb_kind: Forwarding = Forwarding()
    """For real servers that say nothing else."""
    persistence_timeout: int = 0
    """Seconds that a client stays with its real server; 0: not persistent."""
    persistence_granularity: str = ""
    """Which clients count as one: a mask, or a prefix length for IPv6; empty: each by itself."""
    persistence_engine: str = ""
    ha_suspend: bool = False
    """Its checks rest while this host has not its address."""
    omega: bool = False
    """At the end `notify_down` and `quorum_down` are run."""
    quorum: int = 1
    """Sum of the weights of live real servers at which the service counts as up."""
    hysteresis: int = 0
    """By how much that sum has to be over or under the quorum for a change."""
    quorum_up: Program | None = None
    quorum_down: Program | None = None
    smtp_alert: bool = False
    snmp_name: str = ""
    sorry_server: Endpoint | None = None
    """Serves while there is no quorum."""
    sorry_server_inhibit: bool = False
    sorry_server_lvs_method: Forwarding | None = None
    """None: as `lb_kind`."""
    real_servers: tuple[RealServer, ...] = ()

    @property
    def name(self) -> str:
        """`address:port/protocol`, `fwmark N` or `group NAME/protocol`, what messages and logs call it."""
        if self.group:
            return f"group {self.group}/{self.protocol}"
        if self.fwmark:
            return f"fwmark {self.fwmark}" + (" inet6" if self.ip_family is AddressFamily.INET6 else "")
        return f"{endpoint(self.address, self.port)}/{self.protocol}"

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"virtual_server {self.name}"


@record(kw_only=True)
class AddressRange:
    """Addresses of a virtual_server_group, from `first` to `last`, at one port."""

    first: str
    last: str
    port: int = 0
    """0: all ports."""


@record(kw_only=True)
class FirewallMark:
    """A firewall mark of a virtual_server_group."""

    fwmark: int
    ip_family: AddressFamily | None = None
    """None: that of the real servers."""


@record(kw_only=True)
class VirtualServerGroup:
    """One virtual_server_group block: several services with the same real servers."""

    name: str
    entries: tuple[AddressRange | FirewallMark, ...] = ()

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"virtual_server_group {self.name}"


def endpoint(address: str, port: int) -> str:
    """`address:port`, with brackets around an IPv6 address."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
