"""One address, route or rule that somebody holds: how it is told apart, added, deleted, and what it depends on.

PURE. What does not live here: who holds it and when it is put back (holdings.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import NamedTuple

from alived.ipc.model.routing import RTPROT_KEEPALIVED, TABLE_MAIN, Placing, Route, RouteType, Rule, VirtualAddress
from alived.workers.vrrp.kernel import routes, rtnetlink, rules
from alived.workers.vrrp.kernel.interfaces import AddressKey, Interfaces
from alived.workers.vrrp.kernel.nlmessage import Request
from alived.workers.vrrp.kernel.routes import Destination
from alived.workers.vrrp.kernel.rtnetlink import Address
from alived.workers.vrrp.translate import Key, key_of, packed

Need = str | bytes
"""What an object depends on: an interface by name, an address; "" is whatever interface the kernel chooses."""
ANY_INTERFACE = ""

Wanted = VirtualAddress | Route | Rule
HeldKey = Key | Route | Rule
"""What makes two of them the same one: of routes and rules all that the kernel knows of them."""


class Step(NamedTuple):
    """One request on behalf of an object."""

    held: "Held"
    request: Request
    adds: bool


@dataclass(slots=True)
class HeldAddress:
    """A virtual or static address."""

    virtual: VirtualAddress
    holders: set[str] = field(default_factory=set)
    ours: bool = False
    """It is ours to delete: we added it, or a predecessor did."""
    present: Address | None = None
    """As it was added or found."""
    asked: Address | None = None
    """As it was last wanted."""
    where: AddressKey = field(init=False)
    """Address and prefix length."""

    def __post_init__(self) -> None:
        self.where = (packed(self.virtual.address), self.virtual.prefixlen)

    @property
    def text(self) -> str:
        """For logs."""
        return address_text(self.virtual)

    @property
    def key(self) -> HeldKey:
        """What tells it from others."""
        return held_key(self.virtual)

    @property
    def needs(self) -> tuple[Need, ...]:
        """What it depends on."""
        return (self.virtual.dev,)

    def find(self, interfaces: Interfaces) -> Address | None:
        """The address as the kernel has it now."""
        interface = interfaces.get(self.virtual.dev)
        return None if interface is None else interface.addresses.get(self.where)

    def settled(self, interfaces: Interfaces) -> bool:
        """Whether it is there, and not refused by duplicate address detection."""
        found = self.find(interfaces)
        return found is not None and not found.duplicate

    def doubt(self) -> None:
        """Whether an address is there is known of the interface."""

    def adopt(self, found: Address, *, inherited: bool) -> None:
        """It is there already: somebody else's, unless it bears our mark or a predecessor has told of it."""
        self.present = found
        self.ours = self.ours or inherited or found.protocol == RTPROT_KEEPALIVED

    def additions(self, interfaces: Interfaces) -> Iterator[Step]:
        """What adds it. LookupError: its interface is not there."""
        self.asked = self.present = kernel_address(self.virtual, interfaces.index(self.virtual.dev))
        found = self.find(interfaces)
        if found is not None:  # a new try for one that was refused, or that is wanted in another way
            yield Step(self, rtnetlink.deleting(found), adds=False)
        yield Step(self, rtnetlink.adding(self.asked), adds=True)

    def deletions(self) -> Iterator[Step]:
        """What takes it away, if it is ours."""
        if self.ours and self.present is not None:
            yield Step(self, rtnetlink.deleting(self.present), adds=False)


@dataclass(slots=True)
class HeldRoute:
    """A virtual or static route."""

    route: Route
    holders: set[str] = field(default_factory=set)
    ours: bool = False
    sound: bool = False
    """It is in the kernel as far as is known."""
    body: bytes = b""
    """As it was last added; empty: never."""
    destination: Destination | None = None

    @property
    def text(self) -> str:
        """For logs."""
        return route_text(self.route)

    @property
    def key(self) -> HeldKey:
        """What tells it from others."""
        return held_key(self.route)

    @property
    def needs(self) -> tuple[Need, ...]:
        """Its interfaces, its VRF, and the address that it suggests as a source."""
        ways = self.route.nexthops or (self.route,)
        found: list[Need] = list({way.dev for way in ways if way.dev or way.via})
        if self.route.vrf:
            found.append(self.route.vrf)
        if self.route.src:
            found.append(packed(self.route.src))
        return tuple(found)

    def settled(self, interfaces: Interfaces) -> bool:  # noqa: ARG002 - all held things answer this
        """Whether there is no reason to think that it is not there."""
        return self.sound

    def doubt(self) -> None:
        """It may be gone: the kernel does not say so of IPv4 routes when it takes an address or a link away."""
        self.sound = False

    def additions(self, interfaces: Interfaces) -> Iterator[Step]:
        """What adds it, or shows that it is there. LookupError: an interface that it names is not there.

        To add an IPv4 route again is answered with EEXIST if the very same is there. An IPv6 route counts as the same
        whatever became of its other attributes, and so does any route with Placing.ADD: these are deleted first.
        """
        self.destination = routes.destination_of(self.route, self.table(interfaces))
        self.body = routes.encode(self.route, self.destination, interfaces.index)
        if self.route.placing is Placing.ADD or (self.ours and self.route.family == 6):
            yield Step(self, routes.deleting(self.body), adds=False)
        yield Step(self, routes.adding(self.body, self.route.placing), adds=True)

    def deletions(self) -> Iterator[Step]:
        """What takes it away, if it is ours."""
        if self.ours and self.body:
            yield Step(self, routes.deleting(self.body), adds=False)

    def table(self, interfaces: Interfaces) -> int:
        """The table that it goes into. LookupError: its VRF is not there."""
        if not self.route.vrf:
            return self.route.table
        vrf = interfaces.get(self.route.vrf)
        if vrf is None or not vrf.link.vrf_table:
            raise LookupError(f"there is no VRF {self.route.vrf}")
        return vrf.link.vrf_table


@dataclass(slots=True)
class HeldRule:
    """A virtual or static rule."""

    rule: Rule
    holders: set[str] = field(default_factory=set)
    ours: bool = False
    sound: bool = False

    @property
    def text(self) -> str:
        """For logs."""
        return rule_text(self.rule)

    @property
    def key(self) -> HeldKey:
        """What tells it from others."""
        return held_key(self.rule)

    @property
    def needs(self) -> tuple[Need, ...]:
        """Nothing: rules name interfaces that may not be there."""
        return ()

    def settled(self, interfaces: Interfaces) -> bool:  # noqa: ARG002 - all held things answer this
        """Whether there is no reason to think that it is not there."""
        return self.sound

    def doubt(self) -> None:
        """It may be gone."""
        self.sound = False

    def additions(self, interfaces: Interfaces) -> Iterator[Step]:  # noqa: ARG002 - all held things answer this
        """What adds it, or shows that it is there."""
        yield Step(self, rules.adding(self.rule), adds=True)

    def deletions(self) -> Iterator[Step]:
        """What takes it away, if it is ours."""
        if self.ours:
            yield Step(self, rules.deleting(self.rule), adds=False)


Held = HeldAddress | HeldRoute | HeldRule


def held_key(wanted: Wanted) -> HeldKey:
    """What tells an object from others, without what its holders make of its loss."""
    if isinstance(wanted, VirtualAddress):
        return key_of(wanted)
    return replace(wanted, no_track=False, track_group="") if wanted.no_track or wanted.track_group else wanted


def held(wanted: Wanted) -> Held:
    """A new object that nobody holds yet."""
    if isinstance(wanted, VirtualAddress):
        return HeldAddress(wanted)
    return HeldRoute(wanted) if isinstance(wanted, Route) else HeldRule(wanted)


def tracked(wanted: Wanted) -> bool:
    """Whether it is put back when it is lost: not with no_track, and not a route that is to expire."""
    return not wanted.no_track and not (isinstance(wanted, Route) and wanted.expires is not None)


def kernel_address(virtual: VirtualAddress, ifindex: int) -> Address:
    """An address as it is put on an interface, marked as keepalived's for those who come after us."""
    six = ":" in virtual.address
    flags = rtnetlink.IFA_F_NOPREFIXROUTE if virtual.noprefixroute else 0
    flags |= rtnetlink.IFA_F_MCAUTOJOIN if virtual.autojoin else 0
    if six:
        flags |= rtnetlink.IFA_F_NODAD if virtual.nodad else 0
        flags |= rtnetlink.IFA_F_HOMEADDRESS if virtual.home else 0
        flags |= rtnetlink.IFA_F_MANAGETEMPADDR if virtual.mngtmpaddr else 0
    return Address(
        ifindex=ifindex,
        address=packed(virtual.address),
        prefixlen=virtual.prefixlen,
        scope=0 if six else virtual.scope,
        label="" if six else virtual.label,
        broadcast=packed(virtual.broadcast) if virtual.broadcast else b"",
        peer=packed(virtual.peer) if virtual.peer else b"",
        flags=flags,
        preferred=virtual.preferred_lifetime,
        protocol=RTPROT_KEEPALIVED,
    )


def address_text(virtual: VirtualAddress) -> str:
    """An address in words."""
    return f"address {ip_address(virtual.address)}/{virtual.prefixlen} on {virtual.dev}"


def route_text(route: Route) -> str:
    """A route in iproute2's words, as far as it takes to know which one is meant."""
    words = ["route"]
    if route.type is not RouteType.UNICAST:
        words.append(route.type.value)
    words.append(route.destination)
    for word, value in (("from", route.source), ("via", route.via), ("dev", route.dev), ("src", route.src)):
        if value:
            words += [word, value]
    for hop in route.nexthops:
        words += ["nexthop", *(["via", hop.via] if hop.via else []), *(["dev", hop.dev] if hop.dev else [])]
    if route.vrf:
        words += ["vrf", route.vrf]
    elif route.table != TABLE_MAIN:
        words += ["table", str(route.table)]
    if route.metric is not None:
        words += ["metric", str(route.metric)]
    return " ".join(words)


def rule_text(rule: Rule) -> str:
    """A rule in iproute2's words, as far as it takes to know which one is meant."""
    words = [f"IPv{rule.family} rule {rule.priority} from", rule.source or "all"]
    for word, value in (("to", rule.destination), ("iif", rule.iif), ("oif", rule.oif)):
        if value:
            words += [word, value]
    words.append(f"table {rule.table}" if rule.table else rule.action.value)
    return " ".join(words)
