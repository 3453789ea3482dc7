"""PURE: what `alivectl monitor` says of adverts: what they hold, what is wrong with them, and for which instance.

The instances are those of the daemon's own document (`alivectl vrrp --json`), so that what is compared is what runs.
Passwords and keys stay in the daemon, which is asked for its verdict on what was seen. What does not live here: how
packets are read (workers/vrrp/wire/inspection.py), the socket and the clock (monitor.py).
"""

from collections.abc import Callable, Sequence
from ipaddress import ip_interface
from typing import NamedTuple

from alived.ipc.messages import Document
from alived.workers.vrrp.wire.inspection import Inspection, Seal

OWNER = 255
STOPS = 0
"""A priority (RFC 9568, 5.2.4): the sender gives up its addresses."""

REMEMBERED = 65536
"""Virtual routers of which the masters are remembered; when there are more, remembering starts anew."""

GONE = 3
"""Intervals without an advert after which a master is gone."""

Verdict = Callable[[str, bytes], str | None]
"""(instance, packet) -> why that instance would not accept it; empty: it would; None: it cannot be told."""


class Seen(NamedTuple):
    """A packet on the wire, and what it says."""

    time: float
    """Seconds since the epoch."""
    interface: str
    outgoing: bool
    """This machine sent it."""
    packet: bytes
    """From the IP header on."""
    advert: Inspection


class _Master(NamedTuple):
    source: str
    time: float
    interval: float


class Monitor:
    """Judges adverts one after the other."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._instances: dict[tuple[str, int], list[Document]] = {}
        """By interface, also those that are made for an instance, and VRID."""
        self._masters: dict[tuple[str, str, int], tuple[_Master, ...]] = {}
        """Interface, family and VRID -> who sent the last advert, and before it who else did."""

    def update(self, instances: Sequence[Document]) -> None:
        """What the daemon runs now; none: it does not run."""
        self._instances = {}
        for document in instances:
            for interface in (document["interface"], *(device["name"] for device in document.get("devices", ()))):
                self._instances.setdefault((interface, document["virtual_router_id"]), []).append(document)

    def judge(self, seen: Seen) -> Document:
        """The advert as a document, with all that is wrong with it."""
        advert = seen.advert
        ours = self._instance(seen) if advert.vrid else None
        problems = [*advert.faults, *(self._second_master(seen) if advert.vrid else ())]
        if ours is not None and not seen.outgoing:
            problems += self._disagreements(seen, ours)
        return {
            "time": seen.time,
            "interface": seen.interface,
            "outgoing": seen.outgoing,
            "source": advert.source,
            "destination": advert.destination,
            "ttl": advert.ttl,
            "version": advert.version or None,
            "virtual_router_id": advert.vrid or None,
            "priority": advert.priority if advert.vrid else None,
            "interval": advert.interval or None,
            "authentication": str(advert.seal),
            "addresses": list(advert.addresses),
            "instance": ours["instance"] if ours is not None else None,
            "problems": problems,
        }

    def _instance(self, seen: Seen) -> Document | None:
        """The instance here that is the same virtual router."""
        family = str(seen.advert.family)
        found = self._instances.get((seen.interface, seen.advert.vrid), ())
        return next((document for document in found if document.get("family", family) == family), None)

    def _second_master(self, seen: Seen) -> list[str]:
        """One master takes over from another; two are heard in turn."""
        if len(self._masters) >= REMEMBERED:
            self._masters.clear()
        advert = seen.advert
        key = (seen.interface, str(advert.family), advert.vrid)
        heard = self._masters.pop(key, ())
        before = next((master for master in heard if master.source == advert.source), None)
        others = tuple(master for master in heard if master.source != advert.source)[-1:]
        if advert.priority == STOPS:
            self._masters[key] = others
            return []
        self._masters[key] = (*others, _Master(advert.source, seen.time, advert.interval))
        if before is None or heard[-1] is before:
            return []
        if seen.time - before.time > GONE * max(others[0].interval, advert.interval):
            return []
        return [f"two masters for vrid {advert.vrid}: {others[0].source} and {advert.source}"]

    def _disagreements(self, seen: Seen, ours: Document) -> list[str]:
        """What the instance here would hold against it: in plain words what can be compared, else its own verdict."""
        found = [*_differences(seen.advert, ours), *_addresses(seen.advert, ours)]
        if not found and (refusal := self._verdict(ours["instance"], seen.packet)):
            found.append(f"{ours['instance']} here does not accept it: {refusal}")
        return found


def _differences(advert: Inspection, ours: Document) -> list[str]:
    name, wanted = ours["instance"], ours.get("authentication", str(advert.seal))
    peers = ours.get("peers", ())
    differences = (
        (
            ours.get("version", advert.version) != advert.version,
            f"version {advert.version}, but {name} here has version {ours.get('version')}",
        ),
        (
            round(ours["advert_int"], 2) != round(advert.interval, 2),
            f"other interval than {name} here ({ours['advert_int']:g} s)",
        ),
        (wanted != advert.seal, f"authentication {advert.seal}, but {name} here has {wanted}"),
        (bool(peers) and advert.source not in peers, f"{advert.source} is no unicast_peer of {name} here"),
        (
            advert.priority == OWNER == ours["priority"]["base"],
            f"its sender owns the addresses (priority 255), and so does {name} here",
        ),
    )
    return [words for differs, words in differences if differs]


def _addresses(advert: Inspection, ours: Document) -> list[str]:
    advertised = (address for address in ours["addresses"] if address.get("advertised", True))
    here = {str(ip_interface(address["address"]).ip) for address in advertised}
    there = set(advert.addresses)
    if here == there:
        return []
    more = [f"+ {address}" for address in sorted(there - here)]
    less = [f"- {address}" for address in sorted(here - there)]
    return [f"address list differs from {ours['instance']} here: {', '.join(more + less)}"]


def line(judged: Document, clock: str) -> str:
    """One advert on one line; `clock` is its time of day."""
    said = [clock, judged["interface"], "out" if judged["outgoing"] else "in"]
    said.append(f"{judged['source']} -> {judged['destination']}")
    if judged["virtual_router_id"]:
        stops = " (stops)" if judged["priority"] == STOPS else ""
        said.append(f"VRRPv{judged['version']} vrid {judged['virtual_router_id']} priority {judged['priority']}{stops}")
    if judged["interval"]:
        said.append(f"every {judged['interval']:g} s")
    if judged["authentication"] != Seal.NONE:
        said.append(judged["authentication"])
    said.append(" ".join(judged["addresses"]))
    wrong = f"  ! {'; '.join(judged['problems'])}" if judged["problems"] else ""
    return f"{'  '.join(filter(None, said))}{wrong}"
