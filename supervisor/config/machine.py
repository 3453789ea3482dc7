"""What the reader asks of the machine it runs on: accounts, programs, interfaces. Tests ask another one."""

import grp
import os
import pwd
import socket
from pathlib import Path
from typing import Protocol

from alived.supervisor.config.inspection import Identity, Inspection, inspect
from alived.supervisor.config.secret_file import read_secret


class Machine(Protocol):
    """The questions."""

    def user(self, name: str) -> Identity | None:
        """The user of that name or number with its own group; None: there is none."""

    def group(self, name: str) -> int | None:
        """The group of that name or number; None: there is none."""

    def groups(self, uid: int) -> tuple[int, ...]:
        """All groups of a user."""

    def program(self, name: str, identity: Identity) -> Inspection:
        """The program of that path, or of that name in PATH, for whom it would run as."""

    def interfaces(self) -> frozenset[str]:
        """The names of the network interfaces."""

    def cpus(self) -> int:
        """How many CPUs there are."""

    def text(self, path: str) -> str | None:
        """What a small file says; None: it cannot be read."""

    def files(self, directory: str) -> tuple[str, ...]:
        """The names in a directory, in order; none if there is no such directory."""

    def secret(self, path: str) -> str:
        """What a file says that holds a secret. SecretError: it cannot be used, or others can read it."""

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory of that path."""

    def protocol(self, name: str) -> int | None:
        """The number of the IP protocol of that name (protocols(5)); None: there is none."""


class ThisMachine:
    """The machine as it is."""

    def user(self, name: str) -> Identity | None:
        """See Machine."""
        try:
            entry = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
        except (KeyError, ValueError, OverflowError):
            return None
        return Identity(entry.pw_uid, entry.pw_gid)

    def group(self, name: str) -> int | None:
        """See Machine."""
        try:
            return (grp.getgrgid(int(name)) if name.isdecimal() else grp.getgrnam(name)).gr_gid
        except (KeyError, ValueError, OverflowError):
            return None

    def groups(self, uid: int) -> tuple[int, ...]:
        """See Machine."""
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            return ()
        return tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))

    def program(self, name: str, identity: Identity) -> Inspection:
        """See Machine."""
        return inspect(name, identity)

    def interfaces(self) -> frozenset[str]:
        """See Machine."""
        try:
            return frozenset(name for _, name in socket.if_nameindex())
        except OSError:
            return frozenset()

    def cpus(self) -> int:
        """See Machine."""
        return os.cpu_count() or 1

    def text(self, path: str) -> str | None:
        """See Machine."""
        try:
            return Path(path).read_text(encoding="utf-8", errors="replace") if Path(path).is_file() else None
        except (OSError, ValueError):
            return None

    def files(self, directory: str) -> tuple[str, ...]:
        """See Machine."""
        try:
            return tuple(sorted(path.name for path in Path(directory).iterdir()))
        except (OSError, ValueError):
            return ()

    def secret(self, path: str) -> str:
        """See Machine."""
        return read_secret(path)

    def is_directory(self, path: str) -> bool:
        """See Machine."""
        try:
            return Path(path).is_dir()
        except (OSError, ValueError):
            return False

    def protocol(self, name: str) -> int | None:
        """See Machine."""
        try:
            return socket.getprotobyname(name)
        except (OSError, ValueError):
            return None
