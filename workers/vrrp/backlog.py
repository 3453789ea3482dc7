"""How much a socket may hold until the worker reads it.

What does not live here: the sockets (sockets.py, netlink.py).
"""

import contextlib
import socket

RECEIVE_BUFFER = 1 << 20
"""Bytes."""

SO_RCVBUFFORCE = 33


def enlarge(opened: socket.socket) -> None:
    """Make room for bursts; within net.core.rmem_max where root is not the host's own, as in a user namespace."""
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    with contextlib.suppress(PermissionError):
        opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
