"""What is counted for each instance, in keepalived's terms.

PURE. How the counters are written for SIGUSR2 stands in supervisor/dumpfiles.py.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from alived.ipc.messages import Document
from alived.workers.vrrp.wire.rejection import Reason

ERRORS: Mapping[str, tuple[Reason, ...]] = {
    "length": (Reason.TRUNCATED,),
    "ttl": (Reason.TTL,),
    "invalid_type": (Reason.TYPE,),
    "advert_interval": (Reason.INTERVAL,),
    "auth_type_mismatch": (Reason.AUTH_TYPE,),
    "auth_failure": (
        Reason.PASSWORD,
        Reason.AH_DIGEST,
        Reason.AH_SPI,
        Reason.AH_REPLAY,
        Reason.HMAC_MISSING,
        Reason.HMAC_MALFORMED,
        Reason.HMAC_KEY,
        Reason.HMAC_STALE,
        Reason.HMAC_DIGEST,
        Reason.HMAC_REPLAY,
    ),
    "checksum": (Reason.CHECKSUM,),
    "version": (Reason.VERSION,),
    "vrid": (Reason.VRID,),
}
"""Counter of keepalived (RFC 2787 and RFC 6527 have the same) -> the rejections that it counts."""


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
    neighbour_adverts_sent: int = 0
    split_brains: int = 0
    """Times that another router was master beside us."""
    send_errors: int = 0
    address_list_errors: int = 0
    """Adverts that name other addresses than ours; they count as received, too."""
    rejected: Counter[Reason] = field(default_factory=Counter)

    def document(self) -> Document:
        """The counters by name; rejected packets by reason, and by the names that keepalived has for errors."""
        return {
            "adverts_sent": self.adverts_sent,
            "adverts_received": self.adverts_received,
            "priority_zero_sent": self.priority_zero_sent,
            "priority_zero_received": self.priority_zero_received,
            "became_master": self.became_master,
            "lost_master": self.lost_master,
            "garp_sent": self.garp_sent,
            "neighbour_adverts_sent": self.neighbour_adverts_sent,
            "split_brains": self.split_brains,
            "send_errors": self.send_errors,
            "rejected": {reason.value: count for reason, count in sorted(self.rejected.items())},
            "errors": {
                **{name: sum(self.rejected[reason] for reason in reasons) for name, reasons in ERRORS.items()},
                "address_list": self.address_list_errors,
            },
        }
