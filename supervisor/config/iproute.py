"""The names that iproute2 has for numbers of tables, scopes, protocols, realms, types of service and groups.

A file of the administrator's directory takes the place of the distribution's file of the same name; to both come the
files `NAME.d/*.conf`. What the kernel itself defines has its name also without any file.
"""

from alived.supervisor.config.forms.network import NameKind
from alived.supervisor.config.forms.quantities import whole
from alived.supervisor.config.machine import Machine

USR_DIR = "/usr/share/iproute2"
ETC_DIR = "/etc/iproute2"

LARGEST = {
    NameKind.TABLE: 2**32 - 1,
    NameKind.SCOPE: 255,
    NameKind.PROTOCOL: 255,
    NameKind.REALM: 255,
    NameKind.DSFIELD: 255,
    NameKind.GROUP: 2**31 - 1,
    NameKind.IPPROTO: 127,
}
"""The largest number of a kind, as keepalived has it."""

BUILT_IN = {
    NameKind.TABLE: {"default": 253, "main": 254, "local": 255},
    NameKind.SCOPE: {"global": 0, "nowhere": 255, "host": 254, "link": 253, "site": 200},
    NameKind.PROTOCOL: {
        "none": 0,
        "redirect": 1,
        "kernel": 2,
        "boot": 3,
        "static": 4,
        "gated": 8,
        "ra": 9,
        "mrt": 10,
        "zebra": 11,
        "bird": 12,
        "dnrouted": 13,
        "xorp": 14,
        "ntk": 15,
        "dhcp": 16,
        "babel": 42,
    },
}
"""rtnetlink(7). A number that a file names has that name instead."""


class IprouteNames:
    """Numbers of names. Files are read once, when they are needed."""

    def __init__(self, machine: Machine, usr_dir: str = "", etc_dir: str = "") -> None:
        self._machine = machine
        self._usr = usr_dir or USR_DIR
        self._etc = etc_dir or ETC_DIR
        self._known: dict[NameKind, dict[str, int]] = {}

    def number(self, kind: NameKind, name: str) -> int | None:
        """The number of a name, or the number that it is; None: there is no such."""
        number = whole(name)
        if number is not None:
            return number if number <= LARGEST[kind] else None
        if kind is NameKind.IPPROTO:
            return self._machine.protocol(name)
        if kind not in self._known:
            self._known[kind] = self._read(kind)
        return self._known[kind].get(name)

    def where(self, kind: NameKind) -> str:
        """Where names of a kind are to be written, for messages."""
        return "/etc/protocols" if kind is NameKind.IPPROTO else f"{self._etc}/{kind}"

    def _read(self, kind: NameKind) -> dict[str, int]:
        found: dict[str, int] = {}
        for text in self._texts(kind):
            for line in text.splitlines():
                words = line.partition("#")[0].split()
                number = whole(words[0]) if len(words) == 2 else None
                if number is not None and number <= LARGEST[kind]:
                    found.setdefault(words[1], number)
        named = set(found.values())
        return {name: number for name, number in BUILT_IN.get(kind, {}).items() if number not in named} | found

    def _texts(self, kind: NameKind) -> list[str]:
        main = self._machine.text(f"{self._etc}/{kind}")
        if main is None:
            main = self._machine.text(f"{self._usr}/{kind}")
        own = self._parts(f"{self._etc}/{kind}.d")
        others = [name for name in self._parts(f"{self._usr}/{kind}.d") if name not in own]
        paths = [f"{self._usr}/{kind}.d/{name}" for name in others] + [f"{self._etc}/{kind}.d/{name}" for name in own]
        return [text for text in (main, *map(self._machine.text, paths)) if text]

    def _parts(self, directory: str) -> list[str]:
        names = self._machine.files(directory)
        return [name for name in names if name.endswith(".conf") and not name.startswith(".")]
