"""The forms that only checks of real servers have: status codes, digests, hexadecimal data, regular expressions."""

import re

from alived.ipc.model.checks import RegexStack, Reply, StatusRange
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first, quoted
from alived.supervisor.config.strings import StringError, join, split

STATUS_LOWEST, STATUS_HIGHEST = 100, 599

REGEX_OPTIONS = frozenset(
    {
        "allow_empty_class", "alt_bsux", "auto_callout", "caseless", "dollar_endonly", "dotall", "dupnames",
        "extended", "firstline", "match_unset_backref", "multiline", "never_ucp", "never_utf", "no_auto_capture",
        "no_auto_possess", "no_dotstar_anchor", "no_start_optimize", "ucp", "ungreedy", "utf", "never_backslash_c",
        "alt_circumflex", "alt_verbnames", "use_offset_limit",
    }
)  # fmt: skip
"""pcre2api(3), in small letters and without PCRE2_."""

_STATUS = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_DIGEST = re.compile(r"[0-9A-Fa-f]{32}")


@record()
class StatusCodes:
    """CODE or CODE-CODE, any number of them: tuple[StatusRange, ...]. Bad ones are left out."""

    expected: str = f"status codes from {STATUS_LOWEST} to {STATUS_HIGHEST}, as 200 or 200-299"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        first(words, self.expected)
        found, problems = [], []
        for index, word in enumerate(words):
            match = _STATUS.fullmatch(word)
            lowest, highest = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
            if STATUS_LOWEST <= lowest <= highest <= STATUS_HIGHEST:
                found.append(StatusRange(first=lowest, last=highest))
            else:
                message = f"this is no status code from {STATUS_LOWEST} to {STATUS_HIGHEST}, nor a range of them"
                problems.append(Problem(Severity.ERROR, Code.BAD_VALUE, message, index, "it is left out"))
        return Reading(tuple(found), len(words), tuple(problems))

    def write(self, value: tuple[StatusRange, ...]) -> str:
        """See Form."""
        return " ".join(str(it.first) if it.first == it.last else f"{it.first}-{it.last}" for it in value)


@record()
class Digest:
    """An MD5 digest in hexadecimal: str in small letters."""

    expected: str = "32 hexadecimal digits, as genhash prints them"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if not _DIGEST.fullmatch(word):
            raise UnfitError(self.expected)
        return Reading(word.lower())

    def write(self, value: str) -> str:
        """See Form."""
        return value


@record()
class Regex:
    """A Perl-compatible regular expression in quotes, with keepalived's escapes: str."""

    expected: str = "one regular expression, in quotes if it has blanks"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        first(words, self.expected)
        try:
            strings = split(text)
        except StringError as error:
            raise UnfitError(f"{self.expected} ({error})") from None
        if len(strings) != 1 or not strings[0]:
            raise UnfitError(self.expected)
        return Reading(strings[0], len(words))

    def write(self, value: str) -> str:
        """See Form."""
        return join([value])


@record()
class RegexOptions:
    """Names of options of PCRE2: tuple[str, ...]."""

    expected: str = "names of options of pcre2api(3), as caseless or multiline"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        first(words, self.expected)
        problems = tuple(
            Problem(Severity.NOTE, Code.BAD_VALUE, f"`{word}` is no option of a regular expression", index, _hint(word))
            for index, word in enumerate(words)
            if word not in REGEX_OPTIONS
        )
        return Reading(tuple(word for word in words if word in REGEX_OPTIONS), len(words), problems)

    def write(self, value: tuple[str, ...]) -> str:
        """See Form."""
        return " ".join(value)


def _hint(word: str) -> str:
    similar = nearest(word, sorted(REGEX_OPTIONS))
    return f"did you mean `{similar}`?" if similar else "it is ignored"


@record()
class StackSizes:
    """START MOST, in bytes: RegexStack."""

    expected: str = "two numbers of bytes, the second not smaller than the first"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        first(words, self.expected)
        if len(words) != 2 or not all(word.isascii() and word.isdecimal() and len(word) < 11 for word in words):
            raise UnfitError(self.expected)
        start, most = int(words[0]), int(words[1])
        if start > most:
            raise UnfitError(self.expected, 1)
        return Reading(RegexStack(start=start, most=most), 2)

    def write(self, value: RegexStack) -> str:
        """See Form."""
        return f"{value.start} {value.most}"


@record()
class DomainName:
    """A domain name without empty labels: str."""

    expected: str = "a domain name; . is the root"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if word != "." and (word.startswith(".") or ".." in word):
            raise UnfitError(f"{self.expected}, without two dots in a row or one in front")
        return Reading(word)

    def write(self, value: str) -> str:
        """See Form."""
        return quoted(value)


@record()
class HexData:
    """Hexadecimal digits with blanks at will: bytes. An odd digit at the end of a word is a byte by itself."""

    expected: str = "hexadecimal digits, as 01 ff 7f"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        first(words, self.expected)
        try:
            return Reading(bytes(int(pair, 16) for pair in _pairs(words, "0123456789abcdefABCDEF")), len(words))
        except ValueError:
            raise UnfitError(self.expected) from None

    def write(self, value: bytes) -> str:
        """See Form."""
        return value.hex()


@record()
class ReplyPattern:
    """Nothing, or hexadecimal digits with X for those that do not matter: Reply."""

    expected: str = "nothing, or hexadecimal digits as 01 fX, X for any"

    def read(self, words: Words, text: str) -> Reading:
        """See Form. A pattern that is none: any reply will do."""
        del text
        try:
            pairs = _pairs(words, "0123456789abcdefABCDEFxX")
        except ValueError:
            raise UnfitError(self.expected, instead=Reply()) from None
        data = bytes(int(pair.lower().replace("x", "0"), 16) for pair in pairs)
        mask = bytes(int("".join("0" if digit in "xX" else "f" for digit in pair), 16) for pair in pairs)
        return Reading(Reply(data=data, mask=mask), len(words))

    def write(self, value: Reply) -> str:
        """See Form."""
        digits = zip(value.data.hex(), value.mask.hex(), strict=True)
        return "".join(digit if mask == "f" else "X" for digit, mask in digits)


def _pairs(words: Words, digits: str) -> list[str]:
    """The digits of words two by two, a missing one in front is 0. ValueError: there is another character."""
    if any(char not in digits for word in words for char in word):
        raise ValueError
    return [word[at : at + 2].rjust(2, "0") for word in words for at in range(0, len(word), 2)]
