"""What is told of something: which programs, with which arguments, and which line."""

import pytest

from alived.ipc.model.checker import Notify, NotifyKind
from alived.ipc.model.common import Program
from alived.workers.checker.notify_plan import Call, Occasion, Word, calls, line, own_program


def program(name: str) -> Program:
    return Program(argv=(f"/{name}",), uid=0, gid=0)


INSTANCE = Notify(
    name="VI_1",
    master=program("master"),
    backup=program("backup"),
    fault=program("fault"),
    stop=program("stop"),
    any_state=program("any"),
    master_rx_lower_pri=program("lower"),
    deleted=program("deleted"),
)


def ran(occasion: Occasion) -> list[tuple[str, ...]]:
    return [(*call.program.argv, *call.arguments) for call in calls(occasion)]


@pytest.mark.parametrize("word", [Word.MASTER, Word.BACKUP, Word.FAULT, Word.STOP])
def test_a_state_has_its_own_program_and_then_notify(word: Word) -> None:
    occasion = Occasion(notify=INSTANCE, word=word, priority=150)
    assert ran(occasion) == [(f"/{word.lower()}",), ("/any", "INSTANCE", "VI_1", word.value, "150")]
    assert [call.title for call in calls(occasion)] == [f"notify_{word.lower()} of VI_1", f"notify of VI_1 ({word})"]


@pytest.mark.parametrize("word", [Word.FAULT, Word.DELETED])
def test_what_is_removed_has_its_own_program_whatever_that_is_called(word: Word) -> None:
    occasion = Occasion(notify=INSTANCE, word=word, priority=90, removed=True)
    assert ran(occasion) == [("/deleted",), ("/any", "INSTANCE", "VI_1", word.value, "90")]
    assert calls(occasion)[0].title == "notify_deleted of VI_1"


def test_a_lower_priority_is_told_to_its_program_alone_and_once() -> None:
    occasion = Occasion(notify=INSTANCE, word=Word.LOWER_PRIORITY, priority=100)
    assert calls(occasion) == [
        Call(title="notify_master_rx_lower_pri of VI_1", program=program("lower"), arguments=(), once=True)
    ]


@pytest.mark.parametrize("word", [Word.MASTER_PRIORITY, Word.BACKUP_PRIORITY])
def test_no_program_hears_of_priorities(word: Word) -> None:
    assert calls(Occasion(notify=INSTANCE, word=word, priority=100)) == []


@pytest.mark.parametrize("word", list(Word))
def test_without_programs_there_is_nothing_to_run(word: Word) -> None:
    occasion = Occasion(notify=Notify(name="VI_1"), word=word, priority=1)
    assert own_program(occasion) is None
    assert calls(occasion) == []


def test_lines_are_keepalived_s() -> None:
    """As keepalived 2.2.7 wrote them in a run."""
    group = Notify(kind=NotifyKind.GROUP, name="G1")
    told = [
        Occasion(notify=INSTANCE, word=Word.BACKUP, priority=100),
        Occasion(notify=group, word=Word.MASTER, priority=0),
        Occasion(notify=INSTANCE, word=Word.MASTER_PRIORITY, priority=105),
        Occasion(notify=INSTANCE, word=Word.LOWER_PRIORITY, priority=105),
        Occasion(notify=INSTANCE, word=Word.DELETED, priority=105, removed=True),
    ]
    assert "".join(map(line, told)) == (
        'INSTANCE "VI_1" BACKUP 100\n'
        'GROUP "G1" MASTER 0\n'
        'INSTANCE "VI_1" MASTER_PRIORITY 105\n'
        'INSTANCE "VI_1" MASTER_RX_LOWER_PRI 105\n'
        'INSTANCE "VI_1" DELETED 105\n'
    )
