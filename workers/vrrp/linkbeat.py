"""The state of links that netlink does not tell of, asked for every second (keepalived.conf(5), "Linkbeat interfaces").

A link is asked for by its transceiver's register (MII), by ethtool, or by nothing but the flags of its interface
(IOCTL), whichever of these it knows; with any of them the interface must be up and running, too. Each is one short
ioctl(2). What does not live here: when it is time to ask, and what a link that is down leads to (worker.py).
"""

import ctypes
import errno
import fcntl
import logging
import socket
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from alived.ipc.model.interfaces import LinkbeatInterface, LinkbeatType

PERIOD = 1.0
"""Seconds from one poll to the next (keepalived's POLLING_DELAY)."""

_SIOCGIFFLAGS, _SIOCGIFINDEX, _SIOCETHTOOL, _SIOCGMIIPHY, _SIOCGMIIREG = 0x8913, 0x8933, 0x8946, 0x8947, 0x8948
_ETHTOOL_GLINK = 0x0A
_UP_AND_RUNNING = 0x1 | 0x40
"""IFF_UP and IFF_RUNNING."""
_BMCR, _BMSR = 0, 1
"""Registers of a transceiver: control and status (IEEE 802.3 clause 22)."""
_LINK = 0x0004
"""Bit of BMSR: there is a link."""
_NOBODY = 0xFFFF
"""What is read of a register where there is no transceiver."""

_NAME = 16
_SIZE = _NAME + 24
"""Bytes of struct ifreq: the name, and a union."""

_ORDERS = {
    LinkbeatType.ANY: (LinkbeatType.MII, LinkbeatType.ETHTOOL),
    LinkbeatType.MII: (LinkbeatType.MII, LinkbeatType.ETHTOOL),
    LinkbeatType.ETHTOOL: (LinkbeatType.ETHTOOL, LinkbeatType.MII),
    LinkbeatType.IOCTL: (),
}
"""What is tried, in this order, before the flags alone decide."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Polled:
    wanted: LinkbeatType
    index: int = 0
    """Of the interface that bears the name; 0: none does."""
    type: LinkbeatType = LinkbeatType.ANY
    """How it is asked; ANY: nothing has been tried yet."""


class Linkbeat:
    """The interfaces that are polled."""

    def __init__(self) -> None:
        self._polled: dict[str, _Polled] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def configure(self, interfaces: Iterable[LinkbeatInterface]) -> None:
        """Poll these from now on, and no others; of several with one name the first counts."""
        before, self._polled = self._polled, {}
        for interface in interfaces:
            known = before.get(interface.name)
            if known is None or known.wanted is not interface.type:
                known = _Polled(interface.type)
            self._polled.setdefault(interface.name, known)

    def poll(self) -> Mapping[str, bool]:
        """Ask for all links: name -> up; an interface that is not there is down."""
        return {name: self._is_up(name, polled) for name, polled in self._polled.items()}

    def types(self) -> Mapping[str, LinkbeatType]:
        """How each interface is asked, as far as it has been."""
        return {name: polled.type for name, polled in self._polled.items()}

    def close(self) -> None:
        """Ask for nothing any more."""
        self._socket.close()

    def _is_up(self, name: str, polled: _Polled) -> bool:
        try:
            (index,) = struct.unpack_from("=i", self._ask(name, _SIOCGIFINDEX), _NAME)
            if index != polled.index:  # it is new, and may be of another kind
                polled.index, polled.type = index, LinkbeatType.ANY
            return self._has_link(name, polled) and self._runs(name)
        except OSError as error:
            if error.errno != errno.ENODEV:
                log.error("linkbeat of %s: %s", name, error.strerror)
            polled.index = 0
            return False

    def _has_link(self, name: str, polled: _Polled) -> bool:
        """Ask in the way that is known, or find one. OSError: the interface has gone."""
        if polled.type is LinkbeatType.IOCTL:
            return True
        for kind in (polled.type,) if polled.type is not LinkbeatType.ANY else _ORDERS[polled.wanted]:
            link = self._asked(self._mii if kind is LinkbeatType.MII else self._ethtool, name)
            if link is not None:
                self._note(name, polled, kind)
                return link
        self._note(name, polled, LinkbeatType.IOCTL)
        return True

    @staticmethod
    def _asked(ask: Callable[[str], bool], name: str) -> bool | None:
        """Whether there is a link; None: it can't be asked in this way. OSError: the interface has gone."""
        try:
            return ask(name)
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise
            return None

    @staticmethod
    def _note(name: str, polled: _Polled, kind: LinkbeatType) -> None:
        if polled.type is not kind:
            polled.type = kind
            if polled.wanted not in (LinkbeatType.ANY, kind):
                log.warning("linkbeat of %s: it does not know %s, %s is used", name, polled.wanted, kind)

    # --- ways to ask --------------------------------------------------------------------------------------------------

    def _mii(self, name: str) -> bool:
        (phy,) = struct.unpack_from("=H", self._ask(name, _SIOCGMIIPHY), _NAME)
        if self._register(name, phy, _BMCR) == _NOBODY:
            raise OSError(errno.EOPNOTSUPP, "no transceiver")
        # The bit stays off after a link was lost until it is read: the second reading tells how it is now.
        return any(self._register(name, phy, _BMSR) & _LINK for _ in range(2))

    def _register(self, name: str, phy: int, number: int) -> int:
        (value,) = struct.unpack_from("=H", self._ask(name, _SIOCGMIIREG, struct.pack("=HH", phy, number)), _NAME + 6)
        return int(value)

    def _ethtool(self, name: str) -> bool:
        request = ctypes.create_string_buffer(struct.pack("=II", _ETHTOOL_GLINK, 0), 8)
        self._ask(name, _SIOCETHTOOL, struct.pack("@P", ctypes.addressof(request)))
        return any(request.raw[4:])

    def _runs(self, name: str) -> bool:
        (flags,) = struct.unpack_from("=H", self._ask(name, _SIOCGIFFLAGS), _NAME)
        return bool(flags & _UP_AND_RUNNING == _UP_AND_RUNNING)

    def _ask(self, name: str, request: int, data: bytes = b"") -> bytes:
        """One ioctl(2) about an interface. OSError."""
        ifreq = name.encode(errors="surrogateescape")[: _NAME - 1].ljust(_NAME, b"\0") + data
        return fcntl.ioctl(self._socket, request, ifreq.ljust(_SIZE, b"\0"))
