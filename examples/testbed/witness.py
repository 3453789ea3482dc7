"""A client that uses the cluster all the time, and says what it noticed.

It pings the VIP every 2 ms, fetches a page every 20 ms, hears every advert and sees every change of an address. What
does not live here: the probes themselves (probes.py).
"""

import time
from itertools import pairwise

from examples.testbed.adverts import Adverts
from examples.testbed.hosts import INTERFACE, Host
from examples.testbed.pair import UNNOTICED, VIP, Pair
from examples.testbed.probes import Outcome, Pages, Pings
from examples.testbed.services import Service

PING_EVERY = 0.002
PAGE_EVERY = 0.02


class Witness:
    """Watches from its making until `end`."""

    def __init__(self, pair: Pair, master: Host) -> None:
        self._master = master
        self.adverts = Adverts(pair.client)
        self._monitors = [
            Service(host, "ip", "-4", "monitor", "address", "dev", INTERFACE) for host in (pair.host1, pair.host2)
        ]
        self._pings, self._pages = Pings(pair.client, VIP, PING_EVERY), Pages(pair.client, VIP, PAGE_EVERY)
        self.pinged = self.fetched = Outcome(())

    def end(self) -> None:
        """Watch for as long as an election would take from now, then sum up."""
        time.sleep(UNNOTICED)
        self.pinged, self.fetched = self._pings.stop(), self._pages.stop()
        for monitor in self._monitors:
            monitor.stop()
        self.adverts.read()

    @property
    def advertisers(self) -> set[str]:
        """Who sent adverts."""
        return {advert.source for advert in self.adverts.heard}

    @property
    def longest_pause(self) -> float:
        """Between two adverts, seconds."""
        times = [advert.time for advert in self.adverts.heard]
        return max((later - earlier for earlier, later in pairwise(times)), default=float("inf"))

    def address_changes(self) -> list[str]:
        """What `ip monitor` said, on both hosts, line by line."""
        return [line for monitor in self._monitors for line in monitor.output().splitlines() if " inet " in line]

    def noticed(self) -> list[str]:
        """All that tells of a failover or of a service that was not there; empty: nobody noticed anything."""
        strangers = self.advertisers - {self._master.address}
        return [
            *(["a page was not delivered or came late: " + self.fetched.summary()] if self.fetched.lost else []),
            *(["a ping was lost: " + self.pinged.summary()] if self.pinged.lost else []),
            *(f"{stranger} sent adverts" for stranger in sorted(strangers)),
            *(line for line in self.address_changes() if f" {VIP}/" in line),
            *([f"pages from {self.fetched.answers}"] if self.fetched.answers != [self._master.name] else []),
            *(f"priority 0 from {advert.source}" for advert in self.adverts.heard if advert.priority == 0),
        ]
