"""How one instance speaks and listens: from where to whom its adverts go, where it hears others, and what fits.

What does not live here: when it speaks (fsm.py), the bytes (wire), the sockets (transport, exchange.py).
"""

import time
from ipaddress import ip_address

from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.vrrp import Family, VrrpInstance
from alived.workers.vrrp.exchange import Exchange
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.link_plan import LinkPlan
from alived.workers.vrrp.reflex import Refrain
from alived.workers.vrrp.translate import packed
from alived.workers.vrrp.transport import buffers
from alived.workers.vrrp.transport.inlet import Inlet, Need
from alived.workers.vrrp.transport.outlet import Outlet, Path
from alived.workers.vrrp.wire.datagram import TTL
from alived.workers.vrrp.wire.dialect import Conversation, dialect_of
from alived.workers.vrrp.wire.inspection import Seal, seal_of
from alived.workers.vrrp.wire.judge import Heard, remarks, verdict
from alived.workers.vrrp.wire.reception import Listener, Receiver
from alived.workers.vrrp.wire.writer import Writer

IPV6_HOPS = 64
"""Hop limit of IPv6 unicast where none is configured: the kernel's default (ipv6(7))."""
LONGEST_EXTRAS = 256
"""Bytes that may stand around the addresses of an advert: IP, AH and VRRP headers, the trailer of auth_hmac."""


class Voice:
    """The adverts of one instance, in both directions."""

    def __init__(
        self, holder: str, config: VrrpInstance, plan: LinkPlan, exchange: Exchange, interfaces: Interfaces
    ) -> None:
        """`holder` is what the sockets know the instance by."""
        self._holder = holder
        self.source = b""
        """The address that adverts come from; empty: none can be sent."""
        self.lack = ""
        """Why it can't speak or listen, in words; empty: it can."""
        self.is_refused = False
        """The kernel refuses a socket or a group, which may pass: `tune_in` is worth a new try."""
        self._exchange = exchange
        self._interfaces = interfaces
        self._listener: Listener | None = None
        """Who is told what is heard; kept only while it is, as it keeps us."""
        # Peers remember the last sequence number of AH: that of another life of ours must be lower than ours.
        self._conversation = Conversation(int(time.time()) & 0x7FFFFFFF)
        self._inlet: Inlet | None = None
        self._outlet: Outlet | None = None
        self._receiver: Receiver | None = None
        self._paths: list[Path] = []
        self._ready: dict[int, list[tuple[bytes, Path]]] = {}
        """Datagrams by priority, where they are the same each time."""
        self._dialect = dialect_of(config)
        self._room_asked = config.kernel_rx_buf_size
        self.take(config, plan)

    def take(self, config: VrrpInstance, plan: LinkPlan) -> None:
        """Take on a configuration; `tune_in` makes it heard. Sockets and groups that still fit stay as they are."""
        dialect = dialect_of(config)
        if (dialect, config.kernel_rx_buf_size) != (self._dialect, self._room_asked):
            self._turn_away()
        self._config, self._plan, self._dialect = config, plan, dialect
        self._room_asked = config.kernel_rx_buf_size
        self._paths = []
        self._ready.clear()
        self._writer = Writer(self._dialect, self._conversation)
        # What a peer does may change the checksum that it gets; sequence numbers change with each advert.
        sealed = self._dialect.signing_key is not None or self._dialect.by_ah
        self._repeats = not sealed and not self._dialect.unicast
        self._wanted = packed(config.source) if config.source else b""

    def tune_in(self, listener: Listener, settings: VrrpGlobals, virtual: frozenset[bytes]) -> None:
        """Hear and send through the devices as they are now. `virtual` are addresses that no advert comes from."""
        self.is_refused = False
        try:
            self._listen(listener, settings)
            self._speak_up(virtual)
        except OSError as error:
            self.leave()
            self.is_refused = True
            self.lack = f"no socket on {self._plan.receive_on or 'any interface'}: {error.strerror}"

    def leave(self) -> None:
        """Hear and send no more."""
        if self._inlet is not None:
            self._inlet.drop(self._holder)
        self._turn_away()
        if self._outlet is not None:
            self._outlet.drop(self._holder)
        self._inlet, self._outlet = None, None
        self._paths, self.source = [], b""
        self._ready.clear()

    def send(self, priority: int) -> bool:
        """Send an advert to the group or to all peers; False: it can't at present. OSError: the kernel refuses one."""
        outlet = self._outlet
        if outlet is None or not self._paths:
            return False
        ready = self._ready.get(priority)
        if ready is None:
            ready = self._made(priority)
            if self._repeats:
                self._ready[priority] = ready
        refused: OSError | None = None
        for datagram, path in ready:
            try:
                outlet.send(datagram, path)
            except OSError as error:  # the others still get theirs
                refused = error
        if refused is not None:
            raise refused
        return True

    def refrain(self, priority: int) -> Refrain | None:
        """An advert that can be sent as it is, again and again; None: it is another one each time, or goes to many."""
        ready = self._ready.get(priority, ())
        if self._outlet is None or len(ready) != 1:
            return None
        ((datagram, path),) = ready
        return None if path.ancillary else Refrain(self._outlet.sendto, datagram, path.target)

    @property
    def seal(self) -> Seal:
        """How its adverts are authenticated."""
        return seal_of(self._dialect)

    @property
    def clock_skew(self) -> int | None:
        """Seconds that our clock was ahead of the sender's of the last advert with a right HMAC; None: none came."""
        return self._conversation.skew if self._dialect.auth_hmac is not None else None

    def verdict(self, packet: bytes) -> str:
        """Why it does not accept a captured IP packet, in words; empty: it does."""
        return verdict(self._dialect, packet, time.time())

    def remarks(self, heard: Heard) -> list[str]:
        """What in an accepted advert differs from our configuration, in words."""
        return remarks(self._dialect, heard)

    # --- the places ---------------------------------------------------------------------------------------------------

    def _turn_away(self) -> None:
        """Nobody is told what is heard, until `tune_in` is called again."""
        if self._receiver is not None and self._listener is not None:
            self._receiver.remove(self._listener)
        self._receiver, self._listener = None, None

    def _listen(self, listener: Listener, settings: VrrpGlobals) -> None:
        place = self._exchange.place(self._plan.receive_on, self._config.family)
        if self._inlet is not None and (place is None or self._inlet.place != place):
            self.leave()
        if place is None:
            return
        if self._receiver is None:
            self._inlet = self._exchange.ports.inlet(place)
            self._inlet.use(self._holder, Need(self._dialect.group, self._dialect.by_ah, self._room(settings)))
            self._receiver = self._exchange.receiver(place)
            self._receiver.add(self._dialect, self._conversation, listener)
            self._listener = listener

    def _speak_up(self, virtual: frozenset[bytes]) -> None:
        place = self._exchange.place(self._plan.send_on, self._config.family)
        if self._outlet is not None and (place is None or self._outlet.place != place):
            self._outlet.drop(self._holder)
            self._outlet, self._paths = None, []
            self._ready.clear()
        source, self.lack = self._find_source(virtual)
        if place is None:
            self.source = b""
            return
        if self._outlet is None:
            self._outlet = self._exchange.ports.outlet(place)
            self._outlet.use(self._holder)
        if source != self.source or not self._paths:
            self.source = source
            self._ready.clear()
            self._paths = self._ways(self._outlet) if source else []
            if self._receiver is not None:
                self._receiver.forget()

    def _find_source(self, virtual: frozenset[bytes]) -> tuple[bytes, str]:
        """The address that adverts come from, and why there is none, in words."""
        config = self._config
        interface = self._interfaces.get(self._plan.source_on)
        if self._wanted and self._must_be_there:
            on_interface = interface is not None and self._wanted in interface.prefixes
            if not on_interface and not self._interfaces.where(self._wanted):
                return b"", f"source address {ip_address(self._wanted)} is missing"
            if self._interfaces.tentative(self._wanted):
                return b"", f"source address {ip_address(self._wanted)} is tentative"
            return self._wanted, ""
        if self._wanted:
            return self._wanted, ""
        if interface is None:
            return b"", "" if self._plan.source_on else "there is neither an interface nor a source address"
        return interface.source(virtual, config.family)

    @property
    def _must_be_there(self) -> bool:
        """Without its source address an instance would be heard by nobody, or answered elsewhere."""
        return self._dialect.unicast or self._config.track_src_ip or self._config.family is Family.IPV6

    def _ways(self, outlet: Outlet) -> list[Path]:
        dialect = self._dialect
        if not dialect.unicast:
            return [outlet.path(self.source, dialect.group, TTL)]
        usual = TTL if self._config.family is Family.IPV4 else IPV6_HOPS
        hops = usual if self._config.unicast_ttl is None else self._config.unicast_ttl
        return [outlet.path(self.source, peer, hops) for peer in dialect.peers]

    def _made(self, priority: int) -> list[tuple[bytes, Path]]:
        wall = time.time()
        ready: list[tuple[bytes, Path]] = []
        for path in self._paths:
            message = self._writer.message(priority, path.source, path.destination, wall)
            ready.append((message if self._writer.with_header else path.datagram(message), path))
        return ready

    def _room(self, settings: VrrpGlobals) -> int:
        """Bytes that may wait for this instance."""
        interface = self._interfaces.get(self._plan.receive_on)
        mtu = interface.link.mtu if interface is not None else 0
        longest = LONGEST_EXTRAS + len(self._dialect.addresses) * self._dialect.layout.address_size
        return buffers.share(
            settings.rx_bufs, settings.rx_bufs_multiplier, self._config.kernel_rx_buf_size, mtu, longest
        )
