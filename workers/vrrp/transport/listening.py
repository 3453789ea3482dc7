"""All sockets that hear adverts, read together: at once while few adverts come, at intervals while many do.

Network cards do the same with their interrupts. After adverts have come nobody is woken for a while (`window`); what
comes in the meantime is read at the end of it, until once there is nothing. A timer that an advert puts off must not
fire while that advert waits: the alarm calls `catch_up` before it rings. What does not live here: how long the window
is (window.py), and the sockets (receiving.py).
"""

import asyncio
import select
import socket
from collections.abc import Callable


class Listening:
    """Reads sockets when there is something in them. OSError: the kernel refuses an epoll instance."""

    def __init__(self) -> None:
        self.window = 0.0
        """Seconds from one reading to the next while adverts come; 0: they are read when they come."""
        self._loop = asyncio.get_running_loop()
        self._readable = select.epoll()
        self._readers: dict[int, Callable[[], None]] = {}
        """By file descriptor."""
        self._heard = False
        self._again: asyncio.TimerHandle | None = None
        """The end of the window; None: whatever comes wakes us."""
        self._loop.add_reader(self._readable, self._wake)

    def add(self, opened: socket.socket, read: Callable[[], None]) -> None:
        """Call `read` when there is something in a socket, until it is removed."""
        self._readers[opened.fileno()] = read
        self._readable.register(opened, select.EPOLLIN)

    def remove(self, opened: socket.socket) -> None:
        """Read it no more; it is about to be closed."""
        if self._readers.pop(opened.fileno(), None) is not None:
            self._readable.unregister(opened)

    def catch_up(self) -> None:
        """Read now what the window would keep waiting."""
        if self._again is not None:
            self._read()

    def close(self) -> None:
        """Listen no more."""
        if self._again is not None:
            self._again.cancel()
        self._loop.remove_reader(self._readable)
        self._readable.close()

    def _wake(self) -> None:
        self._read()
        if self.window:
            self._loop.remove_reader(self._readable)
            self._again = self._loop.call_later(self.window, self._look)

    def _look(self) -> None:
        """The window ends: another one begins if something came in it."""
        self._read()
        if self._heard and self.window:
            self._heard = False
            self._again = self._loop.call_later(self.window, self._look)
        else:
            self._again = None
            self._loop.add_reader(self._readable, self._wake)

    def _read(self) -> None:
        for descriptor, _ in self._readable.poll(0):
            self._heard = True
            reader = self._readers.get(descriptor)
            if reader is not None:  # none: another one's advert has closed this socket
                reader()
