"""Generic netlink as a worker needs it: synchronous, bounded, many requests in one write.

pyroute2 makes and reads the messages; its own sockets are not used, since each runs an event loop of its own inside
ours. What does not live here: what the messages mean (ipvs.py).
"""

import os
import socket
import struct
from collections.abc import Iterator, Sequence
from itertools import islice

from pyroute2.netlink import (
    CTRL_CMD_GETFAMILY,
    GENL_ID_CTRL,
    NLM_F_ACK,
    NLM_F_DUMP,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
    ctrlmsg,
    genlmsg,
)

TIMEOUT = 2.0
"""Seconds to wait for the kernel, which answers at once unless it has to load a module."""

BATCH = 64
"""Requests in one write: their acknowledgements fit into any receive buffer."""

NETLINK_GENERIC = 16
HEADER = struct.Struct("=IHHII")
"""Length, type, flags, sequence, port (struct nlmsghdr)."""


class GenericNetlink:
    """A socket to one family of generic netlink. OSError (ENOENT) if the kernel has no such family."""

    def __init__(self, family: str, version: int) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_GENERIC)
        self._socket.settimeout(TIMEOUT)
        self._sequence = 0
        self._version = version
        try:
            self._socket.bind((0, 0))
            self._type = self._family_id(family)
        except BaseException:
            self._socket.close()
            raise

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def request(self, messages: Sequence[genlmsg]) -> list[int]:
        """Send requests; the errno of each, 0 where it was done. OSError if the kernel does not answer."""
        errors: list[int] = []
        for start in range(0, len(messages), BATCH):
            errors += self._request_batch(messages[start : start + BATCH])
        return errors

    def dump(self, message: genlmsg) -> Iterator[bytes]:
        """Send a dump request; yields each answer, header included. OSError for the kernel's errors and silence."""
        sequence = self._next()
        self._socket.send(self._encode(message, self._type, NLM_F_REQUEST | NLM_F_DUMP, sequence))
        for kind, body in self._answers(range(sequence, sequence + 1)):
            if kind == NLMSG_DONE:
                return
            if kind == NLMSG_ERROR:
                _raise(_error_in(body))
            yield body

    def _request_batch(self, messages: Sequence[genlmsg]) -> list[int]:
        sequences = range(self._sequence + 1, self._sequence + 1 + len(messages))
        flags = NLM_F_REQUEST | NLM_F_ACK
        self._socket.send(b"".join(self._encode(message, self._type, flags, self._next()) for message in messages))
        acknowledgements = (_error_in(body) for kind, body in self._answers(sequences) if kind == NLMSG_ERROR)
        return list(islice(acknowledgements, len(messages)))

    def _family_id(self, name: str) -> int:
        """Ask for a family; the kernel loads the module that has it, if there is one (CAP_NET_ADMIN is needed)."""
        message = ctrlmsg()
        message["cmd"] = CTRL_CMD_GETFAMILY
        message["attrs"] = [("CTRL_ATTR_FAMILY_NAME", name)]
        sequence = self._next()
        self._socket.send(self._encode(message, GENL_ID_CTRL, NLM_F_REQUEST, sequence))
        kind, body = next(self._answers(range(sequence, sequence + 1)))
        if kind == NLMSG_ERROR:
            _raise(_error_in(body))
        answer = ctrlmsg(body)
        answer.decode()
        return int(answer.get_attr("CTRL_ATTR_FAMILY_ID"))

    def _encode(self, message: genlmsg, kind: int, flags: int, sequence: int) -> bytes:
        message["version"] = self._version
        message["header"]["type"] = kind
        message["header"]["flags"] = flags
        message["header"]["sequence_number"] = sequence
        message["header"]["pid"] = 0
        message.encode()
        return bytes(message.data)

    def _answers(self, sequences: range) -> Iterator[tuple[int, bytes]]:
        """Messages to these sequence numbers; what is left of a request that was given up is skipped."""
        while True:
            data = self._socket.recv(1 << 18)
            offset = 0
            while offset + HEADER.size <= len(data):
                length, kind, _flags, number, _port = HEADER.unpack_from(data, offset)
                if number in sequences:
                    yield kind, data[offset : offset + length]
                offset += max(HEADER.size, (length + 3) & ~3)

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence


def _error_in(body: bytes) -> int:
    """The errno in an NLMSG_ERROR; 0 is an acknowledgement."""
    (code,) = struct.unpack_from("=i", body, HEADER.size)
    return -int(code)


def _raise(code: int) -> None:
    raise OSError(code, os.strerror(code))
