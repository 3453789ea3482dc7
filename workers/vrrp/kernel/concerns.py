"""Which of the things that are held a report of the kernel concerns.

PURE. Found by the interface, the address, the destination or the place that a report names, so that an event costs what
it concerns and not what is held altogether. What does not live here: who holds things and what is done (holdings.py).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from alived.workers.vrrp.kernel.held import ANY_INTERFACE, Held, HeldRoute, HeldRule, Need
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.routes import Destination, Filter, filter_of
from alived.workers.vrrp.kernel.rtnetlink import Address, AddressGone, Link, LinkGone, Report
from alived.workers.vrrp.kernel.rules import Place, place_of

K = TypeVar("K")


class _Index(Generic[K]):
    """Held things by something that a report may name."""

    def __init__(self) -> None:
        self._found: dict[K, dict[int, Held]] = {}

    def add(self, key: K, item: Held) -> bool:
        """Enter a thing; False: it was there."""
        under = self._found.setdefault(key, {})
        if id(item) in under:
            return False
        under[id(item)] = item
        return True

    def remove(self, key: K, item: Held) -> bool:
        """Take a thing out; False: it was not there."""
        under = self._found.get(key, {})
        if under.pop(id(item), None) is None:
            return False
        if not under:
            del self._found[key]
        return True

    def get(self, key: K) -> Iterable[Held]:
        """All under one key."""
        return self._found.get(key, {}).values()


class Watched:
    """What the hearing of routes and rules must listen to."""

    def __init__(self) -> None:
        self.filters: Counter[Filter] = Counter()
        """Heads of messages that may be about a route of ours, and of how many."""
        self.rule_families: Counter[int] = Counter()
        """Families that there are rules of ours in, and how many."""
        self.changed: Callable[[], None] = lambda: None
        """Called when there is something new to listen to, or something less."""

    @property
    def route_families(self) -> set[int]:
        """Families that there are routes of ours in."""
        return {head.family for head in self.filters}

    def note_route(self, head: Filter, change: int) -> None:
        """One route more or less."""
        self._note(self.filters, head, change)

    def note_rule(self, family: int, change: int) -> None:
        """One rule more or less."""
        self._note(self.rule_families, family, change)

    def _note(self, counter: Counter[K], key: K, change: int) -> None:
        before = len(counter)
        counter[key] += change
        if not counter[key]:
            del counter[key]
        if len(counter) != before:
            self.changed()


class Concerns:
    """The index of all things that are held."""

    def __init__(self, interfaces: Interfaces) -> None:
        self._interfaces = interfaces
        self._dependants = _Index[Need]()
        self._by_destination = _Index[Destination]()
        self._by_place = _Index[Place]()
        self.watched = Watched()

    def enter(self, item: Held) -> None:
        """Something is held, or its destination has become known."""
        for need in item.needs:
            self._dependants.add(need, item)
        if isinstance(item, HeldRule) and self._by_place.add(place_of(item.rule), item):
            self.watched.note_rule(place_of(item.rule).family, 1)
        elif isinstance(item, HeldRoute) and item.destination and self._by_destination.add(item.destination, item):
            self.watched.note_route(filter_of(item.destination), 1)

    def leave(self, item: Held) -> None:
        """Nobody holds it any more, or its destination is about to change."""
        for need in item.needs:
            self._dependants.remove(need, item)
        if isinstance(item, HeldRule) and self._by_place.remove(place_of(item.rule), item):
            self.watched.note_rule(place_of(item.rule).family, -1)
        elif isinstance(item, HeldRoute) and item.destination and self._by_destination.remove(item.destination, item):
            self.watched.note_route(filter_of(item.destination), -1)

    def notice(self, reports: Iterable[Report], names: Iterable[str]) -> set[str]:
        """Holders that may lack something after these reports.

        `interfaces` has taken the reports already, and said that interfaces of these `names` are changed by them.
        """
        touched: set[Need] = {*names, ANY_INTERFACE}
        lost: set[Need] = set()
        for report in reports:
            match report:
                case Link() if not report.up:
                    lost |= {report.name, ANY_INTERFACE}
                case LinkGone():
                    lost |= touched
                case Address():
                    touched.add(report.address)
                case AddressGone():
                    lost |= self._lost_with(report.address)
        self.doubt(item for need in lost for item in self._dependants.get(need))
        return self._holders(item for need in touched | lost for item in self._dependants.get(need))

    def routes_changed(self, destinations: Iterable[Destination]) -> set[str]:
        """Holders of routes to destinations where somebody else has deleted or replaced a route."""
        return self.doubt(item for destination in destinations for item in self._by_destination.get(destination))

    def rules_changed(self, places: Iterable[Place]) -> set[str]:
        """Holders of rules at places where somebody else has deleted a rule."""
        return self.doubt(item for place in places for item in self._by_place.get(place))

    def doubt(self, items: Iterable[Held]) -> set[str]:
        """Take things to be gone for all we know; returns who holds them."""
        doubted = list(items)
        for item in doubted:
            item.doubt()
        return self._holders(doubted)

    def _holders(self, items: Iterable[Held]) -> set[str]:
        found: set[str] = set()
        for item in items:
            if not item.settled(self._interfaces):
                found |= item.holders
        return found

    def _lost_with(self, address: Address) -> set[Need]:
        """What goes with an address: routes that suggest it; with the last one of its family, all on the interface."""
        interface = self._interfaces.at(address.ifindex)
        if interface is None or any(len(key[0]) == len(address.address) for key in interface.addresses):
            return {address.address}
        return {address.address, interface.link.name, ANY_INTERFACE}
