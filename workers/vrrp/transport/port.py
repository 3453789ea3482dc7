"""One interface as its instances use it: the advert socket, and who listens behind it.

What does not live here: the state of the interface (interfaces.py).
"""

from collections.abc import Callable

from alived.workers.vrrp.kernel.rtnetlink import Link
from alived.workers.vrrp.translate import packed
from alived.workers.vrrp.transport.sockets import AdvertSocket
from alived.workers.vrrp.wire.packet import V2
from alived.workers.vrrp.wire.receiver import Listener, Receiver


class Port:
    """Sends and receives adverts for the instances of one interface. OSError: the kernel refuses a socket."""

    def __init__(self, link: Link, is_own: Callable[[bytes], bool]) -> None:
        """`is_own` tells the interface's own addresses from others."""
        self.index = link.ifindex
        self.receiver = Receiver(V2, is_own)
        self._socket = AdvertSocket(link.name, link.ifindex, self.receiver.receive)
        self.send = self._socket.send
        self.send_from = self._socket.send_from

    def attach(self, vrid: int, group: str, listener: Listener) -> None:
        """Hear the adverts of a virtual router."""
        self._socket.join(group)
        self.receiver.add(packed(group), vrid, listener)

    def detach(self, vrid: int, group: str) -> None:
        """Hear them no more."""
        self.receiver.remove(packed(group), vrid)
        self._socket.leave(group)

    def close(self) -> None:
        """Close the socket; the interface is gone, or nobody uses it any more."""
        self._socket.close()
