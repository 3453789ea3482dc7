"""What `$NAME` stands for: the definitions that a configuration makes, and those that are there before it.

The names of the latter begin with an underscore; a configuration may define them anew (keepalived.conf(5), Pre-defined
definitions). What does not live here: putting values into lines (substitution.py).
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from alived.supervisor.config.source import Line, Step

ASSIGNMENT = re.compile(r"\$(?P<name>[A-Za-z_][A-Za-z0-9_]*)=[ \t]*")
"""The begin of a line that defines something; there may be no blank before the `=`."""

REFERENCE = re.compile(
    r"""\$(?:
        \{ (?P<braced>[A-Za-z_][A-Za-z0-9_]*+) (?P<arguments>(?:\ [^{}"]*+)?) \}
      | (?P<bare>[A-Za-z_][A-Za-z0-9_]*+) (?= [ \t,)] | \Z )
    )""",
    re.VERBOSE,
)
"""What stands for a value. A name without braces must be followed by a blank, a comma, a parenthesis or nothing."""

_PLAIN = re.compile(r"[\w./:%+,=\-#!*]{,200}")
_NUMBERS = re.compile(r"(?: +(?P<low>\d{1,18}))?(?: +(?P<high>\d{1,18}))?(?: +\d+)*")
_VARIABLE = re.compile(r" +(?P<name>[A-Za-z_][A-Za-z0-9_]*)")

DEFAULT_HIGHEST = 32767
"""Of `${_RANDOM}`."""


@dataclass(slots=True)
class Definition:
    """What a name stands for."""

    name: str
    value: str = ""
    step: Step | None = None
    """That a text comes from here; None: what brought it about says so already."""
    lines: list[Line] | None = None
    """If it is of several lines: these. They can only stand at the end of a line."""
    compute: Callable[[str], str | None] | None = None
    """Gives the value for each use, from what stands after the name within the braces; None: that makes no sense."""

    @property
    def is_plain(self) -> bool:
        """Whether the value is a single one, with nothing in it that would have to be looked at again."""
        return self.lines is None and self.compute is None and _PLAIN.fullmatch(self.value) is not None


class Definitions:
    """All definitions at a point of the configuration."""

    def __init__(self, config_id: str, environment: Mapping[str, str], seed: int | None) -> None:
        self._environment = environment
        self._random = Random(time.time_ns() if seed is None else seed)  # noqa: S311 - not for secrets
        self._own_directory = True
        self.plain: dict[str, str] = {}
        """The values of those that are plain."""
        self.generation = 0
        """Changes whenever a definition with a step does."""
        self._by_name: dict[str, Definition] = {}
        for predefined in (
            Definition("_PWD"),
            Definition("_INSTANCE", config_id),
            Definition("_RANDOM", compute=self._number),
            Definition("_ENV", compute=self._variable),
            Definition("_HASH", "#"),
            Definition("_BANG", "!"),
        ):
            self._put(predefined)

    def get(self, name: str) -> Definition | None:
        """What a name stands for."""
        return self._by_name.get(name)

    def step(self, name: str) -> Step | None:
        """Where its value comes from."""
        definition = self._by_name.get(name)
        return definition.step if definition else None

    def names(self) -> list[str]:
        """All names that stand for something."""
        return list(self._by_name)

    def define(self, definition: Definition) -> None:
        """From here on."""
        self._own_directory &= definition.name != "_PWD"
        self._put(definition)

    def directory(self, path: str) -> None:
        """What `${_PWD}` is, unless the configuration has defined that itself."""
        if self._own_directory:
            self._put(Definition("_PWD", path))

    def seed(self, number: int) -> None:
        """Begin the random numbers anew."""
        self._random.seed(number)

    def _put(self, definition: Definition) -> None:
        self._by_name[definition.name] = definition
        self.generation += definition.step is not None
        if definition.is_plain:
            self.plain[definition.name] = definition.value
        else:
            self.plain.pop(definition.name, None)

    def _number(self, arguments: str) -> str | None:
        match = _NUMBERS.fullmatch(arguments.rstrip(" "))
        if match is None:
            return None
        low = int(match["low"] or 0)
        high = int(match["high"] or max(DEFAULT_HIGHEST, low))
        return str(self._random.randint(min(low, high), max(low, high)))

    def _variable(self, arguments: str) -> str | None:
        match = _VARIABLE.fullmatch(arguments.rstrip(" "))
        return self._environment.get(match["name"], "") if match else None
