"""An IPv6 packet as Linux hands it on: not as it was on the wire, but sender and ancillary data, and then the payload.

PURE. recvmsg(2) puts the sender into a struct sockaddr_in6, the destination and the hop limit into ancillary data
(ipv6(7)). Side by side they are a record: of two packets that say the same, the same bytes. What does not live here:
the system call (transport/intake.py).
"""

import struct

from alived.workers.vrrp.wire.checksum import PROTOCOL
from alived.workers.vrrp.wire.datagram import Datagram
from alived.workers.vrrp.wire.rejection import Reason, Rejection

NAME_SIZE = 28
"""Bytes of a struct sockaddr_in6; its address stands at 8."""
ANCILLARY_SIZE = 64
"""Bytes of two items: a struct in6_pktinfo takes 40 with its head and padding, an int 24."""
HEAD_SIZE = 96
"""Where the payload begins; the ancillary data stand right before it."""

_ANCILLARY_START = HEAD_SIZE - ANCILLARY_SIZE
_ITEM = struct.Struct("@Nii")
"""struct cmsghdr: length with this head, level, type."""
_ALIGNMENT = struct.calcsize("@N")
_PACKET_INFORMATION = struct.Struct("@16sI")
_HOP_LIMIT = struct.Struct("@i")
_IPV6, _PKTINFO, _HOPLIMIT = 41, 50, 52
"""IPPROTO_IPV6, IPV6_PKTINFO, IPV6_HOPLIMIT."""


def open_record(record: bytes) -> Datagram | Rejection:
    """The parts of a packet."""
    if len(record) < HEAD_SIZE:
        return Rejection(Reason.TRUNCATED, f"{len(record)} bytes of a record")
    destination, hops = b"", -1
    at = _ANCILLARY_START
    while at + _ITEM.size <= HEAD_SIZE:
        length, level, kind = _ITEM.unpack_from(record, at)
        end = at + length
        if length < _ITEM.size or end > HEAD_SIZE:
            break
        data = record[at + _ITEM.size : end]
        if (level, kind) == (_IPV6, _PKTINFO) and len(data) == _PACKET_INFORMATION.size:
            destination, _ = _PACKET_INFORMATION.unpack(data)
        elif (level, kind) == (_IPV6, _HOPLIMIT) and len(data) == _HOP_LIMIT.size:
            (hops,) = _HOP_LIMIT.unpack(data)
        at = end + -end % _ALIGNMENT
    if not destination:
        return Rejection(Reason.TRUNCATED, "the kernel does not say where it was sent to")
    return Datagram(record[8:24], destination, hops, PROTOCOL, record[HEAD_SIZE:])
