"""What is counted for each instance, in keepalived's terms.

PURE.
"""

from collections import Counter
from dataclasses import dataclass, field

from alived.ipc.messages import Document
from alived.workers.vrrp.wire.packet import Reason


@dataclass(slots=True)
class Stats:
    """Counters since the worker started."""

    adverts_sent: int = 0
    adverts_received: int = 0
    priority_zero_sent: int = 0
    priority_zero_received: int = 0
    became_master: int = 0
    lost_master: int = 0
    garp_sent: int = 0
    send_errors: int = 0
    rejected: Counter[Reason] = field(default_factory=Counter)

    def document(self) -> Document:
        """The counters by name; rejected packets by reason."""
        return {
            "adverts_sent": self.adverts_sent,
            "adverts_received": self.adverts_received,
            "priority_zero_sent": self.priority_zero_sent,
            "priority_zero_received": self.priority_zero_received,
            "became_master": self.became_master,
            "lost_master": self.lost_master,
            "garp_sent": self.garp_sent,
            "send_errors": self.send_errors,
            "rejected": {reason.value: count for reason, count in sorted(self.rejected.items())},
        }
