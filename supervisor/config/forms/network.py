"""Words of addresses, routes and rules that name something: addresses, interfaces, routing tables and the like."""

import ipaddress
import socket
from enum import StrEnum

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first, quoted

BITS = {4: 32, 6: 128}
EVERYTHING = ("default", "any", "all")
DEFAULT = "default"
"""How a prefix of no bits is kept as long as its family is not known."""

IFNAME_LONGEST = 15
"""Bytes (IFNAMSIZ without the terminating one)."""


@record()
class Host:
    """An address without mask: str in its canonical spelling."""

    versions: tuple[int, ...] = (4, 6)
    spoken: bool = False
    """`inet` or `inet6` may stand before it."""

    @property
    def expected(self) -> str:
        """See Form."""
        kind = "an IP address" if len(self.versions) > 1 else f"an IPv{self.versions[0]} address"
        return f"{kind} without mask"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        spoken = {"inet": 4, "inet6": 6}.get(words[0]) if self.spoken and words else None
        index = 0 if spoken is None else 1
        address = canonical(first(words[index:], self.expected))
        if address is None or family_of(address) not in self.versions or spoken not in (None, family_of(address)):
            raise UnfitError(self.expected, index)
        return Reading(address, index + 1)

    def write(self, value: str) -> str:
        """See Form."""
        return value


@record()
class Prefix:
    """An address with its mask, or without one for all of its bits, or `default`: str as ADDRESS/BITS or `default`."""

    versions: tuple[int, ...] = (4, 6)
    default: bool = True
    """`default`, `any` and `all` may stand for every address."""

    @property
    def expected(self) -> str:
        """See Form."""
        kind = "an address" if len(self.versions) > 1 else f"an IPv{self.versions[0]} address"
        return f"{kind} or ADDRESS/BITS" + (" or default" if self.default else "")

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if self.default and word in EVERYTHING:
            return Reading(DEFAULT)
        if self.default and word == "default6":
            old = Problem(Severity.NOTE, Code.OLD_WORD, "`default6` is an old word", 0, "write `::/0`")
            return Reading("::/0", 1, (old,))
        host, slash, mask = word.partition("/")
        address = canonical(host)
        if address is None or family_of(address) not in self.versions:
            raise UnfitError(self.expected)
        bits = BITS[family_of(address)]
        if not slash:
            return Reading(f"{address}/{bits}")
        if mask.isdecimal() and mask.isascii() and len(mask) < 5 and int(mask) <= bits:
            return Reading(f"{address}/{int(mask)}")
        message, hint = f"the prefix length must be a number from 0 to {bits}", f"{bits} is used"
        wrong = Problem(Severity.ERROR, Code.BAD_VALUE, message, 0, hint)
        return Reading(f"{address}/{bits}", 1, (wrong,))

    def write(self, value: str) -> str:
        """See Form."""
        return value


def canonical(text: str) -> str | None:
    """The canonical spelling of an address as inet_pton(3) has it, so without a zone; None: it is none."""
    try:
        if ":" not in text:
            socket.inet_pton(socket.AF_INET, text)  # much faster than ipaddress, and there is one spelling
            return text
        return None if "%" in text else str(ipaddress.IPv6Address(text))
    except (OSError, ValueError):
        return None


def family_of(text: str) -> int:
    """4 or 6 for an address or prefix; 0 for `default`."""
    if ":" in text:
        return 6
    return 4 if "." in text else 0


class NameKind(StrEnum):
    """What numbers that have names are of; the value is the file of iproute2 that names them, if one does."""

    TABLE = "rt_tables"
    SCOPE = "rt_scopes"
    PROTOCOL = "rt_protos"
    REALM = "rt_realms"
    DSFIELD = "rt_dsfield"
    GROUP = "group"
    IPPROTO = "protocols"

    @property
    def what(self) -> str:
        """For messages."""
        return _WHAT[self]


_WHAT = {
    NameKind.TABLE: "a routing table",
    NameKind.SCOPE: "a scope",
    NameKind.PROTOCOL: "a routing protocol",
    NameKind.REALM: "a realm",
    NameKind.DSFIELD: "a type of service",
    NameKind.GROUP: "an interface group",
    NameKind.IPPROTO: "an IP protocol",
}


@record()
class Name:
    """A number or the name that the machine has for it: str as written."""

    kind: NameKind
    pair: bool = False
    """Two of them may be joined by `/`."""

    @property
    def expected(self) -> str:
        """See Form."""
        return f"the name or number of {self.kind.what}" + (", or two with / between" if self.pair else "")

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if not word:
            raise UnfitError(self.expected)
        return Reading(word)

    def write(self, value: str) -> str:
        """See Form."""
        return quoted(value)


@record()
class Interface:
    """The name of a network interface: str."""

    expected: str = "the name of an interface"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if not word:
            raise UnfitError(self.expected)
        return Reading(word)

    def write(self, value: str) -> str:
        """See Form."""
        return quoted(value)
