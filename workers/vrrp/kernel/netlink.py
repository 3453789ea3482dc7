"""The worker's two rtnetlink sockets: one for requests, one that hears of changes.

A request is answered by the kernel within the call that sends it, so the answer is read at once and nothing waits.
What does not live here: the bytes (rtnetlink.py) and what the reports mean (interfaces.py).
"""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable, Iterable

from alived.workers.vrrp.kernel import rtnetlink
from alived.workers.vrrp.kernel.rtnetlink import Ack, Address, Done, Link, Report
from alived.workers.vrrp.transport.backlog import enlarge

RTMGRP_LINK = 0x1
RTMGRP_IPV4_IFADDR = 0x10
DATAGRAM = 1 << 16
READS_PER_TURN = 32
MESSAGES_PER_WRITE = 64
"""So many answers surely fit into the socket's buffer."""

SOL_NETLINK = 270
NETLINK_CAP_ACK = 10

log = logging.getLogger(__name__)


class Requests:
    """Asks the kernel, and tells it to change things."""

    def __init__(self) -> None:
        """PermissionError: we may not change addresses."""
        self._socket = _open(groups=0)
        self._socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self._sequence = 0
        # Of rights the kernel speaks first, and only then of an interface that can't be.
        if self.delete([Address(ifindex=0, address=bytes(4), prefixlen=32)]) == [errno.EPERM]:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    def snapshot(self) -> tuple[list[Link], list[Address]]:
        """All interfaces and all IPv4 addresses at this moment."""
        links = [report for report in self._dump(rtnetlink.dump_links) if isinstance(report, Link)]
        addresses = [report for report in self._dump(rtnetlink.dump_addresses) if isinstance(report, Address)]
        return links, addresses

    def add(self, addresses: list[Address]) -> list[int]:
        """Add addresses; 0 or an errno for each, EEXIST if it was there already."""
        return self._change(rtnetlink.add_address, addresses)

    def delete(self, addresses: list[Address]) -> list[int]:
        """Delete addresses; 0 or an errno for each, EADDRNOTAVAIL or ENODEV if it was gone already."""
        return self._change(rtnetlink.delete_address, addresses)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _change(self, encode: Callable[[Address, int], bytes], addresses: list[Address]) -> list[int]:
        results: list[int] = []
        for start in range(0, len(addresses), MESSAGES_PER_WRITE):
            results += self._change_some(encode, addresses[start : start + MESSAGES_PER_WRITE])
        return results

    def _change_some(self, encode: Callable[[Address, int], bytes], addresses: list[Address]) -> list[int]:
        first = self._sequence + 1
        self._sequence += len(addresses)
        sequences = range(first, first + len(addresses))
        self._socket.send(b"".join(map(encode, addresses, sequences)))
        answers: dict[int, int] = {}
        while len(answers) < len(addresses):
            try:
                reports = list(rtnetlink.parse(self._socket.recv(DATAGRAM)))
            except BlockingIOError:
                break
            answers |= {report.sequence: report.error for report in reports if isinstance(report, Ack)}
        return [answers.get(sequence, errno.EIO) for sequence in sequences]

    def _dump(self, encode: Callable[[int], bytes]) -> Iterable[Report]:
        self._sequence += 1
        self._socket.send(encode(self._sequence))
        while True:
            for report in rtnetlink.parse(self._socket.recv(DATAGRAM)):
                if isinstance(report, Done):
                    return
                yield report


class Monitor:
    """Hears of links and addresses that come, change and go."""

    def __init__(self, changed: Callable[[list[Report]], None], overflowed: Callable[[], None]) -> None:
        self._changed = changed
        self._overflowed = overflowed
        self._socket = _open(groups=RTMGRP_LINK | RTMGRP_IPV4_IFADDR)
        asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def close(self) -> None:
        """Listen no more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _readable(self) -> None:
        reports: list[Report] = []
        overflowed = False
        for _ in range(READS_PER_TURN):
            try:
                reports += rtnetlink.parse(self._socket.recv(DATAGRAM))
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                overflowed = True
        self._changed(reports)
        if overflowed:
            log.warning("the kernel reported more changes than could be read; comparing everything")
            self._overflowed()


def _open(groups: int) -> socket.socket:
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
    enlarge(opened)
    opened.bind((0, groups))
    return opened
