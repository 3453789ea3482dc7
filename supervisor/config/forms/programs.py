"""The forms of values that say what to run and as whom."""

from dataclasses import field

from alived.ipc.model.common import Account
from alived.ipc.record import record
from alived.supervisor.config.forms.form import Reading, UnfitError, Words, first, quoted
from alived.supervisor.config.strings import StringError, join, split


@record()
class UserAndGroup:
    """USERNAME [GROUPNAME]: Account."""

    expected: str = "a user name, and perhaps a group name"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        return Reading(Account(first(words, self.expected), words[1] if len(words) > 1 else ""), len(words[:2]))

    def write(self, value: Account) -> str:
        """See Form."""
        return " ".join(quoted(name) for name in (value.user, value.group) if name)


@record()
class Script:
    """A command as it is written in the file, split into its arguments, and whom to run it as if that is said."""

    argv: tuple[str, ...]
    account: Account | None = None


@record()
class Command:
    """A script in quotes with its arguments, keepalived's <QUOTED-STRING>: Script."""

    account: bool = False
    """USERNAME [GROUPNAME] may follow."""
    expected: str = field(default="a program with its arguments, in one pair of quotes", init=False)

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        first(words, self.expected)
        try:
            strings = split(text)
            argv = split(strings[0])
        except StringError as error:
            raise UnfitError(f"{self.expected} ({error})") from None
        if not argv or not argv[0]:
            raise UnfitError(self.expected)
        names = strings[1:3] if self.account else []
        return Reading(
            Script(tuple(argv), Account(*names) if names else None), len(words) - len(strings) + 1 + len(names)
        )

    def write(self, value: Script) -> str:
        """See Form."""
        script = join([join(value.argv)])
        return f"{script} {UserAndGroup().write(value.account)}" if value.account else script
