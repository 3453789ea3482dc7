"""libnftables (Debian: libnftables1) through ctypes: one call, one transaction, and JSON back, with no program run.

What does not live here: which rules, and their JSON (libnftables-json(5)): each worker has a table of its own.
"""

import ctypes
import errno
import socket
from collections.abc import Iterator

LIBRARY = "libnftables.so.1"
OUTPUT_JSON, OUTPUT_NUMERIC_PROTOCOL, OUTPUT_TERSE = 1 << 4, 1 << 7, 1 << 11
"""NFT_CTX_OUTPUT_* of nftables/libnftables.h; terse leaves out the contents of named sets."""

NETLINK_NETFILTER, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES = 12, 270, 1, 7
SO_RCVBUFFORCE = 33
ROOM = 1 << 21
"""Bytes of notifications that may wait: some thousand changes of others."""
READS_PER_TURN = 32
"""Datagrams, each of which may tell of a hundred changes, that are read before other work gets its turn."""
READS_AFTER_OVERFLOW = 1 << 16
"""More than there is room for; the kernel adds none meanwhile."""


class NftablesError(Exception):
    """The library is not there, or the kernel refuses; the message is fit for a log."""


class Library:
    """libnftables: run commands, get text. NftablesError if it is not installed."""

    def __init__(self) -> None:
        try:
            self._nft = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise NftablesError(f"{LIBRARY} is not installed (Debian: package libnftables1)") from error
        self._declare()
        self._context = self._nft.nft_ctx_new(0)
        if not self._context:
            raise NftablesError("libnftables has no context to offer")
        self._nft.nft_ctx_buffer_output(self._context)
        self._nft.nft_ctx_buffer_error(self._context)

    def run(self, commands: str, flags: int = 0) -> str:
        """Run JSON commands in one transaction; the text that came out. NftablesError with the library's words."""
        self._nft.nft_ctx_output_set_flags(self._context, OUTPUT_JSON | OUTPUT_NUMERIC_PROTOCOL | flags)
        failed = self._nft.nft_run_cmd_from_buffer(self._context, commands.encode())
        output: bytes = self._nft.nft_ctx_get_output_buffer(self._context)
        error: bytes = self._nft.nft_ctx_get_error_buffer(self._context)
        if failed:
            first_line = error.decode(errors="replace").partition("\n")[0]
            raise NftablesError(first_line.removeprefix("internal:0:0-0: ").removeprefix("Error: "))
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


class Changes:
    """The kernel's notifications about all nftables of this network namespace. OSError: the kernel refuses."""

    def __init__(self) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, NETLINK_NETFILTER
        )
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        except PermissionError:  # no namespace's own CAP_NET_ADMIN is enough for that
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        self._socket.bind((0, 0))
        self._socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES)

    def fileno(self) -> int:
        """Becomes readable when something has changed."""
        return self._socket.fileno()

    def take(self) -> Iterator[bytes]:
        """The next few datagrams; an empty one: some were lost (ENOBUFS), which is a reason to look, too.

        From the first change that it drops to the moment when all is read, the kernel drops every one and speaks of it
        but once. So all is read before anybody looks.
        """
        for _ in range(READS_PER_TURN):
            try:
                yield self._socket.recv(1 << 16)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._discard()
                yield b""
                return

    def _discard(self) -> None:
        for _ in range(READS_AFTER_OVERFLOW):
            try:
                self._socket.recv(1)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
