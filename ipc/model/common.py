"""What several kinds of objects are made of."""

from alived.ipc.record import record


@record(kw_only=True)
class Program:
    """A program to run: no shell ever, the user resolved when the configuration was read."""

    argv: tuple[str, ...]
    uid: int
    gid: int
    groups: tuple[int, ...] = ()
    """Supplementary groups that it has beside `gid`."""


@record()
class Account:
    """A user, and a group if it is not the user's own, by name or number."""

    user: str
    group: str = ""
    """With `:` before it, or just `:`: the user's supplementary groups count too."""
