"""The lines of alived_track_virtual_server, which name a virtual server as its own block does."""

from dataclasses import replace

from alived.ipc.model.lvs import AddressFamily, Protocol, endpoint
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import nearest
from alived.supervisor.config.forms.form import Reading, UnfitError, Words, first, quoted
from alived.supervisor.config.forms.lvs import canonical, read_port
from alived.supervisor.config.forms.numbers import INTEGER, UNSIGNED_MAX
from alived.supervisor.config.forms.text import Lines
from alived.supervisor.config.forms.tracking import Resolved, TrackLine

_SERVER_LINE = TrackLine("virtual_server", noreverse=False)


@record()
class TrackServerLine:
    """ADDRESS [PORT] [PROTOCOL], fwmark NUMBER [inet6] or group NAME [PROTOCOL], and then as a TrackLine: Tracked.

    The name is that of the virtual server, without `/PROTOCOL` if none is given.
    """

    expected: str = "ADDRESS [PORT] [PROTOCOL], fwmark NUMBER or group NAME, and perhaps weight NUMBER [reverse]"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        name, length = _server(words, self.expected)
        found = _SERVER_LINE.read((name, *words[length:]), text)
        beyond = length - 1
        problems = [
            problem if problem.index is None else replace(problem, index=problem.index + beyond)
            for problem in found.problems
        ]
        return Reading(found.value, found.used + beyond, tuple(problems))

    def write(self, value: Resolved) -> str:
        """See Form."""
        return " ".join([*_server_words(value.name), *_SERVER_LINE.weight_words(value)])


def _server(words: Words, expected: str) -> tuple[str, int]:
    """The name of a virtual server, and how many words it has. UnfitError."""
    word = first(words, expected)
    if word == "fwmark":
        return _mark(words)
    if word == "group":
        if len(words) == 1:
            raise UnfitError("group with the name of a virtual_server_group")
        name, length = f"group {words[1]}", 2
    else:
        found = canonical(word)
        if found is None:
            raise UnfitError("an IP address, fwmark or group", similar=nearest(word, ("fwmark", "group")))
        has_port = len(words) > 1 and words[1][:1].isdigit()
        name, length = endpoint(found[0], read_port(words, 1) if has_port else 0), 1 + has_port
    if words[length : length + 1] and words[length] in set(Protocol):
        return f"{name}/{words[length]}", length + 1
    return name, length


def _mark(words: Words) -> tuple[str, int]:
    """The words from `fwmark` on, as _server does."""
    if len(words) == 1 or not INTEGER.fullmatch(words[1]) or not 1 <= int(words[1]) <= UNSIGNED_MAX:
        raise UnfitError(f"fwmark with a number from 1 to {UNSIGNED_MAX}", len(words[:2]) - 1)
    inet6 = words[2:3] == (AddressFamily.INET6,)
    return f"fwmark {int(words[1])}{' inet6' * inet6}", 2 + inet6


def _server_words(name: str) -> list[str]:
    """The words of a name."""
    server, slash, protocol = name.rpartition("/")
    if not slash or protocol not in set(Protocol):
        server, protocol = name, ""
    kind, blank, rest = server.partition(" ")
    if kind == "fwmark":
        words = server.split()
    elif blank:
        words = [kind, quoted(rest)]
    else:
        address, _, port = server.rpartition(":")
        words = [address.strip("[]"), *([port] if port != "0" else [])]
    return words + [protocol] * bool(protocol)


TRACK_VIRTUAL_SERVER = Lines(TrackServerLine())
