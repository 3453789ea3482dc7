"""The worker's rtnetlink sockets: one for requests, one that hears of links and addresses.

A request is answered by the kernel within the call that sends it, so the answer is read at once and nothing waits.
What does not live here: the bytes (rtnetlink.py and its neighbours), what the reports mean (interfaces.py), and the
hearing of routes and rules (route_monitor.py).
"""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence

from alived.ipc.model.processes import ReceiveBuffer
from alived.workers.vrrp.kernel import nlmessage, rtnetlink
from alived.workers.vrrp.kernel.nlmessage import (
    NLM_F_ACK,
    NLM_F_DUMP_INTR,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
    Ack,
    Request,
)
from alived.workers.vrrp.kernel.rtnetlink import Address, Link, Report
from alived.workers.vrrp.transport.backlog import enlarge

RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR = 0x1, 0x10, 0x100
DATAGRAM = 1 << 16
READS_PER_TURN = 32
READS_AFTER_OVERFLOW = 1 << 16
"""More than the largest sensible receive buffer holds; the kernel adds none meanwhile."""

MESSAGES_PER_WRITE = 256
BYTES_PER_WRITE = 1 << 16
"""Of requests, which the socket's send buffer must take at once."""
ANSWER = 2304
"""Bytes of the receive buffer that one answer takes up at most, the kernel's bookkeeping included."""
DUMPS = 4
"""So often a dump that the kernel calls inconsistent is asked for; then what there is must do."""

SOL_NETLINK = 270
NETLINK_CAP_ACK = 10
NETLINK_EXT_ACK = 11
SO_RCVBUFFORCE = 33

log = logging.getLogger(__name__)


class Requests:
    """Asks the kernel, and tells it to change things."""

    def __init__(self) -> None:
        """PermissionError: we may not change addresses."""
        self._socket = open_socket(0)
        self._socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self._socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.port: int = self._socket.getsockname()[0]
        """What the kernel calls this socket in its reports of changes."""
        self._sequence = 0
        self._measure()
        # Of rights the kernel speaks first, and only then of an interface that can't be.
        if (
            self.change([rtnetlink.deleting(Address(ifindex=0, address=bytes(4), prefixlen=32))])[0].error
            == errno.EPERM
        ):
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    def make_room(self, buffer: ReceiveBuffer) -> None:
        """Have the receive buffer of vrrp_netlink_cmd_rcv_bufs."""
        make_room(self._socket, buffer)
        self._measure()

    def snapshot(self) -> tuple[list[Link], list[Address]]:
        """All interfaces and all addresses of both families at this moment."""
        links = [report for report in self._dump(rtnetlink.dump_links) if isinstance(report, Link)]
        addresses = [report for report in self._dump(rtnetlink.dump_addresses) if isinstance(report, Address)]
        return links, addresses

    def change(self, requests: Sequence[Request]) -> list[Ack]:
        """Ask for changes, one after the other in as few writes as can be; the answer to each, EIO if none came."""
        answers: list[Ack] = []
        batch: list[Request] = []
        size = 0
        for request in requests:
            if batch and (len(batch) == self._per_write or size + len(request.body) > BYTES_PER_WRITE):
                answers += self._change(batch)
                batch, size = [], 0
            batch.append(request)
            size += nlmessage.HEADER_SIZE + len(request.body)
        return answers + self._change(batch)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _measure(self) -> None:
        """How many requests can be made at once so that all answers find room."""
        room = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        self._per_write = max(1, min(MESSAGES_PER_WRITE, room // ANSWER))

    def _change(self, batch: Sequence[Request]) -> list[Ack]:
        first = self._sequence + 1
        self._sequence += len(batch)
        sequences = range(first, first + len(batch))
        flags = NLM_F_REQUEST | NLM_F_ACK
        self._send(
            b"".join(
                nlmessage.message(request.kind, request.flags | flags, sequence, request.body)
                for request, sequence in zip(batch, sequences, strict=True)
            )
        )
        answers: dict[int, Ack] = {}
        while len(answers) < len(batch):
            data = self._receive()
            if not data:
                break
            for got in nlmessage.received(data):
                answer = nlmessage.answer(got)
                if isinstance(answer, Ack) and first <= answer.sequence:
                    answers[answer.sequence] = answer
        return [answers.get(sequence) or Ack(sequence, errno.EIO) for sequence in sequences]

    def _dump(self, encode: Callable[[int], bytes]) -> list[Report]:
        reports: list[Report] = []
        for _ in range(DUMPS):
            self._sequence += 1
            self._send(encode(self._sequence))
            whole = True
            reports = []
            for got in self._dumped(self._sequence):
                whole = whole and not got.flags & NLM_F_DUMP_INTR
                report = rtnetlink.read(got)
                if report is not None:
                    reports.append(report)
            if whole:
                break
        return reports

    def _dumped(self, sequence: int) -> Iterator[nlmessage.Received]:
        while data := self._receive():
            for got in nlmessage.received(data):
                if got.sequence != sequence:
                    continue
                yield got
                if got.kind in (NLMSG_DONE, NLMSG_ERROR):
                    return

    def _send(self, data: bytes) -> None:
        """Ask; what can't be asked is answered by nobody."""
        try:
            if data:
                self._socket.send(data)
        except OSError as error:
            log.error("the kernel takes no request: %s", error.strerror)

    def _receive(self) -> bytes:
        """The next datagram; empty if there is none."""
        try:
            return self._socket.recv(DATAGRAM)
        except OSError as error:
            if not isinstance(error, BlockingIOError):
                log.error("the kernel's answer is lost: %s", error.strerror)
            return b""


class Monitor:
    """Hears of links and addresses that come, change and go."""

    def __init__(
        self,
        changed: Callable[[list[Report]], None],
        overflowed: Callable[[], None],
    ) -> None:
        self._changed = changed
        self._overflowed = overflowed
        self._socket = open_socket(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR)
        asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def read_reports(self) -> None:
        """Take in now what the kernel has reported already."""
        self._readable()

    def make_room(self, buffer: ReceiveBuffer) -> None:
        """Have the receive buffer of vrrp_netlink_monitor_rcv_bufs."""
        make_room(self._socket, buffer)

    def close(self) -> None:
        """Listen no more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _readable(self) -> None:
        datagrams, overflowed = drain(self._socket)
        self._changed([report for data in datagrams for report in rtnetlink.parse(data)])
        if overflowed:
            log.warning("the kernel reported more changes than could be read; comparing everything")
            self._overflowed()


def drain(opened: socket.socket) -> tuple[list[bytes], bool]:
    """What can be read in one turn of the loop, or nothing if the kernel had to drop some. OSError: unexpected.

    From the first report that it drops to the moment when all is read, the kernel drops every one and speaks of it but
    once. So all is read before anybody asks how things are; what was read would be older than the answer.
    """
    datagrams: list[bytes] = []
    for _ in range(READS_PER_TURN):
        try:
            datagrams.append(opened.recv(DATAGRAM))
        except BlockingIOError:
            break
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            _discard(opened)
            return [], True
    return datagrams, False


def _discard(opened: socket.socket) -> None:
    for _ in range(READS_AFTER_OVERFLOW):
        try:
            opened.recv(1)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise


def open_socket(groups: int) -> socket.socket:
    """An rtnetlink socket with room for bursts."""
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
    enlarge(opened)
    opened.bind((0, groups))
    return opened


def make_room(opened: socket.socket, buffer: ReceiveBuffer) -> None:
    """Have a receive buffer as configured; where nothing is, it stays as it is."""
    if not buffer.size:
        return
    if buffer.force:
        try:
            opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer.size)
        except PermissionError:  # no namespace's own CAP_NET_ADMIN is enough for that
            log.warning("a netlink buffer can't exceed net.core.rmem_max here")
        else:
            return
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer.size)
