"""The order of deadlines, however they move."""

from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.agenda import Agenda


class Item:
    def __init__(self, deadline: float | None) -> None:
        self.due = deadline

    def deadline(self) -> float | None:
        return self.due


def agenda_of(*items: Item) -> Agenda[Item]:
    agenda: Agenda[Item] = Agenda()
    for item in items:
        agenda.note(item)
    return agenda


def test_an_empty_agenda_wants_nothing() -> None:
    agenda = agenda_of(Item(None))
    assert agenda.next() is None
    assert agenda.due(100.0, 10) == []


def test_what_is_due_comes_in_order_and_once() -> None:
    late, early = Item(2.0), Item(1.0)
    agenda = agenda_of(late, early)
    assert agenda.next() == 1.0
    assert agenda.due(5.0, 10) == [(early, 1.0), (late, 2.0)]
    assert agenda.due(5.0, 10) == []


def test_a_turn_is_bounded() -> None:
    items = [Item(float(number)) for number in range(5)]
    agenda = agenda_of(*items)
    assert [item for item, _ in agenda.due(9.0, 3)] == items[:3]
    assert agenda.next() == 3.0


def test_a_turn_is_bounded_within_what_is_due_at_the_same_time() -> None:
    items = [Item(1.0) for _ in range(5)]
    agenda = agenda_of(*items)
    assert agenda.due(9.0, 3) == [(item, 1.0) for item in items[:3]]
    assert agenda.next() == 1.0
    assert agenda.due(9.0, 3) == [(item, 1.0) for item in items[3:]]
    assert agenda.next() is None


def test_only_what_may_be_due_sooner_than_before_is_worth_a_new_timer() -> None:
    early, late = Item(1.0), Item(2.0)
    agenda: Agenda[Item] = Agenda()
    assert agenda.note(early)
    assert not agenda.note(late)
    early.due = 5.0
    assert not agenda.note(early)
    late.due = 0.5
    assert agenda.note(late)


def test_a_deadline_that_moved_away_comes_up_when_it_is_due_and_not_before() -> None:
    item = Item(1.0)
    agenda = agenda_of(item)
    item.due = 3.7
    agenda.note(item)
    assert agenda.due(2.0, 10) == []
    looked_at = []
    while agenda.next() != 3.7:
        looked_at.append(agenda.next())
        assert agenda.due(agenda.next() or 0.0, 10) == []
    assert looked_at == [3.625, 3.6953125]
    assert agenda.due(3.7, 10) == [(item, 3.7)]


def test_deadlines_that_move_away_are_looked_at_together() -> None:
    items = [Item(1.0 + number / 100) for number in range(50)]
    agenda = agenda_of(*items)
    for now in range(1, 30):
        for number, item in enumerate(items):
            item.due = now + 3.2 + number / 100
        turns = 0
        while (agenda.next() or 0.0) <= now:
            assert agenda.due(now, 1000) == []
            turns += 1
        assert turns <= (50 if now == 1 else 12)


def test_what_is_about_to_be_due_is_not_looked_at_before() -> None:
    item = Item(1.0)
    agenda = agenda_of(item)
    item.due = 1.03
    assert agenda.due(1.0, 10) == []
    assert agenda.next() == 1.03


def test_what_wants_nothing_any_more_is_let_go() -> None:
    item = Item(1.0)
    agenda = agenda_of(item)
    item.due = None
    assert agenda.due(1.0, 10) == []
    assert agenda.next() is None
    item.due = 2.0
    assert agenda.note(item)


def test_a_deadline_that_came_nearer_counts() -> None:
    item = Item(5.0)
    agenda = agenda_of(item)
    item.due = 1.0
    agenda.note(item)
    assert agenda.due(1.0, 10) == [(item, 1.0)]
    assert agenda.due(9.0, 10) == []


def test_an_item_that_is_no_more_is_passed_over() -> None:
    item = Item(1.0)
    agenda = agenda_of(item)
    agenda.forget(item)
    assert agenda.due(5.0, 10) == []


@given(st.lists(st.tuples(st.integers(0, 4), st.one_of(st.none(), st.integers(0, 50))), max_size=60))
def test_nobody_is_forgotten_and_nobody_comes_up_twice_for_nothing(moves: list[tuple[int, int | None]]) -> None:
    items = [Item(None) for _ in range(5)]
    agenda = agenda_of()
    for now, (number, deadline) in enumerate(moves):
        items[number].due = deadline
        agenda.note(items[number])
        for _ in range(100):  # some turns find only what has moved away
            taken = [item for item, _ in agenda.due(now, 10)]
            assert len(set(taken)) == len(taken)
            assert all(item.due is not None and item.due <= now for item in taken)
            for item in taken:
                item.due = None
                agenda.note(item)
            if (agenda.next() or 99.0) > now:
                break
        assert not [item for item in items if item.due is not None and item.due <= now]
