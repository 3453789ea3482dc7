"""A netlink socket that is asked and answers within the call.

What does not live here: the messages (linkmessage.py).
"""

import contextlib
import errno
import socket
from collections.abc import Callable

from alived.workers.vrrp.kernel.nlmessage import Ack, Received, answer, received

DATAGRAM = 1 << 16
READS_MOST = 1 << 12
"""Datagrams of one answer; some hundred thousand interfaces."""

SOL_NETLINK = 270
NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK = 10, 12

Encode = Callable[[int], bytes]
"""From a sequence number to a message."""


class Channel:
    """rtnetlink, one question at a time. OSError: the kernel refuses a socket."""

    def __init__(self) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE
        )
        self._socket.bind((0, 0))
        self._socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        with contextlib.suppress(OSError):  # before Linux 4.20 a question about one interface is answered for all
            self._socket.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
        self._sequence = 0

    def do(self, encode: Encode) -> int:
        """Change something; 0 or an errno."""
        error, _ = self._exchange(encode)
        return error

    def ask(self, encode: Encode) -> list[Received]:
        """The messages that answer a question; empty also when there is no such thing."""
        _, found = self._exchange(encode)
        return found

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _exchange(self, encode: Encode) -> tuple[int, list[Received]]:
        self._sequence += 1
        found: list[Received] = []
        try:
            self._socket.send(encode(self._sequence))
            for _ in range(READS_MOST):
                for got in received(self._socket.recv(DATAGRAM)):
                    if got.sequence != self._sequence:
                        continue
                    if (end := answer(got)) is not None:
                        return end.error if isinstance(end, Ack) else 0, found
                    found.append(got)
        except BlockingIOError:  # the one message of an answer without an end
            return 0 if found else errno.EIO, found
        except OSError as error:
            return error.errno or errno.EIO, found
        return errno.EIO, found
