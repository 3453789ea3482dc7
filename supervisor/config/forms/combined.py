"""Forms made of another form: it alone, several of it, it or nothing."""

from alived.ipc.record import record
from alived.supervisor.config.forms.form import Form, Reading, UnfitError, Words, first


@record()
class Optional:
    """A keyword alone, or with a value: that of `form`."""

    form: Form
    alone: object
    """What the keyword alone means."""
    instead: object = None
    """What it means with an unusable value; None: nothing."""

    @property
    def expected(self) -> str:
        """See Form."""
        return f"{self.form.expected}, or nothing"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        if not words:
            return Reading(self.alone, 0)
        try:
            return self.form.read(words, text)
        except UnfitError as error:
            raise UnfitError(self.expected, error.index, similar=error.similar, instead=self.instead) from None

    def write(self, value: object) -> str:
        """See Form."""
        return "" if value == self.alone else self.form.write(value)


@record()
class Only:
    """A value with nothing after it: that of `form`. Of other forms what follows is not read."""

    form: Form

    @property
    def expected(self) -> str:
        """See Form."""
        return f"{self.form.expected}, and nothing else"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        reading = self.form.read(words, text)
        if reading.used < len(words):
            raise UnfitError(self.expected, reading.used)
        return reading

    def write(self, value: object) -> str:
        """See Form."""
        return self.form.write(value)


@record()
class Several:
    """Values of one word each, `least` to `most` of them: a tuple of what `form` makes of them."""

    form: Form
    least: int = 1
    most: int | None = None

    @property
    def expected(self) -> str:
        """See Form."""
        times = "any number of times" if self.most is None else f"at most {self.most} times"
        return f"{self.form.expected}, {times}"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        if self.least:
            first(words, self.expected)
        values = []
        for index, word in enumerate(words[: self.most]):
            try:
                values.append(self.form.read((word,), text).value)
            except UnfitError as error:
                raise UnfitError(self.form.expected, index, similar=error.similar) from None
        return Reading(tuple(values), len(values))

    def write(self, value: tuple[object, ...]) -> str:
        """See Form."""
        return " ".join(self.form.write(part) for part in value)
