"""PURE: which names in which directories decide on what a path leads to.

A file can appear, change, go, or become another one because a directory on its way is made, renamed or removed, or
because a symbolic link is turned to somewhere else, which is how many programs exchange a file at one stroke. Each of
these is an event about one name in one directory. What does not live here: hearing of them (inotify.py).
"""

import posixpath
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

LINKS_MOST = 40
"""Links that are followed, as the kernel has it (path_resolution(7))."""


class Step(NamedTuple):
    """One name on the way."""

    directory: str
    """Absolute, and without links."""
    name: str
    last: bool
    """It is the file itself and not a directory or link on the way to it."""


def steps(path: str, link: Callable[[str], str | None]) -> tuple[Step, ...]:
    """Every name that an absolute path goes through, to the file itself, whether these things are there or not.

    `link` says where a symbolic link leads; None: it is none, or is not there. Links that lead in a circle end the way.
    """
    found: list[Step] = []
    directory, names = "/", deque(_names(path))
    links = 0
    while names:
        name = names.popleft()
        if name == "..":
            directory = posixpath.dirname(directory)
            continue
        here = posixpath.join(directory, name)
        target = link(here)
        found.append(Step(directory, name, last=target is None and not names))
        if target is None:
            directory = here
            continue
        links += 1
        if links > LINKS_MOST:
            break
        names.extendleft(reversed(_names(target)))
        if target.startswith("/"):
            directory = "/"
    return tuple(dict.fromkeys(found))


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in ("", ".")]
