"""Where sockets are: what tells one pair of advert sockets from another.

PURE.
"""

from typing import NamedTuple

from alived.ipc.model.vrrp import Family


class Place(NamedTuple):
    """A device, as one address family uses it. A device that was recreated is another place, as its index changes."""

    family: Family
    device: str = ""
    """Name of the interface that the sockets are bound to; that of a VRF for instances without an interface in it;
    empty: none, packets come and go by any."""
    ifindex: int = 0
    """The device's; 0 without one."""
