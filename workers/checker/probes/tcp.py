"""TCP_CHECK: one try to connect.

Whose fault a failure is, is told by when it comes: an error of socket(2) or bind(2), or one that connect(2) returns at
once, is this host's (no route, no free port, no descriptor). A refusal, silence, or an error that arrives later, such
as an unreachable host that answers no ARP, is the server's.
"""

import asyncio
import errno
import os
import socket
import struct

from alived.ipc.model.checks import TcpCheck
from alived.workers.checker.outcome import Down, LocalError, Outcome, Up

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


async def probe(check: TcpCheck) -> Outcome:
    """Connect to the check's address and port, and close the connection again."""
    try:
        family, _, _, _, target = socket.getaddrinfo(
            check.address, check.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )[0]
        opened = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    except OSError as error:
        return LocalError(_text(error.errno, error.strerror))
    with opened:
        try:
            _bind(opened, check)
        except OSError as error:
            return LocalError(f"cannot bind to {check.bindto or '*'}:{check.bind_port}: {_text(error.errno)}")
        code = opened.connect_ex(target)
        if code not in {0, errno.EINPROGRESS, errno.ECONNREFUSED}:
            return LocalError(_text(code))
        if code == errno.EINPROGRESS:
            try:
                async with asyncio.timeout(check.connect_timeout):
                    await _writable(opened)
            except TimeoutError:
                return Down(f"no answer within {check.connect_timeout:g} s")
            code = opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code != 0:
            return Down(_text(code))
        return _connected(opened)


def _bind(opened: socket.socket, check: TcpCheck) -> None:
    if not check.bindto and not check.bind_port:
        return
    if check.bind_port:
        # closed in order, the pair of ports would rest in TIME_WAIT for a minute, and the next check could not use it
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    wildcard = "::" if opened.family == socket.AF_INET6 else "0.0.0.0"  # noqa: S104 - a source, nothing listens
    source = socket.getaddrinfo(
        check.bindto or wildcard, check.bind_port, family=opened.family, flags=socket.AI_NUMERICHOST
    )[0][4]
    opened.bind(source)


async def _writable(opened: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(opened, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(opened)


def _connected(opened: socket.socket) -> Outcome:
    """A port of this host that nobody listens on can be met by our own SYN, when it is our source port as well."""
    if opened.getsockname() == opened.getpeername():
        return Down("nobody listens: the connection was made to itself")
    return Up("connected")


def _text(code: int | None, text: str | None = None) -> str:
    return text or os.strerror(code or 0)
