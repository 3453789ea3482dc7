"""sd_notify(3): tell systemd how the daemon is. Nothing is sent, and nothing fails, where there is no systemd."""

import os
import socket
import time
from collections.abc import MutableMapping


class Notifier:
    """Speaks to the socket that systemd names in the environment."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        """Takes its variables out of the environment: no program that we start is to speak for us."""
        address = environment.pop("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) if address else None
        if self._socket is not None:
            self._socket.setblocking(False)
        wanted = environment.pop("WATCHDOG_PID", "") in ("", str(os.getpid()))
        self.watchdog_interval = int(environment.pop("WATCHDOG_USEC", "0") or 0) / 2e6 if wanted else 0.0
        """Seconds between two signs of life, half of what the unit demands; 0: none are wanted."""

    def ready(self, status: str) -> None:
        """All workers are ready."""
        self._send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """A reload has begun; `ready` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def status(self, status: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={status}")

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1", "STATUS=stopping")

    def alive(self) -> None:
        """A sign of life for the watchdog."""
        self._send("WATCHDOG=1")

    def close(self) -> None:
        """Say no more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, *lines: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto("\n".join(lines).encode(), self._address)
        except OSError:  # systemd being restarted itself: the next message will do
            return
