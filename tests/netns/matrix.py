"""The ways in which two routers can speak VRRP with each other, each as an instance of one configuration.

What lives here: the combinations and the configuration of a host. What does not: what is done with them.
"""

from dataclasses import dataclass
from itertools import product

from examples.testbed.hosts import INTERFACE, Host

INTERVAL = {2: 1.0, 3: 0.2}
"""Seconds between adverts: version 2 knows whole seconds only."""


@dataclass(frozen=True, slots=True)
class Way:
    """One combination; the VRID tells it from the others."""

    vrid: int
    version: int
    family: int
    unicast: bool
    auth: str
    vmac: bool

    @property
    def name(self) -> str:
        """As configured, and as the test is called."""
        parts = (f"v{self.version}", f"ip{self.family}", "unicast" if self.unicast else "multicast")
        return "_".join((*parts, *filter(None, (self.auth, "vmac" if self.vmac else ""))))

    @property
    def address(self) -> str:
        """The virtual address that moves."""
        return f"172.20.0.{100 + self.vrid}" if self.family == 4 else f"fd00::{100 + self.vrid}"

    def instance(self, host: Host, peer: Host, priority: int) -> str:
        """The block of a host. The file that it tracks adds to its priority."""
        own, other = (host.address, peer.address) if self.family == 4 else (host.address6, peer.address6)
        lines = [
            f"interface {INTERFACE}",
            f"virtual_router_id {self.vrid}",
            f"version {self.version}",
            f"priority {priority}",
            f"advert_int {INTERVAL[self.version]:g}",
            "track_file {\n        tilt\n    }",
        ]
        if self.vmac:
            lines.append(f"use_vmac vm{self.vrid}")
        if self.unicast:
            lines.append(f"unicast_src_ip {own}\n    unicast_peer {{\n        {other}\n    }}")
        if self.auth:
            lines.append(f"authentication {{\n        auth_type {self.auth}\n        auth_pass s3cret\n    }}")
        addresses = [self.address + ("/24" if self.family == 4 else "/64")]
        if self.family == 6 and self.version == 3:  # its first address has to be a link-local one
            addresses.insert(0, f"fe80::5:{self.vrid}/64")
        lines.append("virtual_ipaddress {\n" + "".join(f"        {address}\n" for address in addresses) + "    }")
        return f"vrrp_instance {self.name} {{\n" + "".join(f"    {line}\n" for line in lines) + "}\n"


def _all() -> tuple[Way, ...]:
    ways: list[Way] = []
    for version, family, unicast, auth, vmac in product(
        (2, 3), (4, 6), (False, True), ("", "PASS", "AH"), (False, True)
    ):
        if version == 2 and family == 6:  # VRRPv2 is for IPv4 (RFC 3768)
            continue
        if version == 3 and auth:  # VRRPv3 has no authentication (RFC 9568, 9)
            continue
        ways.append(Way(len(ways) + 1, version, family, unicast, auth, vmac))
    return tuple(ways)


WAYS = _all()
"""All combinations that there are."""


HEAD = """
global_defs {
    dynamic_interfaces
}
track_file tilt {
    file /run/tilt
    weight 1
    init_file 0
}
"""


def configuration(host: Host, peer: Host, priority: int) -> str:
    """All of them, with a file that tilts the priorities."""
    return HEAD + "".join(way.instance(host, peer, priority) for way in WAYS)
