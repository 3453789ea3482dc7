"""Weights of trackers, and the lines that name a tracker. Those that name a virtual server: tracked_servers.py."""

from typing import Protocol

from alived.ipc.model.tracking import Weight
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first, quoted
from alived.supervisor.config.forms.numbers import INTEGER
from alived.supervisor.config.forms.text import Lines

MOST = 253
"""The largest weight that is a change of priority; less than -253 is a fault."""
OLD_MOST = 254
"""keepalived once had this as the largest one, and takes it for the other."""

REVERSE = {"reverse": True, "noreverse": False}


@record()
class TrackerWeight:
    """-253 to 253, with `reverse` or not: Weight."""

    low: int = -MOST
    high: int = MOST

    @property
    def expected(self) -> str:
        """See Form."""
        return f"a whole number from {self.low} to {self.high}, and perhaps reverse"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        number = _number(first(words, self.expected), max(self.high, -self.low))
        if number is None:
            raise UnfitError(self.expected)
        if len(words) > 1 and words[1] != "reverse":
            raise UnfitError(self.expected, 1, similar=nearest(words[1], ("reverse",)), instead=Weight(number))
        return Reading(Weight(number, reverse=len(words) > 1), len(words[:2]))

    def write(self, value: Weight) -> str:
        """See Form."""
        return str(value)


@record()
class Tracked:
    """A line of a track block: what it names, and what it says of the weight; None: nothing."""

    name: str
    weight: int | None = None
    reverse: bool | None = None


class Resolved(Protocol):
    """A line once what it does not say was taken from the definition; the model has one of these for each kind."""

    @property
    def name(self) -> str:
        """Of the tracker."""

    @property
    def weight(self) -> int | None:
        """None: nothing is said of it."""

    @property
    def reverse(self) -> bool | None:
        """None: nothing is said of it."""


@record()
class TrackLine:
    """NAME [weight NUMBER [reverse|noreverse]]: Tracked. A line that keepalived leaves out has no value."""

    what: str
    """What is named, for messages."""
    most: int = MOST
    lowered: bool = False
    """254 counts as 253."""
    noreverse: bool = True
    """`noreverse` may stand there; there is a weight of its own that it can overrule."""
    strict: bool = False
    """Another word than these two and the line is left out."""

    @property
    def expected(self) -> str:
        """See Form."""
        options = "reverse|noreverse" if self.noreverse else "reverse"
        return f"the name of a {self.what}, and perhaps weight NUMBER [{options}]"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        name = first(words, self.expected)
        if len(words) == 1:
            return Reading(Tracked(name))
        if words[1] != "weight":
            similar = nearest(words[1], ("weight",))
            hint = f"did you mean `{similar}`? {name} is not tracked" if similar else f"{name} is not tracked"
            return self._left_out(words, 1, f"`{words[1]}` is not an option of a tracked {self.what}", hint)
        if len(words) == 2:
            return self._left_out(words, 1, "`weight` needs a number", f"{name} is not tracked")
        problems: list[Problem] = []
        weight = self._weight(words[2], problems)
        options = REVERSE if self.noreverse else {"reverse": True}
        reverse = options.get(words[3]) if len(words) > 3 else None
        if len(words) > 3 and reverse is None:
            message = f"`{words[3]}` is not an option of a weight"
            if self.strict:
                return self._left_out(words, 3, message, f"{name} is not tracked; write {' or '.join(options)}")
            hint = f"write {' or '.join(options)}; it is ignored"
            problems.append(Problem(Severity.ERROR, Code.UNKNOWN_KEYWORD, message, 3, hint))
        return Reading(Tracked(name, weight, reverse), len(words[:4]), tuple(problems))

    def write(self, value: Resolved) -> str:
        """See Form."""
        return " ".join([quoted(value.name), *self.weight_words(value)])

    def weight_words(self, value: Resolved) -> list[str]:
        """What is written of the weight."""
        if value.weight is None:
            return []
        words = ["weight", str(value.weight)]
        if value.reverse:
            words.append("reverse")
        elif value.reverse is False and self.noreverse:
            words.append("noreverse")
        return words

    def _weight(self, word: str, problems: list[Problem]) -> int | None:
        number = _number(word, OLD_MOST if self.lowered else self.most)
        if number is None:
            message = f"`weight` must be a whole number from -{self.most} to {self.most}"
            hint = "its own weight is used" if self.noreverse else "it is tracked without weight: down is a fault"
            problems.append(Problem(Severity.ERROR, Code.BAD_VALUE, message, 2, hint))
        elif abs(number) > self.most:
            number = self.most if number > 0 else -self.most
            message = f"`weight` must not be more than {self.most}"
            problems.append(Problem(Severity.WARNING, Code.BAD_VALUE, message, 2, f"{number} is used"))
        return number

    @staticmethod
    def _left_out(words: Words, index: int, message: str, hint: str) -> Reading:
        return Reading(None, len(words), (Problem(Severity.ERROR, Code.BAD_VALUE, message, index, hint),))


def _number(word: str, most: int) -> int | None:
    number = int(word) if INTEGER.fullmatch(word) else None
    return number if number is not None and abs(number) <= most else None


TRACK_INTERFACE = Lines(TrackLine("network interface", lowered=True, noreverse=False))
TRACK_SCRIPT = Lines(TrackLine("vrrp_script", lowered=True))
TRACK_FILE = Lines(TrackLine("track_file", most=OLD_MOST, strict=True))
TRACK_PROCESS = Lines(TrackLine("vrrp_track_process", most=OLD_MOST))
TRACK_BFD = Lines(TrackLine("bfd_instance", strict=True))
