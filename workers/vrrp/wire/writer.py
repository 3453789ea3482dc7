"""The adverts that an instance sends, ready for a socket.

PURE. An advert is made once for each priority and destination and kept; what differs each time, a sequence number and a
digest, is made around it. What does not live here: when an advert is sent (fsm.py), and how (transport).
"""

from alived.workers.vrrp.wire import ah, trailer
from alived.workers.vrrp.wire.advert import Advert, encode, stamped
from alived.workers.vrrp.wire.checksum import Covers, field, ones_sum, pseudo_sum
from alived.workers.vrrp.wire.dialect import GROUP, Conversation, Dialect

KEPT = 256
"""Adverts of one instance that are kept; beyond, they are made anew."""


class Writer:
    """Makes the adverts of one instance in one dialect."""

    def __init__(self, dialect: Dialect, conversation: Conversation) -> None:
        self._dialect, self._conversation = dialect, conversation
        self._signing_key, self._by_ah = dialect.signing_key, dialect.by_ah
        self._kept: dict[tuple[int, bytes, bytes, bool], bytes] = {}
        self._identification = 0

    @property
    def with_header(self) -> bool:
        """What is sent is a whole IPv4 datagram (AH), for a socket that adds no header (IP_HDRINCL)."""
        return self._by_ah

    def message(self, priority: int, source: bytes, destination: bytes, wall: float = 0.0) -> bytes:
        """An advert, its checksum made. `wall`: seconds since the epoch, for auth_hmac only.

        `source` has to be the address that the packet really leaves from: checksums and digests cover it.
        """
        key = (priority, source, destination, destination in self._conversation.old_peers)
        message = self._kept.get(key)
        if message is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            message = self._kept[key] = self._made(priority, source, destination)
        if self._signing_key is not None:
            return self._signed(message, self._signing_key, source, wall)
        return self._enclosed(message, source, destination) if self._by_ah else message

    def _made(self, priority: int, source: bytes, destination: bytes) -> bytes:
        dialect = self._dialect
        advert = Advert(dialect.vrid, priority, dialect.units, dialect.addresses, dialect.auth_type, dialect.auth_data)
        message = encode(dialect.layout, advert)
        covers, total = dialect.sends(destination, self._conversation.old_peers), ones_sum(message)
        if covers is not Covers.MESSAGE:
            total += pseudo_sum(source, GROUP if covers is Covers.OLD_UNICAST else destination, len(message))
        return stamped(message, field(total))

    def _signed(self, message: bytes, key: int, source: bytes, wall: float) -> bytes:
        dialect = self._dialect
        number = self._conversation.numbers.advance(wall, dialect.ring.freshness)
        pseudo = trailer.pseudo_header(dialect.layout.version, dialect.vrid, source)
        signature = trailer.sign(pseudo, message, key, dialect.ring.secrets[key], number)
        if dialect.layout.address_size == 4:
            return message + signature
        # Over IPv6 the checksum is that of the whole payload. The message's own already makes it and its
        # pseudo-header sum to nothing, so what is added are the trailer and its length.
        total = ones_sum(signature) + len(signature) - int.from_bytes(message[6:8], "big")
        return stamped(message, field(total)) + signature

    def _enclosed(self, message: bytes, source: bytes, destination: bytes) -> bytes:
        self._identification = self._identification % 0xFFFF + 1
        return ah.enclose(
            message,
            self._dialect.ah_key,
            self._conversation.ah_counter.advance(),
            source=source,
            destination=destination,
            ttl=self._dialect.ttl,
            identification=self._identification,
            unicast=self._dialect.unicast,
        )
