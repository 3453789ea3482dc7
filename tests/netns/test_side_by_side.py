"""The same configuration and the same play, once with alived and once with keepalived: what is told must be the same.

Both run at the same time, each in a cluster of its own. What is told: the arguments and the environment of programs,
the lines of pipes, mail, and the counters of SIGUSR2.
"""

import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from examples.testbed.adverts import Advert, Adverts
from examples.testbed.hosts import Cluster
from examples.testbed.namespaces import NotPermitted
from examples.testbed.services import alived, keepalived
from tests.netns.forged import Forger, version_2, version_3
from tests.netns.told import (
    CONFIG,
    FILE,
    INTERVAL,
    LEFT,
    LINK,
    OLD,
    OWNER,
    PASSWORD,
    PLAIN,
    RIGHT,
    SECOND,
    UNDISPUTED,
    Recorded,
    Router,
    Told,
    changed_configuration,
)

BEGIN, QUIET, LIMIT = 6.0, 1.5, 15.0
"""Seconds: something has to be told within the first; it is all when nothing more was for the second."""


@dataclass
class Side:
    """One of the two, and what it told in each step."""

    router: Router
    forger: Forger
    heard: Adverts
    told: dict[str, Recorded] = field(default_factory=dict)
    counters: dict[str, dict[str, int]] = field(default_factory=dict)
    adverts: dict[str, list[Advert]] = field(default_factory=dict)
    """Those of priority 0."""

    def story(self, names: Iterable[str]) -> str:
        """What the daemon said of some instances."""
        wanted = [f"({name})" for name in names]
        lines = self.router.daemon.output().splitlines()
        return "\n".join(line for line in lines if any(name in line for name in wanted))

    def claim(self, instance: Told, priority: int) -> None:
        """One advert of another router."""
        source = self.router.other.address
        self.forger.send(version_3(instance.vrid, priority, [instance.address], source, interval=INTERVAL))


Act = Callable[[Side], None]


def load(value: int) -> Act:
    """The file that many track."""

    def write(side: Side) -> None:
        side.router.host.write("/run/load", f"{value}\n")

    return write


def start(side: Side) -> None:
    """The daemon has been started: just wait."""


def worse(side: Side) -> None:
    """Whatever is tracked gets worse, and a lower router claims to be master."""
    host = side.router.host
    load(-40)(side)
    host.write("/run/health", "1\n")
    host.path("/run/well").unlink()
    host.run("ip", "link", "set", "eth1", "down")
    side.claim(PLAIN, 10)


def well(side: Side) -> None:
    """All is as it was."""
    host = side.router.host
    load(0)(side)
    host.write("/run/health", "0\n")
    host.write("/run/well", "")
    host.run("ip", "link", "set", "eth1", "up")


def higher(side: Side) -> None:
    """A higher router is master for a moment, others say that they own addresses, and a file says that all is lost."""
    side.claim(PLAIN, 200)
    for instance in (OWNER, SECOND):
        side.claim(instance, 255)
    load(-254)(side)


def resigned(side: Side) -> None:
    """Another master that takes over and stops at once; the file says no more."""
    side.claim(PLAIN, 200)
    time.sleep(0.05)
    side.claim(PLAIN, 0)
    load(0)(side)


def cut(side: Side) -> None:
    """The cable."""
    side.router.host.cut()


def mend(side: Side) -> None:
    """The cable again."""
    side.router.host.mend()


def broken(side: Side) -> None:
    """Packets that are counted as errors, one of each kind; the last one is well and ends it all."""
    send, addresses = side.forger.send, [OLD.address]
    send(version_2(OLD.vrid, 0, addresses, password="wrong"))
    send(version_2(OLD.vrid, 0, addresses))
    send(version_2(OLD.vrid, 0, addresses, password=PASSWORD), ttl=254)
    send(version_2(OLD.vrid, 0, addresses, password=PASSWORD, interval=2))
    send(version_2(OLD.vrid, 0, addresses, password=PASSWORD)[:-4])
    send(version_2(OLD.vrid, 0, ["192.0.2.1"], password=PASSWORD))
    send(version_2(OLD.vrid, 200, addresses, password=PASSWORD))


def forget(side: Side) -> None:
    """A reload without two of the instances, and with other changes."""
    side.router.host.write(CONFIG, changed_configuration())
    side.router.daemon.signal(signal.SIGHUP)


def stop(side: Side) -> None:
    """The daemon."""
    side.router.daemon.signal(signal.SIGTERM)


PLAY: dict[str, Act] = {
    act.__name__: act for act in (start, worse, well, higher, resigned, cut, mend, broken, forget, stop)
}
"""Each instance is concerned by few steps, so that most of what happens to them happens at once."""

DISPUTED = {OWNER.name, UNDISPUTED.name}
"""Owners of their addresses; they have tests of their own."""

TOLD_AFTER_RELOAD = {
    FILE.name: ['INSTANCE "VI_file" MASTER_PRIORITY 120'],
    LINK.name: ['INSTANCE "VI_link" MASTER_PRIORITY 160'],
    LEFT.name: ['INSTANCE "VI_left" MASTER_PRIORITY 140'],
    "G_late": ['GROUP "G_late" MASTER 0'],
}
"""What keepalived keeps to itself: priorities that a reload changes, and the state of a group that it makes."""

COUNTED_OTHERWISE = {
    # keepalived sends it and does not count it
    (RIGHT.name, "Priority Zero: Sent"): (2, 0),
    # keepalived logs it and does not count it
    (OLD.name, "Packet Errors: Advertisement Interval"): (1, 0),
    # other addresses are a remark here, and a reason to drop the advert there
    (OLD.name, "Priority Zero: Received"): (1, 0),
}
"""alived, keepalived."""

SLOW, ELECTION = (start, mend, broken), 5.0
"""Steps after which the instance of version 2 has to be master again, and how long that takes at most, seconds."""


def settle(sides: list[Side], least: float) -> None:
    """Wait until nobody tells anything more, for `least` seconds at least."""
    begun = last = time.monotonic()
    before = start = [side.router.said() for side in sides]
    while (now := time.monotonic()) < begun + LIMIT:
        said = [side.router.said() for side in sides]
        if said != before:
            before, last = said, now
        everybody = all(after > first for after, first in zip(said, start, strict=True))
        if now > max(last + QUIET, begun + least) and (everybody or now > begun + BEGIN):
            return
        time.sleep(0.05)


def counters(side: Side) -> dict[str, dict[str, int]]:
    """What SIGUSR2 writes, by instance."""
    path = side.router.host.path("/run/keepalived.stats")
    side.router.daemon.signal(signal.SIGUSR2)
    limit = time.monotonic() + 5
    while not path.exists() or not path.read_text().endswith("\n"):
        assert time.monotonic() < limit, "no keepalived.stats"
        time.sleep(0.02)
    time.sleep(0.2)
    found: dict[str, dict[str, int]] = {}
    heading = ""
    for line in path.read_text().splitlines():
        words, _, value = line.partition(":")
        if line.startswith("VRRP Instance"):
            found[value.strip()] = {}
        elif not value.strip():
            heading = words.strip()
        else:
            depth = "" if line.startswith("  ") and not line.startswith("    ") else f"{heading}: "
            found[list(found)[-1]][depth + words.strip()] = int(value)
    return found


@pytest.fixture(scope="module")
def sides() -> Iterator[dict[str, Side]]:
    """Both, after the play."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("TMPDIR", "/run")  # keepalived's place for the file of SIGUSR2; each host has its own
        found: dict[str, Side] = {}
        try:
            for name, daemon in (("alived", alived), ("keepalived", keepalived)):
                router = Router(stack.enter_context(Cluster()), daemon)
                found[name] = Side(router, Forger(router.other), Adverts(router.other))
        except NotPermitted as error:
            pytest.skip(str(error))
        both = list(found.values())
        for step, act in PLAY.items():
            if act is forget:
                for side in both:
                    side.counters = counters(side)
            for side in both:
                act(side)
            settle(both, ELECTION if act in SLOW else 0.0)
            for side in both:
                side.told[step] = side.router.take()
                side.adverts[step] = [advert for advert in side.heard.read() if advert.priority == 0]
                side.heard.heard.clear()
        yield found


def differences(mine: dict[str, list[str]], theirs: dict[str, list[str]]) -> dict[str, tuple[object, object]]:
    """What only one of them told, by name."""
    names = {name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name)}
    return {name: (mine.get(name), theirs.get(name)) for name in names - DISPUTED}


@pytest.mark.parametrize("step", PLAY)
def test_the_same_is_told(sides: dict[str, Side], step: str) -> None:
    mine, theirs = sides["alived"].told[step], sides["keepalived"].told[step]
    if step == "forget":
        for lines in (mine.lines, mine.by_script):
            assert [lines.pop(name) for name in TOLD_AFTER_RELOAD] == list(TOLD_AFTER_RELOAD.values())
    assert differences(mine.lines, theirs.lines) == {}, sides["alived"].story(differences(mine.lines, theirs.lines))
    if step == "stop":  # keepalived is gone before its last words are read, and its last programs and mails are started
        missing = {name: set(theirs.programs[name]) - set(mine.programs[name]) for name in theirs.programs}
        assert not any(missing.values())
        ran = {name: len(programs) for name, programs in mine.programs.items()}
        assert ran == dict.fromkeys(mine.lines.keys() - {"G_late"}, 2)
        assert not theirs.by_script
        assert not theirs.mails
        assert len(mine.by_script) == len(mine.lines)
        assert len(mine.mails) == 5
    else:
        assert differences(mine.programs, theirs.programs) == {}
        assert differences(mine.by_script, theirs.by_script) == {}
        assert differences(mine.mails, theirs.mails) == {}


def test_an_owner_stays_an_owner_whoever_claims_to_be_one(sides: dict[str, Side]) -> None:
    """keepalived gives itself priority 254 for good; erratum 8298 of RFC 9568 lets the address decide."""
    after = list(PLAY)[list(PLAY).index("higher") :]
    told = {name: [side.told[step].lines[OWNER.name] for step in after] for name, side in sides.items()}
    assert [line.split()[2:] for line in told["alived"][0]] == [["BACKUP", "255"], ["MASTER", "255"]]
    assert [line.split()[2:] for line in told["keepalived"][0]] == [["BACKUP", "254"], ["MASTER", "254"]]
    before = told["alived"][: -len(PLAY) + list(PLAY).index("forget")]  # which gives it another priority
    assert {line.split()[3] for lines in before for line in lines} == {"255"}


def test_an_owner_that_recovers_is_master_at_once(sides: dict[str, Side]) -> None:
    """keepalived waits as a backup; RFC 9568, 6.4.1 has the owner begin as master."""
    told = {name: side.told["mend"].lines[UNDISPUTED.name] for name, side in sides.items()}
    assert [line.split()[2] for line in told["alived"]] == ["MASTER"]
    assert [line.split()[2] for line in told["keepalived"]] == ["BACKUP", "MASTER"]
    told = {name: side.told["start"].lines[UNDISPUTED.name] for name, side in sides.items()}
    assert told["alived"] == told["keepalived"]


def test_programs_run_in_the_same_surroundings(sides: dict[str, Side]) -> None:
    of = {name: set().union(*(told.environments for told in side.told.values())) for name, side in sides.items()}
    assert of["alived"] == of["keepalived"]


def test_the_same_is_counted(sides: dict[str, Side]) -> None:
    mine, theirs = sides["alived"].counters, sides["keepalived"].counters
    assert mine.keys() == theirs.keys()
    for name, counted in mine.items():
        sent = counted.pop("Advertisements: Sent")
        assert sent == pytest.approx(theirs[name].pop("Advertisements: Sent"), rel=0.15)
    found = {
        (name, counter): (value, theirs[name][counter])
        for name, counted in mine.items()
        for counter, value in counted.items()
        if value != theirs[name][counter]
    }
    assert found == COUNTED_OTHERWISE


def test_a_member_that_follows_into_fault_says_so_as_keepalived_s_does(sides: dict[str, Side]) -> None:
    for side in sides.values():
        resigned = {advert.virtual_router_id for advert in side.adverts["worse"]}
        assert {LEFT.vrid, RIGHT.vrid} <= resigned
