"""Gratuitous ARP: the bytes, and when bursts of it are due, or of neighbour advertisements for IPv6 addresses.

PURE. What does not live here: the bytes of those (neighbour.py), why a burst is wanted (fsm.py), and how fast its
frames may follow each other (transport/pace.py).
"""

import struct
from collections.abc import Container, Iterable
from enum import StrEnum
from typing import NamedTuple

from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Announcing

BROADCAST = b"\xff" * 6

_ARP = struct.Struct("!6s6sHHHBBH6s4s6s4s")


class Burst(StrEnum):
    """Occasions of gratuitous ARP."""

    ARRIVED = "addresses came to this host"
    """Became master, or got a new or restored address as master: keepalived's garp_master_* words."""
    LOWER_PRIORITY = "another master was heard"
    """Its own gratuitous ARP may have been the last that the network saw: garp_lower_prio_* words."""


class Round(NamedTuple):
    """Announcements of some addresses, `repeat` times each."""

    due: float
    repeat: int
    addresses: tuple[VirtualAddress, ...]


def frame(mac: bytes, address: bytes) -> bytes:
    """Ethernet frame of a gratuitous ARP request (RFC 5227, 3): `who-has ADDRESS tell ADDRESS`, broadcast.

    The target hardware address, which receivers ignore, is all ones as in keepalived's.
    """
    ethernet, ipv4, request = 1, 0x0800, 1
    return _ARP.pack(
        BROADCAST, mac, 0x0806, ethernet, ipv4, len(mac), len(address), request, mac, address, BROADCAST, address
    )


class Schedule:
    """When one instance announces which addresses: keepalived's garp_* words, for both address families."""

    def __init__(self, settings: Announcing) -> None:
        self.settings = settings
        self._rounds: list[Round] = []
        self._refresh_due: float | None = None
        self._extra_due: float | None = None

    def start(self, burst: Burst, addresses: tuple[VirtualAddress, ...], now: float) -> None:
        """Plan the rounds of a burst, the first one now; a second round replaces one that is still to come."""
        settings = self.settings
        if burst is Burst.LOWER_PRIORITY:
            delay, repeat = settings.lower_prio_delay, settings.lower_prio_repeat
            self._rounds = [planned for planned in self._rounds if planned.addresses != addresses]
        else:
            delay, repeat = settings.master_delay, settings.master_repeat
        if repeat:
            self._rounds.append(Round(now, repeat, addresses))
        if repeat and delay:
            self._rounds.append(Round(now + delay, repeat, addresses))
        if settings.master_refresh and self._refresh_due is None:
            self._refresh_due = now + settings.master_refresh
        if settings.extra is not None and settings.extra.interval and self._extra_due is None:
            self._extra_due = now + settings.extra.interval

    def stop(self) -> None:
        """No longer master: nothing more is announced."""
        self._rounds.clear()
        self._refresh_due = self._extra_due = None

    def deadline(self) -> float | None:
        """When `expire` has something to say; None: never."""
        if not self._rounds and self._refresh_due is None and self._extra_due is None:
            return None  # of most instances, most of the time
        dues = [planned.due for planned in self._rounds]
        dues += [due for due in (self._refresh_due, self._extra_due) if due is not None]
        return min(dues)

    def expire(
        self, addresses: tuple[VirtualAddress, ...], now: float, extra: tuple[VirtualAddress, ...] = ()
    ) -> list[Round]:
        """Rounds that are due.

        `addresses` are all that the instance has, for the refresh; `extra` those that garp_extra_if is about, see
        `elsewhere`.
        """
        next_due = self.deadline()
        if next_due is None or next_due > now:
            return []
        due = [planned for planned in self._rounds if planned.due <= now]
        self._rounds = [planned for planned in self._rounds if planned.due > now]
        if self._refresh_due is not None and self._refresh_due <= now:
            due.append(Round(self._refresh_due, self.settings.master_refresh_repeat, addresses))
            self._refresh_due = _next(self.settings.master_refresh, now)
        if self._extra_due is not None and self._extra_due <= now:
            due.append(Round(self._extra_due, 1, extra))
            self._extra_due = _next(self.settings.extra.interval if self.settings.extra else 0, now)
        return due


def _next(interval: float, now: float) -> float | None:
    """When something periodic is due again; a reload may have ended it."""
    return now + interval if interval else None


def elsewhere(
    placed: Iterable[tuple[str, VirtualAddress]], sender: str, made: Container[str], settings: Announcing
) -> tuple[VirtualAddress, ...]:
    """What garp_extra_if announces: an address on each interface but `sender`, which adverts are sent from.

    Switches know where `sender` is by the adverts. `placed` are all addresses, each with the interface it really is on;
    `made` the interfaces that alived made, which alone count unless the configuration says `all`.
    """
    if settings.extra is None:
        return ()
    first: dict[str, VirtualAddress] = {}
    for device, virtual in placed:
        if device != sender and (settings.extra.everywhere or device in made):
            first.setdefault(device, virtual)
    return tuple(first.values())
