"""How the adverts of an instance travel: on which interface, over a virtual MAC address, to a group or to peers."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeVar

from alived.ipc.model.links import Ipvlan, Vmac
from alived.ipc.model.vrrp import Family, UnicastChecksum
from alived.supervisor.config.diagnostics import Code, Place
from alived.supervisor.config.forms.network import NameKind
from alived.supervisor.config.instance_family import Addressing, group_of
from alived.supervisor.config.instance_subject import Subject
from alived.supervisor.config.iproute import IprouteNames
from alived.supervisor.config.sections import Entry

T = TypeVar("T", Vmac, Ipvlan)

Exists = Callable[[str], bool]
"""Whether an interface of some name is there or will be."""

LOOPBACK = "lo"
ANY_TTL = (0, 255)
"""Limits of a peer that says none."""

UNICAST_WORDS = ("unicast_peer", "unicast_src_ip", "unicast_fault_no_peer", "check_unicast_src", "old_unicast_checksum")
"""Words that say that an instance means unicast."""


class Unicast(NamedTuple):
    """What an instance says about unicast, and its group if it has none of it; called as in VrrpInstance."""

    mcast_src_ip: str
    unicast_src_ip: str
    mcast_group: str = ""
    unicast_fault_no_peer: bool = False
    check_unicast_src: bool = False
    old_unicast_checksum: UnicastChecksum = UnicastChecksum.AUTO
    unicast_ttl: int | None = None


class Links(NamedTuple):
    """The interfaces that are made for an instance, and how it uses them; called as in VrrpInstance."""

    use_vmac: Vmac | None
    use_ipvlan: Ipvlan | None
    vmac_xmit_base: bool
    promote_secondaries: bool


def read_interface(subject: Subject, exists: Exists) -> str:
    """The interface of an instance; empty, and perhaps a diagnostic, when it has none."""
    interface = subject.section.find("interface", str) or ""
    _is_there(subject, "interface", interface, exists)
    if interface == LOOPBACK:
        message = "VRRP does not work on the loopback interface"
        subject.report.error(Code.BAD_VALUE, message, subject.section.where("interface"), "it is left out")
        return ""
    return interface


def read_vrf(subject: Subject, interface: str, addressing: Addressing, exists: Exists) -> str:
    """The VRF of an instance that has peers and no interface."""
    given = subject.section.given("vrf")
    for other in given[1:]:
        subject.report.error(Code.DUPLICATE, "`vrf` is given already", other.place(0), "the first one holds")
    if not given:
        return ""
    if interface or not addressing.peers:
        what = "an interface" if interface else "multicast"
        subject.report.error(Code.CONFLICT, f"`vrf` does not go with {what}", given[0].place(0), "it is left out")
        return ""
    vrf: str = given[0].value
    _is_there(subject, "vrf", vrf, exists)
    return vrf


def _is_there(subject: Subject, word: str, name: str, exists: Exists) -> None:
    """An interface that is not there is a fault, and not an error: it may come yet."""
    if name and not exists(name):
        message, hint = f"there is no interface {name}", f"{subject.name} is in fault until there is"
        subject.report.warning(Code.NO_INTERFACE, message, subject.section.where(word), hint)


def read_unicast(subject: Subject, addressing: Addressing) -> Unicast:
    """To peers if there are any; else to a group, or nowhere if unicast_fault_no_peer says so."""
    if not addressing.peers:
        return _without_peers(subject, addressing)
    if addressing.mcast_group:
        subject.conflict("`mcast_dst_ip` does not go with unicast_peer", "adverts go to the peers", "mcast_dst_ip")
    limited = any((peer.min_ttl, peer.max_ttl) != ANY_TTL for peer in addressing.peers)
    return Unicast(
        mcast_src_ip=addressing.mcast_src_ip,
        unicast_src_ip=addressing.unicast_src_ip,
        unicast_fault_no_peer=subject.section.has("unicast_fault_no_peer"),
        check_unicast_src=limited or subject.flag("check_unicast_src", "vrrp_check_unicast_src"),
        old_unicast_checksum=subject.section.find("old_unicast_checksum", UnicastChecksum) or UnicastChecksum.AUTO,
        unicast_ttl=subject.section.find("unicast_ttl", int),
    )


def _without_peers(subject: Subject, addressing: Addressing) -> Unicast:
    if subject.section.has("unicast_ttl"):
        message, place = "`unicast_ttl` needs a unicast_peer", subject.ended("unicast_ttl")
        subject.report.warning(Code.CONFLICT, message, place, "it is left out")
    if subject.section.has("unicast_fault_no_peer"):
        message = "there is no peer to send adverts to"
        hint = f"{subject.name} is in fault; add unicast_peer"
        subject.report.advice(Code.MISSING, message, subject.place("unicast_fault_no_peer"), hint)
        return Unicast(addressing.mcast_src_ip, addressing.unicast_src_ip, unicast_fault_no_peer=True)
    if words := [word for word in UNICAST_WORDS if subject.section.has(word)]:
        message = f"`{words[0]}` speaks of unicast, and there is no usable unicast_peer"
        hint = "adverts are sent by multicast; add unicast_peer, or unicast_fault_no_peer to have a fault instead"
        subject.report.warning(Code.MISSING, message, subject.place(*words), hint)
    return Unicast(addressing.source, "", addressing.mcast_group or group_of(addressing.family, subject))


def read_links(
    subject: Subject, interface: str, addressing: Addressing, names: dict[str, str], numbers: IprouteNames
) -> Links:
    """The macvlan or ipvlan of an instance; `names` are those in use and the instances that use them."""
    section, vmac, ipvlan = subject.section, subject.section.find("use_vmac", Vmac), addressing.ipvlan
    if vmac and vmac.mac and subject.strict:
        subject.conflict("strict mode has the MAC address of the VRID", "the one given is left out", "use_vmac")
        vmac = replace(vmac, mac="")
    if vmac and _taken(subject, vmac.name, names, section.where("use_vmac")):
        vmac = replace(vmac, name="")
    if ipvlan and _taken(subject, ipvlan.name, names, section.where("use_ipvlan")):
        ipvlan = replace(ipvlan, name="")
    if vmac and vmac.group:
        vmac = _grouped(subject, vmac, section.given("use_vmac")[-1], numbers)
    if ipvlan and ipvlan.group:
        ipvlan = _grouped(subject, ipvlan, section.given("use_ipvlan")[0], numbers)
    links = Links(vmac, ipvlan, section.has("vmac_xmit_base"), section.has("promote_secondaries"))
    if addressing.peers or any(section.has(word) for word in UNICAST_WORDS):
        links = _with_unicast(subject, interface, links)
    return _settled(subject, addressing, links)


def _taken(subject: Subject, name: str, names: dict[str, str], place: Place) -> bool:
    """Whether another instance makes an interface of this name already."""
    if not name or (other := names.setdefault(name, subject.name)) == subject.name:
        return False
    message = f"{other} makes an interface {name} already"
    subject.report.error(Code.DUPLICATE, message, place, "this one gets another name")
    return True


def _grouped(subject: Subject, link: T, entry: Entry, numbers: IprouteNames) -> T:
    """With the number of its link group, since the vrrp worker reads no files; in none if the name has no number."""
    number = numbers.number(NameKind.GROUP, link.group)
    if number is not None:
        return replace(link, group=str(number))
    message = f"`{link.group}` is not the name or number of {NameKind.GROUP.what}"
    hint = f"names are those of {numbers.where(NameKind.GROUP)}; it is in the group of the interface below it"
    words = entry.statement.segment.arguments
    index = next((at for at in range(1, len(words)) if words[at - 1 : at + 1] == ("group", link.group)), None)
    subject.report.error(Code.BAD_VALUE, message, entry.place(index), hint)
    return replace(link, group="")


def _with_unicast(subject: Subject, interface: str, links: Links) -> Links:
    """Unicast goes from the interface itself, so there has to be one."""
    if not (links.use_vmac or links.use_ipvlan):
        return links
    if not interface:
        message = "a virtual MAC address needs an interface, with unicast too"
        place = subject.ended("use_vmac", "use_ipvlan")
        subject.report.warning(Code.CONFLICT, message, place, "none is used")
        return links._replace(use_vmac=None, use_ipvlan=None)
    if not links.vmac_xmit_base:
        message = "unicast with a virtual MAC address needs vmac_xmit_base"
        subject.report.warning(Code.CONFLICT, message, subject.ended("use_vmac", "use_ipvlan"), "it is set")
    return links._replace(vmac_xmit_base=True)


def _settled(subject: Subject, addressing: Addressing, links: Links) -> Links:
    """What goes with interfaces of its own only, and what does not go with them."""
    vmac, ipvlan = links.use_vmac, links.use_ipvlan
    if vmac and links.vmac_xmit_base and subject.strict:
        message = "`vmac_xmit_base` does not go with strict mode"
        subject.conflict(message, "adverts are sent from the virtual MAC address", "vmac_xmit_base", "use_vmac")
        links = links._replace(vmac_xmit_base=False)
    if links.promote_secondaries and (vmac or ipvlan):
        message = "`promote_secondaries` is set for interfaces that are made anyway"
        subject.conflict(message, "it is left out", "promote_secondaries")
        links = links._replace(promote_secondaries=False)
    if links.vmac_xmit_base and not vmac:
        if not ipvlan:
            subject.conflict("`vmac_xmit_base` needs use_vmac", "it is left out", "vmac_xmit_base")
        links = links._replace(vmac_xmit_base=False)
    if ipvlan and not ipvlan.address and addressing.family is Family.IPV4:
        message = "an ipvlan of an IPv4 instance needs an address"
        subject.conflict(message, f"{subject.name} is in fault; write use_ipvlan ADDRESS", "use_ipvlan")
    return links
