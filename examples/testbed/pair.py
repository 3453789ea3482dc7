"""The cluster of examples/two-hosts: host1 and host2 with nginx, a client, and the virtual address.

What lives here: the stage on which the demo, the tests and the benchmarks play. What does not: what they do there.
"""

import json
from collections.abc import Callable
from typing import Any

from examples.testbed.hosts import Cluster, Host, wait_until
from examples.testbed.services import ROOT, Service, alivectl, nginx

VIP = "172.20.0.20"
EXAMPLE = ROOT / "examples/two-hosts"
CONFIG = "/etc/keepalived/keepalived.conf"
SCRIPT = "/usr/local/bin/check_nginx_alive.sh"

BY_SCRIPT = 14.0
"""Seconds: the script's interval of 3, then the election of 3.6 and its end of 3.6, and room for a slow machine."""

BY_ELECTION = 8.0
"""Seconds: an election of 3.6, and room."""

UNNOTICED = 4.5
"""Seconds after which a backup that hears nothing has long taken over."""


class Pair:
    """Two hosts with nginx and no daemon yet, and a client."""

    def __init__(self, cluster: Cluster) -> None:
        self.host1 = cluster.host("host1", "172.20.0.21/24")
        self.host2 = cluster.host("host2", "172.20.0.22/24")
        self.client = cluster.host("client", "172.20.0.30/24")
        self.daemons: list[Service] = []
        self.nginx1 = nginx(self.host1)
        self.nginx2 = nginx(self.host2)
        for host in (self.host1, self.host2):
            host.write(CONFIG, config(host))
            host.write(SCRIPT, (EXAMPLE / "check_nginx_alive.sh").read_text(), 0o755)

    def start(self, daemon: Callable[[Host, str], Service], host: Host) -> Service:
        """Start alived or keepalived on a host."""
        service = daemon(host, CONFIG)
        self.daemons.append(service)
        return service

    def wait_for_address(self, host: Host, limit: float) -> float:
        """The VIP comes to a host and is on no other; returns the seconds that it took to come."""
        took = host.wait_for_address(f"{VIP}/32", limit)
        other = self.host2 if host is self.host1 else self.host1
        other.wait_for_address(f"{VIP}/32", limit, present=False)
        return took

    def wait_for_page(self, host: Host, limit: float) -> str:
        """The page that the client gets comes from a host; returns it."""
        wait_until(lambda: self.page() == host.name, limit, f"curl http://{VIP} answers from {host.name}")
        return self.page()

    def page(self) -> str:
        """What the client gets now; empty when nothing."""
        return self.client.run("curl", "-s", "--max-time", "1", f"http://{VIP}", check=False).strip()

    def story(self) -> str:
        """What the daemons said, on all hosts."""
        return "\n".join(f"--- {daemon.host.name}\n{daemon.output()}" for daemon in self.daemons)


def config(host: Host) -> str:
    """A host's configuration, unmodified."""
    return (EXAMPLE / f"{host.name}.conf").read_text()


def ask(host: Host, topic: str) -> Any:
    """The document that `alivectl --json` gives on a host."""
    return json.loads(alivectl(host, topic, "--json"))


def workers(host: Host) -> dict[str, int]:
    """Processes of alived's workers by name, as their host sees them; 0: it has none at the moment."""
    return {worker["name"]: worker["pid"] or 0 for worker in ask(host, "workers")["workers"]}
