"""The lines of virtual_rules and static_rules: what `ip rule add` takes, as far as keepalived does."""

from alived.ipc.model.routing import Rule, RuleAction
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.forms.form import Reading, Words
from alived.supervisor.config.forms.network import Interface, Name, NameKind, Prefix
from alived.supervisor.config.forms.numbers import INT_MAX, UNSIGNED_MAX, Integer
from alived.supervisor.config.forms.options import LINE_SKIPPED, Given, LineReader, Means, Option, OptionTable
from alived.supervisor.config.forms.quantities import FirewallMark, NumberSpan, Unsigned
from alived.supervisor.config.forms.text import Text

_ACTION = "action"
_ALONE = (RuleAction.L3MDEV, RuleAction.NOP, RuleAction.BLACKHOLE, RuleAction.UNREACHABLE, RuleAction.PROHIBIT)
_LOOKUPS = (RuleAction.TABLE, RuleAction.L3MDEV)
_OF_LOOKUPS = ("realms", "suppress_prefixlength", "suppress_ifgroup")
"""What says something of a table that is looked up."""

VIRTUAL = OptionTable(
    "a rule",
    Rule,
    Option(word="not", attribute="invert"),
    Option(word="inet", noise=True, family=4),
    Option(word="inet6", noise=True, family=6),
    Option(word="from", form=Prefix(), attribute="source"),
    Option(word="to", form=Prefix(), attribute="destination"),
    Option(word="iif", form=Interface(), spellings=("dev",)),
    Option(word="oif", form=Interface()),
    Option(word="fwmark", form=FirewallMark()),
    Option(word="tos", form=Name(NameKind.DSFIELD), spellings=("dsfield",)),
    Option(word="ipproto", form=Name(NameKind.IPPROTO), lenient=True),
    Option(word="sport", form=NumberSpan(65535, single=True), lenient=True),
    Option(word="dport", form=NumberSpan(65535, single=True), lenient=True),
    Option(word="uidrange", form=NumberSpan(UNSIGNED_MAX)),
    Option(word="tunnel-id", form=Integer(0, 2**64 - 1), attribute="tunnel_id"),
    Option(word="preference", form=Unsigned(), attribute="priority", spellings=("priority", "order")),
    Option(word="table", form=Name(NameKind.TABLE), spellings=("lookup",), group=_ACTION),
    Option(word="goto", form=Integer(0, UNSIGNED_MAX), group=_ACTION),
    *(Option(word=action, form=Means(action), attribute="action", group=_ACTION) for action in _ALONE),
    Option(word="type", noise=True),
    Option(word="realms", form=Name(NameKind.REALM, pair=True), family=4),
    Option(word="suppress_prefixlength", form=Integer(0, INT_MAX), spellings=("sup_pl",)),
    Option(word="suppress_ifgroup", form=Name(NameKind.GROUP), spellings=("sup_group",)),
    Option(word="protocol", form=Integer(0, 255), lenient=True),
    Option(word="no_track"),
)
STATIC = VIRTUAL.plus(Option(word="track_group", form=Text("the name of a track_group"), group="group", lenient=True))


@record()
class RuleLine:
    """What is matched and what is done, in any order: Given for a Rule, perhaps without a priority."""

    static: bool = False
    expected: str = "a rule as ip-rule(8) has it: from ADDRESS table TABLE preference NUMBER …"

    def read(self, words: Words, text: str) -> Reading:
        """See Form; no value if the rule is not to be used."""
        reader = LineReader(STATIC if self.static else VIRTUAL, words, text)
        index = 0
        while index < len(words):
            behind = reader.option(index)
            if behind is None:
                reader.unknown(index, f"`{words[index]}` is not an option of a rule", LINE_SKIPPED)
                reader.usable = False
                break
            index = behind
        if reader.usable:
            _settle_action(reader)
        if reader.usable:
            _settle_family(reader)
        return reader.reading()

    def write(self, value: Given) -> str:
        """See Form."""
        addressed = {"source", "destination"} & value.values.keys()
        # keepalived takes `inet6` for granted only together with the next word, so the family is told by an address
        family = "" if addressed or "family" not in value.values else "from ::/0 "
        return family + value.table.write(value)


def _settle_action(reader: LineReader) -> None:
    """There is one action, and what else is said fits it."""
    values, where = reader.values, reader.where
    if "goto" in values:
        values["action"] = RuleAction.GOTO
        if "priority" not in values:
            reader.fail(Code.MISSING, "a rule with `goto` needs a preference", where["goto"])
        elif values["priority"] >= values["goto"]:
            message = "`goto` must name a later rule, whose preference is a higher number"
            reader.fail(Code.CONFLICT, message, where["goto"])
    elif "table" not in values and "action" not in values:
        message = "this rule does nothing: it needs a table, goto, nop, blackhole, unreachable or prohibit"
        reader.fail(Code.MISSING, message, 0)
    if reader.usable and values.get("action", RuleAction.TABLE) not in _LOOKUPS:
        for name in _OF_LOOKUPS:
            if name in values:
                reader.fail(Code.CONFLICT, f"`{name}` is for rules that look up a table", where[name])


def _settle_family(reader: LineReader) -> None:
    """One family; a prefix without bits matches everything, so it says no more than that."""
    if reader.family() == 6:
        reader.values["family"] = 6
    for name in ("source", "destination"):
        if reader.values.get(name, "") in ("default", "0.0.0.0/0", "::/0"):
            del reader.values[name]
