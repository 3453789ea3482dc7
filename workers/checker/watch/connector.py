"""The socket on which the kernel tells of processes that begin, change and end (linux/cn_proc.h).

It needs CAP_NET_ADMIN and the initial namespaces of users, processes and networks; elsewhere it cannot be had. What
does not live here: the form of events (events.py), and what they mean (processes.py).
"""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable

from alived.workers.checker.watch.events import GROUP, Answer, Event, listen, parse

_NETLINK_CONNECTOR = 11
_DATAGRAM_MOST = 4096
_RECEIVE_BUFFER = 1 << 20
"""Bytes: some thousand events, as many as a large build makes while nobody reads."""
_AT_ONCE = 256
"""Datagrams that are read before others have their turn."""


class Connector:
    """News of all processes of the host."""

    def __init__(self, tell: Callable[[list[Event]], None], lost: Callable[[], None]) -> None:
        """`lost` is called when the kernel could not tell everything. OSError: it tells nothing here."""
        self._tell = tell
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC, _NETLINK_CONNECTOR)
        try:
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            self._socket.bind((0, GROUP))
            self._socket.send(listen(self._socket.getsockname()[0]))
            self._expect_answer()
        except OSError:
            self._socket.close()
            raise
        self._loop.add_reader(self._socket, self._read)

    def close(self) -> None:
        """Hear nothing any more."""
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _expect_answer(self) -> None:
        """The kernel answers while it is asked, or never: in another namespace it says nothing at all."""
        for event in self._events():
            if isinstance(event, Answer):
                if event.error:
                    raise OSError(event.error, os.strerror(event.error))
                return
        raise OSError(errno.EOPNOTSUPP, "the kernel does not tell of processes in this namespace")

    def _read(self) -> None:
        try:
            events = self._events()
        except OSError:
            self._lost()  # ENOBUFS: there was more than the buffer holds
            return
        if events:
            self._tell(events)

    def _events(self) -> list[Event]:
        """What can be read now. OSError: some of it is lost."""
        events: list[Event] = []
        with contextlib.suppress(BlockingIOError):
            for _ in range(_AT_ONCE):
                datagram, (port, _) = self._socket.recvfrom(_DATAGRAM_MOST)
                if port == 0:  # from the kernel
                    events += parse(datagram)
        return events
