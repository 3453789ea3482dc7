"""What a table of virtual services is, and which one is wanted.

What lives here: the types that both the wanted table and the kernel's are made of, and `Wanted`, which follows the
configuration and the checker's verdicts and decides what the kernel should have and which virtual server has its
quorum. What does not: how the kernel gets there (plan.py) and in which terms (ipvs.py, ruleset.py).

A real server counts as up until the checker says otherwise, as in keepalived without `alpha`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NamedTuple

from alived.ipc.messages import RealServerState, VirtualServerState
from alived.ipc.model.lvs import ForwardingMethod, Protocol, RealServer, VirtualServer


class ServiceKey(NamedTuple):
    """What tells one service in the kernel from another."""

    address: str
    port: int
    protocol: Protocol

    def __str__(self) -> str:
        return f"{self.address}:{self.port}/{self.protocol}"


class DestinationKey(NamedTuple):
    """What tells one destination of a service from another."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A virtual service as the kernel has it."""

    address: str
    port: int
    protocol: Protocol
    scheduler: str
    persistence_timeout: int = 0
    """Seconds; 0: not persistent."""
    extra: str = ""
    """Settings seen in the kernel that alived never makes, in words; a wanted service has none."""

    @property
    def key(self) -> ServiceKey:
        """Identity in a table."""
        return ServiceKey(self.address, self.port, self.protocol)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A real server of a virtual service as the kernel has it."""

    address: str
    port: int
    forwarding: ForwardingMethod
    weight: int
    """Share of new connections; 0: none, while those that exist go on."""
    extra: str = ""
    """Settings seen in the kernel that alived never makes, in words; a wanted destination has none."""

    @property
    def key(self) -> DestinationKey:
        """Identity within a service."""
        return DestinationKey(self.address, self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A service and its destinations, sorted by key."""

    service: Service
    destinations: tuple[Destination, ...] = ()


Table = Mapping[ServiceKey, Entry]


def service_key(name: str) -> ServiceKey | None:
    """The key in a virtual server's name, `address:port/protocol`; None when it is not one."""
    endpoint, _, protocol = name.rpartition("/")
    address, _, port = endpoint.rpartition(":")
    try:
        return ServiceKey(str(ip_address(address)), int(port), Protocol(protocol))
    except ValueError:
        return None


def key_of(server: VirtualServer) -> ServiceKey:
    """The key under which the kernel knows a virtual server."""
    return ServiceKey(str(ip_address(server.address)), server.port, server.protocol)


def destination_key(real: RealServer) -> DestinationKey:
    """The key under which the kernel knows a real server."""
    return DestinationKey(str(ip_address(real.address)), real.port)


class Wanted:
    """The configuration and the verdicts so far; from them the wanted table and the quorums."""

    def __init__(self) -> None:
        self._servers: dict[str, VirtualServer] = {}
        """By key of the configuration."""
        self._verdicts: dict[tuple[str, str], RealServerState] = {}
        """By names of virtual and real server."""
        self._told: dict[str, VirtualServerState] = {}
        """What was last said of each virtual server, by name."""
        self._former: set[ServiceKey] = set()

    @property
    def servers(self) -> list[VirtualServer]:
        """The configured virtual servers, in order of configuration."""
        return list(self._servers.values())

    @property
    def owned(self) -> frozenset[ServiceKey]:
        """Services that are ours to change: those configured, and those that were and may still be in the kernel."""
        return frozenset(self._former | {key_of(server) for server in self._servers.values()})

    @property
    def had_predecessor(self) -> bool:
        """Whether there may be services in the kernel that were configured before."""
        return bool(self._former)

    def forget_former(self) -> None:
        """The kernel has nothing left of what was configured before: whoever makes such a service now owns it."""
        self._former.clear()

    def configure(self, put: Iterable[VirtualServer], drop: Iterable[str]) -> list[VirtualServerState]:
        """Take on and forget virtual servers; returns what is to be told."""
        for key in drop:
            if (server := self._servers.pop(key, None)) is not None:
                self._let_go(server, keep=())
        for server in put:
            if (old := self._servers.get(server.key)) is not None:
                self._let_go(old, keep=server.real_servers)
            self._servers[server.key] = server
        return self._changes()

    def receive(self, message: RealServerState | VirtualServerState) -> list[VirtualServerState]:
        """Take a verdict, or what our predecessor last said of a virtual server; returns what is to be told."""
        if isinstance(message, VirtualServerState):
            self._told[message.virtual_server] = message
            if (key := service_key(message.virtual_server)) is not None:
                self._former.add(key)
            return []
        self._verdicts[message.virtual_server, message.real_server] = message
        return self._changes()

    def table(self) -> dict[ServiceKey, Entry]:
        """What the kernel should have."""
        return {key_of(server): self._entry(server) for server in self._servers.values()}

    def is_up(self, server: VirtualServer, real: RealServer) -> bool:
        """Whether a real server is up; yes, until told otherwise."""
        verdict = self.verdict(server, real)
        return verdict is None or verdict.up

    def verdict(self, server: VirtualServer, real: RealServer) -> RealServerState | None:
        """The checker's last word on a real server, if there was one."""
        return self._verdicts.get((server.name, real.name))

    def state(self, server: VirtualServer) -> VirtualServerState:
        """Quorum: the live weight reaches what is configured (keepalived.conf(5), `quorum`)."""
        weight = sum(real.weight for real in server.real_servers if self.is_up(server, real))
        return VirtualServerState(virtual_server=server.name, quorum_up=weight >= server.quorum, weight=weight)

    def _entry(self, server: VirtualServer) -> Entry:
        key = key_of(server)
        service = Service(
            address=key.address,
            port=key.port,
            protocol=key.protocol,
            scheduler=server.lb_algo,
            persistence_timeout=server.persistence_timeout,
        )
        destinations = {
            destination.key: destination
            for real in server.real_servers
            if (destination := self._destination(server, real)) is not None
        }
        return Entry(service=service, destinations=tuple(destinations[key] for key in sorted(destinations)))

    def _destination(self, server: VirtualServer, real: RealServer) -> Destination | None:
        up = self.is_up(server, real)
        if not up and not real.inhibit_on_failure:
            return None
        return Destination(
            address=destination_key(real).address,
            port=real.port,
            forwarding=(real.lvs_method or server.lb_kind).method,
            weight=real.weight if up else 0,
        )

    def _changes(self) -> list[VirtualServerState]:
        """States that differ from what was last said, which they now are."""
        states = [self.state(server) for server in self._servers.values()]
        changed = [state for state in states if self._told.get(state.virtual_server) != state]
        self._told.update((state.virtual_server, state) for state in changed)
        return changed

    def _let_go(self, server: VirtualServer, keep: Iterable[RealServer]) -> None:
        """Forget what was said of real servers that go: if one comes back, it starts afresh."""
        kept = {real.name for real in keep}
        for real in server.real_servers:
            if real.name not in kept:
                self._verdicts.pop((server.name, real.name), None)
        if not kept:
            self._told.pop(server.name, None)
            self._former.add(key_of(server))
