"""FRRouting's vrrpd on a host.

It wants a macvlan with the virtual MAC address and the virtual address for each family, and takes their protocol down
while it is backup. What does not live here: what is done with it.
"""

import json
from pathlib import Path

from examples.testbed.hosts import INTERFACE, Host, wait_until
from examples.testbed.services import Service

PROGRAMS = Path("/usr/lib/frr")
RUN = "/run/frr"
READY = 10.0


class Frr:
    """zebra and vrrpd with one virtual router."""

    def __init__(self, host: Host, vrid: int, version: int, priority: int, addresses: tuple[str, ...]) -> None:
        self.host = host
        self._vrid = vrid
        interval = 1000 if version == 2 else 200
        lines = [f"version {version}", f"priority {priority}", f"advertisement-interval {interval}"]
        for address in addresses:
            family = 6 if ":" in address else 4
            link = ("link", "add", f"frr{family}", "link", INTERFACE, "type", "macvlan", "mode", "bridge")
            mac = f"00:00:5e:00:0{1 if family == 4 else 2}:{vrid:02x}"
            prefix = f"{address}/{24 if family == 4 else 64}"
            host.run("ip", *link)
            host.run("ip", "link", "set", f"frr{family}", "address", mac)
            host.run("ip", "address", "add", prefix, "dev", f"frr{family}", *(("nodad",) if family == 6 else ()))
            host.run("ip", "link", "set", f"frr{family}", "up")
            lines.append(f"{'ip' if family == 4 else 'ipv6'} {address}")
        text = f"interface {INTERFACE}\n" + "".join(f" vrrp {vrid} {line}\n" for line in lines)
        host.write(f"{RUN}/zebra.conf", "")
        host.write(f"{RUN}/vrrpd.conf", text)
        host.run("chown", "-R", "frr:frr", RUN)
        self.services: list[Service] = []
        for program in ("zebra", "vrrpd"):
            files = ("-f", f"{RUN}/{program}.conf", "-i", f"{RUN}/{program}.pid", "-z", f"{RUN}/zserv.api")
            who = ("-u", "frr", "-g", "frr", "--vty_socket", RUN, "--log", "stdout")
            self.services.append(Service(host, str(PROGRAMS / program), *files, *who))
            wait_until(host.path(f"{RUN}/{program}.vty").exists, READY, f"{program} listens")

    def states(self) -> dict[str, str]:
        """`Master`, `Backup` or `Initialize` of each family that has an address: `v4`, `v6`."""
        (router,) = json.loads(self.host.run("vtysh", "--vty_socket", RUN, "-c", "show vrrp json"))
        return {family: router[family]["status"] for family in ("v4", "v6") if router[family]["addresses"]}
