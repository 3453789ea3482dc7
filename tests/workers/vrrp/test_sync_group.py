"""All members are master or none is: TRAPS 15, as stories of a group of instances A, B and C."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.messages import State
from alived.workers.vrrp.events import (
    Action,
    AddAddresses,
    AdvertReceived,
    Announce,
    Event,
    FaultCleared,
    FaultRaised,
    NotifyLowerPriority,
    RemoveAddresses,
    Resumed,
    SendAdvert,
    Settings,
    Shutdown,
    Startup,
)
from alived.workers.vrrp.fsm import Machine
from alived.workers.vrrp.sync_group import GroupChanged, SyncGroup
from alived.workers.vrrp.wire.garp import Burst

OURS, LOWER, HIGHER = bytes([10, 9, 0, 5]), bytes([10, 9, 0, 1]), bytes([10, 9, 0, 9])
SETTINGS = Settings(1.0, OURS)
OWNER = Settings(1.0, OURS, initially_master=True)
DOWN = 3.609375


class Host:
    """Does what worker and instances do with a group."""

    def __init__(self, names: Iterable[str] = "ABC", last: Resumed | None = None) -> None:
        self.group = SyncGroup("G", last)
        self.told: list[GroupChanged] = []
        self.done: dict[str, list[Action]] = {}
        self.unaddable = ""
        """Member whose addresses can't be added: a fault that comes while an action is performed."""
        for name in names:
            self.add(name)

    def add(self, name: str, machine: Machine | None = None) -> Machine:
        machine = machine or Machine(SETTINGS, 100)
        self.group.join(name, machine)
        return machine

    def __getitem__(self, name: str) -> Machine:
        return self.group.members[name]

    def start(self, event: Event | None = None, now: float = 0.0) -> None:
        for name in list(self.group.members):
            self.tell(name, event or Startup(), now)

    def tell(self, name: str, event: Event, now: float) -> None:
        self._interact(name, self[name].receive(event, now), now)

    def expire(self, name: str, now: float) -> None:
        self._interact(name, self[name].expire(now), now)

    def settle(self, now: float) -> None:
        while (step := self.group.step(now)) is not None:
            if isinstance(step, GroupChanged):
                self.told.append(step)
            else:
                self._perform(step.member, step.actions, now)

    @property
    def states(self) -> list[State]:
        return [machine.state for machine in self.group.members.values()]

    def _interact(self, name: str, actions: list[Action], now: float) -> None:
        self._perform(name, actions, now)
        if self.group.note(name, actions):
            self.settle(now)

    def _perform(self, name: str, actions: list[Action], now: float) -> None:
        self.done[name] = list(actions)
        if name == self.unaddable and AddAddresses() in actions:
            self.tell(name, FaultRaised("address not added"), now)


def masters(names: str = "ABC") -> Host:
    """A group that is master since DOWN."""
    host = Host(names)
    host.start()
    for name in names:
        host.expire(name, DOWN)
    assert host.states == [State.MASTER] * len(names)
    host.told.clear()
    return host


# --- up ---------------------------------------------------------------------------------------------------------------


def test_it_begins_when_all_have_begun() -> None:
    host = Host()
    for name in "AB":
        host.tell(name, Startup(), 0.0)
        assert host.states == [State.INIT] * 3
    host.tell("C", Startup(), 0.0)
    assert host.states == [State.BACKUP] * 3
    assert host.told == [GroupChanged(State.BACKUP, 0.0, "started")]
    assert (host.group.state, host.group.since, host.group.reason) == (State.BACKUP, 0.0, "started")
    assert host["A"].reason == "started"


def test_trap_15_it_is_master_when_all_want_it_and_each_announces_its_addresses() -> None:
    host = Host()
    host.start()
    host.expire("A", DOWN)
    host.expire("C", DOWN)
    assert host.states == [State.BACKUP] * 3
    host.done.clear()
    host.expire("B", 4.0)
    assert host.states == [State.MASTER] * 3
    for name in "ABC":
        assert host.done[name][:3] == [SendAdvert(100), AddAddresses(), Announce(Burst.ARRIVED)]
    assert host.told[1:] == [GroupChanged(State.MASTER, 4.0, "all of sync group G want it")]
    assert host["A"].reason == "no master was heard; all of sync group G want it"


def test_one_that_hears_its_master_keeps_all_of_them_backup() -> None:
    host = Host("AB")
    host.start()
    for second in range(1, 30):
        host.expire("A", host["A"].deadline() or 0.0)
        host.tell("B", AdvertReceived(150, HIGHER), float(second))
        assert host.states == [State.BACKUP] * 2
    assert (host["A"].wants, host["B"].wants) == (State.MASTER, State.BACKUP)


def test_trap_15_a_group_of_one_is_legal() -> None:
    host = Host("A")
    host.start()
    host.expire("A", DOWN)
    host.tell("A", FaultRaised("x"), 5.0)
    host.tell("A", FaultCleared("x"), 6.0)
    assert [change.state for change in host.told] == [State.BACKUP, State.MASTER, State.FAULT, State.BACKUP]


def test_owners_of_the_addresses_are_master_at_once_if_all_are() -> None:
    host = Host("")
    for name in "AB":
        host.add(name, Machine(OWNER, 255))
    host.start()
    assert host.states == [State.MASTER] * 2
    host = Host("B")
    host.add("A", Machine(OWNER, 255))
    host.start()
    assert host.states == [State.BACKUP] * 2
    host.expire("A", 0.0)
    host.expire("B", DOWN)
    assert host.states == [State.MASTER] * 2


# --- down -------------------------------------------------------------------------------------------------------------


def test_one_that_gives_way_takes_all_along_in_silence() -> None:
    host = masters()
    host.tell("B", AdvertReceived(150, HIGHER), 4.0)
    assert host.states == [State.BACKUP] * 3
    reason = "B of sync group G: 10.9.0.9 has priority 150, ours is 100"
    assert host.told == [GroupChanged(State.BACKUP, 4.0, reason)]
    assert host["A"].reason == host["C"].reason == reason
    assert SendAdvert(0) not in host.done["A"]  # who made B give way is master of A and C as well
    assert RemoveAddresses() in host.done["A"]


def test_one_with_a_fault_takes_all_along_and_each_says_so_to_its_peers() -> None:
    host = masters()
    host.tell("B", FaultRaised("interface eth1 is down"), 4.0)
    assert host.states == [State.FAULT] * 3
    assert host.told == [GroupChanged(State.FAULT, 4.0, "B of sync group G: interface eth1 is down")]
    assert (host["B"].reason, host["C"].reason) == ("interface eth1 is down", host.told[0].reason)
    assert all(host.done[name][:2] == [SendAdvert(0), RemoveAddresses()] for name in "ABC")


def test_trap_15_out_of_fault_only_when_all_members_are_fine() -> None:
    host = masters()
    host.tell("B", FaultRaised("x"), 4.0)
    host.tell("A", FaultRaised("y"), 4.0)
    host.tell("B", FaultCleared("x"), 5.0)
    assert host.states == [State.FAULT] * 3
    host.tell("A", FaultCleared("y"), 6.0)
    assert host.states == [State.BACKUP] * 3
    assert host.told[1:] == [GroupChanged(State.BACKUP, 6.0, "all of sync group G are well")]
    assert host["C"].deadline() == 6.0 + DOWN


def test_started_with_a_fault_in_one_all_are_in_fault() -> None:
    host = Host("AB")
    host["A"].receive(FaultRaised("x"), 0.0)
    host.start()
    assert host.states == [State.FAULT] * 2
    assert (host["A"].reason, host["B"].reason) == ("x", "A of sync group G: x")


def test_a_fault_that_comes_up_while_the_group_becomes_master_ends_in_fault_everywhere() -> None:
    host = Host()
    host.start()
    host.unaddable = "B"
    for name in "ABC":
        host.expire(name, DOWN)
    assert host.states == [State.FAULT] * 3
    assert [change.state for change in host.told] == [State.BACKUP, State.FAULT]
    assert AddAddresses() not in host.done["C"]  # it was still backup: nothing is undone late


def test_trap_16_a_group_that_was_stopped_listens_as_one() -> None:
    host = masters()
    host.expire("A", 60.0)
    assert host.states == [State.BACKUP] * 3


# --- announcing -------------------------------------------------------------------------------------------------------


def test_trap_15_another_master_that_one_has_heard_makes_all_announce() -> None:
    host = masters()
    host.done.clear()
    host.tell("A", AdvertReceived(50, LOWER), 4.0)
    assert NotifyLowerPriority() in host.done["A"]
    assert host.done["B"] == host.done["C"] == [Announce(Burst.LOWER_PRIORITY)]
    assert host.told == []


def test_who_is_no_longer_master_announces_nothing() -> None:
    host = masters("AB")
    actions = host["A"].receive(AdvertReceived(50, LOWER), 4.0)
    assert host.group.note("A", actions)
    host["B"].receive(AdvertReceived(150, HIGHER), 4.0)
    host.done.clear()
    host.settle(4.0)
    assert host.states == [State.BACKUP] * 2
    assert "B" not in host.done
    assert host.group.note("A", [Announce(Burst.LOWER_PRIORITY)])
    host.group.leave("B", 4.0)
    host.settle(4.0)
    assert host.done.keys() == {"A"}


def test_an_ordinary_advert_is_of_no_interest() -> None:
    host = masters("AB")
    assert not host.group.note("A", host["A"].expire(DOWN + 1.0))
    host.tell("A", AdvertReceived(150, HIGHER), 5.0)
    assert not host.group.note("A", host["A"].receive(AdvertReceived(150, HIGHER), 6.0))


# --- reload -----------------------------------------------------------------------------------------------------------


def test_a_newcomer_goes_where_the_group_is() -> None:
    host = masters("AB")
    host.add("C")
    host.settle(5.0)
    assert host.states == [State.MASTER, State.MASTER, State.INIT]  # it has not begun; nobody waits for it
    host.tell("C", Startup(), 5.0)
    assert host.states == [State.MASTER] * 3
    assert host.told == []


def test_a_newcomer_with_a_fault_takes_all_along() -> None:
    host = masters("AB")
    host.add("C").receive(FaultRaised("x"), 5.0)
    host.tell("C", Startup(), 5.0)
    assert host.states == [State.FAULT] * 3


def test_a_backup_that_joins_a_master_has_its_say() -> None:
    host = masters("A")
    backup = Machine(SETTINGS, 100)
    backup.receive(Startup(), 4.0)
    host.add("B", backup)
    host.settle(5.0)
    assert host.states == [State.BACKUP] * 2


def test_masters_that_form_a_group_stay_what_they_are() -> None:
    host = Host("")
    for name in "AB":
        machine = host.add(name)
        machine.led = False
        machine.receive(Resumed(State.MASTER, 1.0), 2.0)
        machine.led = True
    host.add("C")
    host.settle(3.0)
    assert host.states == [State.MASTER, State.MASTER, State.INIT]
    host.tell("C", Startup(), 3.0)
    assert host.states == [State.MASTER] * 3
    assert [change.state for change in host.told] == [State.MASTER]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([FaultRaised("x")], State.FAULT),
        ([FaultRaised("x"), FaultCleared("x")], State.BACKUP),
        ([], State.BACKUP),
    ],
)
def test_who_leaves_is_what_it_is_for_itself(before: list[Event], after: State) -> None:
    host = Host("AB")
    host["B"].receive(FaultRaised("y"), 0.0)
    host.start()
    leaver = host["A"]
    for event in before:
        host.tell("A", event, 1.0)
    actions = host.group.leave("A", 2.0)
    assert bool(actions) == (after is not State.FAULT)
    assert (leaver.state, leaver.led) == (after, False)
    host.settle(2.0)
    assert host.group.state is State.FAULT


def test_who_leaves_while_it_was_held_back_is_master() -> None:
    host = Host("AB")
    host.start()
    host.expire("A", DOWN)
    leaver = host["A"]
    actions = host.group.leave("A", 4.0)
    assert actions[0] == SendAdvert(100)
    assert leaver.reason == "no master was heard"


def test_the_last_obstacle_leaves() -> None:
    host = Host("AB")
    host.start()
    host.expire("A", DOWN)
    host.group.leave("B", 4.0)
    host.settle(4.0)
    assert host.states == [State.MASTER]


def test_members_that_end_with_the_daemon_take_nobody_along() -> None:
    host = masters("AB")
    host.tell("A", Shutdown("alived stops"), 5.0)
    assert host.states == [State.INIT, State.MASTER]
    assert host.told == []
    host.tell("B", Shutdown("alived stops"), 5.0)
    assert host.told == [GroupChanged(State.INIT, 5.0, "no member runs")]
    assert all(host.done[name][0] == SendAdvert(0) for name in "AB")


# --- after a worker's death -------------------------------------------------------------------------------------------


def test_a_group_goes_on_where_it_was() -> None:
    host = Host("AB", Resumed(State.MASTER, 50.0))
    host.tell("A", Resumed(State.MASTER, 50.0), 100.0)
    assert host.done["A"] == []
    host.tell("B", Resumed(State.MASTER, 50.0), 100.0)
    assert host.states == [State.MASTER] * 2
    assert host.told == [GroupChanged(State.MASTER, 50.0, "resumed")]
    assert host.done["A"][0] == SendAdvert(100)
    assert (host["A"].since, host["A"].reason) == (50.0, "resumed")


def test_a_group_whose_members_can_not_all_go_on_is_backup() -> None:
    host = Host("AB", Resumed(State.MASTER, 50.0))
    host.tell("A", Resumed(State.MASTER, 50.0), 100.0)
    host.tell("B", Startup(), 100.0)
    assert host.states == [State.BACKUP] * 2
    assert host.told == [GroupChanged(State.BACKUP, 100.0, "started")]


def test_a_group_with_a_fault_does_not_go_on() -> None:
    host = Host("AB", Resumed(State.MASTER, 50.0))
    host["B"].receive(FaultRaised("x"), 99.0)
    host.start(Resumed(State.MASTER, 50.0), 100.0)
    assert host.states == [State.FAULT] * 2


# --- other names ------------------------------------------------------------------------------------------------------


def test_members_with_other_names_stay_where_they_are_in_their_order() -> None:
    host = masters()
    machines = list(host.group.members.values())
    host.group.rename({"A": "B", "B": "A", "C": "D"})
    assert list(host.group.members) == ["B", "A", "D"]
    assert list(host.group.members.values()) == machines
    assert host.group.step(DOWN) is None
    host.tell("D", FaultRaised("x"), DOWN)
    assert host.states == [State.FAULT] * 3
    assert host.told == [GroupChanged(State.FAULT, DOWN, "D of sync group G: x")]


# --- whatever happens -------------------------------------------------------------------------------------------------

events = st.one_of(
    st.builds(AdvertReceived, st.integers(0, 255), st.sampled_from([LOWER, OURS, HIGHER])),
    st.builds(FaultRaised, st.sampled_from("xy")),
    st.builds(FaultCleared, st.sampled_from("xy")),
    st.none(),
)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0.0, 4.0), events), max_size=30), st.sampled_from("ABC-"))
def test_members_never_differ_after_an_interaction(
    story: list[tuple[str, float, Event | None]], unaddable: str
) -> None:
    host, now = Host(), 0.0
    host.unaddable = unaddable
    host.start()
    for name, pause, event in story:
        now += pause
        if event is None:
            host.expire(name, now)
        else:
            host.tell(name, event, now)
        assert host.states == [host.group.state] * 3
    assert all(one.state is not other.state for one, other in zip(host.told, host.told[1:], strict=False))
