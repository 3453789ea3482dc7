"""Words: any, one of several, addresses, and blocks of them."""

import ipaddress
from collections.abc import Mapping

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import nearest
from alived.supervisor.config.forms.form import Form, Reading, UnfitError, Words, first, quoted


@record()
class Text:
    """A word, or more of them in double quotes: str."""

    expected: str = "a word"
    longest: int = 255
    """Bytes."""

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        if not 0 < len(word.encode()) <= self.longest:
            raise UnfitError(f"{self.expected} of 1 to {self.longest} bytes")
        return Reading(word)

    def write(self, value: str) -> str:
        """See Form."""
        return quoted(value)


@record()
class Choice:
    """One word of several: what each stands for."""

    words: Mapping[str, object]
    fold: bool = False
    """Small and capital letters are the same."""

    @property
    def expected(self) -> str:
        """See Form."""
        words = list(self.words)
        return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        given = first(words, self.expected)
        for word, value in self.words.items():
            if word == given or (self.fold and word.lower() == given.lower()):
                return Reading(value)
        raise UnfitError(self.expected, similar=nearest(given, self.words, few=True))

    def write(self, value: object) -> str:
        """See Form. ValueError for what no word stands for."""
        for word, meaning in self.words.items():
            if meaning == value:
                return word
        raise ValueError(f"no word for {value!r}")


@record()
class Address:
    """An IPv4 address, or an IPv6 one where that may stand: str in its canonical spelling."""

    versions: tuple[int, ...] = (4, 6)
    multicast: bool = False

    @property
    def expected(self) -> str:
        """See Form."""
        kind = "a multicast " if self.multicast else "an "
        names: dict[tuple[int, ...], str] = {(4,): "IPv4 address", (6,): "IPv6 address"}
        return kind + names.get(self.versions, "IP address")

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        try:
            address = ipaddress.ip_address(word)
        except ValueError:
            raise UnfitError(self.expected) from None
        if address.version not in self.versions or (self.multicast and not address.is_multicast):
            raise UnfitError(self.expected)
        return Reading(str(address))

    def write(self, value: str) -> str:
        """See Form."""
        return value


@record()
class Body:
    """A block of keywords that have rows of their own; it is read as a Section, never as a value."""

    expected: str = "a block { … }"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        raise NotImplementedError

    def write(self, value: object) -> str:
        """See Form."""
        raise NotImplementedError


@record()
class Lines:
    """A block whose lines are values, not keywords: each has the form `entry`."""

    entry: Form
    each_word: bool = False
    """Every word is an entry, however many stand on a line."""
    named: bool = False
    """There may be several such blocks: a name stands before the brace, and each is read as a Section."""

    @property
    def expected(self) -> str:
        """See Form."""
        return f"a block {{ … }} with {self.entry.expected} {'a word' if self.each_word else 'a line'}"

    def read(self, words: Words, text: str) -> Reading:
        """See Form; the words of one line."""
        return self.entry.read(words, text)

    def write(self, value: object) -> str:
        """See Form; one line."""
        return self.entry.write(value)
