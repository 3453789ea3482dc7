"""The forms that only the definitions of trackers have: scripts, files, processes, BFD sessions."""

from alived.ipc.model.tracking import InitFile, ParamMatch
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first, out_of_range, quoted
from alived.supervisor.config.forms.numbers import INT_MAX, INTEGER, Seconds, plain

SENSIBLE = 254
"""The largest number in a track_file that makes a difference to an instance."""

_SECONDS = Seconds(0.001, 4294)


@record()
class ScriptSeconds:
    """Seconds between runs, or that one may take: float. 0 counts as 1, as keepalived has it."""

    expected: str = _SECONDS.expected

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        if words and words[0].strip("0") in ("", "."):
            return Reading(1.0, 1, out_of_range("it must be more than 0", "1 is used"))
        return _SECONDS.read(words, text)

    def write(self, value: float) -> str:
        """See Form."""
        return _SECONDS.write(value)


@record()
class Milliseconds:
    """Milliseconds with up to three decimals: float. More than `sensible` is advised against."""

    low: int
    sensible: int
    high: int = 4294967

    @property
    def expected(self) -> str:
        """See Form."""
        return f"a number of milliseconds from {self.low} to {self.high}"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        try:
            value = Seconds(self.low, self.high).read(words, text).value
        except UnfitError as error:
            raise UnfitError(self.expected, error.index) from None
        if value <= self.sensible:
            return Reading(value)
        message = f"{plain(value)} milliseconds are very long"
        return Reading(value, 1, (Problem(Severity.ADVICE, Code.BAD_VALUE, message, 0, f"at most {self.sensible}"),))

    def write(self, value: float) -> str:
        """See Form."""
        return plain(value)


@record()
class InitFileOptions:
    """[NUMBER] [overwrite], in any order: InitFile."""

    expected: str = "perhaps a whole number, and perhaps overwrite"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        value, overwrite = 0, False
        problems: list[Problem] = []
        for index, word in enumerate(words):
            if word == "overwrite":
                overwrite = True
            elif word[:1].isdigit() or word[:1] == "-":
                value = _initial(word, index, problems)
            else:
                similar = nearest(word, ("overwrite",))
                hint = f"did you mean `{similar}`?" if similar else "it is ignored"
                message = f"`{word}` is neither a number nor overwrite"
                problems.append(Problem(Severity.ERROR, Code.UNKNOWN_KEYWORD, message, index, hint))
        return Reading(InitFile(value=value, overwrite=overwrite), len(words), tuple(problems))

    def write(self, value: InitFile) -> str:
        """See Form."""
        return f"{value.value} overwrite" if value.overwrite else str(value.value)


def _initial(word: str, index: int, problems: list[Problem]) -> int:
    number = int(word) if INTEGER.fullmatch(word) else None
    if number is None or not -INT_MAX <= number <= INT_MAX:
        problems.append(Problem(Severity.ERROR, Code.BAD_VALUE, f"{word} is no whole number", index, "0 is used"))
        return 0
    if abs(number) > SENSIBLE:
        message = f"{number} is more than any priority"
        problems.append(Problem(Severity.WARNING, Code.BAD_VALUE, message, index, f"at most {SENSIBLE} makes sense"))
    return number


@record()
class ProcessCommand:
    """COMMAND [PARAMETER ...]: tuple of str."""

    expected: str = "a command, and perhaps its parameters"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        if not first(words, self.expected):
            raise UnfitError(self.expected)
        return Reading(words, len(words))

    def write(self, value: tuple[str, ...]) -> str:
        """See Form."""
        return " ".join(quoted(word) for word in value)


@record()
class ParamMatchOption:
    """Nothing, initial or partial: ParamMatch."""

    expected: str = "initial or partial, or nothing"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        if not words:
            return Reading(ParamMatch.EXACT, 0)
        if words[0] not in ("initial", "partial"):
            raise UnfitError(self.expected, similar=nearest(words[0], ("initial", "partial")))
        return Reading(ParamMatch(words[0]))

    def write(self, value: ParamMatch) -> str:
        """See Form; `none` is written by leaving the keyword out."""
        return "" if value is ParamMatch.EXACT else value.value
