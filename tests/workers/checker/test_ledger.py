"""Which messages are news."""

from dataclasses import replace

import pytest

from alived.ipc.messages import GroupState, InstanceState, LowerPriorityHeard, PriorityChanged, State
from alived.ipc.model.checker import Notify, NotifyKind
from alived.workers.checker.ledger import Happening, Ledger
from alived.workers.checker.notify_plan import Occasion

INSTANCE = Notify(name="VI_1", priority_changes=True)
GROUP = Notify(kind=NotifyKind.GROUP, name="VI_1")
"""A group may have the name of an instance."""


def ledger(*notifies: Notify) -> Ledger:
    found = Ledger()
    found.configure(notifies or (INSTANCE, GROUP), ())
    return found


def entered(state: State, *, since: float = 100.0, priority: int = 100, stopping: bool = False) -> InstanceState:
    return InstanceState(instance="VI_1", state=state, since=since, priority=priority, reason="", stopping=stopping)


def together(state: State, *, since: float = 100.0, deleted: bool = False) -> GroupState:
    return GroupState(group="VI_1", state=state, since=since, deleted=deleted)


def priority(effective: int, base: int = 100) -> PriorityChanged:
    return PriorityChanged(instance="VI_1", effective=effective, base=base, reasons=())


def words(occasions: list[Occasion]) -> list[tuple[str, int]]:
    return [(occasion.word.value, occasion.priority) for occasion in occasions]


def heard(found: Ledger, *messages: Happening) -> list[tuple[str, int]]:
    return [word for message in messages for word in words(found.receive(message))]


def test_each_state_is_news_once() -> None:
    found = ledger()
    assert heard(
        found,
        entered(State.INIT),
        entered(State.BACKUP),
        entered(State.MASTER),
        entered(State.MASTER, since=100.0),  # said again, with other addresses
        together(State.MASTER),
        together(State.MASTER),
        entered(State.FAULT, priority=90),
        entered(State.FAULT, stopping=True),
    ) == [("BACKUP", 100), ("MASTER", 100), ("MASTER", 0), ("FAULT", 90), ("STOP", 100)]


def test_nobody_wants_to_know() -> None:
    found = ledger(replace(INSTANCE, priority_changes=False))
    assert heard(found, priority(50), together(State.MASTER)) == []
    found = ledger(GROUP)
    assert heard(
        found, entered(State.MASTER), priority(50), LowerPriorityHeard(instance="VI_1", priority=50),
        replace(entered(State.MASTER), deleted=True),
    ) == []  # fmt: skip


def test_a_lower_priority_is_always_news() -> None:
    message = LowerPriorityHeard(instance="VI_1", priority=77)
    assert heard(ledger(), message, message) == [("MASTER_RX_LOWER_PRI", 77)] * 2


def test_priorities_are_told_as_of_a_master_or_a_backup_and_when_they_change() -> None:
    found = ledger()
    assert heard(found, priority(100), priority(103)) == [("BACKUP_PRIORITY", 103)]
    assert heard(found, entered(State.BACKUP, priority=103), priority(103)) == [("BACKUP", 103)]
    assert heard(found, entered(State.MASTER, priority=103), priority(105)) == [
        ("MASTER", 103), ("MASTER_PRIORITY", 105),
    ]  # fmt: skip
    assert heard(found, entered(State.FAULT, priority=105), priority(109)) == [
        ("FAULT", 105), ("BACKUP_PRIORITY", 109),
    ]  # fmt: skip


def test_the_first_priority_is_told_if_the_state_has_not_told_it() -> None:
    found = ledger()
    assert heard(found, entered(State.BACKUP, priority=103), priority(103)) == [("BACKUP", 103)]


@pytest.mark.parametrize("says_deleted", [True, False])
def test_removal_is_told_whichever_comes_first(says_deleted: bool) -> None:
    word = "DELETED" if says_deleted else "FAULT"
    for message_first in (True, False):
        found = ledger(replace(INSTANCE, says_deleted=says_deleted))
        assert heard(found, entered(State.MASTER)) == [("MASTER", 100)]
        farewell = replace(entered(State.MASTER), deleted=True)
        told = found.receive(farewell) if message_first else []
        found.configure((), ["notify VI_1", "vrrp_script other"])
        told += [] if message_first else found.receive(farewell)
        assert words(told) == [(word, 100)]
        assert told[0].removed
        assert found.receive(farewell) == []
        found.configure([INSTANCE], ())
        assert heard(found, entered(State.MASTER)) == [("MASTER", 100)]  # another one, of the same name


def test_a_group_that_is_removed_says_nothing_and_may_come_back() -> None:
    found = ledger()
    assert heard(
        found, together(State.MASTER), together(State.MASTER, deleted=True), together(State.MASTER)
    ) == [("MASTER", 0)] * 2  # fmt: skip


def test_what_is_present_can_be_told_again() -> None:
    found = ledger(INSTANCE, GROUP, Notify(name="VI_2"), Notify(name="VI_3"))
    heard(found, entered(State.MASTER), together(State.MASTER), replace(entered(State.INIT), instance="VI_2"))
    assert words(found.present()) == [("MASTER", 100), ("MASTER", 0)]
    heard(found, priority(90))
    assert words(found.present()) == [("MASTER", 90), ("MASTER", 0)]


# --- other names ------------------------------------------------------------------------------------------------------

OTHER = Notify(name="VI_2", priority_changes=True)


def renamed(message: InstanceState, name: str) -> InstanceState:
    return replace(message, instance=name, formerly=message.instance)


def given_up(name: str, now_called: str) -> InstanceState:
    return replace(entered(State.INIT), instance=name, deleted=True, now_called=now_called)


@pytest.mark.parametrize("message_first", [True, False])
def test_another_name_is_no_news_and_what_follows_is(message_first: bool) -> None:
    found = ledger()
    heard(found, entered(State.MASTER), priority(90))
    messages = (renamed(entered(State.MASTER, priority=90), "VI_2"), given_up("VI_1", "VI_2"))
    told = heard(found, *messages) if message_first else []
    found.configure([OTHER], [INSTANCE.key])
    told += [] if message_first else heard(found, *messages)
    assert told == []
    now = replace(entered(State.MASTER), instance="VI_2")
    assert heard(found, now, replace(priority(90), instance="VI_2")) == []  # said again
    assert words(found.present()) == [("MASTER", 90)]
    assert heard(found, replace(now, state=State.BACKUP)) == [("BACKUP", 100)]
    found.configure([INSTANCE], ())
    assert heard(found, entered(State.MASTER)) == [("MASTER", 100)]  # another one, of the old name


def test_names_that_are_swapped() -> None:
    found = ledger(INSTANCE, OTHER)
    two = replace(entered(State.BACKUP, priority=50), instance="VI_2")
    heard(found, entered(State.MASTER), two, replace(priority(40, 50), instance="VI_2"))
    assert heard(found, renamed(entered(State.MASTER), "VI_2"), renamed(replace(two, priority=40), "VI_1")) == []
    assert heard(found, replace(priority(100), instance="VI_2"), priority(40, 50)) == []
    assert words(found.present()) == [("BACKUP", 40), ("MASTER", 100)]
    assert heard(found, entered(State.MASTER, priority=40)) == [("MASTER", 40)]


# --- after a restart --------------------------------------------------------------------------------------------------


def test_an_heir_tells_what_may_not_have_been_told() -> None:
    found = ledger()
    told = found.resume([entered(State.MASTER, since=99.0), together(State.MASTER, since=101.0)], 100.0)
    assert words(told) == [("MASTER", 0)]
    assert heard(found, entered(State.MASTER, since=99.0), together(State.MASTER, since=101.0)) == []
    assert heard(found, entered(State.BACKUP, since=102.0)) == [("BACKUP", 100)]


def test_an_heir_and_priorities() -> None:
    """One that is retained was told; one that waited is news, even if it is the base again."""
    found = ledger()
    assert found.resume([priority(105), entered(State.MASTER, since=1.0, priority=100)], 50.0) == []
    assert heard(found, priority(105), priority(100)) == [("MASTER_PRIORITY", 100)]
    found = ledger()
    assert found.resume([entered(State.MASTER, since=1.0, priority=100)], 50.0) == []
    assert heard(found, priority(100), priority(100)) == [("MASTER_PRIORITY", 100)]


def test_an_instance_that_comes_after_the_restart_is_like_any_other() -> None:
    found = ledger()
    found.resume([together(State.MASTER, since=1.0)], 50.0)
    assert heard(found, priority(100)) == []
    assert heard(found, replace(entered(State.MASTER, since=60.0), deleted=True)) == [("FAULT", 100)]
