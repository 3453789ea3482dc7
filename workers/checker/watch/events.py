"""PURE: the kernel's process events as bytes: connector messages in netlink ones (linux/cn_proc.h, linux/connector.h).

Events about threads other than a process's first are left out. What does not live here: the socket (connector.py), and
what events mean (processes.py).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

GROUP = 1
"""CN_IDX_PROC: number of the connector, and of the multicast group that its messages are sent to."""
_VALUE = 1
"""CN_VAL_PROC."""
_LISTEN = 1
"""PROC_CN_MCAST_LISTEN."""
_DONE = 3
"""NLMSG_DONE, the type of every connector message."""

_NETLINK = struct.Struct("=IHHII")
"""nlmsghdr: length, type, flags, sequence, port."""
_CONNECTOR = struct.Struct("=IIIIHH")
"""cn_msg: idx, val, seq, ack, len, flags."""
_EVENT = struct.Struct("=II8x")
"""proc_event: what, cpu, timestamp; then what belongs to the kind of event."""
_FORK = struct.Struct("=iiii")
_ONE = struct.Struct("=ii")
"""Number of a thread, and of its process."""
_ACK = struct.Struct("=I")
_NAME = 16

_WHAT_ACK, _WHAT_FORK, _WHAT_EXEC, _WHAT_COMM, _WHAT_EXIT = 0, 0x1, 0x2, 0x200, 0x80000000


class Answer(NamedTuple):
    """The kernel has heard that somebody listens."""

    error: int
    """0: it will tell; or an errno."""


class Forked(NamedTuple):
    """A process was made; it is what its parent is."""

    parent: int
    child: int


class Executed(NamedTuple):
    """A process runs another program."""

    pid: int


class Renamed(NamedTuple):
    """A process has another name (comm)."""

    pid: int
    name: bytes


class Ended(NamedTuple):
    """A process is no more."""

    pid: int


Event = Answer | Forked | Executed | Renamed | Ended


def listen(port: int) -> bytes:
    """The message that asks for events; `port` is that of the socket."""
    body = _CONNECTOR.pack(GROUP, _VALUE, 0, 0, _ACK.size, 0) + _ACK.pack(_LISTEN)
    return _NETLINK.pack(_NETLINK.size + len(body), _DONE, 0, 0, port) + body


def parse(datagram: bytes) -> Iterator[Event]:
    """The events of a datagram, as far as it can be read."""
    at = 0
    while len(datagram) - at >= _NETLINK.size:
        length, kind, *_ = _NETLINK.unpack_from(datagram, at)
        if not _NETLINK.size <= length <= len(datagram) - at:
            return
        if kind == _DONE:
            yield from _connector(datagram[at + _NETLINK.size : at + length])
        at += (length + 3) & ~3


def _connector(message: bytes) -> Iterator[Event]:
    if len(message) < _CONNECTOR.size + _EVENT.size:
        return
    index, value, *_ = _CONNECTOR.unpack_from(message)
    if (index, value) != (GROUP, _VALUE):
        return
    what, _ = _EVENT.unpack_from(message, _CONNECTOR.size)
    event = _event(what, message[_CONNECTOR.size + _EVENT.size :])
    if event is not None:
        yield event


def _event(what: int, data: bytes) -> Event | None:
    if what == _WHAT_ACK and len(data) >= _ACK.size:
        return Answer(_ACK.unpack_from(data)[0])
    if what == _WHAT_FORK and len(data) >= _FORK.size:
        _, parent, thread, child = _FORK.unpack_from(data)
        return Forked(parent, child) if thread == child else None
    if what in (_WHAT_EXEC, _WHAT_COMM, _WHAT_EXIT) and len(data) >= _ONE.size:
        thread, pid = _ONE.unpack_from(data)
        return _of_process(what, pid, data[_ONE.size :]) if thread == pid else None
    return None


def _of_process(what: int, pid: int, data: bytes) -> Event:
    if what == _WHAT_EXEC:
        return Executed(pid)
    if what == _WHAT_EXIT:
        return Ended(pid)
    return Renamed(pid, data[:_NAME].partition(b"\0")[0])
