"""PURE: what a change of the configuration disturbs when the workers take it on: a table, with the reasons in words.

The table says what the workers really do with a Configure: the vrrp worker changes an instance in place unless it is
now another virtual router, the checker keeps the verdicts of whatever it goes on checking, the lvs worker does as few
operations as it can. It tells the worst that can come of a change, since what peers and clients do is not known here.
What does not live here: finding the changes (changes.py).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from alived.ipc.model.authentication import AuthHmac
from alived.ipc.model.checker import Notify, VrrpScript
from alived.ipc.model.checks import BfdCheck, FileCheck, Paced, RealServerChecks
from alived.ipc.model.lvs import LvsGlobals, RealServer, VirtualServer
from alived.ipc.model.settings import Settings
from alived.ipc.model.vrrp import TrackedScript, VrrpInstance


class Disturbs(StrEnum):
    """What a change can disturb, the harmless first."""

    NOTHING = "nothing"
    ADVERT = "advert"
    """Adverts say something else, or one is sent out of turn."""
    CONNECTION = "connection"
    """Connections that exist may end."""
    FAILOVER = "failover"
    """Another router may become master of some addresses, or this one."""

    @property
    def weight(self) -> int:
        """Place in the order."""
        return list(Disturbs).index(self)


class Effect(NamedTuple):
    """What comes of a change."""

    disturbs: Disturbs
    reason: str


class Sign(StrEnum):
    """What happens to an object or a value."""

    ADDED = "+"
    """It comes, or is switched on."""
    REMOVED = "-"
    """It goes, or is switched off."""
    CHANGED = ""
    """Neither; of a list: its order, since what is in it comes or goes by itself."""


NOT_YET = Effect(Disturbs.NOTHING, "alived does not act on it yet")


def _nothing(reason: str) -> Effect:
    return Effect(Disturbs.NOTHING, reason)


def _advert(reason: str) -> Effect:
    return Effect(Disturbs.ADVERT, reason)


def _connection(reason: str) -> Effect:
    return Effect(Disturbs.CONNECTION, reason)


def _failover(reason: str) -> Effect:
    return Effect(Disturbs.FAILOVER, reason)


_ELECTION = "the router with the highest priority becomes master"
_ANOTHER_ROUTER = "it becomes another virtual router: a master gives up its addresses first"
_FOREIGN = "routers that are not given the same do not accept its adverts, and become master too"
_PACE = "from the next check on"
_NO_ORDER = "their order does not matter"
_NOT_KNOWN = "nothing is known that makes it harmless"

TABLE: Mapping[tuple[type, str], Effect] = {
    (VrrpInstance, "+"): _failover("it takes part in the election and may become master"),
    (VrrpInstance, "-"): _failover("it gives up its addresses, another router becomes master"),
    (VrrpInstance, "interface"): _failover(_ANOTHER_ROUTER),
    (VrrpInstance, "virtual_router_id"): _failover(_ANOTHER_ROUTER),
    (VrrpInstance, "priority"): _failover(_ELECTION),
    (VrrpInstance, "auth_type"): _failover(_FOREIGN),
    (VrrpInstance, "auth_pass"): _failover(_FOREIGN),
    (VrrpInstance, "mcast_group"): _failover(_FOREIGN),
    (VrrpInstance, "+track_scripts"): _failover("it counts towards the priority, or is a fault"),
    (VrrpInstance, "-track_scripts"): _failover("it no longer counts towards the priority, and is no fault"),
    (VrrpInstance, "track_scripts"): _nothing(_NO_ORDER),
    (VrrpInstance, "preempt_delay"): _failover("a backup that waits to take over waits anew, for as long as it says"),
    (VrrpInstance, "+nopreempt"): _nothing("a backup does not take over from a lower priority any more"),
    (VrrpInstance, "-nopreempt"): _failover("a backup takes over from a lower priority"),
    (VrrpInstance, "advert_int"): _advert("a master sends one at once; routers of version 2 must have the same"),
    (VrrpInstance, "+addresses"): _advert("a master adds and announces it, adverts list it"),
    (VrrpInstance, "-addresses"): _connection("a master takes it away, and connections to it end"),
    (VrrpInstance, "addresses"): _advert("adverts list the addresses in this order"),
    (VrrpInstance, "no_virtual_ipaddress"): _nothing("it only says that this is meant"),
    (VrrpInstance, "role"): _nothing("it counts when an instance starts"),
    (VrrpInstance, "skip_check_adv_addr"): _nothing("from the next advert on that is heard"),
    (VrrpInstance, "announcing"): _nothing("from the next gratuitous ARP on"),
    (TrackedScript, "weight"): _failover(_ELECTION),
    (TrackedScript, "reverse"): _failover(_ELECTION),
    (VrrpScript, "+"): _nothing("it runs at once"),
    (VrrpScript, "-"): _nothing("its run is ended"),
    (VrrpScript, "weight"): _nothing("what it changes in instances is listed there"),
    (VrrpScript, "program"): _nothing("it runs at once; until then its last state holds"),
    (VrrpScript, "interval"): _nothing("from the next run on"),
    (VrrpScript, "timeout"): _nothing("from the next run on"),
    (VrrpScript, "rise"): _nothing("its state stays"),
    (VrrpScript, "fall"): _nothing("its state stays"),
    (VrrpScript, "init_fail"): _nothing("it counts for a script that has not run yet"),
    (Notify, "+"): _nothing("programs run at the next change of state"),
    (Notify, "-"): _nothing("no program runs at the next change of state"),
    (Notify, ""): _nothing("at the next change of state"),
    (RealServerChecks, "+"): _nothing("the real server counts as up until a check has failed"),
    (RealServerChecks, "-"): _nothing("what the checks last found stays"),
    (RealServerChecks, "+checks"): _nothing("it counts as up until it has failed"),
    (RealServerChecks, "-checks"): _nothing("the others decide"),
    (RealServerChecks, "checks"): _nothing(_NO_ORDER),
    (LvsGlobals, "+"): _nothing("the lvs worker starts"),
    (LvsGlobals, "-"): _nothing("the lvs worker ends"),
    (LvsGlobals, "backend"): _connection("connections through the other data plane end"),
    (VirtualServer, "+"): _nothing("it is added"),
    (VirtualServer, "-"): _connection("connections through it end"),
    (VirtualServer, "lb_algo"): _nothing("new connections are spread by it"),
    (VirtualServer, "lb_kind"): _nothing("new connections are forwarded by it"),
    (VirtualServer, "persistence_timeout"): _nothing("new connections are kept together by it"),
    (VirtualServer, "quorum"): _nothing("no connection ends by it"),
    (VirtualServer, "+real_servers"): _nothing("it gets new connections"),
    (VirtualServer, "-real_servers"): _connection("its connections end"),
    (VirtualServer, "real_servers"): _nothing(_NO_ORDER),
    (RealServer, "lvs_method"): _nothing("new connections are forwarded by it"),
    (RealServer, "weight"): _nothing("its share of new connections"),
    (RealServer, "+inhibit_on_failure"): _nothing("it counts when the real server is down"),
    (RealServer, "-inhibit_on_failure"): _connection("if it is down it is taken away, and its connections end"),
}
"""(class, sign and attribute) -> what comes of it. The sign alone stands for the object, the attribute alone for a
change that is neither; what is said of an attribute holds for all that is within it, the empty one for all."""

_UNKNOWN: Mapping[type, Effect] = {
    Settings: _nothing("what it changes in instances and servers is listed there"),
    VrrpInstance: _failover(_NOT_KNOWN),
    TrackedScript: _failover(_ELECTION),
    AuthHmac: _failover(_FOREIGN),
    LvsGlobals: _connection(_NOT_KNOWN),
    VirtualServer: _connection(_NOT_KNOWN),
    RealServer: _connection(_NOT_KNOWN),
    VrrpScript: _nothing("from the next run on"),
    Notify: _nothing("at the next change of state"),
    RealServerChecks: _nothing(_PACE),
    Paced: _nothing(_PACE),
    FileCheck: _nothing(_PACE),
    BfdCheck: _nothing(_PACE),
}
"""What is assumed of attributes that the table does not have. Objects of other classes reach no worker."""


def effect(cls: type, attribute: str, sign: Sign) -> Effect:
    """What comes of a change; `attribute` is a path as `announcing.master_delay`, empty: the whole object."""
    for key in _keys(attribute, sign):
        if found := TABLE.get((cls, key)):
            return found
    return next((_UNKNOWN[base] for base in cls.__mro__ if base in _UNKNOWN), NOT_YET)


def _keys(attribute: str, sign: Sign) -> Iterator[str]:
    """What the table may say it under, the most special first."""
    if not attribute:
        yield sign.value
    while attribute:
        yield f"{sign}{attribute}"
        yield attribute
        attribute = attribute.rpartition(".")[0]
    yield ""
