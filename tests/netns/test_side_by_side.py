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
    GONE,
    INTERVAL,
    LEFT,
    MISSED,
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
    configuration,
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

    def forge(self, *priorities: int, pause: float = 0.0) -> None:
        """Adverts for the plain instance."""
        for priority in priorities:
            self.forger.send(
                version_3(PLAIN.vrid, priority, [PLAIN.address], self.router.other.address, interval=INTERVAL)
            )
            time.sleep(pause)


Act = Callable[[Side], None]


def nothing(side: Side) -> None:
    """Just wait."""


def lower(side: Side) -> None:
    side.forge(10)


def higher(side: Side) -> None:
    side.forge(200)


def resign(side: Side) -> None:
    """Another master that takes over and stops at once."""
    side.forge(200, 0, pause=0.05)


def two_owners(side: Side) -> None:
    for instance in (OWNER, SECOND):
        side.claim(instance, 255)


def load(value: int) -> Act:
    return lambda side: side.router.host.write("/run/load", f"{value}\n") and None


def ill(side: Side) -> None:
    side.router.host.write("/run/health", "1\n")


def healthy(side: Side) -> None:
    side.router.host.write("/run/health", "0\n")


def leg_down(side: Side) -> None:
    side.router.host.run("ip", "link", "set", "eth1", "down")


def leg_up(side: Side) -> None:
    side.router.host.run("ip", "link", "set", "eth1", "up")


def script_fails(side: Side) -> None:
    side.router.host.path("/run/well").unlink()


def script_succeeds(side: Side) -> None:
    side.router.host.write("/run/well", "")


def cut(side: Side) -> None:
    side.router.host.cut()


def mend(side: Side) -> None:
    side.router.host.mend()


def forget_two(side: Side) -> None:
    """A reload without two of the instances."""
    side.router.host.write(CONFIG, configuration(GONE, MISSED))
    side.router.daemon.signal(signal.SIGHUP)


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


def stop(side: Side) -> None:
    side.router.daemon.signal(signal.SIGTERM)


PLAY: dict[str, Act] = {
    "start": nothing,
    "a lower one is heard": lower,
    "a higher one is heard": higher,
    "a higher one resigns": resign,
    "owners are heard": two_owners,
    "a file changes": load(-40),
    "the file is as before": load(0),
    "a file says that all is lost": load(-254),
    "the file says no more": load(0),
    "a member of the group is ill": ill,
    "the member is well": healthy,
    "a leg goes down": leg_down,
    "the leg is up": leg_up,
    "a script fails": script_fails,
    "the script succeeds": script_succeeds,
    "the cable is cut": cut,
    "the cable is mended": mend,
    "bad packets": broken,
    "a reload forgets two": forget_two,
    "stop": stop,
}

DISPUTED = {OWNER.name, UNDISPUTED.name}
"""Owners of their addresses; they have tests of their own."""

COUNTED_OTHERWISE = {
    # keepalived sends it and does not count it
    (RIGHT.name, "Priority Zero: Sent"): (2, 0),
    # keepalived logs it and does not count it
    (OLD.name, "Packet Errors: Advertisement Interval"): (1, 0),
    # other addresses are a remark here, and a reason to drop the advert there
    (OLD.name, "Priority Zero: Received"): (1, 0),
}
"""alived, keepalived."""

SLOW, ELECTION = ("start", "the cable is mended"), 5.5
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
            if step == "a reload forgets two":
                for side in both:
                    side.counters = counters(side)
            for side in both:
                act(side)
            settle(both, ELECTION if step in SLOW else 0.0)
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
    assert differences(mine.lines, theirs.lines) == {}, sides["alived"].story(differences(mine.lines, theirs.lines))
    if step == "stop":  # keepalived is gone before its last words are read, and its last programs and mails are started
        missing = {name: set(theirs.programs[name]) - set(mine.programs[name]) for name in theirs.programs}
        assert not any(missing.values())
        assert {name: len(programs) for name, programs in mine.programs.items()} == dict.fromkeys(
            mine.lines.keys() - {"G_quiet"}, 2
        )
        assert not theirs.by_script
        assert not theirs.mails
        assert len(mine.by_script) == len(mine.lines)
        assert len(mine.mails) == 4
    else:
        assert differences(mine.programs, theirs.programs) == {}
        assert differences(mine.by_script, theirs.by_script) == {}
        assert differences(mine.mails, theirs.mails) == {}


def test_an_owner_stays_an_owner_whoever_claims_to_be_one(sides: dict[str, Side]) -> None:
    """keepalived gives itself priority 254 for good; erratum 8298 of RFC 9568 lets the address decide."""
    after = list(PLAY)[list(PLAY).index("owners are heard") :]
    told = {name: [side.told[step].lines[OWNER.name] for step in after] for name, side in sides.items()}
    assert [line.split()[2:] for line in told["alived"][0]] == [["BACKUP", "255"], ["MASTER", "255"]]
    assert [line.split()[2:] for line in told["keepalived"][0]] == [["BACKUP", "254"], ["MASTER", "254"]]
    assert {line.split()[3] for lines in told["alived"] for line in lines} == {"255"}


def test_an_owner_that_recovers_is_master_at_once(sides: dict[str, Side]) -> None:
    """keepalived waits as a backup; RFC 9568, 6.4.1 has the owner begin as master."""
    told = {name: side.told["the cable is mended"].lines[UNDISPUTED.name] for name, side in sides.items()}
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
        resigned = {advert.virtual_router_id for advert in side.adverts["a member of the group is ill"]}
        assert {LEFT.vrid, RIGHT.vrid} <= resigned
