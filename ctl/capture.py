"""VRRP packets as they pass an interface, both ways: a packet socket with a filter in the kernel (packet(7)).

What does not live here: what is in them (workers/vrrp/wire) and what is wrong with them (adverts.py).
"""

import contextlib
import ctypes
import select
import socket
import struct
from collections.abc import Iterable
from typing import NamedTuple, Self

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_MR_ALLMULTI = 263, 1, 2
PACKET_OUTGOING, PACKET_LOOPBACK = 4, 5
SO_ATTACH_FILTER, SO_TIMESTAMPNS = 26, 35

VRRP, AH = 112, 51
"""IP protocol numbers. VRRP version 2 may be inside an authentication header."""

LARGEST = 65535
"""Bytes of a packet."""

_PROTOCOL = 0xFFFFF000
"""Where the filter finds the Ethernet type (SKF_AD_OFF + SKF_AD_PROTOCOL)."""

_FILTER = (
    (0x28, 0, 0, _PROTOCOL),  # 0: the Ethernet type
    (0x15, 1, 0, ETH_P_IP),
    (0x15, 6, 7, ETH_P_IPV6),
    (0x30, 0, 0, 9),  # 3: IPv4: its protocol
    (0x15, 6, 0, VRRP),
    (0x15, 0, 4, AH),
    (0xB1, 0, 0, 0),  # the length of its header, behind which AH says what follows
    (0x50, 0, 0, 0),
    (0x05, 0, 0, 1),
    (0x30, 0, 0, 6),  # 9: IPv6: its next header
    (0x15, 0, 1, VRRP),  # 10: of any of these
    (0x06, 0, 0, LARGEST),  # 11: take it
    (0x06, 0, 0, 0),  # 12: leave it
)
"""Classic BPF (code, jump if true, jump if false, operand). Offsets are those of the IP header."""


class Captured(NamedTuple):
    """A packet on the wire."""

    time: float
    """Seconds since the epoch, by the kernel's clock."""
    interface: str
    outgoing: bool
    """This machine sent it."""
    packet: bytes
    """From the IP header on."""


class Capture:
    """Listens from now on, on one interface or on all. OSError: no such interface, or not permitted."""

    def __init__(self, interface: str | None) -> None:
        everywhere = 0 if interface else socket.htons(ETH_P_ALL)  # else it is deaf until it is bound
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, everywhere)
        with contextlib.ExitStack() as unless_ready:
            unless_ready.callback(self._socket.close)
            self._filter()
            self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            if interface:
                self._socket.bind((interface, ETH_P_ALL))
            self._hear_multicast([interface] if interface else [name for _, name in socket.if_nameindex()])
            unless_ready.pop_all()

    def _filter(self) -> None:
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _FILTER))
        program = struct.pack("HL", len(_FILTER), ctypes.addressof(code))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)

    def _hear_multicast(self, interfaces: Iterable[str]) -> None:
        """Multicast that nobody here has joined does not pass a network card by itself."""
        for name in interfaces:
            with contextlib.suppress(OSError):  # it has just gone
                request = struct.pack("iHH8s", socket.if_nametoindex(name), PACKET_MR_ALLMULTI, 0, b"")
                self._socket.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, request)

    def next(self, timeout: float | None, unless_closed: int) -> Captured | None:
        """The next packet; None: none in so many seconds. BrokenPipeError: nobody reads that descriptor any more."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        poll.register(unless_closed, 0)
        for descriptor, event in poll.poll(None if timeout is None else max(timeout, 0.0) * 1000):
            if descriptor == unless_closed and event & (select.POLLERR | select.POLLHUP):
                raise BrokenPipeError
            if descriptor == self._socket.fileno():
                return self._read()
        return None

    def _read(self) -> Captured | None:
        packet, ancillary, _, (interface, _, kind, *_) = self._socket.recvmsg(LARGEST, 64)
        if kind == PACKET_LOOPBACK:  # a copy of what went out
            return None
        seconds, nanoseconds = struct.unpack("ll", ancillary[0][2][:16])
        return Captured(seconds + nanoseconds / 1e9, interface, kind == PACKET_OUTGOING, packet)

    def close(self) -> None:
        """End."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
