"""Which interfaces are to be made for instances, their names and MAC addresses, and what lies on which.

PURE: from the configuration alone. What does not live here: making them (links.py), and the kernel's words
(linkmessage.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.links import Ipvlan, IpvlanMode, Vmac
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Family, VrrpInstance

NAME_LONGEST = 15
"""Bytes; IFNAMSIZ of net/if.h without the NUL."""

VIRTUAL_MAC = {Family.IPV4: bytes.fromhex("00005e0001"), Family.IPV6: bytes.fromhex("00005e0002")}
"""The first five octets; the VRID is the sixth (RFC 9568 section 7.3)."""


class Kind(StrEnum):
    """Kinds of interfaces that alived makes, as the kernel calls them."""

    MACVLAN = "macvlan"
    IPVLAN = "ipvlan"


class Identity(NamedTuple):
    """What tells one made interface from another, whatever its name."""

    kind: Kind
    base: str
    """Name of the interface that it lies above."""
    subject: str
    """MAC address of a macvlan in hexadecimal, the instance's key of an ipvlan."""


class MadeLink(NamedTuple):
    """One interface that is to be made."""

    identity: Identity
    name: str
    mac: bytes
    """Of a macvlan; an ipvlan has that of its base."""
    ipv4: bool
    ipv6: bool
    """Whether addresses of that family lie on it or adverts of that family leave it."""
    group: str = ""
    """Link group, a number; empty: that of the base."""
    mode: IpvlanMode = IpvlanMode.BRIDGE
    address: str = ""
    """ADDRESS/LENGTH of an ipvlan's own."""
    source: str = ""
    """Configured IPv6 source of adverts, which it must have to send from."""
    needs_source: bool = False
    """Adverts over IPv6 leave it, so it needs a link-local address that is nobody else's."""
    notify: bool = False
    """netlink_notify_msg."""

    @property
    def base(self) -> str:
        """Name of the interface that it lies above."""
        return self.identity.base


class LinkPlan(NamedTuple):
    """What one instance needs of made interfaces, and where things are then."""

    links: tuple[MadeLink, ...]
    """The one of its adverts first, if there is one."""
    send_on: str
    """Interface that adverts leave; its VRF or empty for an instance without one."""
    receive_on: str
    """Interface that adverts are heard on. The kernel gives a frame whose source is the MAC address of one of its
    macvlans to that macvlan alone: of another router with the same virtual MAC address nothing is heard on the base."""
    source_on: str
    """Interface whose own address adverts come from."""
    addresses: tuple[VirtualAddress, ...]
    """VrrpInstance.addresses, `dev` being the interface that each is really put on."""
    excluded: tuple[VirtualAddress, ...]
    """VrrpInstance.excluded likewise."""
    promote: str = ""
    """Interface whose secondary addresses are to outlive the primary one; made ones do so anyway."""
    faults: tuple[str, ...] = ()
    """Why this instance can't run beside others."""
    whose: str = ""
    """Key of the instance, which is noted at each of the links."""


def plans(
    instances: Iterable[VrrpInstance], settings: VrrpGlobals, known: Mapping[Identity, str] | None = None
) -> dict[str, LinkPlan]:
    """The plan of each instance by its key, in the order of the configuration.

    Names that are not given are made of vmac_prefix and the VRID, and stay as they are `known` from before, so that
    neither a reload nor a restart renames an interface.
    """
    instances = list(instances)
    planner = _Planner(settings, known or {}, instances)
    return {instance.key: planner.plan(instance) for instance in instances}


def renamed(known: Mapping[Identity, str], names: Mapping[str, str]) -> dict[Identity, str]:
    """`known` for plans() where instances have new names; `names` has the old one of each."""
    keys = {f"vrrp_instance {old}": f"vrrp_instance {new}" for new, old in names.items()}
    return {
        identity._replace(subject=keys.get(identity.subject, identity.subject)): it for identity, it in known.items()
    }


def virtual_mac(instance: VrrpInstance, family: Family) -> bytes:
    """The MAC address of a virtual router for addresses of a family: its own one, or that of RFC 9568 section 7.3."""
    given = bytes.fromhex(instance.use_vmac.mac.replace(":", "")) if instance.use_vmac else b""
    if not given or family is not instance.family:
        given = VIRTUAL_MAC[family]
    return given if len(given) == 6 else given + bytes([instance.virtual_router_id])


class _Planner:
    def __init__(self, settings: VrrpGlobals, known: Mapping[Identity, str], instances: Iterable[VrrpInstance]) -> None:
        self._settings = settings
        self._known = known
        self._names: dict[str, Identity | None] = {
            made.name: None
            for instance in instances
            if (made := instance.use_vmac or instance.use_ipvlan) and made.name
        }
        """Names in use; the given ones are nobody else's from the beginning."""
        self._owners: dict[Identity, str] = {}

    def plan(self, instance: VrrpInstance) -> LinkPlan:
        if not _makes_links(instance):
            return _plain(instance)
        scheme = _Scheme(instance, self)
        own = scheme.own()
        addresses = tuple(map(scheme.placed, instance.addresses))
        excluded = tuple(map(scheme.placed, instance.excluded))
        base = instance.interface or instance.vrf
        if own is None:
            sends = source = base
        else:
            sends = base if instance.vmac_xmit_base else own
            own_source = instance.use_ipvlan is not None or instance.family is Family.IPV6
            source = own if sends == own and own_source else base
        return LinkPlan(
            links=scheme.links(),
            send_on=sends,
            receive_on=sends,
            source_on=source,
            addresses=addresses,
            excluded=excluded,
            promote=instance.interface if instance.promote_secondaries else "",
            faults=tuple(scheme.faults),
            whose=instance.key,
        )

    def name(self, instance: VrrpInstance, identity: Identity, family: Family, *, extra: bool) -> str:
        """A name for an interface that was given none: keepalived's PREFIX.VRID or PREFIX6.VRID, then PREFIX1.VRID."""
        if (known := self._known.get(identity)) and self._take(known, identity):
            return known
        prefix = self._settings.vmac_prefix
        if extra and self._settings.vmac_addr_prefix:
            prefix = self._settings.vmac_addr_prefix
        infix, number = ("6" if family is Family.IPV6 else ""), 0
        while not self._take(name := _fitting(prefix, f"{infix}.{instance.virtual_router_id}"), identity):
            number += 2 if number == 5 else 1  # 6 would look like IPv6
            infix = str(number)
        return name

    def claim(self, identity: Identity, instance: VrrpInstance) -> str:
        """Whose interface this is already; empty: it is this instance's from now on."""
        owner = self._owners.setdefault(identity, instance.name)
        return "" if owner == instance.name else owner

    def _take(self, name: str, identity: Identity) -> bool:
        return self._names.setdefault(name, identity) == identity


def _makes_links(instance: VrrpInstance) -> bool:
    """Whether an instance may need an interface of its own."""
    if instance.use_vmac is not None or instance.use_ipvlan is not None or instance.use_vmac_addr:
        return True
    return any(address.use_vmac for address in (*instance.addresses, *instance.excluded))


def _plain(instance: VrrpInstance) -> LinkPlan:
    """The plan of most instances: everything is where the configuration says."""
    base = instance.interface or instance.vrf
    return LinkPlan(
        links=(),
        send_on=base,
        receive_on=base,
        source_on=base,
        addresses=instance.addresses,
        excluded=instance.excluded,
        promote=instance.interface if instance.promote_secondaries else "",
    )


def _fitting(prefix: str, tail: str) -> str:
    return prefix[: NAME_LONGEST - len(tail)] + tail


class _Scheme:
    """The interfaces of one instance, as they turn out to be needed."""

    def __init__(self, instance: VrrpInstance, planner: _Planner) -> None:
        self._instance = instance
        self._planner = planner
        self._own: MadeLink | None = None
        self._made: dict[Identity, MadeLink] = {}
        self.faults: list[str] = []

    def links(self) -> tuple[MadeLink, ...]:
        """All that are needed, the one of the adverts first."""
        return tuple(self._made.values())

    def own(self) -> str | None:
        """The name of the interface of the adverts, or at least of the addresses; None: there is none."""
        if self._instance.use_vmac is not None:
            link = self._vmac(self._instance.use_vmac)
        elif self._instance.use_ipvlan is not None:
            link = self._ipvlan(self._instance.use_ipvlan)
        else:
            return None
        self._own = self._add(link)
        return self._own.name

    def _vmac(self, vmac: Vmac) -> MadeLink:
        instance, six = self._instance, self._instance.family is Family.IPV6
        mac = virtual_mac(instance, instance.family)
        identity = Identity(Kind.MACVLAN, instance.interface, mac.hex(":"))
        return MadeLink(
            identity,
            vmac.name or self._planner.name(instance, identity, instance.family, extra=False),
            mac,
            ipv4=not six,
            ipv6=six,
            group=vmac.group,
            source=instance.source if six else "",
            needs_source=six and not instance.vmac_xmit_base,
            notify=vmac.netlink_notify_msg,
        )

    def _ipvlan(self, ipvlan: Ipvlan) -> MadeLink:
        instance, six = self._instance, self._instance.family is Family.IPV6
        identity = Identity(Kind.IPVLAN, instance.interface, instance.key)
        return MadeLink(
            identity,
            ipvlan.name or self._planner.name(instance, identity, instance.family, extra=False),
            b"",
            ipv4=not six,
            ipv6=six,
            group=ipvlan.group,
            mode=ipvlan.mode,
            address=ipvlan.address,
        )

    def placed(self, address: VirtualAddress) -> VirtualAddress:
        """The address on the interface that it is really put on."""
        family = Family.IPV6 if ":" in address.address else Family.IPV4
        own = self._own
        if own is not None and self._is_on(own, address, family):
            self._add(own._replace(ipv4=family is Family.IPV4, ipv6=family is Family.IPV6))
            return replace(address, dev=own.name)
        elsewhere = address.dev != self._instance.interface or own is not None
        if address.use_vmac or (self._instance.use_vmac_addr and elsewhere):
            return replace(address, dev=self._extra(address.dev, family))
        return address

    def _is_on(self, own: MadeLink, address: VirtualAddress, family: Family) -> bool:
        """Whether an address is put on the interface of the adverts; one of another family has another MAC address."""
        if address.dev == own.name:
            return True
        same = own.identity.kind is Kind.IPVLAN or family is self._instance.family
        return same and address.dev == self._instance.interface

    def _extra(self, base: str, family: Family) -> str:
        mac = virtual_mac(self._instance, family)
        identity = Identity(Kind.MACVLAN, base, mac.hex(":"))
        name = self._planner.name(self._instance, identity, family, extra=True)
        link = MadeLink(identity, name, mac, ipv4=family is Family.IPV4, ipv6=family is Family.IPV6)
        return self._add(link).name

    def _add(self, link: MadeLink) -> MadeLink:
        """Need an interface, also for what it is needed for already."""
        if owner := self._planner.claim(link.identity, self._instance):
            fault = f"{owner} uses the virtual MAC address {link.identity.subject} on {link.base} already"
            if fault not in self.faults:
                self.faults.append(fault)
        before = self._made.get(link.identity, link)
        both = before._replace(ipv4=before.ipv4 or link.ipv4, ipv6=before.ipv6 or link.ipv6)
        self._made[link.identity] = both
        return both
