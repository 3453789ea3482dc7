"""The data plane that is an nftables table of NAT rules, for kernels without IPVS.

libnftables (Debian: libnftables1) is used through ctypes: one call, one transaction, and JSON back, with no program
run. What does not live here: which rules (ruleset.py) and their JSON (nftjson.py).
"""

import ctypes
import errno
import socket
from collections.abc import Sequence

from alived.workers.lvs import nftjson, ruleset
from alived.workers.lvs.plan import Op, apply
from alived.workers.lvs.plane import Fit, PlaneError, Statistics
from alived.workers.lvs.ruleset import Ruleset
from alived.workers.lvs.table import Table

LIBRARY = "libnftables.so.1"
OUTPUT_JSON, OUTPUT_NUMERIC_PROTOCOL, OUTPUT_TERSE = 1 << 4, 1 << 7, 1 << 11
"""NFT_CTX_OUTPUT_* of nftables/libnftables.h; terse leaves out the contents of named sets."""

NETLINK_NETFILTER, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES = 12, 270, 1, 7


class Library:
    """libnftables: run commands, get text. PlaneError if it is not installed."""

    def __init__(self) -> None:
        try:
            self._nft = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise PlaneError(f"{LIBRARY} is not installed (Debian: package libnftables1)") from error
        self._declare()
        self._context = self._nft.nft_ctx_new(0)
        if not self._context:
            raise PlaneError("libnftables has no context to offer")
        self._nft.nft_ctx_buffer_output(self._context)
        self._nft.nft_ctx_buffer_error(self._context)

    def run(self, commands: str, flags: int = 0) -> str:
        """Run JSON commands in one transaction; the text that came out. PlaneError with the library's words."""
        self._nft.nft_ctx_output_set_flags(self._context, OUTPUT_JSON | OUTPUT_NUMERIC_PROTOCOL | flags)
        failed = self._nft.nft_run_cmd_from_buffer(self._context, commands.encode())
        output: bytes = self._nft.nft_ctx_get_output_buffer(self._context)
        error: bytes = self._nft.nft_ctx_get_error_buffer(self._context)
        if failed:
            first_line = error.decode(errors="replace").partition("\n")[0]
            raise PlaneError(first_line.removeprefix("internal:0:0-0: ").removeprefix("Error: "))
        return output.decode()

    def close(self) -> None:
        """Free the context."""
        self._nft.nft_ctx_free(self._context)

    def _declare(self) -> None:
        context, text = ctypes.c_void_p, ctypes.c_char_p
        signatures: dict[str, tuple[type | None, list[type]]] = {
            "nft_ctx_new": (context, [ctypes.c_uint32]),
            "nft_ctx_free": (None, [context]),
            "nft_ctx_buffer_output": (ctypes.c_int, [context]),
            "nft_ctx_buffer_error": (ctypes.c_int, [context]),
            "nft_ctx_get_output_buffer": (text, [context]),
            "nft_ctx_get_error_buffer": (text, [context]),
            "nft_ctx_output_set_flags": (None, [context, ctypes.c_uint]),
            "nft_run_cmd_from_buffer": (ctypes.c_int, [context, text]),
        }
        for name, (result, arguments) in signatures.items():
            function = getattr(self._nft, name)
            function.restype, function.argtypes = result, arguments


class Nftables:
    """The table `ip alived` of this network namespace; all in it is ours. PlaneError if the kernel can't have one."""

    name = "nftables"

    def __init__(self) -> None:
        self._library = Library()
        self._have: Ruleset | None = None
        """What is in the table; None: no table, or one that has to be made anew."""
        self._listed: Ruleset | None = None
        """How the library listed what was made last: versions of it may write the same rules in other words."""
        try:
            self._rehearse()
            self._events = _subscribe()
        except BaseException:
            self._library.close()
            raise

    def fit(self, want: Table) -> Fit:
        """NAT, IPv4, rr and wrr."""
        return ruleset.fit(want)

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
        except PlaneError as error:
            return [f"nftables refused {len(ops)} operations: {error}"]
        return []

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
        return self._events.fileno()

    def quiet(self) -> None:
        """Take all notifications; that some were lost (ENOBUFS) is one more reason to look."""
        while True:
            try:
                self._events.recv(1 << 16)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise

    def close(self) -> None:
        """Close the socket and free the library's context."""
        self._events.close()
        self._library.close()

    def _rehearse(self) -> None:
        """Find out whether this kernel has all that is needed; if our table is there already, it has."""
        if nftjson.has_table(self._library.run(nftjson.LIST_TABLES)):
            return
        try:
            self._library.run(nftjson.rehearsal(ruleset.ruleset(ruleset.SAMPLE)))
        except PlaneError as error:
            raise PlaneError(f"the kernel's nftables can't do all that is needed: {error}") from error

    def _list(self) -> tuple[Ruleset | None, dict[str, int]]:
        """The rules in the kernel, None if there is no table or not one of ours, and the connections counted."""
        if not nftjson.has_table(self._library.run(nftjson.LIST_TABLES)):
            return None, {}
        table = self._library.run(nftjson.LIST_TABLE, OUTPUT_TERSE)
        try:
            return nftjson.parse(table, self._library.run(nftjson.LIST_SERVICES))
        except (PlaneError, ValueError, LookupError):
            return None, {}


def _subscribe() -> socket.socket:
    """A socket that receives the kernel's notifications about nftables."""
    events = socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, NETLINK_NETFILTER
    )
    events.bind((0, 0))
    events.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES)
    return events
