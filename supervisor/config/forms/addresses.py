"""The lines of virtual_ipaddress, virtual_ipaddress_excluded and static_ipaddress (keepalived.conf(5))."""

import ipaddress

from alived.ipc.model.routing import FOREVER, VirtualAddress
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.forms.form import Reading, UnfitError, Words, first
from alived.supervisor.config.forms.network import BITS, IFNAME_LONGEST, Host, Interface, Name, NameKind, Prefix
from alived.supervisor.config.forms.numbers import INTEGER, UNSIGNED_MAX
from alived.supervisor.config.forms.options import IGNORED, Given, LineReader, Means, Option, OptionTable
from alived.supervisor.config.forms.text import Text

BROADCAST_LONGEST = 30
"""Bits of a network that has a broadcast address."""

_ADDRESS = Prefix(default=False)


@record()
class Broadcast:
    """`+`, `-` or an address: str, what stands there."""

    expected: str = "an IPv4 address, + or -"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        word = first(words, self.expected)
        return Reading(word) if word in ("+", "-") else Host((4,)).read(words, text)

    def write(self, value: str) -> str:
        """See Form."""
        return value


@record()
class Lifetime:
    """A number of seconds, or forever: int."""

    expected: str = f"a whole number of seconds from 0 to {UNSIGNED_MAX}, or forever"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if word == "forever":
            return Reading(FOREVER)
        if not INTEGER.fullmatch(word) or not 0 <= int(word) <= UNSIGNED_MAX:
            raise UnfitError(self.expected)
        return Reading(int(word))

    def write(self, value: int) -> str:
        """See Form."""
        return "forever" if value == FOREVER else str(value)


_EITHER = OptionTable(
    "an address",
    VirtualAddress,
    Option(word="brd", form=Broadcast(), attribute="broadcast", spellings=("broadcast",)),
    Option(word="dev", form=Interface(), group="interface"),
    Option(word="scope", form=Name(NameKind.SCOPE), lenient=True),
    Option(word="label", form=Text("a label", IFNAME_LONGEST)),
    Option(word="peer", form=Host(), group="peer", lenient=True),
    Option(word="home"),
    Option(word="-nodad", form=Means(value=False), attribute="nodad"),
    Option(word="mngtmpaddr"),
    Option(word="noprefixroute"),
    Option(word="autojoin"),
    Option(word="no_track"),
    Option(word="preferred_lft", form=Lifetime(), lenient=True),
)
_VMAC = Option(word="use_vmac")
_GROUP = Option(word="track_group", form=Text("the name of a track_group"), group="group", lenient=True)
VIRTUAL = _EITHER.plus(_VMAC)
STATIC = _EITHER.plus(_GROUP)
EVERY = _EITHER.plus(_VMAC, _GROUP)
"""Both."""


@record()
class AddressLine:
    """ADDRESS[/BITS] and options: Given for a VirtualAddress, where the broadcast address is worked out."""

    static: bool = False
    expected: str = "an IP address, perhaps with /BITS and options"

    def read(self, words: Words, text: str) -> Reading:
        """See Form; no value if the address is not to be used."""
        whole = _ADDRESS.read(words[:1], text)
        table = STATIC if self.static else VIRTUAL
        address, _, bits = whole.value.partition("/")
        values = {"address": address, "prefixlen": int(bits)}
        if len(words) == 1:
            return Reading(Given(table, values), 1, whole.problems)
        reader = LineReader(table, words, text)
        reader.values |= values
        reader.problems += whole.problems
        index = 1
        while index < len(words):
            behind = reader.option(index)
            if behind is None:
                meant = reader.unknown(index, f"`{words[index]}` is not an option of {reader.table.what}", IGNORED)
                behind = index + (1 if meant is None or isinstance(meant.form, Means) else 2)
            index = behind
        _peer(reader, given_bits="/" in words[0])
        _broadcast(reader)
        _label(reader)
        return reader.reading()

    def write(self, value: Given) -> str:
        """See Form."""
        values = value.values
        bits = "" if "peer" in values else f"/{values['prefixlen']}"
        return f"{values['address']}{bits} {value.table.write(value)}".rstrip()


def _peer(reader: LineReader, *, given_bits: bool) -> None:
    """The prefix length of an address with a peer is the peer's, and that is always all bits."""
    if "peer" not in reader.values:
        return
    version = _version(reader)
    if (":" in reader.values["peer"]) != (version == 6):
        message = f"the peer of an IPv{version} address is one, too"
        reader.say(Code.CONFLICT, message, reader.where["peer"], "the peer is ignored")
        del reader.values["peer"]
        return
    if given_bits and reader.values["prefixlen"] != BITS[version]:
        message = "an address with a peer has no prefix length"
        reader.say(Code.CONFLICT, message, 0, f"{BITS[version]} is used")
    reader.values["prefixlen"] = BITS[version]


def _broadcast(reader: LineReader) -> None:
    """`+` sets the host's bits of the address, and `-` clears them."""
    values = reader.values
    if "broadcast" not in values:
        return
    index, bits = reader.where["broadcast"], values["prefixlen"]
    if _version(reader) != 4:
        reader.fail(Code.CONFLICT, "an IPv6 address has no broadcast address", index)
    elif "peer" in values:
        message = "an address with a peer has no broadcast address"
        reader.say(Code.CONFLICT, message, index, IGNORED)
        del values["broadcast"]
    elif values["broadcast"] in ("+", "-"):
        if bits > BROADCAST_LONGEST:
            message = f"a prefix of {bits} bits has no broadcast address"
            reader.say(Code.BAD_VALUE, message, index, "none is set; write the address as ADDRESS/BITS")
            del values["broadcast"]
            return
        network = ipaddress.ip_interface(f"{values['address']}/{bits}").network
        values["broadcast"] = str(network.broadcast_address if values["broadcast"] == "+" else network.network_address)


def _label(reader: LineReader) -> None:
    if "label" in reader.values and _version(reader) == 6:
        reader.say(Code.CONFLICT, "an IPv6 address has no label", reader.where["label"], IGNORED)
        del reader.values["label"]


def _version(reader: LineReader) -> int:
    return 6 if ":" in reader.values["address"] else 4
