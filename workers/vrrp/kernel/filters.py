"""The nftables table of instances: made when one first needs it, kept as it should be, removed when none does.

All that will be needed is prepared when the configuration comes, so that a new master costs one small transaction: its
addresses are added to a set. What does not live here: the rules (filter_rules.py), how they are listed
(filter_listing.py), the library (ipc/libnftables.py).
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from ipaddress import IPv6Address
from typing import NamedTuple

from alived.ipc.libnftables import Changes, Library, NftablesError
from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.routing import VirtualAddress
from alived.workers.vrrp.kernel import filter_listing, filter_rules
from alived.workers.vrrp.kernel.filter_listing import Listing
from alived.workers.vrrp.kernel.filter_rules import Element, Family, Part, Parts, Style
from alived.workers.vrrp.kernel.nlmessage import attributes, received, string

NFNL_SUBSYS_NFTABLES = 10
NFT_MSG_NEWGEN = 15
NFGENMSG_SIZE = 4
NFTA_TABLE_NAME = 1
"""The first attribute of messages about a table, and about what is in one: the table's name."""

log = logging.getLogger(__name__)


class News(NamedTuple):
    """What was read of changes of nftables."""

    touched: bool
    """Our table was changed, by us or by somebody else."""
    lost: bool
    """There was more than could be read."""


class Filters:
    """All filters of this host that some instance needs."""

    def __init__(self, index_of: Callable[[str], int | None]) -> None:
        """`index_of` knows the index of an interface by its name."""
        self._index_of = index_of
        self._library: Library | None = None
        self._changes: Changes | None = None
        self._style = Style()
        self._broken = ""
        """Why there can be no table, until the configuration is read again."""
        self._moves_igmp = True
        self._needs: dict[str, Parts] = {}
        self._wanted: Counter[tuple[Family, Part]] = Counter()
        self._held: dict[str, frozenset[Element]] = {}
        self._counts: Counter[Element] = Counter()
        self._made: Parts | None = None
        """The parts that the kernel has; None: that is not known."""
        self._listed = Listing()
        """What the kernel had when they were made."""

    # --- what the worker calls ----------------------------------------------------------------------------------------

    def configure(self, settings: VrrpGlobals) -> list[str]:
        """Take on global settings; failures in words."""
        wanted = filter_rules.style(settings.nftables)._replace(moves=self._style.moves)
        self._moves_igmp = not settings.disable_local_igmp
        if wanted == self._style and not self._broken:
            return []
        if self._made:
            self._run(filter_rules.anew(self._style, frozenset(), ()))
            self._news()
        self._style, self._made, self._broken = wanted, None, ""
        return self._settle()

    def prepare(self, holder: str, addresses: Iterable[VirtualAddress]) -> list[str]:
        """An instance that is not master yet will drop packets to these addresses; failures in words."""
        parts = filter_rules.parts(addresses)
        held = self._held.get(holder, frozenset())
        return self._put(holder, parts, frozenset(x for x in held if (x.family, Part.ADDRESSES) in parts))

    def forget(self, holder: str) -> None:
        """An instance needs no filters any more."""
        self._put(holder, frozenset(), frozenset())

    def hold(self, holder: str, addresses: Iterable[VirtualAddress]) -> list[str]:
        """Drop packets to these addresses, and to none else of this holder's; failures in words."""
        addresses = list(addresses)
        parts = self._needs.get(holder, frozenset()) | filter_rules.parts(addresses)
        return self._put(holder, parts, frozenset(map(self._dropped, addresses)))

    def release(self, holder: str) -> None:
        """Accept packets to this holder's addresses again."""
        self._put(holder, self._needs.get(holder, frozenset()), frozenset())

    def hush(self, name: str, base: int, source: bytes, *, ipv6: bool) -> list[str]:
        """Keep a macvlan from saying anything that would teach switches its MAC address; failures in words.

        `base` is the index of its base interface, `source` the link-local address of the base that it has as well, and
        `ipv6` whether it speaks IPv6 at all. disable_local_igmp has the kernel see to IPv4.
        """
        address = str(IPv6Address(source)) if source else ""
        families = [Family.IP] * self._moves_igmp + [Family.IP6] * ipv6
        elements = filter_rules.hushed(name, base, address, families)
        return self._put(_macvlan(name), frozenset((family, Part.MACVLANS) for family in families), elements)

    def unhush(self, name: str) -> None:
        """The macvlan is gone."""
        self.forget(_macvlan(name))
        self.forget(_idle(name))

    def rest(self, name: str) -> list[str]:
        """Have a macvlan take nothing that is sent to its MAC address, of which another router is master."""
        parts: Parts = frozenset((family, Part.IDLE) for family in Family)
        return self._put(_idle(name), parts, filter_rules.resting(name, Family))

    def wake(self, name: str) -> None:
        """Have it take that again."""
        self.release(_idle(name))

    def remove_leftovers(self) -> None:
        """Remove what a predecessor has left, if nothing is needed; otherwise it was replaced already."""
        if self._made is None and not self._needs:
            try:
                library = Library()
            except NftablesError:  # then nobody here made a table
                return
            try:
                library.run(filter_rules.anew(self._style, frozenset(), ()))
            except NftablesError as error:
                log.debug("nftables: %s", error)
            library.close()
            self._news()

    def fileno(self) -> int | None:
        """Becomes readable when someone has changed nftables: call look(); None: nothing was ever filtered."""
        return self._changes.fileno() if self._changes is not None else None

    def look(self) -> list[str]:
        """Read what others have changed; if our table is not as it was made, make it anew. Failures in words."""
        touched, lost = self._news()
        if not (touched or lost) or not +self._wanted:
            return []
        if self._is_intact():
            if lost:
                log.info("nftables changed more often than could be read; the table %s is intact", self._style.table)
            return []
        log.warning("someone changed the nftables table %s; it is made anew", self._style.table)
        self._made = None
        return self._settle()

    def close(self) -> None:
        """Close socket and library; the table stays unless all was forgotten."""
        if self._changes is not None:
            self._changes.close()
            self._changes = None
        if self._library is not None:
            self._library.close()
            self._library = None

    # --- keeping the table --------------------------------------------------------------------------------------------

    def _dropped(self, virtual: VirtualAddress) -> Element:
        by_index = self._style.by_index and filter_rules.is_link_local(virtual)
        return filter_rules.dropped(virtual, (self._index_of(virtual.dev) or 0) if by_index else None)

    def _put(self, holder: str, parts: Parts, elements: frozenset[Element]) -> list[str]:
        """Have these of a holder and none else, in one transaction; failures in words."""
        needed, held = self._needs.pop(holder, frozenset()), self._held.pop(holder, frozenset())
        if parts:
            self._needs[holder] = parts
        if elements:
            self._held[holder] = elements
        self._wanted.subtract(needed)
        self._wanted.update(parts)
        self._counts.subtract(held)
        self._counts.update(elements)
        added = [element for element in elements - held if self._counts[element] == 1]
        removed = [element for element in held - elements if not self._counts[element]]
        for element in removed:
            del self._counts[element]
        if self._made == frozenset(+self._wanted) and (added or removed):
            change = filter_rules.change(self._style, added, removed)
            if any(self._news()) or self._run(change) or self._news().lost:
                self._made = None  # the table may not be what we made; the news of it may come later
        return self._settle()

    def _settle(self) -> list[str]:
        """Have the parts that are needed; failures in words."""
        parts: Parts = frozenset(+self._wanted)
        if parts == self._made or (not parts and self._made is None):
            return []
        failure = self._open() or self._run(filter_rules.anew(self._style, parts, self._counts))
        self._made = None if failure or not parts else parts
        self._news()
        self._listed = self._list()
        return [f"packets can't be filtered: {failure}"] if failure else []

    def _open(self) -> str:
        """Load the library, and find out what the kernel can, at the first time; what went wrong in words."""
        if self._library is not None or self._broken:
            return self._broken
        try:
            self._library = Library()
            self._changes = Changes()
            self._rehearse(self._library)
        except (NftablesError, OSError) as error:
            self.close()
            self._broken = str(error)
        return self._broken

    def _rehearse(self, library: Library) -> None:
        everything: Parts = frozenset((family, part) for family in Family for part in Part)
        try:
            library.run(filter_rules.rehearsal(self._style, everything))
        except NftablesError as error:
            self._style = self._style._replace(moves=False)
            library.run(filter_rules.rehearsal(self._style, everything))
            log.warning("nftables can't move membership reports to another interface; they are dropped: %s", error)

    def _run(self, commands: str) -> str:
        """Run commands; what went wrong in words. Afterwards the news of what they did are to be passed over."""
        if self._library is None:
            return ""
        try:
            self._library.run(commands)
        except NftablesError as error:
            return str(error)
        return ""

    def _list(self) -> Listing:
        """What the kernel has of the parts that were made; nothing if it can't say."""
        if self._library is None or self._made is None:
            return Listing()
        families = sorted({family for family, _ in self._made})
        try:
            return filter_listing.listing(
                self._library.run(filter_listing.command(family, self._style.table)) for family in families
            )
        except NftablesError:  # there is no such table
            return Listing()

    def _is_intact(self) -> bool:
        """Whether the table is as it was made, with the elements that were put in since."""
        expected = self._listed._replace(entries=filter_listing.entries(self._counts))
        return bool(expected.shape) and self._list() == expected

    def _news(self) -> News:
        """Read what there is of changes, by us or by others."""
        touched = lost = False
        for data in self._changes.take() if self._changes is not None else ():
            lost |= not data
            touched = touched or any(self._is_ours(got.kind, got.body) for got in received(data))
        return News(touched, lost)

    def _is_ours(self, kind: int, body: bytes) -> bool:
        if kind >> 8 != NFNL_SUBSYS_NFTABLES or kind & 0xFF == NFT_MSG_NEWGEN:
            return False
        return string(attributes(body, NFGENMSG_SIZE).get(NFTA_TABLE_NAME, b"")) == self._style.table


def _macvlan(name: str) -> str:
    return f"macvlan {name}"


def _idle(name: str) -> str:
    return f"idle {name}"
