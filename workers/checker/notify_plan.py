"""PURE: what is told of something that happened to an instance or a sync group: programs to run, a line for the pipes.

Words, arguments and order are keepalived's (keepalived.conf(5), `notify` and `notify_fifo`); the text of mail is in
mail_text.py. What does not live here: whether anything has happened (ledger.py), and how a program runs (run_queue.py).
"""

from enum import StrEnum

from alived.ipc.model.checker import Notify
from alived.ipc.model.common import Program
from alived.ipc.record import record


class Word(StrEnum):
    """What happened, as programs and pipes are told."""

    MASTER = "MASTER"
    BACKUP = "BACKUP"
    FAULT = "FAULT"
    STOP = "STOP"
    """The daemon stops."""
    DELETED = "DELETED"
    """A reload has removed the instance."""
    LOWER_PRIORITY = "MASTER_RX_LOWER_PRI"
    MASTER_PRIORITY = "MASTER_PRIORITY"
    """The priority of a master has changed."""
    BACKUP_PRIORITY = "BACKUP_PRIORITY"
    """That of one that is no master."""


@record(kw_only=True)
class Occasion:
    """Something that happened, and to whom."""

    notify: Notify
    """How it is told."""
    word: Word
    priority: int
    """Effective, of an instance; 0 of a group."""
    removed: bool = False
    """A reload has removed the instance; `word` is what that is called."""


@record(kw_only=True)
class Call:
    """A program to run, and what it is called in the log."""

    title: str
    program: Program
    arguments: tuple[str, ...] = ()
    once: bool = False
    """It is enough that it runs once for all that are waiting alike."""


def calls(occasion: Occasion) -> list[Call]:
    """The programs to run, one after the other."""
    notify, word = occasion.notify, occasion.word
    found = []
    if (program := own_program(occasion)) is not None:
        title = f"{_keyword(occasion)} of {notify.name}"
        found.append(Call(title=title, program=program, once=word is Word.LOWER_PRIORITY))
    if notify.any_state is not None and word in _STATES:
        arguments = (notify.kind.value, notify.name, word.value, str(occasion.priority))
        found.append(Call(title=f"notify of {notify.name} ({word})", program=notify.any_state, arguments=arguments))
    return found


def own_program(occasion: Occasion) -> Program | None:
    """The program for this word alone. An instance that is removed has notify_deleted, whatever its word is."""
    notify = occasion.notify
    if occasion.removed:
        return notify.deleted
    return {
        Word.MASTER: notify.master,
        Word.BACKUP: notify.backup,
        Word.FAULT: notify.fault,
        Word.STOP: notify.stop,
        Word.LOWER_PRIORITY: notify.master_rx_lower_pri,
    }.get(occasion.word)


def line(occasion: Occasion) -> str:
    """What is written to the pipes, with its end of line."""
    notify = occasion.notify
    return f'{notify.kind.value} "{notify.name}" {occasion.word.value} {occasion.priority}\n'


_STATES = frozenset({Word.MASTER, Word.BACKUP, Word.FAULT, Word.STOP, Word.DELETED})
"""What `notify` runs at."""


def _keyword(occasion: Occasion) -> str:
    return "notify_deleted" if occasion.removed else f"notify_{occasion.word.lower()}"
