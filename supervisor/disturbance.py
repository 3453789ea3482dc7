"""PURE: what a change of the configuration disturbs when the workers take it on: a table, with the reasons in words.

The table says what the workers really do with a Configure: the vrrp worker changes an instance in place unless it is
now another virtual router, the checker keeps the verdicts of whatever it goes on checking, the lvs worker does as few
operations as it can. It tells the worst that can come of a change, since what peers and clients do is not known here.
What does not live here: the vrrp worker's part of the table (disturbance_vrrp.py), finding the changes (changes.py).
"""

from collections.abc import Iterator, Mapping

from alived.ipc.model.authentication import AuthHmac, HmacKey
from alived.ipc.model.checker import Notify, VrrpScript
from alived.ipc.model.checks import BfdCheck, FileCheck, Paced, RealServerChecks
from alived.ipc.model.globals import CheckerGlobals, VrrpGlobals
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.interfaces import GarpGroup, InterfaceDelay, LinkbeatInterface
from alived.ipc.model.lvs import LvsGlobals, RealServer, VirtualServer
from alived.ipc.model.routing import NextHop, Route, Rule, StaticRouting, VirtualAddress
from alived.ipc.model.settings import Settings
from alived.ipc.model.tracking import TrackFile, TrackProcess
from alived.ipc.model.vrrp import TrackedScript, UnicastPeer, VrrpInstance
from alived.supervisor.disturbance_vrrp import VRRP
from alived.supervisor.effects import Disturbs, Effect, Sign, connection, failover, nothing

__all__ = ["NOT_YET", "TABLE", "Disturbs", "Effect", "Sign", "effect"]

NOT_YET = nothing("alived does not act on it yet")

_ELECTION = "the router with the highest priority becomes master"
_FOREIGN = "routers that are not given the same do not accept its adverts, and become master too"
_PACE = "from the next check on"
_NO_ORDER = "their order does not matter"
_NOT_KNOWN = "nothing is known that makes it harmless"
_LISTED_THERE = "what it changes in instances is listed there"

_OTHERS: Mapping[tuple[type, str], Effect] = {
    (CheckerGlobals, "+"): nothing("the checker worker starts"),
    (CheckerGlobals, "-"): nothing("the checker worker ends"),
    (CheckerGlobals, "router_id"): nothing("from the next mail on"),
    (CheckerGlobals, "mail"): nothing("from the next mail on"),
    **{
        (CheckerGlobals, fifo): nothing("events go to another pipe, which its reader has to open")
        for fifo in ("notify_fifo", "vrrp_notify_fifo")
    },
    **{
        (CheckerGlobals, program): nothing("the program that reads the pipe is ended, the other one started")
        for program in ("notify_fifo_script", "vrrp_notify_fifo_script")
    },
    (CheckerGlobals, "fifo_write_vrrp_states_on_reload"): nothing("from the next reload on"),
    (TrackFile, "+"): nothing("it is read at once"),
    (TrackFile, "-"): nothing("it is watched no more"),
    (TrackFile, "file"): failover("another number counts towards the priority"),
    (TrackFile, "weight"): nothing(_LISTED_THERE),
    (TrackFile, "init_file"): nothing("it counts at the start"),
    (TrackProcess, "+"): nothing("it is looked for at once"),
    (TrackProcess, "-"): nothing("it is watched no more"),
    (TrackProcess, "weight"): nothing(_LISTED_THERE),
    **{
        (TrackProcess, word): failover("what counts as enough processes changes, and with it the priority")
        for word in ("process", "param_match", "full_command", "quorum", "quorum_max")
    },
    (TrackProcess, "fork_delay"): nothing("from the next change on"),
    (TrackProcess, "terminate_delay"): nothing("from the next change on"),
    (VrrpScript, "+"): nothing("it runs at once"),
    (VrrpScript, "-"): nothing("its run is ended"),
    (VrrpScript, "weight"): nothing(_LISTED_THERE),
    (VrrpScript, "program"): nothing("it runs at once; until then its last state holds"),
    (VrrpScript, "interval"): nothing("from the next run on"),
    (VrrpScript, "timeout"): nothing("from the next run on"),
    (VrrpScript, "rise"): nothing("its state stays"),
    (VrrpScript, "fall"): nothing("its state stays"),
    (VrrpScript, "init_fail"): nothing("it counts for a script that has not run yet"),
    (Notify, "+"): nothing("programs run at the next change of state"),
    (Notify, "-"): nothing("no program runs at the next change of state"),
    (Notify, ""): nothing("at the next change of state"),
    (RealServerChecks, "+"): nothing("the real server counts as up until a check has failed"),
    (RealServerChecks, "-"): nothing("what the checks last found stays"),
    (RealServerChecks, "+checks"): nothing("it counts as up until it has failed"),
    (RealServerChecks, "-checks"): nothing("the others decide"),
    (RealServerChecks, "checks"): nothing(_NO_ORDER),
    (LvsGlobals, "+"): nothing("the lvs worker starts"),
    (LvsGlobals, "-"): nothing("the lvs worker ends"),
    (LvsGlobals, "backend"): connection("connections through the other data plane end"),
    (VirtualServer, "+"): nothing("it is added"),
    (VirtualServer, "-"): connection("connections through it end"),
    (VirtualServer, "lb_algo"): nothing("new connections are spread by it"),
    (VirtualServer, "lb_kind"): nothing("new connections are forwarded by it"),
    (VirtualServer, "persistence_timeout"): nothing("new connections are kept together by it"),
    (VirtualServer, "quorum"): nothing("no connection ends by it"),
    (VirtualServer, "+real_servers"): nothing("it gets new connections"),
    (VirtualServer, "-real_servers"): connection("its connections end"),
    (VirtualServer, "real_servers"): nothing(_NO_ORDER),
    (RealServer, "lvs_method"): nothing("new connections are forwarded by it"),
    (RealServer, "weight"): nothing("its share of new connections"),
    (RealServer, "+inhibit_on_failure"): nothing("it counts when the real server is down"),
    (RealServer, "-inhibit_on_failure"): connection("if it is down it is taken away, and its connections end"),
}

TABLE: Mapping[tuple[type, str], Effect] = {**VRRP, **_OTHERS}
"""(class, sign and attribute) -> what comes of it. The sign alone stands for the object, the attribute alone for a
change that is neither; what is said of an attribute holds for all that is within it, the empty one for all."""

_UNKNOWN: Mapping[type, Effect] = {
    Settings: nothing("what it changes in instances and servers is listed there"),
    VrrpInstance: failover(_NOT_KNOWN),
    TrackedScript: failover(_ELECTION),
    AuthHmac: failover(_FOREIGN),
    HmacKey: failover(_FOREIGN),
    UnicastPeer: failover("its adverts may be dropped, or accepted"),
    **dict.fromkeys((VirtualAddress, Route, NextHop, Rule, StaticRouting), connection(_NOT_KNOWN)),
    **dict.fromkeys((SyncGroup, TrackGroup, LinkbeatInterface, TrackFile, TrackProcess), failover(_NOT_KNOWN)),
    VrrpGlobals: failover(_NOT_KNOWN),
    CheckerGlobals: nothing(_NOT_KNOWN),
    InterfaceDelay: nothing("from the next change of an interface on"),
    GarpGroup: nothing("from the next gratuitous ARP or neighbour advertisement on"),
    LvsGlobals: connection(_NOT_KNOWN),
    VirtualServer: connection(_NOT_KNOWN),
    RealServer: connection(_NOT_KNOWN),
    VrrpScript: nothing("from the next run on"),
    Notify: nothing("at the next change of state"),
    RealServerChecks: nothing(_PACE),
    Paced: nothing(_PACE),
    FileCheck: nothing(_PACE),
    BfdCheck: nothing(_PACE),
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
