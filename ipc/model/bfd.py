"""BFD sessions (RFC 5880), which instances and real servers can track."""

from alived.ipc.model.tracking import UNWEIGHTED, Weight
from alived.ipc.record import record


@record(kw_only=True)
class BfdInstance:
    """One bfd_instance block: a session with one neighbor."""

    name: str
    neighbor_ip: str
    source_ip: str = ""
    """Empty: the kernel's choice."""
    min_rx: float = 10.0
    """Milliseconds between packets that it wants to be sent, at least."""
    min_tx: float = 10.0
    """Milliseconds between the packets that it sends, at least."""
    idle_tx: float = 1000.0
    """The same while the session is not up."""
    multiplier: int = 5
    """Packets that may be missing before the session is down."""
    passive: bool = False
    """It waits for the neighbor to begin."""
    ttl: int
    """TTL or hop limit of its packets."""
    max_hops: int = 0
    """How much lower the TTL of a received packet may be than its own; 255 and -1: any."""
    multihop: bool = False
    """Use the port for several hops (RFC 5883), 4784 and not 3784."""
    weight: Weight = UNWEIGHTED
    """For instances that track it without saying one."""
    vrrp: bool = False
    """It is for instances; if it is neither this nor for the checker, it is for both."""
    checker: bool = False
    """It is for real servers."""

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"bfd_instance {self.name}"
