"""Many packets with one system call: recvmmsg(2), which Python's sockets do not have, through ctypes.

What does not live here: the sockets (receiving.py), and what the packets mean (wire).
"""

import ctypes
import errno
import os
import socket
from typing import Any, Literal

from alived.workers.vrrp.wire.record import ANCILLARY_SIZE, HEAD_SIZE, NAME_SIZE

PACKETS = 64
"""Packets that one call may bring."""
DATAGRAM = 4352
"""Bytes. 255 IPv6 addresses take 4,088, and what is cut off is refused as too short."""

_LIBC = ctypes.CDLL(None, use_errno=True)


class _Segment(ctypes.Structure):
    """struct iovec."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("segments", ctypes.c_void_p),
        ("segment_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (("header", _Header), ("received", ctypes.c_uint32))


class Intake:
    """Room for packets on their way from the kernel: one for many sockets, as what one brings is handed on at once."""

    def __init__(self, *, headed: bool) -> None:
        """With `headed`, sender and ancillary data come before what was received, in the form of wire/record.py."""
        self._headed = headed
        head = HEAD_SIZE if headed else 0
        slot = head + DATAGRAM
        self._room: Any = (ctypes.c_char * (PACKETS * slot))()
        self._starts = range(0, PACKETS * slot, slot)
        self._ends_of_heads = [start + head for start in self._starts]
        room = ctypes.addressof(self._room)
        self._segments = (_Segment * PACKETS)(*(_Segment(room + end, DATAGRAM) for end in self._ends_of_heads))
        segments = ctypes.addressof(self._segments)
        self._messages = (_Message * PACKETS)()
        for number, message in enumerate(self._messages):
            header = message.header
            header.segments, header.segment_count = segments + number * ctypes.sizeof(_Segment), 1
            if headed:
                start = room + self._starts[number]
                header.name, header.name_length = start, NAME_SIZE
                header.control, header.control_length = start + HEAD_SIZE - ANCILLARY_SIZE, ANCILLARY_SIZE
        self._fresh = bytes(self._messages)
        """The kernel writes into the messages how long name and ancillary data were."""
        self._received = self._all(_Message.received.offset, "I")
        self._names = self._all(_Header.name_length.offset, "I")
        self._controls = self._all(_Header.control_length.offset, "L")  # size_t
        self._call = _LIBC.recvmmsg
        self._call.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)

    def take(self, descriptor: int) -> list[bytes]:
        """What waits in a socket, at most PACKETS; less than that: nothing waits any more. OSError."""
        count = self._call(descriptor, ctypes.byref(self._messages), PACKETS, socket.MSG_DONTWAIT, None)
        if count < 0:
            error = ctypes.get_errno()
            if error in (errno.EAGAIN, errno.EINTR):
                return []
            raise OSError(error, os.strerror(error))
        slots = zip(self._starts, self._ends_of_heads, self._received[:count], strict=False)
        packets = [self._room[start : end + size] for start, end, size in slots]
        if self._headed:
            heads = zip(packets, self._names, self._controls, strict=False)
            packets = [packet for packet, name, control in heads if name == NAME_SIZE and control == ANCILLARY_SIZE]
            ctypes.memmove(self._messages, self._fresh, count * ctypes.sizeof(_Message))
        return packets

    def _all(self, offset: int, code: Literal["I", "L"]) -> memoryview:
        """One field of all messages, as it is after each call."""
        numbers = memoryview(self._messages).cast("B").cast(code)
        wanted: memoryview = numbers[offset // numbers.itemsize :: ctypes.sizeof(_Message) // numbers.itemsize]
        return wanted
