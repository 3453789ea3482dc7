"""What is said of network interfaces as such, whichever instance uses them."""

from enum import StrEnum

from alived.ipc.record import record


@record(kw_only=True)
class GarpGroup:
    """One garp_group block: how fast gratuitous ARP and unsolicited neighbour advertisements may follow each other."""

    garp_interval: float | None = None
    """Seconds; None: no such limit."""
    gna_interval: float | None = None
    """Seconds; None: no such limit."""
    interface: tuple[str, ...] = ()
    """Each has its own pace."""
    interfaces: tuple[str, ...] = ()
    """All of them together have one, as they lead to one switch."""

    @property
    def key(self) -> str:
        """Identity across reloads: no interface is in two groups."""
        return f"garp_group {' '.join((*self.interface, *self.interfaces))}"


@record(kw_only=True)
class InterfaceDelay:
    """One line of interface_up_down_delays: how long a change must last before it counts."""

    name: str
    down: float = 0.0
    """Seconds."""
    up: float = 0.0
    """Seconds."""

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"interface_up_down_delays {self.name}"


class LinkbeatType(StrEnum):
    """How the state of a link is asked for."""

    ANY = ""
    """By the first of these that the interface knows."""
    MII = "MII"
    ETHTOOL = "ETHTOOL"
    IOCTL = "IOCTL"


@record(kw_only=True)
class LinkbeatInterface:
    """One line of linkbeat_interfaces: this interface is polled, as netlink does not tell of its link."""

    name: str
    type: LinkbeatType = LinkbeatType.ANY

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"linkbeat_interfaces {self.name}"
