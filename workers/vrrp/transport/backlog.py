"""How much a socket may hold until the worker reads it.

What does not live here: the sockets (sockets.py, netlink.py).
"""

import socket

RECEIVE_BUFFER = 1 << 20
"""Bytes."""

SO_RCVBUFFORCE = 33


def enlarge(opened: socket.socket) -> None:
    """Make room for bursts, in a user namespace no more than net.core.rmem_max (socket(7))."""
    try:
        opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except PermissionError:  # no namespace's own CAP_NET_ADMIN is enough for that
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
