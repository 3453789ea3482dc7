"""Who becomes master when: state, priority, preemption and the advert interval of an instance.

What is said against combinations is what keepalived says, and it is resolved as keepalived resolves it.
"""

from typing import NamedTuple

from alived.ipc.model.vrrp import InstanceRole
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.instance_family import V2, V3
from alived.supervisor.config.instance_subject import Subject

PRIORITY_DEFAULT = 100
PRIORITY_OWNER = 255
ADVERTS_OF_RFC = 3
"""down_timer_adverts (RFC 9568 section 6.1, Active_Down_Interval)."""

MICROSECONDS = 1_000_000


class Interval(NamedTuple):
    """The advert intervals of a version of VRRP, in microseconds."""

    step: int
    longest: int
    words: str


INTERVALS = {
    V2: Interval(1_000_000, 255_000_000, "a whole number of seconds"),
    V3: Interval(10_000, 40_950_000, "a multiple of 0.01 seconds, and at most 40.95"),
}
"""8 bits of seconds (RFC 3768 section 5.3.7); 12 bits of centiseconds (RFC 9568 section 5.2.7)."""


class Election(NamedTuple):
    """What an instance would like to be, and how much."""

    role: InstanceRole
    priority: int


class Preemption(NamedTuple):
    """Whether and when it takes over from a master of lower priority."""

    nopreempt: bool
    preempt_delay: float


def read_election(subject: Subject) -> Election:
    """State and priority; where one is not given, the other one says it."""
    role, given = _state(subject), subject.section.find("priority", int)
    priority = given or (PRIORITY_OWNER if role is InstanceRole.MASTER else PRIORITY_DEFAULT)
    owner = InstanceRole.MASTER if priority == PRIORITY_OWNER else InstanceRole.BACKUP
    if given is None and priority == PRIORITY_OWNER:
        subject.report.advice(
            Code.ACCIDENTAL_OWNER,
            "state MASTER without a priority makes it the address owner, with priority 255",
            subject.place("state"),
            "give it a priority of at most 254, unless the addresses are this machine's own",
        )
    if role is None:
        return Election(owner, priority)
    if subject.strict and (role is InstanceRole.MASTER) != (priority == PRIORITY_OWNER):
        message = "in strict mode, state MASTER and priority 255 belong together"
        subject.conflict(message, f"it starts as {owner}", "state")
        return Election(owner, priority)
    return Election(role, priority)


def _state(subject: Subject) -> InstanceRole | None:
    """The state; once it is MASTER, a later BACKUP does not change it."""
    role: InstanceRole | None = None
    for entry in subject.section.given("state"):
        if role is InstanceRole.MASTER and entry.value is InstanceRole.BACKUP:
            message = "state is MASTER already"
            subject.report.error(Code.DUPLICATE, message, entry.place(0), "BACKUP is ignored")
        else:
            role = entry.value
    return role


def read_preemption(subject: Subject, election: Election) -> Preemption:
    """`nopreempt` and `preempt_delay` go neither with state MASTER nor with each other."""
    words = [word for word in subject.section.order if word in ("nopreempt", "preempt") and subject.section.has(word)]
    nopreempt = words[-1:] == ["nopreempt"]
    delay = subject.section.find("preempt_delay", float) or 0.0
    if nopreempt and election.priority == PRIORITY_OWNER:
        subject.conflict("`nopreempt` does not work with priority 255", "it is left out", "nopreempt")
        nopreempt = False
    if election.role is InstanceRole.MASTER:
        for word, value in (("nopreempt", nopreempt), ("preempt_delay", delay)):
            if value:
                subject.conflict(
                    f"`{word}` does not work with state MASTER", "it is left out; write state BACKUP", word
                )
        return Preemption(nopreempt=False, preempt_delay=0.0)
    if delay and subject.strict:
        subject.conflict("strict mode knows no preempt_delay", "it is left out", "preempt_delay")
        delay = 0.0
    if delay and nopreempt:
        subject.conflict("`preempt_delay` does not work with nopreempt", "it is left out", "preempt_delay")
        delay = 0.0
    return Preemption(nopreempt, delay)


def read_advert_int(subject: Subject, version: int) -> float:
    """The interval that an advert of that version can carry; keepalived rounds half up, and so does this."""
    wanted = round(subject.section.get("advert_int", float) * MICROSECONDS)
    interval = INTERVALS[version]
    rounded = max((wanted + interval.step // 2) // interval.step * interval.step, interval.step)
    rounded = min(rounded, interval.longest)
    if rounded != wanted:
        message = f"the advert interval of VRRP version {version} is {interval.words}"
        hint = f"{rounded / MICROSECONDS:g} is used"
        subject.report.warning(Code.BAD_VALUE, message, subject.section.where("advert_int"), hint)
    return rounded / MICROSECONDS


def read_down_timer(subject: Subject) -> int:
    """down_timer_adverts, which strict mode leaves at three."""
    own = subject.section.find("down_timer_adverts", int)
    wanted = own or subject.settings.find("vrrp_down_timer_adverts", int) or ADVERTS_OF_RFC
    if subject.strict and wanted != ADVERTS_OF_RFC:
        message = f"in strict mode a master is down after {ADVERTS_OF_RFC} adverts"
        subject.conflict(message, f"{ADVERTS_OF_RFC} is used", "down_timer_adverts")
        return ADVERTS_OF_RFC
    return wanted
