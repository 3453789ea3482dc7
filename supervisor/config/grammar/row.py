"""What one row of the grammar says."""

from dataclasses import dataclass, field

from alived.supervisor.config.forms import Flag, Form

NO_EFFECT = "it has no effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One keyword in one block."""

    block: str
    """The block it stands in: its path from the top level, as `virtual_server/real_server`; empty: the top level."""
    word: str
    form: Form = field(default_factory=Flag)
    default: object = None
    """What holds when it is not given (keepalived.conf(5)); None: nothing, or what the block around says."""
    unusable: object = None
    """What holds when it is given a value that it cannot have; None: as if it had not been given."""
    meaning: str = ""
    spelling_of: str = ""
    """It is another spelling of this word of the same block."""
    old: bool = False
    """It is a spelling that should no longer be used."""
    implemented: bool = True
    instead: str = NO_EFFECT
    """What happens instead while it is not implemented."""


def row(block: str, word: str, form: Form, default: object = None, meaning: str = "") -> Row:
    """A keyword that alived implements."""
    return Row(block=block, word=word, form=form, default=default, meaning=meaning)


def strict(block: str, word: str, form: Form, default: object, meaning: str) -> Row:
    """The same; a value that it cannot have makes it the default, whatever was given before."""
    return Row(block=block, word=word, form=form, default=default, unusable=default, meaning=meaning)


def spelling(block: str, word: str, of: str, *, old: bool = False) -> Row:
    """Another spelling of a word of the same block."""
    return Row(block=block, word=word, spelling_of=of, old=old)


def later(block: str, words: str, instead: str = NO_EFFECT) -> tuple[Row, ...]:
    """Keywords of keepalived's that alived does not implement yet, and what happens instead."""
    return tuple(Row(block=block, word=word, implemented=False, instead=instead) for word in words.split())
