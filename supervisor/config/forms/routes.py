"""The lines of virtual_routes and static_routes: what `ip route add` takes, as far as keepalived does."""

from alived.ipc.model.routing import NextHop, Placing, Route, RouteType
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.forms.encap import EncapForm
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first
from alived.supervisor.config.forms.network import DEFAULT, Host, Interface, Name, NameKind, Prefix
from alived.supervisor.config.forms.numbers import UNSIGNED_MAX, Integer
from alived.supervisor.config.forms.options import (
    LINE_SKIPPED,
    VALUE_MOST,
    Given,
    LineReader,
    Means,
    Option,
    OptionTable,
)
from alived.supervisor.config.forms.quantities import RoundTrip
from alived.supervisor.config.forms.text import Choice, Text

PREFERENCES = {"low": 3, "medium": 0, "high": 1}
"""RFC 4191, section 2.1."""

_NUMBER = Integer(0, UNSIGNED_MAX)
_SWITCH = Integer(0, 1)
_DESTINATION = Prefix()


@record()
class Preference:
    """low, medium, high or a number: int."""

    expected: str = "low, medium, high or a number from 0 to 255"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        if words and words[0] in PREFERENCES:
            return Reading(PREFERENCES[words[0]])
        try:
            return Integer(0, 255).read(words, text)
        except UnfitError as error:
            raise UnfitError(self.expected, error.index) from None

    def write(self, value: int) -> str:
        """See Form."""
        return next((word for word, number in PREFERENCES.items() if number == value), str(value))


@record()
class NotHere:
    """`as [to] ADDRESS`, which is for MPLS only: no value."""

    expected: str = "an address"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        first(words, self.expected)
        message, hint = "`as to` is for MPLS only", "it is ignored"
        problem = Problem(Severity.ERROR, Code.IGNORED, message, 0, hint)
        return Reading(None, min(len(words), 2 if words[:1] == ("to",) else 1), (problem,))

    def write(self, value: object) -> str:
        """See Form; nothing is kept that could be written."""
        raise NotImplementedError


_BROADCAST = ("brd",)
_TYPES = tuple(
    Option(
        word=kind,
        form=Means(kind),
        attribute="type",
        spellings=_BROADCAST if kind is RouteType.BROADCAST else (),
    )
    for kind in RouteType
)
_REALMS = Option(word="realms", form=Name(NameKind.REALM, pair=True), family=4)
_ENCAP = Option(word="encap", form=EncapForm(), lenient=True)
_AS = Option(word="as", form=NotHere(), noise=True)

NEXT_HOP = OptionTable(
    "a next hop",
    NextHop,
    Option(word="via", form=Host(spoken=True)),
    Option(word="dev", form=Interface()),
    Option(word="weight", form=Integer(1, 256)),
    Option(word="onlink"),
    _REALMS,
    _ENCAP,
    _AS,
)
VIRTUAL = OptionTable(
    "a route",
    Route,
    *_TYPES,
    Option(word="to", noise=True),
    Option(word="inet", noise=True, family=4),
    Option(word="inet6", noise=True, family=6),
    Option(word="from", form=Prefix((6,), default=False), attribute="source"),
    Option(word="src", form=Host()),
    Option(word="via", form=Host(spoken=True), old={"gw": "via"}),
    Option(word="or", form=Host(), group="alternative", lenient=True, old={"or": "nexthop"}),
    Option(word="dev", form=Interface(), spellings=("oif",)),
    Option(word="table", form=Name(NameKind.TABLE)),
    Option(word="vrf", form=Interface("the name of a VRF")),
    Option(word="metric", form=_NUMBER, spellings=("priority", "preference")),
    Option(word="scope", form=Name(NameKind.SCOPE)),
    Option(word="tos", form=Name(NameKind.DSFIELD), spellings=("dsfield",)),
    Option(word="protocol", form=Name(NameKind.PROTOCOL)),
    Option(word="onlink"),
    _REALMS,
    Option(word="expires", form=_NUMBER, family=6),
    Option(word="pref", form=Preference(), family=6),
    Option(word="mtu", form=_NUMBER, lockable=True),
    Option(word="advmss", form=_NUMBER, lockable=True),
    Option(word="hoplimit", form=Integer(0, 255)),
    _ENCAP,  # of ip6 it may have a hoplimit of its own, and takes any that is written behind it
    Option(word="rtt", form=RoundTrip(8), lockable=True),
    Option(word="rttvar", form=RoundTrip(4), lockable=True),
    Option(word="rto_min", form=RoundTrip(1), lockable=True),
    Option(word="reordering", form=_NUMBER, lockable=True),
    Option(word="window", form=_NUMBER),
    Option(word="cwnd", form=_NUMBER, lockable=True),
    Option(word="ssthresh", form=_NUMBER, lockable=True),
    Option(word="initcwnd", form=_NUMBER),
    Option(word="initrwnd", form=_NUMBER),
    Option(word="congctl", form=Text("the name of a congestion control"), lockable=True),
    Option(word="features", form=Choice({"ecn": "ecn"}), lenient=True),
    Option(word="quickack", form=_SWITCH),
    Option(word="fastopen_no_cookie", form=_SWITCH),
    Option(word="ttl-propagate", form=Choice({"enabled": True, "disabled": False}), lenient=True),
    *(Option(word=place, form=Means(place), attribute="placing") for place in Placing),
    _AS,
    Option(word="no_track"),
)
STATIC = VIRTUAL.plus(Option(word="track_group", form=Text("the name of a track_group"), group="group", lenient=True))


@record()
class RouteLine:
    """[TYPE] DESTINATION and options, next hops last: Given for a Route."""

    static: bool = False
    expected: str = "a route as ip-route(8) has it: DESTINATION via ADDRESS dev INTERFACE …"

    def read(self, words: Words, text: str) -> Reading:
        """See Form; no value if the route is not to be used."""
        reader = LineReader(STATIC if self.static else VIRTUAL, words, text)
        index = 0
        while index < len(words):
            if words[index] == "nexthop":
                _next_hops(reader, index)
                break
            behind = reader.option(index)
            if behind is None:
                if not reader.positional("destination", _DESTINATION, index):
                    message = f"`{words[index]}` is neither an option of a route nor an address"
                    reader.unknown(index, message, LINE_SKIPPED)
                    reader.usable = False
                    break
                behind = index + 1
            index = behind
        _alternatives(reader)
        if reader.usable:
            _settle(reader)
        return reader.reading()

    def write(self, value: Given) -> str:
        """See Form."""
        values = value.values
        parts = [values["type"]] if "type" in values else []
        parts += [values["destination"], value.table.write(value, without=("type",))]
        parts += [f"nexthop {NEXT_HOP.write(hop)}" for hop in values.get("nexthops", ())]
        return " ".join(part.strip() for part in parts if part)


def _settle(reader: LineReader) -> None:
    """What holds for the whole line: it has a destination, and one family."""
    if "destination" not in reader.values:
        reader.fail(Code.MISSING, "this route has no destination", 0)
        return
    family = reader.family()
    if reader.values["destination"] == DEFAULT:
        reader.values["destination"] = "::/0" if family == 6 else "0.0.0.0/0"


def _next_hops(reader: LineReader, index: int) -> None:
    """`nexthop …` to the end of the line. One that can't be used ends it, but the route is used with those before."""
    words = reader.words
    if "or" in reader.values:
        reader.say(Code.CONFLICT, "a route has `or` or `nexthop`, not both", index, "the rest of the line is not read")
        return
    hops: list[Given] = []
    end = index
    while words[end : end + 1] == ("nexthop",):
        begin = end + 1
        inner = LineReader(NEXT_HOP, words[begin : begin + VALUE_MOST], reader.text, "it and what follows is not used")
        part = inner.part()
        reader.problems += inner.shifted(begin)
        if part.value is None:
            end = len(words)
            break
        reader.families += [(family, at + begin) for family, at in inner.families]
        hops.append(part.value.shifted(begin))
        end = begin + part.used
    if end < len(words):
        advice = "options of the route go before its next hops; " if words[end] in reader.table.words else ""
        message, hint = f"`{words[end]}` is not an option of a next hop", "the rest of the line is not read"
        reader.say(Code.UNKNOWN_KEYWORD, message, end, f"{advice}{hint}")
    if hops:
        reader.values["nexthops"] = tuple(hops)


def _alternatives(reader: LineReader) -> None:
    """`via A or B`, from before there was `nexthop`: two next hops."""
    other = reader.values.pop("or", None)
    if other is None:
        return
    one: dict[str, object] = {}
    if "via" in reader.values:
        one = {"via": reader.values.pop("via")}
    hops = ((one, reader.where.pop("via", 0)), ({"via": other}, reader.where.pop("or")))
    reader.values["nexthops"] = tuple(Given(NEXT_HOP, values, dict.fromkeys(values, index)) for values, index in hops)
