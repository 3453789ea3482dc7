"""The data plane that is an nftables table of NAT rules, for kernels without IPVS.

What does not live here: the library that talks with the kernel (ipc/libnftables.py), which rules (ruleset.py) and their
JSON (nftjson.py).
"""

import contextlib
from collections.abc import Iterator, Sequence

from alived.ipc.libnftables import OUTPUT_TERSE, Changes, Library, NftablesError
from alived.workers.lvs import nftjson, ruleset
from alived.workers.lvs.plan import Op, apply
from alived.workers.lvs.plane import Fit, PlaneError, Statistics
from alived.workers.lvs.ruleset import Ruleset
from alived.workers.lvs.table import Table


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """What the library refuses, in the words of planes."""
    try:
        yield
    except NftablesError as error:
        raise PlaneError(str(error)) from error


class Nftables:
    """The table `ip alived` of this network namespace; all in it is ours. PlaneError if the kernel can't have one."""

    name = "nftables"

    @_refusals()
    def __init__(self) -> None:
        self._library = Library()
        self._have: Ruleset | None = None
        """What is in the table; None: no table, or one that has to be made anew."""
        self._listed: Ruleset | None = None
        """How the library listed what was made last: versions of it may write the same rules in other words."""
        try:
            self._rehearse()
            self._changes = Changes()
        except BaseException:
            self._library.close()
            raise

    def fit(self, want: Table) -> Fit:
        """NAT, IPv4, rr and wrr."""
        return ruleset.fit(want)

    @_refusals()
    def read(self) -> Table:
        """The table that the rules stand for; empty also when someone has altered them, for then all is made anew."""
        listed, _ = self._list()
        if listed is None or listed != self._listed:
            self._have = listed
        table = ruleset.table_of(self._have) if self._have is not None else None
        if table is None:
            self._have = None
        return table or {}

    def apply(self, ops: Sequence[Op]) -> list[str]:
        """Do the operations in one transaction; a table that is empty then, or could not be read, goes."""
        have = (ruleset.table_of(self._have) if self._have is not None else None) or {}
        after = ruleset.ruleset(apply(have, ops))
        try:
            self._library.run(nftjson.transaction(self._have, after))
            self._have = after if after.services else None
            self._listed, _ = self._list()
        except NftablesError as error:
            return [f"nftables refused {len(ops)} operations: {error}"]
        return []

    @_refusals()
    def statistics(self) -> Statistics:
        """Connections of each destination."""
        _, counts = self._list()
        chains = ruleset.counted(self._have) if self._have is not None else ()
        return Statistics(
            destinations={
                (key, destination.key): {"connections": counts.get(chain, 0)} for key, destination, chain in chains
            }
        )

    def watch(self) -> int | None:
        """The kernel's notifications about tables of this namespace."""
        return self._changes.fileno()

    def quiet(self) -> None:
        """Take all notifications; that some were lost (ENOBUFS) is one more reason to look."""
        for _ in self._changes.take():
            pass

    def close(self) -> None:
        """Close the socket and free the library's context."""
        self._changes.close()
        self._library.close()

    def _rehearse(self) -> None:
        """Find out whether this kernel has all that is needed; if our table is there already, it has."""
        if nftjson.has_table(self._library.run(nftjson.LIST_TABLES)):
            return
        try:
            self._library.run(nftjson.rehearsal(ruleset.ruleset(ruleset.SAMPLE)))
        except NftablesError as error:
            raise PlaneError(f"the kernel's nftables can't do all that is needed: {error}") from error

    def _list(self) -> tuple[Ruleset | None, dict[str, int]]:
        """The rules in the kernel, None if there is no table or not one of ours, and the connections counted."""
        if not nftjson.has_table(self._library.run(nftjson.LIST_TABLES)):
            return None, {}
        table = self._library.run(nftjson.LIST_TABLE, OUTPUT_TERSE)
        try:
            return nftjson.parse(table, self._library.run(nftjson.LIST_SERVICES))
        except (NftablesError, ValueError, LookupError):
            return None, {}
