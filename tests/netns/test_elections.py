"""Every option of the election, with alived against routers whose adverts the test makes up.

All instances run at once in one daemon; what happens to each is judged by the addresses on the host and by the adverts
that a third host hears.
"""

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from examples.testbed.adverts import Advert, Adverts
from examples.testbed.hosts import INTERFACE, Cluster, wait_until
from examples.testbed.namespaces import NotPermitted
from examples.testbed.pair import workers
from examples.testbed.services import Service, alived
from tests.netns.forged import Chorus

CONFIG = "/etc/keepalived/keepalived.conf"
INTERVAL = 0.25
DOWN = 3 * INTERVAL
"""Master_Down_Interval without its skew, seconds."""
SKEW = INTERVAL
"""At most, seconds."""
ROOM = 0.4
"""For a busy machine, seconds."""
PATIENCE = 10.0
PROMPT = 0.15
"""An advert that comes so soon is an answer, of an instance that otherwise sends one each second."""


@dataclass(frozen=True)
class Case:
    """One instance."""

    name: str
    vrid: int
    more: str = ""
    priority: int = 100
    interval: float = INTERVAL

    @property
    def address(self) -> str:
        return f"172.20.0.{100 + self.vrid}"

    def block(self) -> str:
        lines = "".join(f"    {line}\n" for line in self.more.splitlines())
        return (
            f"vrrp_instance {self.name} {{\n    interface {INTERFACE}\n    virtual_router_id {self.vrid}\n"
            f"    version 3\n    priority {self.priority}\n    advert_int {self.interval}\n{lines}"
            f"    virtual_ipaddress {{\n        {self.address}/24\n    }}\n}}\n"
        )


PLAIN = Case("plain", 1)
NOPREEMPT = Case("nopreempt", 2, "nopreempt")
DELAYED = Case("delayed", 3, "preempt_delay 3")
OWNER = Case("owner", 4, "state MASTER", priority=255)
DEAF = Case("deaf_owner", 5, "state MASTER\nowner_ignore_adverts", priority=255)
EQUAL_BELOW = Case("equal_below", 6)
EQUAL_ABOVE = Case("equal_above", 7)
RESIGNED = Case("resigned", 8)
PATIENT = Case("patient", 9, "down_timer_adverts 8")
LEARNING = Case("learning", 10)
OWNER_BELOW = Case("owner_below", 11, "state MASTER", priority=255)
ANSWERING = Case("answering", 12, interval=1)
SILENT = Case("silent", 13, "lower_prio_no_advert", interval=1)
GIVING_WAY = Case("giving_way", 14, interval=1)
PROTESTING = Case("protesting", 15, "higher_prio_send_advert", interval=1)
STALLED = Case("stalled", 16, "nopreempt")
STRICT = Case("strict", 17, "strict_mode on")

CASES = (
    *(PLAIN, NOPREEMPT, DELAYED, OWNER, DEAF, EQUAL_BELOW, EQUAL_ABOVE, RESIGNED, PATIENT, LEARNING, OWNER_BELOW),
    *(ANSWERING, SILENT, GIVING_WAY, PROTESTING, STALLED, STRICT),
)


@dataclass
class Stage:
    """alived between a router whose address is lower and one whose is higher, and somebody who listens."""

    cluster: Cluster
    begun: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.low = Chorus(self.cluster.host("low", "172.20.0.11/24"))
        self.host = self.cluster.host("alived", "172.20.0.21/24")
        self.high = Chorus(self.cluster.host("high", "172.20.0.31/24"))
        self.ear = Adverts(self.cluster.host("ear", "172.20.0.41/24"))
        self.daemon: Service

    def start(self, *, head: str = "", cases: tuple[Case, ...] = CASES) -> None:
        self.begun = time.monotonic()
        self.write(head, cases)
        self.daemon = alived(self.host, CONFIG)

    def write(self, head: str = "", cases: tuple[Case, ...] = CASES) -> None:
        self.host.write(CONFIG, f"global_defs {{\n{head}\n}}\n" + "".join(case.block() for case in cases))

    def reload(self) -> None:
        said = len(self.daemon.output())
        self.daemon.signal(signal.SIGHUP)
        wait_until(lambda: "reloaded" in self.daemon.output()[said:], PATIENCE, "reloaded")

    def masters(self) -> set[str]:
        """Names of the instances whose address is on the host."""
        here = self.host.all_addresses()
        return {case.name for case in CASES if case.address in here}

    def wait_for(self, case: Case, *, master: bool = True) -> None:
        words = "master" if master else "backup"
        wait_until(lambda: (case.name in self.masters()) is master, PATIENCE, f"{case.name} is {words}")

    def ours(self, case: Case, since: float = 0.0) -> list[Advert]:
        """What the daemon has sent."""
        return self._heard(case, self.host.address, since)

    def theirs(self, case: Case, chorus: Chorus, since: float = 0.0) -> list[Advert]:
        """What somebody else has."""
        return self._heard(case, chorus.host.address, since)

    def _heard(self, case: Case, source: str, since: float) -> list[Advert]:
        heard = (
            advert for advert in self.ear.read() if (advert.virtual_router_id, advert.source) == (case.vrid, source)
        )
        return [advert for advert in heard if advert.time >= since]

    def silence(self, case: Case, chorus: Chorus) -> float:
        """Seconds from the last advert of another master to our first one after it."""
        last = self.theirs(case, chorus)[-1].time
        wait_until(lambda: bool(self.ours(case, last)), PATIENCE, f"adverts of {case.name}")
        return self.ours(case, last)[0].time - last


def make_stage() -> Iterator[Stage]:
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        yield Stage(cluster)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Masters are there before the daemon starts; three of them leave as soon as it works."""
    for stage in make_stage():
        for case in (PLAIN, NOPREEMPT, DELAYED):
            stage.low.speak(case.vrid, 50, case.address)
        stage.low.speak(OWNER.vrid, 254, OWNER.address)
        for case in (EQUAL_BELOW, PATIENT):
            stage.low.speak(case.vrid, 100, case.address)
        stage.high.speak(EQUAL_ABOVE.vrid, 100, EQUAL_ABOVE.address)
        stage.high.speak(RESIGNED.vrid, 150, RESIGNED.address)
        stage.high.speak(LEARNING.vrid, 150, LEARNING.address, interval=1.0)
        for case in (DEAF, OWNER):
            stage.high.speak(case.vrid, 255, case.address)
        stage.low.speak(OWNER_BELOW.vrid, 255, OWNER_BELOW.address)
        stage.start()
        stage.wait_for(PLAIN)
        stage.wait_for(STALLED)
        stage.high.once(RESIGNED.vrid, 0, RESIGNED.address)
        stage.low.hush(PATIENT.vrid)
        stage.high.hush(LEARNING.vrid)
        yield stage


def test_a_higher_priority_takes_over(stage: Stage) -> None:
    assert stage.ours(PLAIN)[0].priority == 100


def test_a_master_that_resigns_is_followed_after_the_skew(stage: Stage) -> None:
    stage.wait_for(RESIGNED)
    assert stage.theirs(RESIGNED, stage.high)[-1].priority == 0
    assert stage.silence(RESIGNED, stage.high) < SKEW + ROOM


def test_down_timer_adverts(stage: Stage) -> None:
    stage.wait_for(PATIENT)
    assert 8 * INTERVAL <= stage.silence(PATIENT, stage.low) < 8 * INTERVAL + SKEW + ROOM


def test_the_master_s_interval_is_learned(stage: Stage) -> None:
    """TRAPS 2: the interval and the skew are those of the master that is gone."""
    stage.wait_for(LEARNING)
    assert 3 * 1.0 + 156 / 256 - 0.01 <= stage.silence(LEARNING, stage.high) < 3 * 1.0 + 156 / 256 + ROOM


def test_preempt_delay_puts_it_off(stage: Stage) -> None:
    stage.wait_for(DELAYED)
    waited = stage.ours(DELAYED)[0].time - stage.ours(PLAIN)[0].time
    assert 3 - DOWN - SKEW - ROOM < waited < 3 + DOWN + SKEW + ROOM


def test_nopreempt_lets_a_lower_master_be_over_reload_and_restart(stage: Stage) -> None:
    """TRAPS 6."""
    stage.write(cases=(*CASES[:1], Case("nopreempt", 2, "nopreempt", priority=120), *CASES[2:]))
    stage.reload()
    time.sleep(DOWN + SKEW + ROOM)
    assert stage.ours(NOPREEMPT) == []
    stage.daemon.stop()
    stage.daemon.start()
    stage.wait_for(PLAIN)
    time.sleep(DOWN + SKEW + ROOM)
    assert stage.ours(NOPREEMPT) == []
    stage.low.hush(NOPREEMPT.vrid)
    stage.wait_for(NOPREEMPT)


def test_of_two_owners_the_higher_address_is_master(stage: Stage) -> None:
    """RFC 9568, erratum 8298."""
    masters = stage.masters()
    assert OWNER.name not in masters
    assert OWNER_BELOW.name in masters
    stage.high.hush(OWNER.vrid)
    stage.wait_for(OWNER)


def test_owner_ignore_adverts_is_master_whoever_else_is(stage: Stage) -> None:
    assert DEAF.name in stage.masters()
    assert max(later.time - earlier.time for earlier, later in pairwise(stage.ours(DEAF, time.monotonic() - 1))) < DOWN


def test_an_equal_backup_lets_the_master_be_whatever_its_address(stage: Stage) -> None:
    """RFC 9568, 6.4.2: the address decides between masters only."""
    assert stage.ours(EQUAL_ABOVE) == stage.ours(EQUAL_BELOW) == []


def test_between_equal_masters_the_higher_address_wins(stage: Stage) -> None:
    """TRAPS 5; RFC 9568, 6.4.3."""
    stage.low.hush(EQUAL_BELOW.vrid)
    stage.high.hush(EQUAL_ABOVE.vrid)
    for case in (EQUAL_BELOW, EQUAL_ABOVE):
        stage.wait_for(case)
    stage.low.speak(EQUAL_BELOW.vrid, 100, EQUAL_BELOW.address)
    stage.high.speak(EQUAL_ABOVE.vrid, 100, EQUAL_ABOVE.address)
    stage.wait_for(EQUAL_ABOVE, master=False)
    time.sleep(DOWN)
    assert EQUAL_BELOW.name in stage.masters()
    assert EQUAL_ABOVE.name not in stage.masters()


def answered(stage: Stage, case: Case, priority: int) -> bool:
    """Whether an advert of another router is answered at once; half an interval before the next one is due."""
    stage.wait_for(case)
    last = stage.ours(case)[-1].time
    wait_until(lambda: stage.ours(case)[-1].time > last, PATIENCE, "an advert")
    time.sleep(0.4)
    stage.high.once(case.vrid, priority, case.address, interval=1.0)
    wait_until(lambda: bool(stage.theirs(case, stage.high)), PATIENCE, "the other one's advert")
    other = stage.theirs(case, stage.high)[-1].time
    time.sleep(PROMPT)
    return bool(stage.ours(case, other))


def test_a_lower_master_is_answered(stage: Stage) -> None:
    assert answered(stage, ANSWERING, 50)


def test_lower_prio_no_advert(stage: Stage) -> None:
    assert not answered(stage, SILENT, 50)


def test_a_higher_master_is_not_answered(stage: Stage) -> None:
    assert not answered(stage, GIVING_WAY, 200)
    stage.wait_for(GIVING_WAY, master=False)


def test_higher_prio_send_advert(stage: Stage) -> None:
    assert answered(stage, PROTESTING, 200)
    stage.wait_for(PROTESTING, master=False)


def test_a_strict_instance_is_elected_like_others(stage: Stage) -> None:
    stage.wait_for(STRICT)
    assert stage.ours(STRICT)[-1].priority == 100


def test_a_master_that_was_stopped_listens_first(stage: Stage) -> None:
    """TRAPS 16: another one has taken over meanwhile, whom it may not preempt. All of the daemon stops, as in a pause
    of the machine: a worker that hangs alone is replaced before that."""
    stage.wait_for(STALLED)
    worker = workers(stage.host)["vrrp"]
    stage.daemon.signal(signal.SIGSTOP)
    stage.host.run("kill", "-STOP", str(worker))
    time.sleep(DOWN + SKEW + 0.1)
    stage.high.speak(STALLED.vrid, 50, STALLED.address)
    time.sleep(0.1)
    moment = time.monotonic()
    stage.host.run("kill", "-CONT", str(worker))
    stage.daemon.signal(signal.SIGCONT)
    time.sleep(DOWN + SKEW + ROOM)
    assert workers(stage.host)["vrrp"] == worker
    assert stage.ours(STALLED, moment) == []
    assert STALLED.name not in stage.masters()


@pytest.fixture
def fresh() -> Iterator[Stage]:
    """Nobody speaks."""
    yield from make_stage()


def test_a_startup_delay_survives_a_reload_and_events_of_the_interface(fresh: Stage) -> None:
    """TRAPS 18."""
    delay, head, cases = 4.0, "vrrp_startup_delay 4", (PLAIN, OWNER)
    fresh.start(head=head, cases=cases)
    wait_until(lambda: "Entering BACKUP" in fresh.daemon.output(), PATIENCE, "it has begun")
    begun = time.monotonic()  # the daemon has started between `fresh.begun` and this
    fresh.host.cut()
    time.sleep(0.3)
    fresh.host.mend()
    fresh.write(head, (Case("plain", 1, priority=110), OWNER))
    fresh.reload()
    fresh.wait_for(OWNER)
    fresh.wait_for(PLAIN)
    owner, plain = (fresh.ours(case)[0].time for case in (OWNER, PLAIN))
    assert fresh.begun + delay < owner < begun + delay + ROOM
    assert fresh.begun + delay + DOWN < plain < begun + delay + DOWN + SKEW + ROOM


def test_started_without_a_link_it_is_in_fault_until_there_is_one(fresh: Stage) -> None:
    """TRAPS 9: nothing has to change for the fault to be known."""
    fresh.host.cut()
    fresh.start(cases=(PLAIN,))
    fault = f"({PLAIN.name}) Entering FAULT STATE: interface {INTERFACE} is down"
    wait_until(lambda: fault in fresh.daemon.output(), PATIENCE, "a fault")
    assert fresh.masters() == set()
    fresh.host.mend()
    fresh.wait_for(PLAIN)
