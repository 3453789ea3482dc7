"""The forms of lvs_timeouts and lvs_sync_daemon: options with values, in any order."""

import ipaddress
from collections.abc import Iterable
from dataclasses import field, fields, replace
from typing import Any

from alived.ipc.model.settings import LvsSyncDaemon, LvsTimeouts
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Form, Problem, Reading, UnfitError, Words, first, quoted
from alived.supervisor.config.forms.numbers import Integer
from alived.supervisor.config.forms.text import Address, Text

TIMEOUT_MOST = 31 * 86400
"""Seconds that IPVS takes for a timeout (LVS_MAX_TIMEOUT)."""

IFNAME_LONGEST = 15
SYNC_MAXLEN_MOST = 65535 - 20 - 8
"""Bytes: the largest UDP datagram over IPv4."""

_TIMEOUT = Integer(0, TIMEOUT_MOST)
_TIMEOUTS: dict[str, Form] = {"tcp": _TIMEOUT, "tcpfin": _TIMEOUT, "udp": _TIMEOUT}


@record()
class _Options:
    """What was made of a list of options."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def error(self, code: Code, message: str, index: int | None, hint: str = "it is ignored") -> None:
        """Something that keepalived complains of and does without."""
        self.problems.append(Problem(Severity.ERROR, code, message, index, hint))

    def take(self, options: dict[str, Form], words: Words, index: int) -> None:
        """An option and its value."""
        name = words[index]
        if index + 1 == len(words):
            self.error(Code.MISSING, f"`{name}` needs a value: {options[name].expected}", index)
            return
        try:
            self.values[name] = options[name].read(words[index + 1 : index + 2], words[index + 1]).value
        except UnfitError as error:
            self.error(Code.BAD_VALUE, f"`{name}` must be {error.expected}", index + 1)

    def unknown(self, options: Iterable[str], words: Words, index: int) -> None:
        """A word that is no option."""
        similar = nearest(words[index], options)
        hint = f"did you mean `{similar}`?" if similar else "it is ignored"
        self.error(Code.UNKNOWN_KEYWORD, f"`{words[index]}` is not an option here", index, hint)


@record()
class Timeouts:
    """[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS], at least one of them: LvsTimeouts."""

    expected: str = field(
        default=f"tcp, tcpfin and udp, each with a whole number of seconds up to {TIMEOUT_MOST}", init=False
    )

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        if len(words) < 2:
            raise UnfitError(self.expected, None)
        found = _Options()
        index = 0
        while index < len(words):
            if words[index] in _TIMEOUTS:
                found.take(_TIMEOUTS, words, index)
                index += 2
            else:
                found.unknown(_TIMEOUTS, words, index)
                index += 1
        return Reading(replace(LvsTimeouts(), **found.values), len(words), tuple(found.problems))

    def write(self, value: LvsTimeouts) -> str:
        """See Form."""
        given = [part.name for part in fields(value) if getattr(value, part.name)]
        return " ".join(f"{name} {getattr(value, name)}" for name in given or ["tcp"])


@record()
class _Group:
    """A multicast address of either kind: str."""

    expected: str = "a multicast address"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        reading = Address().read(words, text)
        if not ipaddress.ip_address(reading.value).is_multicast:
            raise UnfitError(self.expected)
        return reading

    def write(self, value: str) -> str:
        """See Form."""
        return value


_SYNC: dict[str, Form] = {
    "inst": Text("the name of a vrrp_instance"),
    "id": Integer(0, 255),
    "maxlen": Integer(1, SYNC_MAXLEN_MOST),
    "port": Integer(1, 65535),
    "ttl": Integer(1, 255),
    "group": _Group(),
}
_ATTRIBUTES = {"inst": "instance", "id": "syncid"}


@record()
class SyncDaemon:
    """INTERFACE [[inst] INSTANCE] [id ID] [maxlen N] [port N] [ttl N] [group ADDRESS]: LvsSyncDaemon."""

    expected: str = field(
        default="the name of an interface, and perhaps inst, id, maxlen, port, ttl and group with a value", init=False
    )

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        interface = first(words, self.expected)
        if len(interface.encode()) > IFNAME_LONGEST:
            raise UnfitError(f"the name of an interface, of at most {IFNAME_LONGEST} bytes")
        found = _Options()
        index = 1
        while index < len(words):
            if words[index] in _SYNC:
                if words[index] == "inst" and "inst" in found.values:
                    found.error(Code.DUPLICATE, "the instance is named already", index, "the first one is used")
                else:
                    found.take(_SYNC, words, index)
                index += 2
                continue
            self._without_word(found, words, index)
            index += 1
        values = {_ATTRIBUTES.get(name, name): value for name, value in found.values.items()}
        return Reading(replace(LvsSyncDaemon(interface=interface), **values), len(words), tuple(found.problems))

    def _without_word(self, found: _Options, words: Words, index: int) -> None:
        """As it once was: INTERFACE INSTANCE ID."""
        if index == 1:
            found.values["inst"] = words[1]
        elif index == 2:
            try:
                found.values["id"] = _SYNC["id"].read(words[2:3], words[2]).value
            except UnfitError:
                found.unknown(_SYNC, words, index)
            else:
                hint = f"write `id {words[2]}`; it is read as that"
                found.error(Code.OLD_WORD, "the number alone is an old way to give the id", 2, hint)
        else:
            found.unknown(_SYNC, words, index)

    def write(self, value: LvsSyncDaemon) -> str:
        """See Form."""
        given = [f"inst {quoted(value.instance)}"] if value.instance else []
        given += [f"id {value.syncid}"] if value.syncid is not None else []
        given += [
            f"{name} {getattr(value, name)}" for name in ("maxlen", "port", "ttl", "group") if getattr(value, name)
        ]
        return " ".join([quoted(value.interface), *given])
