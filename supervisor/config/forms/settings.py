"""The forms that only settings of the whole daemon have (keepalived.conf(5), "Global definitions")."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import field

from alived.ipc.model.processes import AdvertBuffers, BufferPolicy
from alived.ipc.model.settings import Fifo, MailServer
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first, quoted
from alived.supervisor.config.forms.numbers import INTEGER, UNSIGNED_MAX
from alived.supervisor.config.forms.programs import UserAndGroup

PROCESS_NAME_LONGEST = 15
"""Bytes that the kernel keeps of a process's name (TASK_COMM_LEN less its NUL)."""

PORT_MOST = 65535

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.?")
"""RFC 1123 section 2.1, and the underscores that resolvers take."""


@record()
class Clamped:
    """A whole number; one out of range is taken for the nearest in it: int."""

    low: int
    high: int

    @property
    def expected(self) -> str:
        """See Form."""
        return f"a whole number from {self.low} to {self.high}"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if not INTEGER.fullmatch(word):
            raise UnfitError(self.expected)
        number = min(max(int(word), self.low), self.high)
        if number == int(word):
            return Reading(number)
        message, hint = f"it must be {self.expected}", f"{number} is used"
        return Reading(number, 1, (Problem(Severity.ERROR, Code.BAD_VALUE, message, 0, hint),))

    def write(self, value: int) -> str:
        """See Form."""
        return str(value)


@record()
class ProcessName:
    """What a process is called: str."""

    expected: str = field(default=f"a name of at most {PROCESS_NAME_LONGEST} bytes", init=False)

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        name = word.encode()[:PROCESS_NAME_LONGEST].decode(errors="ignore")
        if name == word:
            return Reading(name)
        message = f"a process name has at most {PROCESS_NAME_LONGEST} bytes"
        return Reading(name, 1, (Problem(Severity.WARNING, Code.BAD_VALUE, message, 0, f"{name} is used"),))

    def write(self, value: str) -> str:
        """See Form."""
        return quoted(value)


@record()
class Host:
    """HOST [PORT]: MailServer. A name is not looked up: a resolver that is down must not hold up a start."""

    expected: str = field(default="an IP address or a host name, and perhaps a port", init=False)

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        host = first(words, self.expected)
        if not is_host(host):
            raise UnfitError(self.expected)
        if len(words) == 1:
            return Reading(MailServer(host=host))
        if not INTEGER.fullmatch(words[1]) or not 1 <= int(words[1]) <= PORT_MOST:
            raise UnfitError(f"a host and then a port, 1 to {PORT_MOST}", 1)
        return Reading(MailServer(host=host, port=int(words[1])), 2)

    def write(self, value: MailServer) -> str:
        """See Form."""
        return f"{value.host} {value.port}"


def is_host(word: str) -> bool:
    """Whether a word is an address or could be the name of a host. Digits and dots alone can only be an address."""
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return _HOST_NAME.fullmatch(word) is not None and not word.replace(".", "").isdecimal()
    return True


@record()
class FifoName:
    """PATH [USERNAME [GROUPNAME]]: Fifo, whose owner is still to be looked up."""

    expected: str = field(default="a path, and perhaps a user name and a group name", init=False)

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        path = first(words, self.expected)
        if len(words) == 1:
            return Reading(Fifo(path=path))
        owner = UserAndGroup().read(words[1:], text)
        return Reading(Fifo(path=path, account=owner.value), owner.used + 1)

    def write(self, value: Fifo) -> str:
        """See Form."""
        return quoted(value.path) + (f" {UserAndGroup().write(value.account)}" if value.account else "")


@record()
class BuffersPolicy:
    """MTU, ADVERT or a number of bytes: AdvertBuffers."""

    expected: str = field(default="MTU, ADVERT or a number of bytes", init=False)

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if INTEGER.fullmatch(word) and 0 <= int(word) <= UNSIGNED_MAX:
            value = AdvertBuffers(policy=BufferPolicy.SIZE, size=int(word))
        elif word.upper() in (BufferPolicy.MTU, BufferPolicy.ADVERT):
            value = AdvertBuffers(policy=BufferPolicy(word.upper()))
        else:
            raise UnfitError(self.expected, similar=nearest(word, ["MTU", "ADVERT"]))
        if all(other.upper() == word.upper() for other in words):
            return Reading(value, len(words))
        if word.upper() == BufferPolicy.ADVERT and words[1].upper() == BufferPolicy.MTU:
            value = AdvertBuffers(policy=BufferPolicy.MTU)
        message, hint = "there can be only one policy", f"{self.write(value)} is used"
        return Reading(value, len(words), (Problem(Severity.ERROR, Code.CONFLICT, message, 1, hint),))

    def write(self, value: AdvertBuffers) -> str:
        """See Form."""
        return str(value.size) if value.policy is BufferPolicy.SIZE else str(value.policy)


_UMASK_BITS = {
    f"I{access}{who}": bits << shift
    for who, shift in (("USR", 6), ("GRP", 3), ("OTH", 0))
    for access, bits in (("R", 4), ("W", 2), ("X", 1))
} | {"IRWXU": 0o700, "IRWXG": 0o070, "IRWXO": 0o007}


@record()
class Umask:
    """A number as in C, or the names of bits with `|` between them: int."""

    expected: str = field(default="a number as 0177, or bits as IXUSR | IRWXG", init=False)

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if word[:1].isdecimal():
            value = _c_number(word)
            if value is None or value > 0o777:
                raise UnfitError(self.expected)
            if len(words) > 1:
                raise UnfitError(self.expected, 1)
            return Reading(value)
        value = 0
        for bit in "".join(words).split("|"):
            if bit not in _UMASK_BITS:
                index = next((index for index, word in enumerate(words) if bit in word), 0)
                raise UnfitError(self.expected, index, similar=nearest(bit, _UMASK_BITS))
            value |= _UMASK_BITS[bit]
        return Reading(value, len(words))

    def write(self, value: int) -> str:
        """See Form."""
        return f"{value:#05o}".replace("o", "") if value else "0"


def _c_number(word: str) -> int | None:
    """A number as strtol(3) with base 0 has it; None: it is none."""
    for pattern, base in ((r"0[xX][0-9A-Fa-f]{1,8}", 16), (r"0[0-7]{0,11}", 8), (r"[1-9][0-9]{0,9}", 10)):
        if re.fullmatch(pattern, word):
            return int(word, base)
    return None


INCLUDE_CHECKS = ("readable", "match", "wildcard_match", "brace_match")


@record()
class IncludeChecks:
    """What an include that fails is complained of for; `+` before one adds it, `-` takes it away: tuple of str.

    Without any they are all.
    """

    expected: str = field(default=f"any of {', '.join(INCLUDE_CHECKS)}, perhaps with + or - before it", init=False)

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        if not words:
            return Reading(INCLUDE_CHECKS, 0)
        problems = tuple(self._unknown(words))
        known = tuple(word for word in words if word.lstrip("+-") in INCLUDE_CHECKS)
        return Reading(known, len(words), problems)

    def _unknown(self, words: Words) -> Iterable[Problem]:
        for index, word in enumerate(words):
            name = word.lstrip("+-")
            if name not in INCLUDE_CHECKS:
                similar = nearest(name, INCLUDE_CHECKS)
                hint = f"did you mean `{similar}`?" if similar else "it is ignored"
                message = f"`{name}` is not a check of includes"
                yield Problem(Severity.ERROR, Code.UNKNOWN_KEYWORD, message, index, hint)

    def write(self, value: tuple[str, ...]) -> str:
        """See Form."""
        return " ".join(value)
