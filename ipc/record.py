"""`@record`: a frozen dataclass with slots and little to make at import.

The configuration and the forms of its words are some two hundred such classes, and `dataclass(frozen=True, slots=True)`
compiles eight functions for each: that was half of the start of every process. Here `__init__` is compiled, the others
are shared. What they do is the same, and fields() and replace() of dataclasses work.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, cast, dataclass_transform

T = TypeVar("T")

_NOT_GIVEN = object()
"""What stands for an argument that is not given, where a factory makes it."""


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def record(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a class one whose objects cannot be changed, and are equal and hash by their fields."""

    def recorded(cls: type[T]) -> type[T]:
        made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
        fields: tuple[dataclasses.Field[Any], ...] = dataclasses.fields(cast("Any", made))
        compared = _getter([field.name for field in fields if field.compare])
        methods: dict[str, Callable[..., Any]] = {
            "__init__": _init(made, fields),
            "__repr__": _repr([field.name for field in fields if field.repr]),
            "__eq__": lambda self, other: (
                compared(self) == compared(other) if self.__class__ is other.__class__ else NotImplemented
            ),
            "__hash__": lambda self: hash(compared(self)),
            "__setattr__": _refuse_change,
            "__delattr__": _refuse_change,
        }
        for name, method in methods.items():
            setattr(made, name, method)
        return made

    return recorded


def _init(cls: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """The constructor, which fills the slots past __setattr__. What it needs are globals of its own, in capitals."""
    known: dict[str, Any] = {"NOT_GIVEN": _NOT_GIVEN}
    positional: list[str] = []
    named: list[str] = []
    lines: list[str] = []
    for field in fields:
        name = parameter = value = field.name
        known[f"SET_{name}"] = getattr(cls, name).__set__
        if field.default is not dataclasses.MISSING:
            known[f"DEFAULT_{name}"] = field.default
            parameter = f"{name}=DEFAULT_{name}"
            value = name if field.init else f"DEFAULT_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            known[f"MAKE_{name}"] = field.default_factory
            parameter = f"{name}=NOT_GIVEN"
            value = f"MAKE_{name}() if {name} is NOT_GIVEN else {name}"
        if field.init:
            (named if field.kw_only else positional).append(parameter)
        lines.append(f"SET_{name}(self, {value})")
    parameters = ", ".join(["self", *positional, *(["*", *named] if named else [])])
    exec(f"def __init__({parameters}): {'; '.join(lines) or 'pass'}", known)  # noqa: S102  as dataclasses does
    init: Callable[..., None] = known["__init__"]
    return init


def _getter(names: list[str]) -> Callable[[Any], object]:
    return attrgetter(*names) if names else lambda _: ()


def _repr(names: list[str]) -> Callable[[Any], str]:
    def shown(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return shown


def _refuse_change(self: object, name: str, *_value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"{type(self).__name__}.{name} cannot be changed")
