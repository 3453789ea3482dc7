"""Lines that are made of options in any order, `word value word value …`, read and written by a table of them.

A table of options is to a line what the grammar is to the file: each option says its word, the form of its value and
the attribute of the model's object that the value is for. What a line gives is kept as written, names of routing tables
included, because forms know nothing of the machine; `supervisor.config.routing` makes the objects.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Form, Problem, Reading, UnfitError, Words
from alived.supervisor.config.forms.network import Host, Prefix, family_of

LINE_SKIPPED = "the line is skipped"
IGNORED = "it is ignored"

VALUE_MOST = 64
"""Words that the value of one option can have; a line may have any number."""


@record()
class Means:
    """The value of an option that is a word alone."""

    value: object = True
    expected: str = "no value"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del words, text
        return Reading(self.value, 0)

    def write(self, value: object) -> str:
        """See Form; the option's word says it all."""
        del value
        return ""


@record(kw_only=True)
class Option:
    """One option of a line."""

    word: str
    form: Form = field(default_factory=Means)
    attribute: str = ""
    """Where the value goes in the model's object; empty: the word itself, `-` written `_`."""
    spellings: tuple[str, ...] = ()
    """Other words for it."""
    old: Mapping[str, str] = field(default_factory=dict)
    """Words for it that keepalived complains of -> what to write."""
    noise: bool = False
    """It means nothing."""
    group: str = ""
    """Of the options of a group there can be one."""
    lenient: bool = False
    """When its value is unusable, the line is used without it. Otherwise the line is not used."""
    lockable: bool = False
    """`lock` may stand before the value."""
    family: int = 0
    """It makes the line one of IPv4 or IPv6: 4 or 6."""

    @property
    def target(self) -> str:
        """The attribute that it sets."""
        return self.attribute or self.word.replace("-", "_")


@record()
class Given:
    """What a line, or a part of one that makes an object of its own, gives."""

    table: "OptionTable" = field(compare=False, repr=False)
    values: Mapping[str, Any]
    """Attribute -> value: names as written, a Given for an object, a tuple of Given for several."""
    where: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Attribute -> index of the word that its value begins with."""

    def shifted(self, by: int) -> "Given":
        """The same as part of a longer line, in which it begins further on."""
        values = {name: value.shifted(by) if isinstance(value, Given) else value for name, value in self.values.items()}
        return Given(self.table, values, {name: index + by for name, index in self.where.items()})


class OptionTable:
    """The options that a line may have, and the class of the object that it makes."""

    def __init__(self, what: str, makes: type, *options: Option) -> None:
        self.what = what
        """As in `not an option of WHAT`."""
        self.makes = makes
        self.options = options
        self.words = {word: option for option in options for word in (option.word, *option.spellings, *option.old)}
        self._targets: dict[str, list[Option]] = {}
        for option in options:
            if not option.noise:
                self._targets.setdefault(option.target, []).append(option)

    def plus(self, *options: Option) -> "OptionTable":
        """A table with some more."""
        return OptionTable(self.what, self.makes, *self.options, *options)

    def option(self, attribute: str, value: object = None) -> Option | None:
        """The option that gives an attribute; of several words alone, the one that means the value."""
        for option in self._targets.get(attribute, ()):
            if value is None or not isinstance(option.form, Means) or option.form.value == value:
                return option
        return None

    def write(self, given: Given, without: tuple[str, ...] = ()) -> str:
        """The options of a line, in the order of the table; attributes that no word gives are left to the caller."""
        return " ".join(self._written(given, without))

    def _written(self, given: Given, without: tuple[str, ...]) -> Iterator[str]:
        values = given.values
        for option in self.options:
            attribute = option.target
            if (
                attribute not in values
                or attribute in without
                or option is not self.option(attribute, values[attribute])
            ):
                continue
            several = values[attribute] if isinstance(values[attribute], tuple) else (values[attribute],)
            for value in several:
                yield option.word
                if option.lockable and option.word in values.get("locked", ()):
                    yield "lock"
                if text := option.form.write(value):
                    yield text


class LineReader:
    """Reads the options of one line, or of a part of one; what is wrong with them is collected."""

    def __init__(self, table: OptionTable, words: Words, text: str, unused: str = LINE_SKIPPED) -> None:
        self.table = table
        self.unused = unused
        """What is done when it can't be used, for hints."""
        self.words = words
        self.text = text
        self.values: dict[str, Any] = {}
        self.where: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.families: list[tuple[int, int]] = []
        """Family that something says -> index of its word, in order."""
        self.usable = True
        self._groups: set[str] = set()
        self._searched = False
        """A similar word was looked for: that takes long, so it is done once a line."""

    # --- reading ------------------------------------------------------------------------------------------------------

    def option(self, index: int) -> int | None:
        """Read the option at an index: the index behind it; None if the word there is no option."""
        word = self.words[index]
        option = self.table.words.get(word)
        if option is None:
            return None
        if word in option.old:
            message = f"`{word}` is an old word of {self.table.what}"
            self.say(Code.OLD_WORD, message, index, f"write `{option.old[word]}`", Severity.WARNING)
        begin = index + 1
        if option.lockable and self.words[begin : begin + 1] == ("lock",):
            self.values["locked"] = tuple(sorted({*self.values.get("locked", ()), option.word}))
            begin += 1
        try:
            reading = option.form.read(self.words[begin : begin + VALUE_MOST], self.text)
        except UnfitError as error:
            return self._unfit(option, word, index, begin, error)
        for problem in reading.problems:
            shifted = begin + (problem.index or 0)
            self.problems.append(Problem(problem.severity, problem.code, problem.message, shifted, problem.hint))
        if option.family:
            self.families.append((option.family, index))
        if not option.noise and reading.value is not None and self._may(option, word, index):
            self._keep(option, reading.value, index, begin)
        return begin + reading.used

    def unknown(self, index: int, message: str, hint: str) -> Option | None:
        """Complain of a word that is no option, `hint` is what was done about it: the option that is probably meant."""
        similar = None if self._searched else nearest(self.words[index], self.table.words)
        self._searched = True
        self.say(Code.UNKNOWN_KEYWORD, message, index, f"did you mean `{similar}`? {hint}" if similar else hint)
        return self.table.words[similar] if similar else None

    def part(self) -> Reading:
        """All that are options, up to the first word that is none, as the Reading of a nested form."""
        index: int | None = 0
        end = 0
        while index is not None and index < len(self.words):
            end = index
            index = self.option(index)
            end = end if index is None else index
        return Reading(self.given() if self.usable else None, end, tuple(self.problems))

    def shifted(self, by: int) -> tuple[Problem, ...]:
        """The problems, for words that begin further on in a longer line."""
        return tuple(
            Problem(problem.severity, problem.code, problem.message, (problem.index or 0) + by, problem.hint)
            for problem in self.problems
        )

    def positional(self, attribute: str, form: Prefix, index: int) -> bool:
        """Read one word as the address that an attribute is; False if it is none."""
        try:
            reading = form.read(self.words[index : index + 1], self.text)
        except UnfitError:
            return False
        for problem in reading.problems:
            self.problems.append(Problem(problem.severity, problem.code, problem.message, index, problem.hint))
        self.values[attribute] = reading.value
        self.where[attribute] = index
        self.families.append((family_of(reading.value), index))
        return True

    # --- judging ------------------------------------------------------------------------------------------------------

    def say(self, code: Code, message: str, index: int | None, hint: str, severity: Severity = Severity.ERROR) -> None:
        """Something is wrong, but not so that the line could not be used."""
        self.problems.append(Problem(severity, code, message, index, hint))

    def fail(self, code: Code, message: str, index: int | None, advice: str = "") -> None:
        """Something is wrong, and the line can't be used."""
        self.say(code, message, index, f"{advice}{self.unused}")
        self.usable = False

    def family(self) -> int:
        """4 or 6, as the first word that tells says; 0: none does. The line is unusable if another contradicts it."""
        first = next((family for family, _ in self.families if family), 0)
        for family, index in self.families:
            if family not in (0, first):
                self.fail(
                    Code.CONFLICT, f"this is IPv{family}, but {self.table.what} has one family: IPv{first}", index
                )
                break
        return first

    def given(self) -> Given:
        """What was read."""
        return Given(self.table, self.values, self.where)

    def reading(self) -> Reading:
        """The whole line as the form's Reading: no value if the line can't be used."""
        return Reading(self.given() if self.usable else None, len(self.words), tuple(self.problems))

    # --- within -------------------------------------------------------------------------------------------------------

    def _may(self, option: Option, word: str, index: int) -> bool:
        """Whether an option may be there besides those before it."""
        if option.group and option.group in self._groups:
            message = f"`{word}`: {self.table.what} has one {option.group}, and it was given before"
            if option.lenient:
                self.say(Code.CONFLICT, message, index, "the first one is used")
            else:
                self.fail(Code.CONFLICT, message, index)
            return False
        self._groups.add(option.group)
        return True

    def _keep(self, option: Option, value: Any, index: int, begin: int) -> None:
        attribute = option.target
        if isinstance(value, Given):
            value = value.shifted(begin)
        self.values[attribute] = value
        self.where[attribute] = index if isinstance(option.form, Means) else begin
        if isinstance(option.form, (Host, Prefix)):
            self.families.append((family_of(value), begin))

    def _unfit(self, option: Option, word: str, index: int, begin: int, error: UnfitError) -> int:
        """Say that a value does not fit; the index to go on at."""
        if error.index is None or begin + error.index >= len(self.words):
            self.fail(Code.BAD_VALUE, f"`{word}` needs a value: {error.expected}", index)
            return len(self.words)
        place = begin + error.index
        similar = f"did you mean `{error.similar}`? " if error.similar else ""
        if option.lenient:
            self.say(Code.BAD_VALUE, f"`{word}` must be {error.expected}", place, f"{similar}{IGNORED}")
        else:
            self.fail(Code.BAD_VALUE, f"`{word}` must be {error.expected}", place, similar)
        return place + 1
