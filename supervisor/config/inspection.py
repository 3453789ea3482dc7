"""What is found when the path of a program is walked: whether a user may run it, and who else could change it.

As keepalived does (lib/notify.c), but every component is looked at, symbolic links and what they lead to included, and
the first bad one is named with the way to put it right. Permissions are those of the mode bits; access control lists
are not looked at. What does not live here: what is made of it (programs.py).
"""

import errno
import grp
import os
import pwd
import shlex
from collections.abc import Iterator
from stat import S_ISDIR, S_ISGID, S_ISLNK, S_ISREG, S_ISUID, S_ISVTX, S_IWGRP, S_IWOTH, S_IXGRP, S_IXOTH, S_IXUSR
from typing import NamedTuple

from alived.ipc.record import record

LINKS_MOST = 40
"""Symbolic links that a path may lead through, as in Linux."""

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Identity(NamedTuple):
    """Whom a program runs as."""

    uid: int
    gid: int


@record()
class Weakness:
    """A component of a path that somebody else than root can change."""

    component: str
    why: str
    """As `it belongs to bob`."""
    fix: str
    """The command that puts it right."""


@record()
class Inspection:
    """What there is to know of a program."""

    path: str = ""
    """Its absolute path; empty: there is no such program, or the user cannot get at it."""
    trouble: str = ""
    """Why it cannot be run; empty: it can."""
    weakness: Weakness | None = None
    """Not looked for where neither root nor root's group runs it."""
    link: str = ""
    """A directory of its path that is a symbolic link; empty: there is none. Looked for as the weakness is."""


def inspect(name: str, identity: Identity) -> Inspection:
    """The program of that path, or of that name in PATH. Never raises."""
    if "/" in name:
        return _inspect(os.path.join(os.getcwd(), name), identity)  # noqa: PTH109, PTH118 - `..` has to stay
    refused = ""
    for directory in os.environ.get("PATH", DEFAULT_PATH).split(":"):
        found = _inspect(os.path.join(os.getcwd(), directory, name), identity)  # noqa: PTH109, PTH118 - the same
        if found.path and not found.trouble:
            return found
        refused = refused or (found.path and found.trouble)
    return Inspection(trouble=refused or f"there is no program {name} in PATH")


def _inspect(path: str, identity: Identity) -> Inspection:
    walk = _Walk(path)
    try:
        status = walk.end(identity)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Inspection(trouble=f"{walk.at}: {reason}")
    if not S_ISREG(status.st_mode):
        return Inspection(trouble=f"{walk.at} is not a file")
    if not _may_execute(status, identity):
        return Inspection(path, f"{walk.at} is not executable for uid {identity.uid}, gid {identity.gid}")
    gives_root = (status.st_uid == 0 and status.st_mode & S_ISUID) or (status.st_gid == 0 and status.st_mode & S_ISGID)
    if 0 not in identity and not gives_root:
        return Inspection(path)
    return Inspection(path, "", walk.weakness, walk.link)


class _Walk:
    """From the root of the file system to the end of a path, through all symbolic links."""

    def __init__(self, path: str) -> None:
        self._todo = path.split("/")
        self._written = len(self._todo)
        """How many parts of what is to do stand in the path itself; the others, before them, are a link's."""
        self.at = "/"
        """The component that was looked at last."""
        self.weakness: Weakness | None = None
        self.link = ""

    def end(self, identity: Identity) -> os.stat_result:
        """What is at the end of it. OSError, ValueError; FileNotFoundError, PermissionError with `at` where it is."""
        here, links = "/", 0
        status = self._look(here)
        while self._todo:
            self._written = min(self._written, len(self._todo))
            part = self._todo.pop(0)
            if part in ("", "."):
                continue
            if not S_ISDIR(status.st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            if identity.uid != 0 and not _may_execute(status, identity):
                raise PermissionError(errno.EACCES, f"uid {identity.uid}, gid {identity.gid} may not enter it")
            if part == "..":
                here = os.path.dirname(here)  # noqa: PTH120 - a string like the others
                status = self._look(here)
                continue
            step = os.path.join(here, part)  # noqa: PTH118 - the same
            found = self._look(step)
            if not S_ISLNK(found.st_mode):
                here, status = step, found
                continue
            links += 1
            if links > LINKS_MOST:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            if not self.link and self._todo and len(self._todo) < self._written:
                self.link = step
            target = os.readlink(step)  # noqa: PTH115 - the same
            if target.startswith("/"):
                here = "/"
            status = os.lstat(here)
            self._todo[:0] = target.split("/")
        return status

    def _look(self, component: str) -> os.stat_result:
        self.at = component
        status = os.lstat(component)
        if self.weakness is None and (problems := list(_problems(component, status))):
            why, fix = zip(*problems, strict=True)
            self.weakness = Weakness(component, " and ".join(why), " && ".join(fix))
        return status


def _problems(component: str, status: os.stat_result) -> Iterator[tuple[str, str]]:
    """Why others than root can change a component, and how to put that right."""
    quoted = shlex.quote(component)
    is_link = S_ISLNK(status.st_mode)
    if status.st_uid != 0:
        yield f"it belongs to {_user_name(status.st_uid)}", f"chown {'-h ' if is_link else ''}root {quoted}"
    if is_link or (S_ISDIR(status.st_mode) and status.st_mode & S_ISVTX):
        return  # a link has no permissions; in a sticky directory others may add files, and cannot replace root's
    if status.st_mode & S_IWOTH:
        yield "everybody may write to it", f"chmod o-w {quoted}"
    if status.st_mode & S_IWGRP and status.st_gid != 0:
        yield f"the group {_group_name(status.st_gid)} may write to it", f"chmod g-w {quoted}"


def _may_execute(status: os.stat_result, identity: Identity) -> bool:
    """Whether the mode bits let somebody execute a file, or enter a directory."""
    if identity.uid == 0:
        return bool(status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH))
    if identity.uid == status.st_uid:
        return bool(status.st_mode & S_IXUSR)
    return bool(status.st_mode & (S_IXGRP if identity.gid == status.st_gid else S_IXOTH))


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
