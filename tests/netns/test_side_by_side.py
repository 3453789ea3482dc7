"""The same configuration and the same play, once with alived and once with keepalived: what is told must be the same.

Both run at the same time, each in a cluster of its own. What is told: the arguments and the environment of programs,
the lines of pipes, mail, and the counters of SIGUSR2.
"""

import signal
import time
from collections.abc import Callable, Iterator
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
    MISSED,
    OLD,
    OWNER,
    PASSWORD,
    PLAIN,
    SECOND,
    Recorded,
    Router,
    configuration,
)

BEGIN, QUIET, LIMIT = 6.0, 1.2, 15.0
"""Seconds: something has to be told within the first; it is all when nothing more was for the second."""


@dataclass
class Side:
    """One of the two, and what it told in each step."""

    router: Router
    forger: Forger
    told: dict[str, Recorded] = field(default_factory=dict)
    counters: dict[str, dict[str, int]] = field(default_factory=dict)
    heard: Adverts | None = None
    adverts: dict[str, list[Advert]] = field(default_factory=dict)

    def forge(self, *priorities: int, pause: float = 0.0) -> None:
        """Adverts for the plain instance."""
        for priority in priorities:
            self.forger.send(version_3(PLAIN.vrid, priority, [PLAIN.address], self.router.other.address))
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
    for vrid, address in ((OWNER.vrid, OWNER.address), (SECOND.vrid, SECOND.address)):
        side.forger.send(version_3(vrid, 255, [address], side.router.other.address))


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
                found[name] = Side(router, Forger(router.other), heard=Adverts(router.other))
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
                n = sum(map(len, side.adverts.values()))
                side.adverts[step] = side.heard.read()[n:]
        yield found


@pytest.mark.parametrize("step", PLAY)
@pytest.mark.parametrize("what", ["lines", "programs", "mails"])
def test_the_same_is_told(sides: dict[str, Side], step: str, what: str) -> None:
    mine, theirs = (dict(getattr(sides[name].told[step], what)) for name in ("alived", "keepalived"))
    differ = {key: (mine.get(key), theirs.get(key)) for key in mine.keys() | theirs if mine.get(key) != theirs.get(key)}
    assert not differ


def test_programs_run_in_the_same_surroundings(sides: dict[str, Side]) -> None:
    of = {name: set().union(*(told.environments for told in side.told.values())) for name, side in sides.items()}
    assert of["alived"] == of["keepalived"]


def test_the_same_is_counted(sides: dict[str, Side]) -> None:
    mine, theirs = sides["alived"].counters, sides["keepalived"].counters
    assert mine == theirs


def test_zz_dump(sides):
    import pprint
    out = open("/tmp/y/dump.txt", "w")
    for n in sides: print(n, {step: [a.virtual_router_id for a in heard if a.priority==0 and a.source.endswith("21")] for step, heard in sides[n].adverts.items()}, file=out)
    for step in PLAY:
        for what in ("lines", "programs", "mails", "by_script"):
            mine, theirs = (dict(getattr(sides[name].told[step], what)) for name in ("alived", "keepalived"))
            for key in sorted(mine.keys() | theirs):
                if mine.get(key) != theirs.get(key):
                    print(f"## {step} / {what} / {key}\n  A {mine.get(key)}\n  K {theirs.get(key)}", file=out)
    of = {name: set().union(*(told.environments for told in side.told.values())) for name, side in sides.items()}
    print("env", of["alived"] - of["keepalived"], of["keepalived"] - of["alived"], file=out)
    mine, theirs = sides["alived"].counters, sides["keepalived"].counters
    for name in mine:
        for k in mine[name]:
            if mine[name][k] != theirs.get(name, {}).get(k): print(name, k, mine[name][k], theirs.get(name, {}).get(k), file=out)
    for n in sides: open(f"/tmp/y/{n}.log","w").write(sides[n].router.daemon.output())
    out.close()
