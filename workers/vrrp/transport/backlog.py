"""How much a socket may hold until the worker reads it.

What does not live here: the sockets (inlet.py, netlink.py), and how much adverts need (buffers.py).
"""

import socket

RECEIVE_BUFFER = 1 << 20
"""Bytes."""

SO_RCVBUFFORCE = 33


def enlarge(opened: socket.socket, size: int = RECEIVE_BUFFER) -> None:
    """Make room for bursts, in a user namespace no more than net.core.rmem_max (socket(7)).

    `size` is in bytes; the kernel doubles it, for its own overhead, and makes it at least some 2 KiB.
    """
    size = min(size, _LARGEST)
    try:
        opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, size)
    except PermissionError:  # no namespace's own CAP_NET_ADMIN is enough for that
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)


_LARGEST = (1 << 30) - 1
"""Twice as much is the largest integer that the kernel takes."""
