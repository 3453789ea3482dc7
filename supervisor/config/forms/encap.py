"""`encap TYPE …` of a route or one of its next hops (ip-route(8))."""

from alived.ipc.model.routing import Encap, EncapKind
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Form, Problem, Reading, UnfitError, Words, first
from alived.supervisor.config.forms.network import Host, Name, NameKind
from alived.supervisor.config.forms.numbers import Integer
from alived.supervisor.config.forms.options import Given, LineReader, Option, OptionTable
from alived.supervisor.config.forms.quantities import Labels, Locator, Unsigned

LEFT_OUT = "the route is used without it"

_BYTE = Integer(0, 255)
_FLAGS = Option(word="flags", form=Integer(0, 65535))
_ID = Option(word="id", form=Unsigned(2**64 - 1))
_TUNNELS = {
    EncapKind.IP: OptionTable(
        "encap ip",
        Encap,
        _ID,
        Option(word="dst", form=Host((4,))),
        Option(word="src", form=Host((4,))),
        Option(word="tos", form=Name(NameKind.DSFIELD)),
        Option(word="ttl", form=_BYTE),
        _FLAGS,
    ),
    EncapKind.IP6: OptionTable(
        "encap ip6",
        Encap,
        _ID,
        Option(word="dst", form=Host((6,))),
        Option(word="src", form=Host((6,))),
        Option(word="tc", form=Name(NameKind.DSFIELD), attribute="tos"),
        Option(word="hoplimit", form=_BYTE, attribute="ttl"),
        _FLAGS,
    ),
}
_PLAIN: dict[EncapKind, tuple[str, Form]] = {
    EncapKind.MPLS: ("labels", Labels()),
    EncapKind.ILA: ("locator", Locator()),
}
_NO_OPTIONS = OptionTable("encap", Encap)


@record()
class EncapForm:
    """TYPE and what belongs to it: Given for an Encap."""

    expected: str = "mpls, ip, ip6 or ila, and what belongs to that"

    def read(self, words: Words, text: str) -> Reading:
        """See Form; no value if it is not to be used."""
        word = first(words, self.expected)
        if word not in set(EncapKind):
            raise UnfitError(self.expected, similar=nearest(word, EncapKind))
        kind = EncapKind(word)
        if kind in _PLAIN:
            attribute, form = _PLAIN[kind]
            try:
                value = form.read(words[1:], text).value
            except UnfitError as error:
                raise UnfitError(error.expected, None if error.index is None else 1) from None
            return Reading(Given(_NO_OPTIONS, {"kind": kind, attribute: value}, {attribute: 1}), 2)
        reader = LineReader(_TUNNELS[kind], words[1:], text, LEFT_OUT)
        part = reader.part()
        problems = reader.shifted(1)
        if reader.usable and not {"dst", "id"} & reader.values.keys():
            message = f"`encap {kind}` needs `dst` or `id`"
            return Reading(
                None, part.used + 1, (*problems, Problem(Severity.ERROR, Code.MISSING, message, 0, LEFT_OUT))
            )
        reader.values["kind"] = kind
        return Reading(reader.given().shifted(1) if reader.usable else None, part.used + 1, problems)

    def write(self, value: Given) -> str:
        """See Form."""
        kind = value.values["kind"]
        if kind in _PLAIN:
            attribute, form = _PLAIN[kind]
            return f"{kind} {form.write(value.values[attribute])}"
        return f"{kind} {value.table.write(value)}"


def encap_table(encap: Encap) -> OptionTable:
    """The options of an encapsulation."""
    return _TUNNELS.get(encap.kind, _NO_OPTIONS)
