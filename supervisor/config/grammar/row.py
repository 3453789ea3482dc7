"""What one row of the grammar says."""

from dataclasses import field

from alived.ipc.record import record
from alived.supervisor.config.forms.form import Form
from alived.supervisor.config.forms.numbers import Flag


@record(kw_only=True)
class Row:
    """One keyword in one block."""

    block: str
    """The block it stands in: its path from the top level, as `virtual_server/real_server`; empty: the top level."""
    word: str
    form: Form = field(default_factory=Flag)
    meaning: str = ""
    """One line for `alived explain` and the manual, without a full stop."""
    attribute: str | None = None
    """Where its value goes in the object that the block makes: a path, as `announcing.master_delay`; None: the code
    that makes the object puts it there itself."""
    inherits: str = ""
    """`BLOCK WORD` whose value holds when it is not given; empty: the default of the object does."""
    default: object = None
    """What holds when it is not given and it inherits nothing, where the object does not say; for `explain`."""
    unusable: object = None
    """What holds when it is given a value that it cannot have; None: as if it had not been given."""
    many: bool = False
    """It may be given more than once, and each time counts."""
    secret: bool = False
    """Its value is never shown."""
    spelling_of: str = ""
    """It is another spelling of this word of the same block."""
    old: bool = False
    """It is a spelling or a word that keepalived complains of: deprecated, or not known any more."""

    @property
    def key(self) -> str:
        """`BLOCK WORD`, or the word alone at the top level."""
        return f"{self.block} {self.word}".lstrip()


def spelling(block: str, word: str, of: str, *, old: bool = False) -> Row:
    """Another spelling of a word of the same block."""
    return Row(block=block, word=word, spelling_of=of, old=old)
