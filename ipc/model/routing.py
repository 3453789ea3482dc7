"""Addresses, routes and rules: what keepalived.conf puts into the kernel besides VRRP itself, in rtnetlink(7)'s words.

None and empty mean that the line did not say: the kernel's default holds, or the one that the field names. Numbers are
those of rtnetlink; names of tables, scopes and so on have been looked up.
"""

from enum import StrEnum

from alived.ipc.record import record

FOREVER = 2**32 - 1
"""A lifetime without end, as the kernel has it."""

RTPROT_KEEPALIVED = 18
"""Protocol number of routes and rules that keepalived watches over (rtnetlink.h)."""

TABLE_MAIN = 254


@record(kw_only=True)
class VirtualAddress:
    """One line of virtual_ipaddress or static_ipaddress, as it is put on an interface."""

    address: str
    prefixlen: int
    """Bits; with a peer, the peer's."""
    dev: str
    scope: int = 0
    """rtnetlink scope number; 0 is global."""
    label: str = ""
    """IPv4 interface label; empty: the interface's own name, as keepalived and the kernel have it."""
    broadcast: str = ""
    peer: str = ""
    """The other end of a point-to-point link."""
    use_vmac: bool = False
    """It is put on an interface of its own with the virtual MAC address, above `dev`."""
    home: bool = False
    """Mobile IPv6 home address."""
    nodad: bool = True
    """Without duplicate address detection; `-nodad` is with."""
    mngtmpaddr: bool = False
    noprefixroute: bool = False
    autojoin: bool = False
    preferred_lft: int | None = None
    """Seconds that IPv6 may use it as a source, or FOREVER; None: see preferred_lifetime."""
    no_track: bool = False
    """Its loss is nothing to act on."""
    track_group: str = ""
    """Of a static address: the track_group that its loss puts into fault."""

    @property
    def preferred_lifetime(self) -> int:
        """Seconds or FOREVER: unless it is said, an IPv6 address with 128 bits is never a source of its own accord."""
        if self.preferred_lft is not None:
            return self.preferred_lft
        return 0 if ":" in self.address and self.prefixlen == 128 else FOREVER


class EncapKind(StrEnum):
    """Lightweight tunnels of a route (ip-route(8), `encap`)."""

    MPLS = "mpls"
    IP = "ip"
    IP6 = "ip6"
    ILA = "ila"


@record(kw_only=True)
class Encap:
    """What packets of a route are wrapped in."""

    kind: EncapKind
    labels: tuple[int, ...] = ()
    """Of mpls."""
    locator: str = ""
    """Of ila: four groups of hexadecimal digits."""
    id: int | None = None
    dst: str = ""
    src: str = ""
    tos: int | None = None
    """Traffic class for ip6."""
    ttl: int | None = None
    """Hop limit for ip6."""
    flags: int | None = None


@record(kw_only=True)
class NextHop:
    """One way of a route that has several."""

    via: str = ""
    dev: str = ""
    weight: int = 1
    """1 to 256."""
    onlink: bool = False
    realms: int = 0
    encap: Encap | None = None


class RouteType(StrEnum):
    """What becomes of packets that match (ip-route(8))."""

    UNICAST = "unicast"
    LOCAL = "local"
    BROADCAST = "broadcast"
    ANYCAST = "anycast"
    MULTICAST = "multicast"
    BLACKHOLE = "blackhole"
    UNREACHABLE = "unreachable"
    PROHIBIT = "prohibit"
    THROW = "throw"
    NAT = "nat"
    XRESOLVE = "xresolve"


class Placing(StrEnum):
    """Where a route goes among others for the same destination."""

    PREPEND = "prepend"
    """Before them: the kernel's default and keepalived's."""
    ADD = "add"
    """Only if there is none."""
    APPEND = "append"


@record(kw_only=True)
class Route:
    """One line of virtual_routes or static_routes."""

    destination: str
    """ADDRESS/BITS, which says the family too."""
    type: RouteType = RouteType.UNICAST
    source: str = ""
    """`from`: ADDRESS/BITS of IPv6."""
    src: str = ""
    """The source address that the route suggests."""
    via: str = ""
    dev: str = ""
    table: int = TABLE_MAIN
    vrf: str = ""
    """The VRF whose table it goes into instead."""
    metric: int | None = None
    scope: int = 0
    tos: int = 0
    protocol: int = RTPROT_KEEPALIVED
    """Another one only with no_track."""
    onlink: bool = False
    encap: Encap | None = None
    realms: int = 0
    """Source realm in the upper 16 bits, destination realm in the lower."""
    expires: int | None = None
    """Seconds."""
    pref: int | None = None
    """Router preference of RFC 4191: 0 medium, 1 high, 3 low."""
    mtu: int | None = None
    advmss: int | None = None
    hoplimit: int | None = None
    rtt: int | None = None
    """Eighths of a millisecond."""
    rttvar: int | None = None
    """Quarters of a millisecond."""
    rto_min: int | None = None
    """Milliseconds."""
    reordering: int | None = None
    window: int | None = None
    cwnd: int | None = None
    ssthresh: int | None = None
    initcwnd: int | None = None
    initrwnd: int | None = None
    congctl: str = ""
    locked: tuple[str, ...] = ()
    """Names of metrics above that the kernel must not change, in alphabetical order."""
    features: str = ""
    """There is one: ecn."""
    quickack: int | None = None
    fastopen_no_cookie: int | None = None
    ttl_propagate: bool | None = None
    nexthops: tuple[NextHop, ...] = ()
    placing: Placing = Placing.PREPEND
    no_track: bool = False
    """Its loss is nothing to act on."""
    track_group: str = ""
    """Of a static route: the track_group that its loss puts into fault."""

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.destination else 4


class RuleAction(StrEnum):
    """What becomes of packets that match (ip-rule(8))."""

    TABLE = "table"
    L3MDEV = "l3mdev"
    GOTO = "goto"
    NOP = "nop"
    BLACKHOLE = "blackhole"
    UNREACHABLE = "unreachable"
    PROHIBIT = "prohibit"


@record(kw_only=True)
class Mark:
    """Firewall mark, and the bits of it that count."""

    mark: int
    mask: int | None = None
    """None: all."""


@record(kw_only=True)
class Span:
    """From one number to another, both included."""

    first: int
    last: int


@record(kw_only=True)
class Rule:
    """One line of virtual_rules or static_rules."""

    priority: int
    action: RuleAction = RuleAction.TABLE
    table: int = 0
    """0: the action is another one."""
    goto: int = 0
    """Priority of the rule to go on with; 0: the action is another one."""
    family: int = 4
    """4 or 6."""
    source: str = ""
    """`from`: ADDRESS/BITS; empty: all."""
    destination: str = ""
    """`to`: ADDRESS/BITS; empty: all."""
    invert: bool = False
    iif: str = ""
    oif: str = ""
    fwmark: Mark | None = None
    tos: int = 0
    ipproto: int | None = None
    sport: Span | None = None
    dport: Span | None = None
    uidrange: Span | None = None
    tunnel_id: int = 0
    realms: int = 0
    """Source realm in the upper 16 bits, destination realm in the lower."""
    suppress_prefixlength: int | None = None
    suppress_ifgroup: int | None = None
    protocol: int = RTPROT_KEEPALIVED
    """Another one only with no_track."""
    no_track: bool = False
    """Its loss is nothing to act on."""
    track_group: str = ""
    """Of a static rule: the track_group that its loss puts into fault."""


@record(kw_only=True)
class StaticRouting:
    """static_ipaddress, static_routes and static_rules: there from start to stop, whoever is master."""

    addresses: tuple[VirtualAddress, ...] = ()
    routes: tuple[Route, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return "static routing"
