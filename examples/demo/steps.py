"""What the demo does, step by step, and what must be seen.

Each step returns when it has seen all that it must show, and raises when it has not within the time that VRRP gives it.
What does not live here: the stage (testbed/pair.py).
"""

import time

from examples.demo.timeline import NotSeen, Timeline
from examples.testbed.hosts import Cluster, Host
from examples.testbed.pair import BY_ELECTION, BY_SCRIPT, EXAMPLE, VIP, Pair, workers
from examples.testbed.probes import Pings
from examples.testbed.services import ROOT, alived
from examples.testbed.witness import Witness


class Story:
    """The stage with alived on both hosts, and the line that is told."""

    def __init__(self, cluster: Cluster, timeline: Timeline) -> None:
        self.timeline = timeline
        self.pair = Pair(cluster)
        timeline.say("host1 172.20.0.21, host2 172.20.0.22 and a client, each in namespaces of its own, on a bridge")
        timeline.say("nginx runs on both hosts; its page is the host's name")
        for host in (self.pair.host1, self.pair.host2):
            self.pair.start(alived, host)
        timeline.say(f"alived runs on both, with {EXAMPLE.relative_to(ROOT)}/host1.conf and host2.conf as they are")

    def address_moves_to(self, host: Host, limit: float) -> None:
        """The VIP comes to a host, is on no other, and its page is what the client gets."""
        took = self.pair.wait_for_address(host, limit)
        self.timeline.say(f"ip address show ens33 on {host.name}: {', '.join(host.addresses())}", took)
        self.timeline.say(f"curl http://{VIP} on the client: {self.pair.wait_for_page(host, limit)}")


def first_master(story: Story) -> None:
    """The host with the higher priority becomes master."""
    story.timeline.title("1  host1 has the higher priority: it takes the address")
    story.address_moves_to(story.pair.host1, BY_ELECTION)


def nginx_stops(story: Story) -> None:
    """The track script fails and lowers the priority below the backup's."""
    story.timeline.title("2  nginx is stopped on host1: its script fails, its priority falls from 100 to 85, below 90")
    story.pair.nginx1.stop()
    story.address_moves_to(story.pair.host2, BY_SCRIPT)


def nginx_starts(story: Story) -> None:
    """The track script succeeds and the priority is as before."""
    story.timeline.title("3  nginx is started again: priority 100, the address goes back")
    story.pair.nginx1.start()
    story.address_moves_to(story.pair.host1, BY_SCRIPT)


def cable_cut(story: Story) -> None:
    """A host that is cut off is not heard any more."""
    story.timeline.title("4  host1 is cut off: host2 hears nothing for three seconds and takes over")
    pings = Pings(story.pair.client, VIP, 0.01)
    story.pair.host1.cut()
    story.address_moves_to(story.pair.host2, BY_ELECTION)
    story.timeline.say(f"a client that pings every 10 ms had no answer for {pings.stop().silence:.2f} s")


def cable_mended(story: Story) -> None:
    """It comes back and takes over again."""
    story.timeline.title("5  the cable is back: host1 takes over again")
    story.pair.host1.mend()
    story.address_moves_to(story.pair.host1, BY_ELECTION)


def worker_killed(story: Story) -> None:
    """A fault of the daemon's own is not a failure of the service."""
    host1 = story.pair.host1
    pid = workers(host1)["vrrp"]
    story.timeline.title(f"6  kill -9 {pid}: the vrrp worker of host1, which is master")
    witness = Witness(story.pair, host1)
    begun = time.monotonic()
    host1.run("kill", "-9", str(pid))
    advert = witness.adverts.wait(lambda advert: advert.source == host1.address, BY_ELECTION, "host1's next advert")
    story.timeline.say(f"process {workers(host1)['vrrp']} has sent the next advert", advert.time - begun)
    witness.end()
    story.timeline.say(f"client, pinging every 2 ms: {witness.pinged.summary()}")
    story.timeline.say(f"client, a page every 20 ms: {witness.fetched.summary()}")
    if noticed := witness.noticed():
        raise NotSeen("; ".join(noticed))
    story.timeline.say("no advert from host2, no address touched: nobody noticed")


STEPS = (first_master, nginx_stops, nginx_starts, cable_cut, cable_mended, worker_killed)
