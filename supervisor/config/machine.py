"""What the reader asks of the machine it runs on: accounts, programs, interfaces. Tests ask another one."""

import grp
import os
import pwd
import shutil
import socket
from pathlib import Path
from stat import S_ISDIR, S_ISVTX, S_IWGRP, S_IWOTH
from typing import NamedTuple, Protocol


class Identity(NamedTuple):
    """Whom a program runs as."""

    uid: int
    gid: int


class Machine(Protocol):
    """The questions."""

    def user(self, name: str) -> Identity | None:
        """The user of that name or number with its own group; None: there is none."""

    def group(self, name: str) -> int | None:
        """The group of that name or number; None: there is none."""

    def program(self, name: str) -> str | None:
        """The absolute path of a program: a bare name is searched in PATH; None: it cannot be run."""

    def writable_by_others(self, path: str) -> str | None:
        """The first component of a path that somebody else than root can change; None: nobody can."""

    def interfaces(self) -> frozenset[str]:
        """The names of the network interfaces."""


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

    def program(self, name: str) -> str | None:
        """See Machine."""
        found = shutil.which(name)
        return str(Path(found).absolute()) if found else None

    def writable_by_others(self, path: str) -> str | None:
        """See Machine."""
        try:
            resolved = Path(path).resolve(strict=True)
            for component in (*reversed(resolved.parents), resolved):
                if _writable_by_others(component.stat()):
                    return str(component)
        except OSError:
            return path
        return None

    def interfaces(self) -> frozenset[str]:
        """See Machine."""
        try:
            return frozenset(name for _, name in socket.if_nameindex())
        except OSError:
            return frozenset()


def _writable_by_others(status: os.stat_result) -> bool:
    if status.st_uid != 0:
        return True
    if S_ISDIR(status.st_mode) and status.st_mode & S_ISVTX:
        return False  # others may add files there, and cannot replace root's
    return bool(status.st_mode & S_IWOTH or (status.st_mode & S_IWGRP and status.st_gid != 0))
