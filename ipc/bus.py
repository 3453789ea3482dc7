"""The bus: ZeroMQ sockets over ipc://, carrying frames of codec.py. The only importer of zmq.

`WorkerBus` is a worker's one socket, `SupervisorBus` the ROUTER and the publisher at the other end, `Client` what
alivectl uses. Nothing here blocks except `Client`, which is given a timeout for everything.

A frame that is malformed, oversize, of another version or of an unknown kind is dropped, counted, and logged once for
each sender and reason. What does not live here: which message goes where (supervisor/router.py).

ZeroMQ's file descriptor is edge-triggered and stands for both directions: after every send the socket has to be asked
again whether something arrived, or the loop would sleep on it.
"""

import asyncio
import contextlib
import errno
import itertools
import logging
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import zmq

from alived.ipc import codec
from alived.ipc.messages import Document, Message, Query, Reply

BATCH = 100
"""Frames handled in one turn of the loop; the rest waits for the next."""

HIGH_WATER = 100_000
"""Messages that may wait in a queue; more means that the other side is gone, and they are dropped and counted."""

LINGER = 500
"""Milliseconds that closing waits for what was sent."""

EVENT_TOPIC = b"event"
SNAPSHOT_TOPIC = b"snapshot/"
"""Subscribing to this and a name of one's own brings everything that is retained, once, on that topic."""

log = logging.getLogger(__name__)


def _open(context: zmq.Context[zmq.Socket[bytes]], kind: int) -> zmq.Socket[bytes]:
    opened = context.socket(kind)
    opened.setsockopt(zmq.SNDHWM, HIGH_WATER)
    opened.setsockopt(zmq.RCVHWM, HIGH_WATER)
    opened.setsockopt(zmq.MAXMSGSIZE, codec.MAX_FRAME)
    opened.setsockopt(zmq.LINGER, LINGER)
    return opened


class Readable:
    """Calls back with each multipart message of a socket, inside the running asyncio loop."""

    def __init__(self, watched: zmq.Socket[bytes], receive: Callable[[list[bytes]], None]) -> None:
        self._socket = watched
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._scheduled = False
        self._loop.add_reader(watched.fileno(), self.check)
        self.check()

    def check(self) -> None:
        """Look whether something waits: after every send, and when the descriptor says so."""
        if not self._scheduled and int(self._socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:
            self._scheduled = True
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        self._scheduled = False
        for _ in range(BATCH):
            if self._socket.closed:
                return
            try:
                parts = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                self._receive(parts)
            except Exception:  # one message that cannot be handled must not keep the next from being read
                log.exception("a message could not be handled")
        if not self._socket.closed:
            self.check()

    def close(self) -> None:
        """Stop calling back."""
        self._loop.remove_reader(self._socket.fileno())


class Faults:
    """Counts what was dropped and logs each kind once for each sender."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._logged: set[tuple[str, str]] = set()

    def note(self, sender: str, why: str) -> None:
        """One more."""
        self.counts[why] += 1
        if (sender, why) not in self._logged and len(self._logged) < 1000:
            self._logged.add((sender, why))
            log.warning("dropped a frame from %s: %s", sender or "an unknown sender", why)


class WorkerBus:
    """A worker's end: one DEALER whose identity says which life of which worker this is."""

    def __init__(self, name: str, identity: str, endpoint: str) -> None:
        self._name = name
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = _open(self._context, zmq.DEALER)
        self._socket.setsockopt(zmq.IDENTITY, identity.encode())
        self._socket.connect(endpoint)
        self._sequence = itertools.count(1)
        self._faults = Faults()
        self._readable: Readable | None = None

    def start(self, receive: Callable[[Message], None]) -> None:
        """Call `receive` with each message that arrives from now on."""

        def decode(parts: list[bytes]) -> None:
            try:
                frame = codec.decode(parts[-1])
            except codec.CodecError as error:
                self._faults.note("the supervisor", str(error))
            else:
                receive(frame.message)

        self._readable = Readable(self._socket, decode)

    def send(self, message: Message) -> None:
        """Send; never blocks. A message that finds the queue full is dropped and counted."""
        try:
            self._socket.send(codec.encode(message, self._name, next(self._sequence)), zmq.NOBLOCK)
        except zmq.Again:
            self._faults.note("this worker", "the supervisor does not read")
        if self._readable is not None:
            self._readable.check()

    def close(self) -> None:
        """Send what waits, for a bounded time, and end."""
        if self._readable is not None:
            self._readable.close()
        self._socket.close()
        self._context.term()


class SupervisorBus:
    """The supervisor's end: a ROUTER for workers and questions, and the publisher of events."""

    def __init__(self, bus_endpoint: str, events_endpoint: str) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._router = _open(self._context, zmq.ROUTER)
        self._router.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._events = _open(self._context, zmq.XPUB)
        self._events.setsockopt(zmq.XPUB_VERBOSE, 1)
        self._paths = [Path(endpoint.removeprefix("ipc://")) for endpoint in (bus_endpoint, events_endpoint)]
        umask = os.umask(0o177)
        self._router.bind(bus_endpoint)
        self._events.bind(events_endpoint)
        os.umask(umask)
        self._sequence = itertools.count(1)
        self._readables: list[Readable] = []
        self.faults = Faults()

    def start(self, receive: Callable[[bytes, codec.Frame], None], snapshot: Callable[[], Iterator[Message]]) -> None:
        """Call `receive` with identity and frame of all that arrives; `snapshot` gives what an observer gets first."""

        def routed(parts: list[bytes]) -> None:
            identity = parts[0]
            try:
                frame = codec.decode(parts[-1])
            except codec.CodecError as error:
                self.faults.note(identity.decode("ascii", "backslashreplace"), str(error))
            else:
                receive(identity, frame)

        def subscribed(parts: list[bytes]) -> None:
            subscription = parts[0]
            if subscription.startswith(b"\x01" + SNAPSHOT_TOPIC):
                topic = subscription[1:]
                for message in snapshot():
                    self._publish(topic, message)
                self._events.send_multipart([topic, b""])
                self._readables[1].check()

        self._readables = [Readable(self._router, routed), Readable(self._events, subscribed)]

    def send(self, identity: bytes, message: Message) -> None:
        """Send to one peer; a peer that is gone or does not read loses it, which is counted."""
        try:
            frame = codec.encode(message, "supervisor", next(self._sequence))
            self._router.send_multipart([identity, frame], zmq.NOBLOCK)
        except zmq.ZMQError as error:  # EHOSTUNREACH: gone; EAGAIN: its queue is full
            self.faults.counts[f"not delivered: {error.strerror}"] += 1
        self._readables[0].check()

    def publish(self, message: Message) -> None:
        """Tell all observers."""
        self._publish(EVENT_TOPIC, message)
        self._readables[1].check()

    def _publish(self, topic: bytes, message: Message) -> None:
        self._events.send_multipart([topic, codec.encode(message, "supervisor", next(self._sequence))])

    def check(self) -> None:
        """Read what has arrived by now, without waiting for the loop's next look at the descriptors."""
        for readable in self._readables:
            readable.check()

    def close(self) -> None:
        """End; what is still queued has a bounded time to go."""
        for readable in self._readables:
            readable.close()
        self._router.close()
        self._events.close()
        self._context.term()
        for path in self._paths:
            path.unlink(missing_ok=True)


class NoDaemon(Exception):
    """Nobody listens at the endpoint, or nobody answers in time; the text is one line for the user."""


class Client:
    """Questions and events for a program outside the daemon. Blocking, with a timeout."""

    def __init__(self, bus_endpoint: str, events_endpoint: str, timeout: float) -> None:
        _must_listen(bus_endpoint)
        self._timeout = timeout
        self._events_endpoint = events_endpoint
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = _open(self._context, zmq.DEALER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.connect(bus_endpoint)
        self._ids = itertools.count(1)

    def ask(self, topic: str, arguments: Document | None = None) -> Reply:
        """The answer to one question. NoDaemon if there is none in time."""
        query = Query(id=next(self._ids), topic=topic, arguments=arguments or {})
        self._socket.send(codec.encode(query, "alivectl", query.id))
        while self._socket.poll(int(self._timeout * 1000)):
            message = codec.decode(self._socket.recv_multipart()[-1]).message
            if isinstance(message, Reply) and message.id == query.id:
                return message
        raise NoDaemon(f"alived does not answer within {self._timeout:g} s")

    def events(self) -> Iterator[Message | None]:
        """All that is retained, then None, then everything that happens, without end. NoDaemon."""
        topic = SNAPSHOT_TOPIC + f"{os.getpid()}/{next(self._ids)}".encode()
        stream = _open(self._context, zmq.SUB)
        stream.connect(self._events_endpoint)
        stream.setsockopt(zmq.SUBSCRIBE, EVENT_TOPIC)
        stream.setsockopt(zmq.SUBSCRIBE, topic)
        caught_up = False
        with contextlib.closing(stream):
            while True:
                if not stream.poll(int(self._timeout * 1000)):
                    if not caught_up:
                        raise NoDaemon(f"alived does not answer within {self._timeout:g} s")
                    _must_listen(self._events_endpoint)
                    continue
                received, data = stream.recv_multipart()
                if received == topic and not data:
                    caught_up = True
                    yield None
                elif received == topic or caught_up:
                    yield codec.decode(data).message

    def close(self) -> None:
        """End."""
        self._socket.close()
        self._context.destroy(linger=0)


def _must_listen(endpoint: str) -> None:
    """ZeroMQ would wait for a listener for ever; a plain connect says at once that there is none."""
    path = endpoint.removeprefix("ipc://")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except OSError as error:
            reason = "no alived runs there" if error.errno in (errno.ENOENT, errno.ECONNREFUSED) else str(error)
            raise NoDaemon(f"{path}: {reason}") from error
