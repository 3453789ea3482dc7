"""alived and FRRouting's vrrpd as each other's peers: version 3 over both families, version 2 over IPv4."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from examples.testbed.hosts import INTERFACE, Cluster, Host, wait_until
from examples.testbed.namespaces import NotPermitted
from examples.testbed.services import Service, alived
from tests.netns.frr import Frr

CONFIG = "/etc/keepalived/keepalived.conf"
VRID = 5
VIPS = {"v4": "172.20.0.105", "v6": "fd00::105"}
PATIENCE = 20.0

INSTANCE = """
vrrp_instance {family} {{
    interface {interface}
    virtual_router_id {vrid}
    version {version}
    priority {priority}
    advert_int {interval}
    skip_check_adv_addr
    virtual_ipaddress {{
        {addresses}
    }}
}}
"""


@dataclass
class Couple:
    """A host with FRR and a host for alived."""

    frr: Frr
    host: Host
    families: tuple[str, ...]
    version: int

    def start(self, priority: int) -> Service:
        """alived with one instance for each family."""
        text = "".join(
            INSTANCE.format(
                family=family,
                interface=INTERFACE,
                vrid=VRID,
                version=self.version,
                priority=priority,
                interval=1 if self.version == 2 else 0.2,
                addresses=f"{VIPS[family]}/24" if family == "v4" else f"fe80::5\n        {VIPS[family]}/64",
            )
            for family in self.families
        )
        self.host.write(CONFIG, text)
        return alived(self.host, CONFIG)

    def wait_for(self, ours: bool) -> None:
        """The addresses are on one side, and FRR agrees."""
        theirs = "Backup" if ours else "Master"

        def agreed() -> bool:
            here = self.host.all_addresses()
            states = self.frr.states()
            return all((VIPS[family] in here) is ours and states[family] == theirs for family in self.families)

        wait_until(agreed, PATIENCE, f"{'alived' if ours else 'FRR'} is master")


@pytest.fixture(params=[(3, ("v4", "v6")), (2, ("v4",))], ids=["version 3", "version 2"])
def couple(request: pytest.FixtureRequest) -> Iterator[Couple]:
    """FRR with priority 150 on one of two hosts."""
    version, families = request.param
    try:
        cluster = Cluster()
    except NotPermitted as error:
        pytest.skip(str(error))
    with cluster:
        theirs = cluster.host("frr", "172.20.0.21/24", "fd00::21/64")
        ours = cluster.host("alived", "172.20.0.22/24", "fd00::22/64")
        frr = Frr(theirs, VRID, version, 150, tuple(VIPS[family] for family in families))
        yield Couple(frr, ours, families, version)


def test_alived_of_higher_priority_takes_over_and_gives_back_when_it_stops(couple: Couple) -> None:
    daemon = couple.start(200)
    couple.wait_for(ours=True)
    daemon.stop()
    couple.wait_for(ours=False)


def test_alived_of_lower_priority_follows_when_the_cable_is_cut(couple: Couple) -> None:
    couple.start(100)
    couple.wait_for(ours=False)
    couple.frr.host.isolate()
    wait_until(lambda: VIPS["v4"] in couple.host.all_addresses(), PATIENCE, "alived is master")
    couple.frr.host.rejoin()
    couple.wait_for(ours=False)
