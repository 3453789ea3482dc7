"""The interop matrix: alived and Debian's keepalived in every way of speaking VRRP that both know, each other's peers.

All ways run at once as instances of two daemons, in both roles; each step of the play is done once and every way is
judged by itself.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from examples.testbed.capture import Capture
from examples.testbed.hosts import Cluster, Host
from examples.testbed.namespaces import NotPermitted
from examples.testbed.services import Service, alived, keepalived
from tests.netns.matrix import WAYS, Way, configuration

CONFIG = "/etc/keepalived/keepalived.conf"
PATIENCE = 20.0
"""Seconds within which a step must have come to its end."""
RESIGNED = 1.5
"""Seconds within which a backup follows a master that stops: it waits for its skew only."""

STEPS = ("election", "tracker", "preemption", "cut", "mend", "stop", "return")


@dataclass
class Play:
    """What became of each step, by way."""

    first: str
    story: str = ""
    took: dict[tuple[str, Way], float] = field(default_factory=dict)
    """Seconds until the address was on the host that should have it, and only there."""
    wrong: list[str] = field(default_factory=list)


class Stage:
    """Two hosts and a client that listens."""

    def __init__(self, cluster: Cluster) -> None:
        self.high = cluster.host("high", "172.20.0.21/24", "fd00::21/64")
        self.low = cluster.host("low", "172.20.0.22/24", "fd00::22/64")
        self.client = cluster.host("client", "172.20.0.30/24", "fd00::30/64")
        self.high.write(CONFIG, configuration(self.high, self.low, 150))
        self.low.write(CONFIG, configuration(self.low, self.high, 100))

    def settle(self, play: Play, step: str, host: Host) -> None:
        """Wait until each address is on this host and not on the other one, or until patience ends."""
        other = self.low if host is self.high else self.high
        begun = time.monotonic()
        waiting = set(WAYS)
        while waiting and time.monotonic() < begun + PATIENCE:
            here, there = host.all_addresses(), other.all_addresses()
            for way in [way for way in waiting if way.address in here and way.address not in there]:
                waiting.remove(way)
                play.took[step, way] = time.monotonic() - begun
            time.sleep(0.02)


def perform(stage: Stage, play: Play, high: Service) -> None:
    """The play."""
    stage.settle(play, "election", stage.high)
    stage.high.path("/run/tilt").write_text("-100\n")
    stage.settle(play, "tracker", stage.low)
    stage.high.path("/run/tilt").write_text("0\n")
    stage.settle(play, "preemption", stage.high)
    stage.high.cut()
    stage.settle(play, "cut", stage.low)
    stage.high.mend()
    stage.settle(play, "mend", stage.high)
    high.stop()
    stage.settle(play, "stop", stage.low)
    high.start()
    stage.settle(play, "return", stage.high)


@pytest.fixture(scope="module", params=["alived is master", "alived is backup"])
def play(request: pytest.FixtureRequest) -> Iterator[Play]:
    """Everything that happens, once for each role."""
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        stage, result = Stage(cluster), Play(request.param)
        first, second = (alived, keepalived) if request.param == "alived is master" else (keepalived, alived)
        capture = Capture(stage.high, "ip proto 112 or ip proto 51 or ip6 proto 112")
        daemons = [first(stage.high, CONFIG), second(stage.low, CONFIG)]
        perform(stage, result, daemons[0])
        capture.stop()
        result.wrong = capture.wrong()
        result.story = "\n".join(f"--- {daemon.host.name}\n{daemon.output()}" for daemon in daemons)
        yield result


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_the_address_moves_as_it_should(play: Play, way: Way) -> None:
    missing = [step for step in STEPS if (step, way) not in play.took]
    lines = [line for line in play.story.splitlines() if f"({way.name})" in line]
    assert not missing, "\n".join(lines)
    assert play.took["stop", way] < RESIGNED


def test_the_dissector_has_nothing_to_complain_of(play: Play) -> None:
    assert play.wrong == []
