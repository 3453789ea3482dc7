"""The interfaces that alived makes: made, adopted, kept as they should be, and removed.

Whatever someone does to one of them is put right when the caller says that it changed. What does not live here: which
interfaces are needed and what lies on them (link_plan.py), the bytes (linkmessage.py), filters (filters.py).
"""

import errno
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_interface
from typing import NamedTuple, Protocol

from alived.ipc.model.globals import VrrpGlobals
from alived.workers.vrrp.kernel import link_alias, linkmessage, sysctl
from alived.workers.vrrp.kernel.channel import Channel
from alived.workers.vrrp.kernel.link_alias import Note
from alived.workers.vrrp.kernel.link_plan import Identity, Kind, LinkPlan, MadeLink
from alived.workers.vrrp.kernel.linkmessage import Facts, OwnAddress
from alived.workers.vrrp.kernel.nlmessage import AF_INET, AF_INET6
from alived.workers.vrrp.kernel.sysctl import ALL, DEFAULT, Key, Sysctls

VRF = "vrf"
QUIET_BASE = {"arp_ignore": 1, "arp_filter": 1, "arp_announce": 2}
"""Settings with which a base answers ARP for no address of the macvlans above it, and does not ask in their name: the
base's own MAC address would be learned for a virtual address."""
LINK_LOCAL_LENGTH = 64
WITHOUT_LINK_LOCAL_REPORTS = {Key("", "igmp_link_local_mcast_reports"): 0}

log = logging.getLogger(__name__)


class Quiet(Protocol):
    """The part of filters.Filters that is needed here."""

    def hush(self, name: str, base: int, source: bytes, *, ipv6: bool) -> list[str]:
        """Keep a macvlan from saying anything that would teach switches its MAC address; failures in words."""

    def unhush(self, name: str) -> None:
        """The macvlan is gone."""


@dataclass(slots=True)
class _Made:
    holder: str
    link: MadeLink
    ifindex: int
    base: int
    source: bytes = b""


class Leftover(NamedTuple):
    """An interface that a predecessor made."""

    facts: Facts
    note: Note


class Links:
    """All interfaces that this host has because of alived. OSError: the kernel refuses a socket."""

    def __init__(self, quiet: Quiet, sysctls: Sysctls | None = None) -> None:
        self._quiet = quiet
        self._channel = Channel()
        self._sysctls = sysctls or Sysctls()
        self._plans: dict[str, LinkPlan] = {}
        self._made: dict[str, _Made] = {}
        self._remarks: set[str] = set()
        """What was logged, so as not to log it twice."""
        self.made = 0
        """So many interfaces were made until now."""
        for leftover in self._leftovers():
            for (family, interface, name), value in leftover.note.before.items():
                self._sysctls.remember(Key(interface, name, family), value)

    # --- what the worker calls ----------------------------------------------------------------------------------------

    def configure(self, settings: VrrpGlobals) -> list[str]:
        """Take on global settings; failures in words."""
        if settings.disable_local_igmp:
            return self._sysctls.hold("disable_local_igmp", WITHOUT_LINK_LOCAL_REPORTS)
        self._sysctls.release("disable_local_igmp")
        return []

    def known(self) -> dict[Identity, str]:
        """The interfaces of alived's that there are, for link_plan.plans(): a name stays what it is."""
        names = {facts.ifindex: facts.name for facts in self._all()}
        found: dict[Identity, str] = {}
        for facts, note in self._leftovers():
            if facts.kind in (Kind.MACVLAN, Kind.IPVLAN):
                kind = Kind(facts.kind)
                subject = facts.mac.hex(":") if kind is Kind.MACVLAN else note.holder
                found[Identity(kind, names.get(facts.parent, ""), subject)] = facts.name
        return found

    def ensure(self, holder: str, plan: LinkPlan) -> list[str]:
        """Make what a plan needs, remove what only the holder's last plan needed; failures in words.

        As long as something fails the holder is in fault; call it again when one of its interfaces changed.
        """
        before = self._plans.get(holder)
        self._plans[holder] = plan
        wanted = {link.name for link in plan.links}
        if before is not None:
            for link in before.links:
                if link.name not in wanted:
                    self._remove_of(holder, link)
        failures = [*plan.faults]
        if not failures:
            for link in plan.links:
                failures += self._ensure(holder, link)
        if before is not None and before.promote != plan.promote:
            self._sysctls.release(holder)
        if plan.promote:
            failures += self._sysctls.hold(holder, {Key(plan.promote, "promote_secondaries"): 1})
        return failures

    def changed(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Put right what was changed about interfaces of these names; failures of each holder that is concerned."""
        concerned = set(names)
        return {
            holder: self.ensure(holder, plan)
            for holder, plan in self._plans.items()
            if not concerned.isdisjoint(
                (plan.promote, *(name for link in plan.links for name in (link.name, link.base)))
            )
        }

    def release(self, holder: str) -> None:
        """Remove the holder's interfaces, and put the settings of their base interfaces back."""
        plan = self._plans.pop(holder, None)
        for link in plan.links if plan is not None else ():
            self._remove_of(holder, link)
        self._sysctls.release(holder)

    def remove_leftovers(self) -> list[str]:
        """Remove what a predecessor made and nobody holds, settings included; the names of what was removed."""
        removed: list[str] = []
        for facts, _ in self._leftovers():
            if facts.name not in self._made and not self._channel.do(partial(linkmessage.remove, facts.ifindex)):
                removed.append(facts.name)
        self._sysctls.restore_abandoned()
        return removed

    def close(self) -> None:
        """Close the socket; interfaces stay unless they were released."""
        self._channel.close()

    # --- one interface ------------------------------------------------------------------------------------------------

    def _ensure(self, holder: str, link: MadeLink) -> list[str]:
        base = self._named(link.base)
        if base is None:
            self._remove(link.name)  # which may still be there, above a base that was renamed
            return [f"interface {link.base} is missing"]
        have = self._named(link.name)
        if have is not None and not linkmessage.fits(have, link, base):
            if not self._is_replaceable(have, link):
                return [f"interface {link.name} is there already, and is no {_described(link)}"]
            log.info("interface %s is not the %s that is needed; it is made anew", link.name, _described(link))
            self._remove(link.name, have.ifindex)
            have = None
        if have is None:
            if failure := self._create(link, base):
                return [failure]
            have = self._named(link.name)
            if have is None:
                return [f"interface {link.name} is gone"]
            self.made += 1
            log.info("interface %s made: %s", link.name, _described(link))
            if link.notify:
                self._do("", linkmessage.set_group, base.ifindex, base.group)
        return self._keep(holder, link, have, base)

    def _create(self, link: MadeLink, base: Facts) -> str:
        if link.group and not link.group.isdecimal():
            return f"interface {link.name} can't be made: link group {link.group} is no number"
        group = int(link.group) if link.group else base.group
        return self._do(f"interface {link.name} can't be made above {base.name}", linkmessage.create, link, base, group)

    def _keep(self, holder: str, link: MadeLink, have: Facts, base: Facts) -> list[str]:
        """Everything about an interface that is there; what is right already is not touched."""
        made = self._made.get(link.name)
        failures: list[str] = []
        if made is None or (made.ifindex, made.base, made.link) != (have.ifindex, base.ifindex, link):
            made = self._made[link.name] = _Made(holder, link, have.ifindex, base.ifindex)
            failures += self._settle(link, have)
        made.holder = holder  # who has it last
        if link.needs_source:
            made.source = self._source(link, base)
        if link.identity.kind is Kind.MACVLAN:
            for remark in self._quiet.hush(link.name, base.ifindex, made.source, ipv6=link.ipv6):
                self._remark(f"interface {link.name} may speak though its virtual router is not master: {remark}")
        failures += self._follow(link, have, base)
        failures += self._own_addresses(made)
        alias = link_alias.written(Note(self._plans[holder].whose, self._before(link)))
        if have.alias != alias:
            self._do("", linkmessage.set_alias, have.ifindex, alias)
        if not have.up:
            failures.append(self._do(f"interface {link.name} can't be brought up", linkmessage.set_up, have.ifindex))
        return [failure for failure in failures if failure]

    def _settle(self, link: MadeLink, have: Facts) -> list[str]:
        """Settings of an interface that was made or found just now, and of its base; before it says its first word."""
        failures: list[str] = []
        if link.ipv4:
            failures += self._sysctls.without_general_reverse_path(link.name)
            if link.identity.kind is Kind.MACVLAN:
                failures += self._sysctls.hold(
                    link.name, {Key(link.base, name): value for name, value in QUIET_BASE.items()}
                )
        for key, value in _settings(link).items():
            if sysctl.read(key) not in (None, value):  # None: a kernel without IPv6 has nothing that could be set
                failures.append(sysctl.write(key, value))
        self._do("", linkmessage.without_own_addresses, have.ifindex)  # in vain where there is no IPv6
        return failures

    def _follow(self, link: MadeLink, have: Facts, base: Facts) -> list[str]:
        """MTU and VRF are those of the base."""
        failures: list[str] = []
        if have.mtu != base.mtu:
            failures.append(self._do(f"the MTU of {link.name} stays", linkmessage.set_mtu, have.ifindex, base.mtu))
        master = self._indexed(base.master) if base.master else None
        vrf = base.master if master is not None and master.kind == VRF else 0
        if have.master != vrf:
            failures.append(self._do(f"{link.name} stays in another VRF", linkmessage.set_master, have.ifindex, vrf))
        return failures

    def _own_addresses(self, made: _Made) -> list[str]:
        """Those that adverts are sent from: link-local of a macvlan, the configured one of an ipvlan."""
        link = made.link
        if made.source:
            wanted, family, length = made.source, AF_INET6, LINK_LOCAL_LENGTH
        elif link.address:
            own = ip_interface(link.address)
            family = AF_INET6 if own.version == 6 else AF_INET
            wanted, length = own.ip.packed, own.network.prefixlen
        else:
            return []
        if wanted in {address.address for address in self._addresses(made.ifindex, family)}:
            return []
        add = linkmessage.add_address
        what = f"{link.name} gets no address of its own"
        return [self._do(what, add, made.ifindex, family, wanted, length)]

    def _source(self, link: MadeLink, base: Facts) -> bytes:
        """The link-local address that adverts come from: configured, the base's, or made of the base's MAC address."""
        if link.source:
            return ip_interface(link.source).ip.packed
        found = self._addresses(base.ifindex, AF_INET6)
        own = [address.address for address in found if address.scope == linkmessage.SCOPE_LINK]
        made = self._made[link.name].source
        if made in own or not own:
            return made or linkmessage.link_local(base.mac.ljust(6, b"\0"))
        return own[0]

    def _is_replaceable(self, have: Facts, link: MadeLink) -> bool:
        """Whether an interface is alived's or keepalived's, so that nobody misses it."""
        ours = have.name in self._made or link_alias.read(have.alias) is not None
        return ours or (have.kind == Kind.MACVLAN and linkmessage.is_virtual(have.mac)) or have.mac == link.mac

    def _before(self, link: MadeLink) -> dict[tuple[str, str, str], int]:
        found = self._sysctls.before(link.base, ALL, DEFAULT, "")
        return {(key.family, key.interface, key.name): value for key, value in found.items()}

    def _remark(self, text: str) -> None:
        if text not in self._remarks:
            self._remarks.add(text)
            log.warning("%s", text)

    def _remove_of(self, holder: str, link: MadeLink) -> None:
        """Remove a holder's interface; one that two wanted is the other's."""
        made = self._made.get(link.name)
        if made is not None and made.holder == holder:
            self._remove(link.name)

    def _remove(self, name: str, ifindex: int = 0) -> None:
        made = self._made.get(name)
        ifindex = ifindex or (made.ifindex if made is not None else 0)
        if ifindex and (error := self._channel.do(partial(linkmessage.remove, ifindex))) not in (0, errno.ENODEV):
            log.error("interface %s can't be removed: %s", name, os.strerror(error))
        self._forget(name)

    def _forget(self, name: str) -> None:
        if self._made.pop(name, None) is not None:
            self._remarks.clear()
            self._quiet.unhush(name)
            self._sysctls.release(name)

    # --- the kernel ---------------------------------------------------------------------------------------------------

    def _do(self, what: str, encode: Callable[..., bytes], *arguments: object) -> str:
        error = self._channel.do(partial(encode, *arguments))
        return f"{what}: {os.strerror(error)}" if error else ""

    def _named(self, name: str) -> Facts | None:
        return next(self._facts(partial(linkmessage.get_named, name)), None)

    def _indexed(self, ifindex: int) -> Facts | None:
        return next(self._facts(partial(linkmessage.get_index, ifindex)), None)

    def _all(self) -> list[Facts]:
        return list(self._facts(linkmessage.get_all))

    def _facts(self, encode: Callable[[int], bytes]) -> Iterator[Facts]:
        return (facts for got in self._channel.ask(encode) if (facts := linkmessage.facts(got)) is not None)

    def _leftovers(self) -> list[Leftover]:
        return [Leftover(facts, note) for facts in self._all() if (note := link_alias.read(facts.alias)) is not None]

    def _addresses(self, ifindex: int, family: int) -> list[OwnAddress]:
        found = map(linkmessage.own_address, self._channel.ask(partial(linkmessage.get_addresses, ifindex, family)))
        return [address for address in found if address is not None and address.ifindex == ifindex]


def _settings(link: MadeLink) -> dict[Key, int]:
    """Settings of a made interface.

    It hears other routers, whose addresses are of the base's network (rp_filter, accept_local), and answers ARP for no
    address but its own, whether for the base's or for those of a virtual router that it is not master of (arp_ignore).
    It is no host of its own in IPv6: it makes no address of what routers advertise.
    """
    four = {"arp_ignore": 1, "accept_local": 1, "rp_filter": 0, "promote_secondaries": 1}
    six = {"disable_ipv6": 0, "accept_ra": 0, "autoconf": 0} if link.ipv6 else {"disable_ipv6": 1}
    return {
        **{Key(link.name, name): value for name, value in four.items()},
        **{Key(link.name, name, "ipv6"): value for name, value in six.items()},
    }


def _described(link: MadeLink) -> str:
    if link.identity.kind is Kind.MACVLAN:
        return f"private macvlan {link.mac.hex(':')} above {link.base}"
    return f"ipvlan ({link.mode}) above {link.base}"
