"""A table of services as nftables rules, and back.

A service is a chain that picks one of its destinations for the first packet of each connection; connection tracking
does the rest, so a change never touches connections that exist::

    table ip alived
      map services      address . protocol . port -> goto service chain       (prerouting and output look here)
      chain service/…   clients seen before, to their destination; then numgen over the weights; or reject
      chain server/…    remember the client; count; dnat
      set clients/…     clients of one destination of a persistent service, each for the persistence timeout
      chain postrouting masquerade what a service has translated, so that answers come back through this host

A comment in each chain says which setting it stands for; reading trusts it only if the rules are exactly what that
setting makes. What does not live here: the JSON of libnftables around it (nftjson.py), running it (nftables.py).

Differences from IPVS: a persistent client is remembered from its last *new* connection, and real servers see
this host's address, so they need no route back through it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from math import gcd
from typing import Any

from alived.ipc.model.lvs import ForwardingMethod, Protocol
from alived.workers.lvs.plane import Fit
from alived.workers.lvs.table import Destination, Entry, Service, ServiceKey, Table

Expression = dict[str, Any]
"""One statement of a rule, as in libnftables-json(5)."""

PROTOCOLS = {Protocol.TCP: 6, Protocol.UDP: 17, Protocol.SCTP: 132}
TRANSPORTS = {number: protocol for protocol, number in PROTOCOLS.items()}
SCHEDULERS = ("rr", "wrr")
NEAREST = "wrr"
"""Stands in for schedulers that count connections or hash, which NAT rules can't."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its statements, counts left out."""

    statements: list[Expression]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain; `hook` and `priority` make it a base chain of type nat."""

    rules: tuple[Rule, ...]
    hook: str = ""
    priority: int = 0


ServiceElement = tuple[str, int, int]
"""Address, protocol number, port: what the map of services is searched by."""


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All that the nftables table `ip alived` holds, but for counts and remembered clients."""

    chains: dict[str, Chain]
    services: dict[ServiceElement, str] = field(default_factory=dict)
    """What is looked up -> name of the service's chain."""
    clients: frozenset[str] = frozenset()
    """Names of the sets of remembered clients."""


_sample = Service(address="192.0.2.1", port=80, protocol=Protocol.TCP, scheduler="wrr", persistence_timeout=50)
SAMPLE: Table = {
    _sample.key: Entry(
        service=_sample,
        destinations=tuple(
            Destination(address=address, port=80, forwarding=ForwardingMethod.NAT, weight=weight)
            for address, weight in (("192.0.2.2", 1), ("192.0.2.3", 2))
        ),
    )
}
"""A table that needs all that a kernel must be able to do (addresses of RFC 5737)."""


def fit(want: Table) -> Fit:
    """What of a wanted table NAT rules can do: IPv4, NAT, rr and wrr."""
    table: dict[ServiceKey, Entry] = {}
    complaints: list[str] = []
    for key, entry in want.items():
        if (reason := _unfit(entry)) is not None:
            complaints.append(f"virtual server {key}: {reason}; it is not served")
            continue
        service = entry.service
        if service.scheduler not in SCHEDULERS:
            complaints.append(
                f"virtual server {key}: nftables can't do {service.scheduler}; {NEAREST} stands in for it"
            )
            service = _with_scheduler(service, NEAREST)
        table[key] = Entry(service=service, destinations=entry.destinations)
    return Fit(table, tuple(complaints))


def ruleset(table: Table) -> Ruleset:
    """The rules for a table that fits."""
    keys = sorted(table)
    chains = {
        "prerouting": Chain((Rule([_dispatch()]),), "prerouting", -100),
        "output": Chain((Rule([_dispatch()]),), "output", -100),
        "postrouting": Chain(tuple(Rule(_masquerade(key)) for key in keys), "postrouting", 100),
    }
    clients: set[str] = set()
    for key in keys:
        entry = table[key]
        chains[_service_chain(key)] = Chain(tuple(_choice(key, entry)))
        for destination in entry.destinations:
            chains[_server_chain(key, destination)] = Chain(tuple(_delivery(key, entry.service, destination)))
        if entry.service.persistence_timeout:
            clients |= {_clients(key, destination) for destination in entry.destinations}
    return Ruleset(chains, {_element(key): _service_chain(key) for key in keys}, frozenset(clients))


def table_of(rules: Ruleset) -> Table | None:
    """The table that rules stand for; None if they are not exactly what `ruleset` makes of any."""
    try:
        table = {entry.service.key: entry for entry in (_entry(rules, element) for element in rules.services)}
    except (LookupError, ValueError):
        return None
    return table if ruleset(table) == rules else None


def counted(rules: Ruleset) -> Iterator[tuple[ServiceKey, Destination, str]]:
    """Each destination and the name of the chain whose counter counts its connections."""
    for key, entry in (table_of(rules) or {}).items():
        for destination in entry.destinations:
            yield key, destination, _server_chain(key, destination)


# --- table to rules ---------------------------------------------------------------------------------------------------


def _unfit(entry: Entry) -> str | None:
    for destination in entry.destinations:
        if destination.forwarding is not ForwardingMethod.NAT:
            return f"nftables can't do {destination.forwarding}, only NAT"
    addresses = [entry.service.address, *(destination.address for destination in entry.destinations)]
    if any(ip_address(address).version != 4 for address in addresses):
        return "on nftables only IPv4 is supported"
    return None


def _with_scheduler(service: Service, scheduler: str) -> Service:
    return Service(
        address=service.address,
        port=service.port,
        protocol=service.protocol,
        scheduler=scheduler,
        persistence_timeout=service.persistence_timeout,
    )


def _choice(key: ServiceKey, entry: Entry) -> Iterator[Rule]:
    """Rules of a service's chain; the last one carries the service's settings."""
    if entry.service.persistence_timeout:
        for destination in entry.destinations:
            known = _match(_payload("saddr"), f"@{_clients(key, destination)}")
            yield Rule([known, _goto(_server_chain(key, destination))])
    last = _balance(key, entry) or {"reject": {"type": "icmp", "expr": "port-unreachable"}}
    yield Rule([last], comment=f"{entry.service.scheduler} {entry.service.persistence_timeout}")


def _balance(key: ServiceKey, entry: Entry) -> Expression | None:
    """Turns of a counter, shared out by weight; None when nobody has any."""
    live = [destination for destination in entry.destinations if destination.weight]
    if not live:
        return None
    shares = [1 if entry.service.scheduler == "rr" else destination.weight for destination in live]
    unit = gcd(*shares)
    turns: list[list[Any]] = []
    turn = 0
    for destination, share in zip(live, (share // unit for share in shares), strict=True):
        numbers = turn if share == 1 else {"range": [turn, turn + share - 1]}
        turns.append([numbers, _goto(_server_chain(key, destination))])
        turn += share
    counter = {"numgen": {"mode": "inc", "mod": turn, "offset": 0}}
    return {"vmap": {"key": counter, "data": {"set": turns}}}


def _delivery(key: ServiceKey, service: Service, destination: Destination) -> Iterator[Rule]:
    """Rules of a destination's chain. Remembering is a rule of its own: when the set is full, it alone fails."""
    if service.persistence_timeout:
        element = {"elem": {"val": _payload("saddr"), "timeout": service.persistence_timeout}}
        yield Rule([{"set": {"op": "update", "elem": element, "set": f"@{_clients(key, destination)}"}}])
    transport = _match({"meta": {"key": "l4proto"}}, PROTOCOLS[key.protocol])
    translate = {"dnat": {"addr": destination.address, "port": destination.port}}
    yield Rule([{"counter": None}, transport, translate], comment=f"weight {destination.weight}")


def _masquerade(key: ServiceKey) -> list[Expression]:
    """What a client sent to the service and was translated, unless it stays on this host."""
    return [
        _match({"meta": {"key": "oifname"}}, "lo", "!="),
        _match({"ct": {"key": "status"}}, "dnat", "in"),
        _match({"ct": {"key": "ip daddr", "dir": "original"}}, key.address),
        _match({"meta": {"key": "l4proto"}}, PROTOCOLS[key.protocol]),
        _match({"ct": {"key": "proto-dst", "dir": "original"}}, key.port),
        {"masquerade": None},
    ]


def _dispatch() -> Expression:
    transport_port = {"payload": {"protocol": "th", "field": "dport"}}
    parts = [_payload("daddr"), {"meta": {"key": "l4proto"}}, transport_port]
    return {"vmap": {"key": {"concat": parts}, "data": "@services"}}


def _payload(name: str) -> Expression:
    return {"payload": {"protocol": "ip", "field": name}}


def _match(left: Expression, right: object, op: str = "==") -> Expression:
    return {"match": {"op": op, "left": left, "right": right}}


def _goto(chain: str) -> Expression:
    return {"goto": {"target": chain}}


def _element(key: ServiceKey) -> ServiceElement:
    return (key.address, PROTOCOLS[key.protocol], key.port)


def _label(key: ServiceKey) -> str:
    return f"{key.address}-{key.port}-{key.protocol.lower()}"


def _service_chain(key: ServiceKey) -> str:
    return f"service/{_label(key)}"


def _server_chain(key: ServiceKey, destination: Destination) -> str:
    return f"server/{_label(key)}/{destination.address}-{destination.port}"


def _clients(key: ServiceKey, destination: Destination) -> str:
    return f"clients/{_label(key)}/{destination.address}-{destination.port}"


# --- rules to table ---------------------------------------------------------------------------------------------------


def _entry(rules: Ruleset, element: ServiceElement) -> Entry:
    """What names and comments say about a service. LookupError or ValueError where they say nothing."""
    address, number, port = element
    key = ServiceKey(address, port, TRANSPORTS[number])
    scheduler, timeout = rules.chains[_service_chain(key)].rules[-1].comment.split()
    service = Service(
        address=address,
        port=port,
        protocol=key.protocol,
        scheduler=scheduler,
        persistence_timeout=int(timeout),
    )
    prefix = f"server/{_label(key)}/"
    destinations = [
        _destination(name.removeprefix(prefix), chain)
        for name, chain in rules.chains.items()
        if name.startswith(prefix)
    ]
    return Entry(service=service, destinations=tuple(sorted(destinations, key=lambda found: found.key)))


def _destination(name: str, chain: Chain) -> Destination:
    address, _, port = name.partition("-")
    weight = chain.rules[-1].comment.removeprefix("weight ")
    return Destination(address=address, port=int(port), forwarding=ForwardingMethod.NAT, weight=int(weight))
