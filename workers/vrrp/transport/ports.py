"""The advert sockets of all places: opened when they are first needed, closed when nobody needs them.

What does not live here: the sockets (inlet.py, outlet.py), and which place an instance uses.
"""

from alived.workers.vrrp.transport.inlet import Hear, Inlet
from alived.workers.vrrp.transport.listening import Listening
from alived.workers.vrrp.transport.outlet import Outlet
from alived.workers.vrrp.transport.place import Place


class Ports:
    """Inlets and outlets by place."""

    def __init__(self, hear: Hear, listening: Listening) -> None:
        """`hear` says who is told of what is received at a place."""
        self._hear = hear
        self._listening = listening
        self._inlets: dict[Place, Inlet] = {}
        self._outlets: dict[Place, Outlet] = {}

    def inlet(self, place: Place) -> Inlet:
        """The sockets that hear at a place. OSError: the kernel refuses one."""
        inlet = self._inlets.get(place)
        if inlet is None:
            inlet = self._inlets[place] = Inlet(place, self._hear(place), self._listening)
        return inlet

    def outlet(self, place: Place) -> Outlet:
        """The socket that sends from a place. OSError: the kernel refuses it."""
        outlet = self._outlets.get(place)
        if outlet is None:
            outlet = self._outlets[place] = Outlet(place)
        return outlet

    def close_unused(self) -> list[Place]:
        """Close what no instance uses; returns the places where nobody listens any more."""
        for place in [place for place, outlet in self._outlets.items() if outlet.unused]:
            self._outlets.pop(place).close()
        deaf = [place for place, inlet in self._inlets.items() if inlet.unused]
        for place in deaf:
            self._inlets.pop(place).close()
        return deaf

    def close(self) -> None:
        """Close every socket."""
        for inlet in self._inlets.values():
            inlet.close()
        for outlet in self._outlets.values():
            outlet.close()
        self._inlets.clear()
        self._outlets.clear()
