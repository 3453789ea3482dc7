"""PURE: instances that reloads have removed, or given other names: whoever asks for one is told so.

What does not live here: what a reload changes (changes.py), and the question (ctl/why.py).
"""

from collections.abc import Container, Iterable

from alived.ipc.messages import Document
from alived.supervisor.changes import Change
from alived.supervisor.effects import Sign

REMEMBERED = 256
"""Names; the oldest give way."""

_KIND = "vrrp_instance "


class Departed:
    """The names that no instance has any more."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, str]] = {}
        """Name -> when, and the name that the instance has had since; empty: it was removed. The newest last."""

    def note(self, changes: Iterable[Change], present: Container[str], now: float) -> None:
        """A reload has made these changes; `present` has the names of all instances that there are now."""
        for change in changes:
            if change.key.startswith(_KIND):
                self._note(change, now)
        self._found = {name: found for name, found in self._found.items() if name not in present}
        for name in list(self._found)[:-REMEMBERED]:
            del self._found[name]

    def document(self, now: float) -> list[Document]:
        """As `status` has it: `name`, `age` in seconds, `renamed_to`, which is null of one that was removed."""
        return [
            {"name": name, "age": round(now - since, 3), "renamed_to": renamed_to or None}
            for name, (since, renamed_to) in self._found.items()
        ]

    def _note(self, change: Change, now: float) -> None:
        name = change.key.removeprefix(_KIND)
        renamed_to = next((value.new for value in change.values if value.name == "name"), "")
        if change.sign is Sign.REMOVED or renamed_to:
            self._found.pop(name, None)
            self._found[name] = now, renamed_to
