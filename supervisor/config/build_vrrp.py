"""Sections to vrrp_instance objects, with keepalived's defaults (keepalived.conf(5), "VRRP instance(s)").

Most words go into the object mechanically (fill.py). Here is what depends on more than one of them; instance_*.py have
the rules. What does not live here: whether instances fit together (check_vrrp.py).
"""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from alived.ipc.model.vrrp import Family, VrrpInstance
from alived.supervisor.config.auth_hmac import read_auth_hmac
from alived.supervisor.config.authentication import Password, read_password, role_with
from alived.supervisor.config.build_tracking import Trackers
from alived.supervisor.config.diagnostics import Code, Report, Severity
from alived.supervisor.config.fill import made
from alived.supervisor.config.instance_election import (
    PRIORITY_OWNER,
    read_advert_int,
    read_down_timer,
    read_election,
    read_preemption,
)
from alived.supervisor.config.instance_family import V3, Addressing, read_addressing
from alived.supervisor.config.instance_paths import read_interface, read_links, read_unicast, read_vrf
from alived.supervisor.config.instance_strict import read_accept, read_habits, settled
from alived.supervisor.config.instance_subject import Subject, flag
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.routing import Routing
from alived.supervisor.config.sections import Section, name_of
from alived.supervisor.config.tracker_weights import advise, without_weights
from alived.supervisor.config.tracking import Tracked


class Instances:
    """Builds the instances of one file."""

    def __init__(
        self,
        scope: Mapping[str, Section],
        trackers: Trackers,
        routing: Routing,
        machine: Machine,
        report: Report,
        *,
        groups: Mapping[str, Section],
        links: dict[str, str],
    ) -> None:
        """`scope` has at least `global_defs`; `groups` is the vrrp_sync_group of each instance that has one.

        `links` gets the given names of interfaces that instances make.
        """
        self._scope = scope
        self._groups = groups
        self._trackers = trackers
        self._routing = routing
        self._machine = machine
        self._report = report
        self._names: dict[str, Section] = {}
        self._sync_interface = ""
        self._links = links

    def build(self, section: Section) -> VrrpInstance | None:
        """The instance of a vrrp_instance block; None, and a diagnostic, when it cannot run."""
        subject = self._subject(section)
        if subject is None:
            return None
        interface = read_interface(subject, self._routing.exists)
        addressing = read_addressing(subject, interface, self._routing)
        tracked = self._trackers.tracked(section, frozenset({interface} - {""}))
        password = read_password(subject, addressing.version, addressing.family)
        said = {
            "name": subject.name,
            "interface": interface,
            "vrf": read_vrf(subject, interface, addressing, self._routing.exists),
            "strict_mode": subject.strict,
            "routes": self._routing.routes(section.entries("virtual_routes")),
            "rules": self._routing.rules(section.entries("virtual_rules")),
            "lvs_sync_daemon_interface": self._lvs_sync(subject),
            "track_src_ip": bool(addressing.source) and section.has("track_src_ip"),
            **addressing.attributes(),
            **password._asdict(),
            **read_links(subject, interface, addressing, self._links, self._routing.names)._asdict(),
        }
        if not _can_run(subject, interface, addressing):
            return None
        said |= read_unicast(subject, addressing)._asdict()
        return self._complete(subject, said, addressing, password, tracked)

    def _complete(
        self, subject: Subject, said: dict[str, Any], addressing: Addressing, password: Password, tracked: Tracked
    ) -> VrrpInstance:
        """The instance, of what its words say and of what follows when all of them are known."""
        section, version = subject.section, addressing.version
        election = read_election(subject)
        if election.priority == PRIORITY_OWNER:
            tracked = without_weights(tracked, section, "priority 255", self._report, owner=True)
        else:
            advise(tracked, election.priority, section, self._report)
        advert_int = read_advert_int(subject, version)
        instance = made(
            VrrpInstance,
            section,
            self._around(subject.name),
            **said,
            **read_preemption(subject, election)._asdict(),
            **read_habits(subject)._asdict(),
            role=role_with(password, election.role, election.priority, PRIORITY_OWNER, subject),
            priority=election.priority,
            advert_int=advert_int,
            down_timer_adverts=read_down_timer(subject),
            accept=read_accept(subject, election.priority, version),
            auth_hmac=read_auth_hmac(subject, advert_int, self._machine, self._scope),
            **{f"track_{kind}": trackers for kind, trackers in tracked._asdict().items()},
        )
        announcing = settled(instance.announcing, subject, addressing.family)
        return instance if announcing is instance.announcing else replace(instance, announcing=announcing)

    def _around(self, name: str) -> Mapping[str, Section]:
        """The sections that an instance inherits from."""
        group = self._groups.get(name)
        return self._scope if group is None else {**self._scope, group.block: group}

    def _subject(self, section: Section) -> Subject | None:
        """The block with its name, if it is the first of that name."""
        name = name_of(section, self._report)
        if name is None:
            return None
        earlier = self._names.setdefault(name, section)
        if earlier is not section:
            message = f"vrrp_instance {name} is already defined"
            place = section.header_place()
            hint = f"the one of {earlier.header_place().seen_from(place)} is used"
            self._report.error(Code.DUPLICATE, message, place, hint)
            return None
        settings = self._scope["global_defs"]
        strict = flag(section, "strict_mode", settings, "vrrp_strict")
        return Subject(name, section, settings, self._report, strict)

    def _lvs_sync(self, subject: Subject) -> str:
        """lvs_sync_daemon_interface, which one instance of a file can have."""
        wanted = subject.section.find("lvs_sync_daemon_interface", str) or ""
        if wanted and (self._sync_interface or subject.settings.has("lvs_sync_daemon")):
            message = "connections are synchronised on " + (self._sync_interface or "the interface of lvs_sync_daemon")
            subject.report.error(Code.DUPLICATE, message, subject.place("lvs_sync_daemon_interface"), "it is ignored")
            return ""
        self._sync_interface = self._sync_interface or wanted
        return wanted


def _can_run(subject: Subject, interface: str, addressing: Addressing) -> bool:
    """Whether an instance has what it needs; False, and diagnostics, if it has not."""
    lacks = [word for word in ("virtual_router_id",) if not subject.section.has(word)]
    if not interface and not addressing.peers:
        lacks.insert(0, "interface")
    for word in lacks:
        message = f"vrrp_instance {subject.name} has no usable {word}"
        subject.report.error(Code.MISSING, message, subject.section.whole, "the instance is left out")
    return not lacks and _has_source(subject, interface, addressing) and _has_address(subject, addressing)


def _has_source(subject: Subject, interface: str, addressing: Addressing) -> bool:
    """Whether it is known where adverts come from; strict mode has them come from the interface."""
    if addressing.peers and subject.strict:
        subject.left_out(
            Code.CONFLICT, "strict mode has no unicast", "leave strict mode or unicast_peer", "unicast_peer"
        )
        return False
    if interface:
        return True
    if not addressing.source:
        message = "unicast needs an interface or unicast_src_ip"
        subject.left_out(Code.MISSING, message, "add one of them", "unicast_peer")
        return False
    if ip_address(addressing.source).is_link_local and addressing.family is Family.IPV6:
        message = "unicast from a link-local address needs an interface"
        subject.left_out(Code.MISSING, message, "add it", "unicast_src_ip", "mcast_src_ip")
        return False
    return True


def _has_address(subject: Subject, addressing: Addressing) -> bool:
    """Whether there is a virtual address, or none is needed; and whether it is what the RFC wants first."""
    if addressing.addresses:
        first = addressing.addresses[0].address
        if addressing.family is Family.IPV6 and not addressing.peers and not ip_address(first).is_link_local:
            message = "the first address of an IPv6 instance must be link-local"
            severity = Severity.WARNING if subject.strict else Severity.ADVICE
            hint = "put one before it, as fe80::1 (RFC 9568 section 5.2.9)"
            entries = subject.section.entries("virtual_ipaddress")
            place = next(entry.place(0) for entry in entries if entry.value.values["address"] == first)
            subject.report.add(severity, Code.NOT_LINK_LOCAL, message, place, hint)
        return True
    if subject.section.has("no_virtual_ipaddress"):
        return True
    hint = "add virtual_ipaddress, or no_virtual_ipaddress if that is meant"
    if addressing.version == V3 or subject.strict:
        subject.left_out(Code.EMPTY, "this vrrp_instance has no address, and needs one", hint)
        return False
    subject.report.warning(Code.EMPTY, "this vrrp_instance has no address", subject.section.whole, hint)
    return True
