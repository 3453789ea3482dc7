"""A vrrp_sync_group: instances of which all are master or none is.

PURE. One rule makes everything: the group is where its worst-off member would be if it were for itself. One member with
a fault and all are in FAULT, and none leaves it before all are well; one that has to be backup and all are backup; all
want to be master and all are. A member goes down by itself, at once, and the others follow; it goes up only when the
group says so (`Machine.led`). What a member would be is `Machine.wants`; a group tells it where to go with `Follow`.

The worker calls `note` after each interaction of a member, and then `step` until there is nothing left:

    actions = machine.receive(event, now)
    perform(member, actions)
    if group.note(member, actions):
        while (step := group.step(now)) is not None:
            match step:
                case MemberActs():    perform(step.member, step.actions), and note the member's deadline
                case GroupChanged():  tell it, once

Each step is worked out when it is asked for, so that performing one may itself bring up a fault: the call of `note` and
`step` within it does what is then to be done, and the one without finds nothing left. Actions of a step are not noted.

What does not live here: what a state means for a member (fsm.py), and tracking by the group, which each of its members
does (priority.py). Members are best given priorities that agree about who is the better router: otherwise two routers
may wait for each other's worst member, and are both backup until one is quicker.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from alived.ipc.messages import State
from alived.workers.vrrp.events import Action, Announce, Follow, Resumed
from alived.workers.vrrp.fsm import Machine
from alived.workers.vrrp.wire.garp import Burst


class MemberActs(NamedTuple):
    """What one member has to do."""

    member: str
    actions: list[Action]


class GroupChanged(NamedTuple):
    """All members have entered a state."""

    state: State
    since: float
    reason: str


class SyncGroup:
    """State of one group, and how its members follow each other."""

    def __init__(self, name: str, last: Resumed | None = None) -> None:
        """`last` is what a predecessor said last, if its members go on where they were (`Resumed`)."""
        self.name = name
        self.state = State.INIT
        self.since = 0.0
        self.reason = "not started"
        self.members: dict[str, Machine] = {}
        """By name, in the order of the configuration."""
        self._last = last
        self._goal = State.INIT
        self._why = ""
        self._echoes: deque[MemberActs] = deque()

    def join(self, member: str, machine: Machine) -> None:
        """Take a member in, started or not; `step` then makes the group one again.

        One that is not at work yet has no say among others that are: it goes where they are, if it has no fault. So a
        reload that adds a member, or makes a group of instances that are master, moves no address.
        """
        machine.led = True
        self.members[member] = machine

    def leave(self, member: str, now: float) -> list[Action]:
        """Let a member go; returns what it has to do for itself. `step` then goes on without it.

        A member that ends is told so (`Shutdown`) after it has left, so that it does not take the others along; if the
        whole daemon ends they need not leave.
        """
        machine = self.members.pop(member)
        machine.led = False
        if machine.wants is machine.state:
            return []
        return machine.receive(Follow(machine.wants, f"left sync group {self.name}"), now)

    def rename(self, names: Mapping[str, str]) -> None:
        """Members have other names, by the old ones; nothing else changes. Not between `note` and the end of `step`."""
        self.members = {names.get(member, member): machine for member, machine in self.members.items()}

    def note(self, member: str, actions: Iterable[Action]) -> bool:
        """Take note of what a member was told to do; returns whether `step` may have something to say."""
        if any(isinstance(action, Announce) and action.burst is Burst.LOWER_PRIORITY for action in actions):
            # Another master was heard by one member: what the switches believe of the others is as doubtful.
            echo: list[Action] = [Announce(Burst.LOWER_PRIORITY)]
            self._echoes += (MemberActs(other, echo) for other in self.members if other != member)
        machine = self.members[member]
        return bool(self._echoes) or not machine.wants is machine.state is self.state

    def step(self, now: float) -> MemberActs | GroupChanged | None:
        """The next thing to be done; None: nothing."""
        while self._echoes:
            echo = self._echoes.popleft()
            if echo.member in self.members and self.members[echo.member].state is State.MASTER:
                return echo
        goal = self._judge()
        if goal is not self._goal:
            self._goal, self._why = goal, self._reason(goal)
        if goal is not State.INIT:
            for member, machine in self.members.items():
                if machine.state is not goal and machine.wants is not State.INIT:
                    return MemberActs(member, machine.receive(Follow(goal, self._why), now))
        return self._arrive(goal, now)

    def _judge(self) -> State:
        """Where the group has to be."""
        begun = [machine for machine in self.members.values() if machine.wants is not State.INIT]
        if not begun or (self.state is State.INIT and len(begun) < len(self.members)):
            return State.INIT
        if any(machine.faults for machine in begun):
            return State.FAULT
        voters = [machine for machine in begun if machine.state is not State.INIT] or begun  # a newcomer has no say
        return State.MASTER if all(machine.wants is State.MASTER for machine in voters) else State.BACKUP

    def _reason(self, goal: State) -> str:
        if goal is State.INIT:
            return "no member runs"
        if goal is State.MASTER:
            return f"all of sync group {self.name} want it"
        if goal is State.BACKUP and self.state is not State.MASTER:
            return "started" if self.state is State.INIT else f"all of sync group {self.name} are well"
        member, machine = next(
            (member, machine) for member, machine in self.members.items() if machine.wants is goal
        )  # there is one: the others have not followed it yet
        reason = ", ".join(sorted(machine.faults)) or machine.reason
        return f"{member} of sync group {self.name}: {reason}"

    def _arrive(self, state: State, now: float) -> GroupChanged | None:
        if state is self.state:
            return None
        resumed, self._last = self._last, None
        self.state, self.since, self.reason = state, now, self._why
        if resumed is not None and resumed.state is state:
            self.since, self.reason = resumed.since, "resumed"
        return GroupChanged(state, self.since, self.reason)
