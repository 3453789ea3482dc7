"""PURE: an old and a new configuration -> what changes, object by object and value by value, and what that disturbs.

Objects are compared by key. A value has the name of its keyword and is written as in keepalived.conf where the grammar
has such a keyword, else it has the name of its attribute. Secrets are never shown. What does not live here: what has to
be sent to whom for it (reload.py), and the reasons (disturbance.py).
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from alived.ipc.model.checks import Connecting
from alived.ipc.model.common import Program
from alived.ipc.model.config import Config
from alived.ipc.model.lvs import RealServer, endpoint
from alived.ipc.model.vrrp import VrrpInstance
from alived.ipc.record import record
from alived.supervisor.config.forms.text import Body
from alived.supervisor.config.grammar.later import instead
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import MODELS, block_name
from alived.supervisor.config.wording import SECRET, is_many, program_text, rows_by_attribute, text_of
from alived.supervisor.disturbance import NOT_YET, Disturbs, Effect, Sign, effect
from alived.supervisor.names import Names

LISTED = 8
"""Values, and elements of a list, that a line of the log names."""

ON = "on"
"""What a value is shown as that is there without a word of its own, like a flag."""

BLOCKS = {cls: block_name(block) for block, cls in reversed(MODELS.items())}
"""Class of the model -> the keyword of its block."""


@record(kw_only=True)
class Value:
    """A value that changes, as it is written in keepalived.conf; empty: it is not there.

    What goes from a list and what comes to it are two values, since they do not disturb the same.
    """

    name: str
    old: str = ""
    new: str = ""
    gone: tuple[str, ...] = ()
    """Of a list: the elements that go."""
    come: tuple[str, ...] = ()
    """Of a list: the elements that come."""
    effect: Effect
    said: str = ""
    """What changes, if that is not said best by the old and the new one."""

    @property
    def words(self) -> str:
        """What changes, as part of a line."""
        if self.said:
            return self.said
        if SECRET in (self.old, self.new, *self.gone, *self.come):
            return f"{self.name} changes"
        if listed := [f"- {element}" for element in self.gone] + [f"+ {element}" for element in self.come]:
            return f"{self.name} {_in_short(listed)}"
        return f"{self.name} {self.old or 'none'} -> {self.new or 'none'}"


@record(kw_only=True)
class Change:
    """An object that changes."""

    key: str
    sign: Sign
    values: tuple[Value, ...] = ()
    """Of an object that is there before and after."""
    effect: Effect
    """The worst that comes of it."""

    @property
    def words(self) -> str:
        """What changes, in one line."""
        said = dict.fromkeys(value.words for value in self.values)  # secrets that go and come are alike
        return f"{self.key}: {_in_short(list(said)) or self.sign.name.lower()}"


def changes(old: Config, new: Config) -> tuple[Change, ...]:
    """Everything that differs: what goes, then what changes and comes in the order of the workers.

    An instance that goes on under another name is one that changes, under its old key. That its groups and its `notify`
    have its new name then is no change of theirs.
    """
    names = Names(old, new)
    had, have = _objects(old), _objects(new)
    before: dict[str, _Object] = {}
    gone: list[Change] = []
    for key, found in had.items():
        if names.goes_on(key, have):
            before[names.key(key)] = found._replace(item=names.applied(found.item))
        else:
            gone.append(_whole(key, found, Sign.REMOVED))
    others: list[Change] = []
    for key, after in have.items():
        change = [_change(key, before.get(key), after)] if before.get(key) != after else []
        others += [_renamed(names.instances[key], after.item.name, change)] if key in names.instances else change
    return (*gone, *others)


def worst(effects: Iterable[Effect]) -> Effect:
    """The effect that disturbs most, the first of several; of none: nothing."""
    return max(effects, key=lambda found: found.disturbs.weight, default=Effect(Disturbs.NOTHING, ""))


class _Object(NamedTuple):
    item: Any
    acts: bool
    """Whether a worker acts on it."""


def _objects(config: Config) -> dict[str, _Object]:
    """All objects by key."""
    found = {config.settings.key: _Object(config.settings, acts=True)}
    for items in config.all_slices.values():
        found |= {item.key: _Object(item, acts=True) for item in items}
    return found | {item.key: _Object(item, acts=False) for item in config.kept}


def _whole(key: str, found: _Object, sign: Sign) -> Change:
    return Change(key=key, sign=sign, effect=effect(type(found.item), "", sign) if found.acts else NOT_YET)


def _renamed(old: str, new: str, changed: Iterable[Change]) -> Change:
    """What else `changed` of an instance, with its new name as the first change, and under its old one."""
    name = Value(
        name="name", old=old, new=new, said=f"renamed to {new}", effect=effect(VrrpInstance, "name", Sign.CHANGED)
    )
    values = (name, *(value for change in changed for value in change.values))
    key = f"vrrp_instance {old}"
    return Change(key=key, sign=Sign.CHANGED, values=values, effect=worst(value.effect for value in values))


def _change(key: str, before: _Object | None, after: _Object) -> Change:
    """What becomes of an object; one that a worker begins or ceases to act on comes or goes for all that matters."""
    if before is None:
        return _whole(key, after, Sign.ADDED)
    old, new = before.item, after.item
    values = tuple(_values(_Path(type(new)), old, new)) if type(old) is type(new) else ()
    if before.acts is after.acts and values:
        values = values if after.acts else tuple(dataclasses.replace(value, effect=NOT_YET) for value in values)
        return Change(key=key, sign=Sign.CHANGED, values=values, effect=worst(value.effect for value in values))
    ends = before.acts and not after.acts
    whole = _whole(key, before, Sign.REMOVED) if ends else _whole(key, after, Sign.ADDED)
    runs = Value(name="runs", old="yes" if ends else "not yet", new="not yet" if ends else "yes", effect=whole.effect)
    values = tuple(dataclasses.replace(value, effect=NOT_YET) for value in values)
    return dataclasses.replace(whole, sign=Sign.CHANGED, values=(runs, *values))


# --- values -----------------------------------------------------------------------------------------------------------


class _Path(NamedTuple):
    """Where a value is."""

    cls: type
    """The class of the object, or of the element of a list, that it belongs to."""
    attribute: str = ""
    prefix: str = ""
    """Says which element that is."""

    def to(self, name: str) -> "_Path":
        return self._replace(attribute=f"{self.attribute}.{name}".lstrip("."))

    @property
    def row(self) -> Row | None:
        return rows_by_attribute(self.cls).get(self.attribute)

    @property
    def writer(self) -> Row | None:
        """The row that can write the value; a block is compared and shown by the values in it."""
        return self.row if self.row and not isinstance(self.row.form, Body) else None

    @property
    def keyword(self) -> str:
        return self.row.word if self.row else self.attribute

    @property
    def name(self) -> str:
        return f"{self.prefix} {self.keyword}".lstrip()

    def effect(self, sign: Sign) -> Effect:
        row = self.row
        if row and (later := instead(row.block, row.word)):
            return Effect(Disturbs.NOTHING, f"{NOT_YET.reason}: {later}")
        return effect(self.cls, self.attribute, sign)


def _values(path: _Path, old: Any, new: Any) -> Iterator[Value]:
    """The attributes of two objects of one class that differ."""
    for field in dataclasses.fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before != after:
            yield from _value(path.to(field.name), before, after)


def _value(path: _Path, old: Any, new: Any) -> Iterator[Value]:
    if isinstance(old, tuple) and isinstance(new, tuple) and (path.writer is None or is_many(path.writer)):
        yield from _elements(path, old, new)
    elif path.writer is None and type(old) is type(new) and dataclasses.is_dataclass(new) and type(new) is not Program:
        yield from _values(_Path(type(new), prefix=path.name) if type(new) in BLOCKS else path, old, new)
    else:
        yield Value(name=path.name, old=_text(path, old), new=_text(path, new), effect=path.effect(_sign(old, new)))


def _sign(old: Any, new: Any) -> Sign:
    if old in (None, False, "", b""):
        return Sign.ADDED
    return Sign.REMOVED if new in (None, False, "", b"") else Sign.CHANGED


def _elements(path: _Path, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Value]:
    """Which elements come and go; those that have a name and are there before and after are compared by value."""
    before, after = _by_name(path, old), _by_name(path, new)
    both = [name for name in after if name in before]
    for name in both:
        yield from _values(_Path(type(after[name]), prefix=name), before[name], after[name])
    compared = {id(element) for name in both for element in (before[name], after[name])}
    gone = _less(path, (element for element in old if id(element) not in compared), new)
    come = _less(path, (element for element in new if id(element) not in compared), old)
    if gone:
        yield Value(name=path.name, gone=gone, effect=path.effect(Sign.REMOVED))
    if come:
        yield Value(name=path.name, come=come, effect=path.effect(Sign.ADDED))
    if gone or come:
        return
    if not both or [name for name in before if name in after] != both:
        yield Value(name=path.name, old="in this order", new="in another order", effect=path.effect(Sign.CHANGED))


def _less(path: _Path, elements: Iterable[Any], others: tuple[Any, ...]) -> tuple[str, ...]:
    """Texts of elements that the others are without."""
    left = Counter(elements) - Counter(others)
    return tuple(_text(path, element) for element in left.elements())


def _by_name(path: _Path, elements: tuple[Any, ...]) -> dict[str, Any]:
    """Name -> element, where that tells one from the others; an element that is a plain value has none."""
    names = [_name(path, element) for element in elements]
    times = Counter(names)
    return {name: element for name, element in zip(names, elements, strict=True) if name and times[name] == 1}


def _name(path: _Path, element: Any) -> str:
    """What an element is called, with the keyword of its list or of its own block."""
    if not dataclasses.is_dataclass(element):
        return ""
    own = getattr(element, "name", "")
    if isinstance(element, Connecting):
        own = endpoint(element.address, element.port)
    kind = path.row.word if path.row else BLOCKS.get(type(element), path.attribute)
    return f"{kind} {own}" if own else ""


# --- texts ------------------------------------------------------------------------------------------------------------


def _text(path: _Path, value: Any) -> str:
    """A value as it is written in the file, or as near to it as can be."""
    if path.row and path.row.secret:
        return SECRET
    if value in (None, "", ()):
        return ""
    if isinstance(value, bool):
        return ON if value else "off"
    return (text_of(path.writer, value) if path.writer else _plain(value, path.keyword)) or ON


def _plain(value: Any, keyword: str = "") -> str:
    """What no row writes: the name of an element, else what differs from the defaults.

    Before that its own keyword, where the one that it is shown with is another one: the kind of a check.
    """
    if isinstance(value, Program):
        return program_text(value)
    if isinstance(value, tuple):
        return " ".join(_plain(element) for element in value)
    if isinstance(value, bytes):  # only passwords and keys are
        return SECRET
    if not dataclasses.is_dataclass(value):
        return str(value)
    if isinstance(value, RealServer):
        return value.name
    said = [
        f"{inside.name} {' '.join(_text(inside, part) for part in parts)}"
        for field in dataclasses.fields(value)
        if (found := getattr(value, field.name)) != field.default
        for inside in [_Path(type(value)).to(field.name)]
        for parts in [found if inside.writer and is_many(inside.writer) else (found,)]
    ]
    kind = BLOCKS.get(type(value), "")
    return f"{'' if kind == keyword else kind} {', '.join(said)}".strip()


def _in_short(parts: list[str]) -> str:
    more = len(parts) - LISTED
    return ", ".join([*parts[:LISTED], f"{more} more"] if more > 0 else parts)
