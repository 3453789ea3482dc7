"""From the table that the kernel has to the one that is wanted: the fewest operations, in the right order.

Services of another tool (not in `owned`) are left alone. Within a service, destinations are added and raised before
any is lowered to weight 0 or removed, so that a service that can serve before and after can serve at every moment
in between.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from alived.workers.lvs.table import Destination, DestinationKey, Entry, Service, ServiceKey, Table


@dataclass(frozen=True, slots=True)
class AddService:
    """A service without destinations."""

    service: Service

    def __str__(self) -> str:
        return f"add service {self.service.key} {_settings(self.service)}"


@dataclass(frozen=True, slots=True)
class ChangeService:
    """Scheduler or persistence of a service; its destinations stay."""

    service: Service

    def __str__(self) -> str:
        return f"change service {self.service.key} to {_settings(self.service)}"


@dataclass(frozen=True, slots=True)
class DeleteService:
    """A service and all of its destinations."""

    key: ServiceKey

    def __str__(self) -> str:
        return f"delete service {self.key}"


@dataclass(frozen=True, slots=True)
class AddDestination:
    """A real server joins a service."""

    key: ServiceKey
    destination: Destination

    def __str__(self) -> str:
        return f"add {self.destination.key} {_share(self.destination)} to {self.key}"


@dataclass(frozen=True, slots=True)
class ChangeDestination:
    """Weight or forwarding method of a real server."""

    key: ServiceKey
    destination: Destination

    def __str__(self) -> str:
        return f"change {self.destination.key} of {self.key} to {_share(self.destination)}"


@dataclass(frozen=True, slots=True)
class DeleteDestination:
    """A real server leaves a service."""

    key: ServiceKey
    destination: Destination

    def __str__(self) -> str:
        return f"delete {self.destination.key} from {self.key}"


Op = AddService | ChangeService | DeleteService | AddDestination | ChangeDestination | DeleteDestination


def plan(have: Table, want: Table, owned: Collection[ServiceKey] = ()) -> list[Op]:
    """Operations that turn what is ours in `have` into `want`; whatever is wanted is ours too."""
    ops: list[Op] = []
    for key, wanted in want.items():
        ops += _entry(key, have.get(key), wanted)
    ops += [DeleteService(key) for key in have if key in owned and key not in want]
    return ops


def apply(table: Table, ops: Iterable[Op]) -> dict[ServiceKey, Entry]:
    """The table after the operations: what a kernel makes of them. KeyError for one that a kernel would refuse."""
    after = dict(table)
    for op in ops:
        match op:
            case AddService(service):
                after[service.key] = Entry(service=service)
            case ChangeService(service):
                after[service.key] = replace(after[service.key], service=service)
            case DeleteService(key):
                del after[key]
            case AddDestination(key, destination) | ChangeDestination(key, destination):
                after[key] = _with(after[key], destination.key, destination)
            case _:  # DeleteDestination
                after[op.key] = _with(after[op.key], op.destination.key, None)
    return after


def _entry(key: ServiceKey, have: Entry | None, want: Entry) -> Iterator[Op]:
    if have is None:
        yield AddService(want.service)
        have = Entry(service=want.service)
    elif have.service != want.service:
        yield ChangeService(want.service)
    before = {destination.key: destination for destination in have.destinations}
    after = {destination.key: destination for destination in want.destinations}
    for destination in want.destinations:
        if destination.key not in before:
            yield AddDestination(key, destination)
    changed = [
        destination for destination in want.destinations if before.get(destination.key, destination) != destination
    ]
    for destination in sorted(changed, key=_is_idle):
        yield ChangeDestination(key, destination)
    for destination in have.destinations:
        if destination.key not in after:
            yield DeleteDestination(key, destination)


def _is_idle(destination: Destination) -> bool:
    return destination.weight == 0


def _with(entry: Entry, key: DestinationKey, destination: Destination | None) -> Entry:
    others = [other for other in entry.destinations if other.key != key]
    if destination is not None:
        others.append(destination)
    return replace(entry, destinations=tuple(sorted(others, key=lambda other: other.key)))


def _settings(service: Service) -> str:
    persistence = f", persistence {service.persistence_timeout} s" if service.persistence_timeout else ""
    return f"{service.scheduler}{persistence}"


def _share(destination: Destination) -> str:
    return f"{destination.forwarding} weight {destination.weight}"
