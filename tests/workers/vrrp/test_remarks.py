"""What is logged about other routers: once, and never as many lines as somebody sends adverts."""

import logging

import pytest

from alived.workers.vrrp.remarks import AT_ONCE, MEMORY, PAUSE, REMEMBERED, Remarks


class Alarm:
    """A clock that is set by hand, and who is to be woken."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.noted: list[Remarks] = []

    def now(self) -> float:
        return self.time

    def note(self, sleeper: Remarks) -> None:
        self.noted.append(sleeper)

    def forget(self, sleeper: Remarks) -> None:
        self.noted = [other for other in self.noted if other is not sleeper]

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and wake whoever is due."""
        self.time += seconds
        for sleeper in self.noted:
            sleeper.expire(self.time)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def test_each_thing_is_said_once_until_things_change(said: pytest.LogCaptureFixture) -> None:
    remarks = Remarks(Alarm(), "V")
    for _ in range(3):
        remarks.make("10.9.0.1 is odd (3)", "odd")
    remarks.make("10.9.0.1 is odd (4)", "odd")
    assert said.messages == ["(V) 10.9.0.1 is odd (3)"]
    remarks.clear()
    remarks.make("10.9.0.1 is odd (5)", "odd")
    assert said.messages[1:] == ["(V) 10.9.0.1 is odd (5)"]


def test_news_is_said_each_time(said: pytest.LogCaptureFixture) -> None:
    remarks = Remarks(Alarm())
    assert all(remarks.tell("there", logging.INFO) for _ in range(2))
    assert said.messages == ["there", "there"]
    assert [record.levelname for record in said.records] == ["INFO", "INFO"]


def test_a_flood_is_a_few_lines_and_a_sum(said: pytest.LogCaptureFixture) -> None:
    alarm = Alarm()
    remarks = Remarks(alarm, "V")
    for number in range(18_000):
        remarks.make(f"adverts of {number} are ignored")
    assert len(said.messages) == AT_ONCE
    assert alarm.noted == [remarks]
    alarm.pass_time(PAUSE - 1)
    assert len(said.messages) == AT_ONCE
    alarm.pass_time(1)
    assert said.messages[AT_ONCE:] == [
        f"(V) {18_000 - AT_ONCE:,} more remarks about adverts left out in the last {PAUSE:g} s"
    ]
    assert remarks.deadline() is None
    alarm.pass_time(1)
    assert len(said.messages) == AT_ONCE + 1


def test_what_was_left_out_is_said_as_soon_as_there_is_room(said: pytest.LogCaptureFixture) -> None:
    alarm = Alarm()
    remarks = Remarks(alarm)
    for number in range(AT_ONCE + 1):
        remarks.make(str(number))
    alarm.pass_time(PAUSE)
    assert said.messages[-1] == "1 more remark about adverts left out in the last 10 s"
    remarks.make(str(AT_ONCE))
    assert said.messages[-1] == str(AT_ONCE)


def test_inventions_fill_memory_for_an_hour_at_most_and_push_nothing_out(said: pytest.LogCaptureFixture) -> None:
    alarm = Alarm()
    remarks = Remarks(alarm)
    for number in range(REMEMBERED + 2):
        alarm.time += PAUSE
        remarks.make(str(number))
    for text in ("0", str(REMEMBERED)):
        alarm.time += PAUSE
        remarks.make(text)
    assert said.messages.count("0") == 1
    assert said.messages.count(str(REMEMBERED)) == 2
    alarm.time += MEMORY
    remarks.make("new")
    remarks.make("new")
    remarks.make("0")
    assert said.messages.count("new") == 1
    assert said.messages.count("0") == 2


def test_who_is_gone_is_woken_no_more() -> None:
    alarm = Alarm()
    remarks = Remarks(alarm)
    for number in range(AT_ONCE + 1):
        remarks.make(str(number))
    remarks.close()
    assert alarm.noted == []


def test_whose_they_are_may_have_another_name(said: pytest.LogCaptureFixture) -> None:
    remarks = Remarks(Alarm(), "V")
    remarks.make("one")
    remarks.rename("W")
    remarks.make("one")
    remarks.make("two")
    assert said.messages == ["(V) one", "(W) two"]
