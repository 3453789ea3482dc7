"""Settings of interfaces under /proc/sys/net that instances need, set while they do and put back afterwards.

A setting that several need is put back when the last one lets it go, and only if it still is what was set here: on the
interface that it was set on, whatever its name is by then. What does not live here: who needs which (links.py).
"""

import contextlib
import logging
import socket
from pathlib import Path
from typing import NamedTuple

ROOT = Path("/proc/sys/net")

log = logging.getLogger(__name__)


class Key(NamedTuple):
    """One setting."""

    interface: str
    """`all` and `default` are two as well; empty: it is one of the whole network namespace."""
    name: str
    family: str = "ipv4"

    @property
    def path(self) -> Path:
        """The kernel's file."""
        room = ROOT / self.family
        return room / "conf" / self.interface / self.name if self.interface else room / self.name

    def __str__(self) -> str:
        where = f"conf.{self.interface}." if self.interface else ""
        return f"net.{self.family}.{where}{self.name}"


ALL, DEFAULT = "all", "default"
ALL_REVERSE_PATH = Key(ALL, "rp_filter")


def read(key: Key) -> int | None:
    """The present value; None: there is no such interface or setting."""
    try:
        return int(key.path.read_text())
    except (OSError, ValueError):
        return None


def write(key: Key, value: int) -> str:
    """Set a value; what went wrong in words, or nothing."""
    try:
        key.path.write_text(str(value))
    except OSError as error:
        return f"sysctl {key} can't be set to {value}: {error.strerror}"
    return ""


def index_of(interface: str) -> int:
    """The index of an interface; 0: there is none of this name, as for `all` and `default`."""
    try:
        return socket.if_nametoindex(interface)
    except OSError:
        return 0


class Sysctls:
    """What is set, for whom, and what it was before."""

    def __init__(self) -> None:
        self._before: dict[Key, int] = {}
        self._wanted: dict[Key, int] = {}
        self._holders: dict[Key, set[str]] = {}
        self._raised: dict[Key, tuple[int, int]] = {}
        """rp_filter of interfaces before and after it was made to stand without that of `all`."""
        self._indexes: dict[Key, int] = {}
        """Of the interfaces on which something was set: settings move with an interface that is renamed."""

    def remember(self, key: Key, value: int) -> None:
        """A predecessor that died has changed this setting, which was `value` before."""
        if key.interface == DEFAULT:
            self._raised.setdefault(key, (value, read(key) or 0))
        else:
            self._before.setdefault(key, value)

    def before(self, *interfaces: str) -> dict[Key, int]:
        """What settings of these interfaces were before they were changed here."""
        before = self._before | {key: value for key, (value, _) in self._raised.items()}
        return {key: value for key, value in before.items() if key.interface in interfaces}

    def hold(self, holder: str, wanted: dict[Key, int]) -> list[str]:
        """Set these and keep them until they are released; what went wrong in words."""
        failures: list[str] = []
        for key, value in wanted.items():
            self._leave_another(key)
            now = read(key)
            if now is not None and (key not in self._before or (key not in self._holders and now != value)):
                self._before[key] = now
            self._wanted[key] = value
            self._holders.setdefault(key, set()).add(holder)
            if now != value:
                failures.append(write(key, value))
        return [failure for failure in failures if failure]

    def release(self, holder: str) -> None:
        """Let go what a holder held."""
        for key in [key for key, holders in self._holders.items() if holder in holders]:
            self._holders[key].remove(holder)
            if not self._holders[key]:
                self._restore(key)

    def without_general_reverse_path(self, holder: str) -> list[str]:
        """Make rp_filter of each interface count alone, as on a macvlan it has to be 0.

        The greater of an interface's own and that of `all` counts. So what `all` has is given to each interface and
        to `default`, and `all` becomes 0: nothing changes for any other interface.
        """
        general = read(ALL_REVERSE_PATH) or 0
        if general:
            with contextlib.suppress(OSError):
                for path in (ROOT / "ipv4" / "conf").iterdir():
                    self._raise(Key(path.name, "rp_filter"), general)
        elif ALL_REVERSE_PATH not in self._before:
            return []
        return self.hold(holder, {ALL_REVERSE_PATH: 0})

    def restore_abandoned(self) -> None:
        """Put back what a predecessor changed and nobody holds."""
        for key in [key for key in self._before if key not in self._holders]:
            now = read(key)
            if now is None:  # its interface may come back
                continue
            if now != self._before[key]:
                log.info("sysctl %s is %d again, was left at %d", key, self._before[key], now)
                write(key, self._before[key])
            del self._before[key]
            self._lower(key)

    def _raise(self, key: Key, least: int) -> None:
        now = read(key)
        if key.interface != ALL and now is not None and now < least:
            self._raised[key] = (now, least)
            self._indexes[key] = index_of(key.interface)
            write(key, least)

    def _leave_another(self, key: Key) -> None:
        """The interface that bears the name now is to be set: put back what was set on the one that bore it before."""
        known, index = self._indexes.get(key, 0), index_of(key.interface)
        if known and index and known != index:
            self._put_back(key)
        if index:
            self._indexes[key] = index

    def _restore(self, key: Key) -> None:
        self._put_back(key)
        del self._wanted[key], self._holders[key]
        self._indexes.pop(key, None)
        self._lower(key)

    def _put_back(self, key: Key) -> None:
        here = self._here(key)
        if here is None:  # the settings are gone with the interface
            self._before.pop(key, None)
            return
        now = read(here)
        if now is None:  # a predecessor has set it on an interface that may come back
            return
        before, wanted = self._before.pop(key, None), self._wanted[key]
        if before is not None and before != wanted and now == wanted:
            write(here, before)

    def _here(self, key: Key) -> Key | None:
        """The key by the present name of the interface on which it was set; None: the interface is gone."""
        index = self._indexes.get(key, 0)
        if not index:
            return key
        try:
            return key._replace(interface=socket.if_indextoname(index))
        except OSError:
            return None

    def _lower(self, restored: Key) -> None:
        """Once rp_filter of `all` is what it was, so are those that stood in for it."""
        if restored == ALL_REVERSE_PATH:
            for raised, (value, least) in self._raised.items():
                here = self._here(raised)
                if here is not None and read(here) == least:
                    write(here, value)
                self._indexes.pop(raised, None)
            self._raised.clear()
