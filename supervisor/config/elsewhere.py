"""What belongs into a block of keepalived.conf and is not in the object of that block, for writing it.

The model cuts blocks up by who needs what: the programs of an instance and the checks of a real server are for the
checker. Here they are found again. What does not live here: how anything is written (blocks.py, wording.py).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from alived.ipc.model.checker import Notify, NotifyKind, VrrpScript
from alived.ipc.model.checks import Check, HttpCheck, MiscCheck, RealServerChecks, SmtpCheck
from alived.ipc.model.common import Account
from alived.ipc.model.config import Config
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.lvs import AddressRange, Protocol, RealServer, VirtualServer, VirtualServerGroup
from alived.ipc.model.settings import VrrpSettings
from alived.ipc.model.vrrp import Family, VrrpInstance
from alived.supervisor.config.build_notify import FIELDS
from alived.supervisor.config.forms.programs import Script
from alived.supervisor.config.grammar.checks import KINDS
from alived.supervisor.config.grammar.virtual_server import REAL, SERVER
from alived.supervisor.config.wording import account_of

Child = tuple[str, Any]
"""Header of a block within another, and its object."""


class Elsewhere:
    """The objects of a configuration that are parts of other objects' blocks."""

    def __init__(self, config: Config) -> None:
        objects = (*config.vrrp, *config.checker, *config.kept)
        self.notify = {
            item.name: item
            for item in objects
            if isinstance(item, Notify) and item.kind is NotifyKind.INSTANCE  # a group has its programs itself
        }
        """By name of the instance."""
        self.checks: dict[tuple[str, str], tuple[Check, ...]] = {
            (item.virtual_server, item.real_server): item.checks
            for item in objects
            if isinstance(item, RealServerChecks)
        }
        """By names of virtual and real server."""
        self.groups = {member: item for item in objects if isinstance(item, SyncGroup) for member in item.members}
        """By name of the instance: the group whose words it inherits."""
        groups = [item for item in objects if isinstance(item, VirtualServerGroup)]
        self.marks = {
            group.name for group in groups if not any(isinstance(entry, AddressRange) for entry in group.entries)
        }
        """Names of groups that have nothing but firewall marks."""


def _notify(word: str, elsewhere: Elsewhere, instance: VrrpInstance) -> Any:
    notify = elsewhere.notify.get(instance.name)
    program = getattr(notify, FIELDS[word]) if notify else None
    if program is None and word == "notify_deleted" and notify and notify.says_deleted:
        return Script(())
    return program


def _user(_: Elsewhere, item: VrrpScript | MiscCheck) -> Account:
    return account_of(item.program)


def _real_servers(_: Elsewhere, server: VirtualServer, __: None) -> Iterable[Child]:
    return ((f"{real.address} {real.port}" if real.port else real.address, real) for real in server.real_servers)


def _checks(cls: type, elsewhere: Elsewhere, real: RealServer, server: VirtualServer) -> Iterable[Child]:
    checks = elsewhere.checks.get((server.name, real.name), ())
    return (("", check) for check in checks if type(check) is cls)


def _urls(_: Elsewhere, check: HttpCheck, __: RealServer) -> Iterable[Child]:
    return (("", url) for url in check.urls)


def _hosts(_: Elsewhere, __: SmtpCheck, ___: RealServer) -> Iterable[Child]:
    return ()  # each of them has become a check of its own


def _protocol(elsewhere: Elsewhere, server: VirtualServer) -> Protocol | None:
    """None for a firewall mark, which is for all protocols."""
    return None if server.fwmark or server.group in elsewhere.marks else server.protocol


def _group(_: Elsewhere, instance: VrrpInstance) -> str:
    """Its group; an IPv6 instance that has none, and nothing else to say so, is given one it will not use either."""
    said = instance.native_ipv6 or instance.addresses or instance.excluded or instance.unicast_peers or instance.source
    if instance.mcast_group or said or instance.family is Family.IPV4:
        return instance.mcast_group
    return VrrpSettings().mcast_group6


VALUES: Mapping[tuple[str, str], Callable[[Elsewhere, Any], Any]] = {
    **{("vrrp_instance", word): partial(_notify, word) for word in FIELDS},
    ("vrrp_instance", "mcast_dst_ip"): _group,
    ("vrrp_script", "user"): _user,
    (f"{REAL}/MISC_CHECK", "user"): _user,
    (SERVER, "protocol"): _protocol,
}
"""(block, word) -> its value, of the object of the block; None: it has none."""

CHILDREN: Mapping[tuple[str, str], Callable[[Elsewhere, Any, Any], Iterable[Child]]] = {
    (SERVER, "real_server"): _real_servers,
    **{(REAL, word): partial(_checks, cls) for word, cls in KINDS.items()},
    (f"{REAL}/HTTP_GET", "url"): _urls,
    (f"{REAL}/SSL_GET", "url"): _urls,
    (f"{REAL}/SMTP_CHECK", "host"): _hosts,
}
"""(block, word of a block in it) -> those blocks, of the object of the block and that of the block around it."""
