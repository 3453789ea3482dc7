"""The forms of values that say what to run and as whom; the other forms are in forms.py."""

from dataclasses import dataclass, field

from alived.supervisor.config.forms import Reading, UnfitError, first_argument
from alived.supervisor.config.parser import Statement
from alived.supervisor.config.strings import StringError, split


@dataclass(frozen=True, slots=True)
class Account:
    """A user, and a group if it is not the user's own, by name or number."""

    user: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class UserAndGroup:
    """USERNAME [GROUPNAME]: Account."""

    expected: str = "a user name, and perhaps a group name"

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        user = first_argument(statement, self)
        group = statement.arguments[1].text if len(statement.arguments) > 1 else ""
        return Reading(Account(user.text, group), len(statement.arguments[:2]))


@dataclass(frozen=True, slots=True)
class Script:
    """A command as it is written in the file, split into its arguments, and whom to run it as if that is said."""

    argv: tuple[str, ...]
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A script in quotes with its arguments, keepalived's <QUOTED-STRING>: Script."""

    account: bool = False
    """USERNAME [GROUPNAME] may follow."""
    expected: str = field(default="a program with its arguments, in one pair of quotes", init=False)

    def read(self, statement: Statement) -> Reading:
        """See Form."""
        token = first_argument(statement, self)
        try:
            strings = split(statement.argument_text)
            argv = split(strings[0])
        except StringError as error:
            raise UnfitError(f"{self.expected} ({error})", token) from None
        if not argv or not argv[0]:
            raise UnfitError(self.expected, token)
        names = strings[1:3] if self.account else []
        return Reading(
            Script(tuple(argv), Account(*names) if names else None),
            len(statement.arguments) - len(strings) + 1 + len(names),
        )
