"""Clients that ping or fetch a page many times a second and remember every answer.

What lives here: the programs that run on a client host (`python -m examples.testbed.probes`), and `Pings` and `Pages`
that start and end them and say what was answered, what was lost and how long the longest silence was.

An attempt begins when it is due, whatever became of those before it; each has `PATIENCE` to be answered. All times are
monotonic seconds. Each attempt becomes one line, `BEGUN ENDED ANSWER`, the answer empty when there was none.
"""

import argparse
import asyncio
import os
import select
import signal
import socket
import struct
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise

from examples.testbed.hosts import Host, wait_until
from examples.testbed.services import ROOT

PATIENCE = 1.0
PORT = 80
FIRST = 5.0
"""Seconds within which a probe must have begun."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One ping or one page."""

    begun: float
    ended: float
    answer: str
    """The page's text, or `pong`; empty when there was no answer."""


class Probe:
    """Runs on a host until `stop`."""

    kind: str

    def __init__(self, host: Host, address: str, interval: float) -> None:
        records = tempfile.TemporaryFile("w+", prefix="alived-probe-")  # noqa: SIM115 - the host closes it
        self._records = host.at_end.enter_context(records)
        self._process = host.popen(
            *(sys.executable, "-m", "examples.testbed.probes", self.kind, address, str(interval)),
            output=self._records,
            PYTHONPATH=str(ROOT),
        )
        wait_until(lambda: bool(self.attempts()), FIRST, f"the {self.kind} probe begins")

    def attempts(self) -> list[Attempt]:
        """All that are decided so far, in the order of their beginning."""
        data = os.pread(self._records.fileno(), os.fstat(self._records.fileno()).st_size, 0).decode()
        complete = data[: data.rfind("\n") + 1]
        lines = (line.split(" ", 2) for line in complete.splitlines())
        return sorted((Attempt(float(begun), float(ended), answer) for begun, ended, answer in lines), key=_begun)

    def stop(self) -> "Outcome":
        """Begin no more, wait for those under way, and sum up."""
        self._process.terminate()
        self._process.wait(FIRST + PATIENCE)
        return self.since()

    def since(self, moment: float = 0.0) -> "Outcome":
        """Sum up what has become of the attempts that began after a moment."""
        return Outcome(tuple(attempt for attempt in self.attempts() if attempt.begun >= moment))


class Pings(Probe):
    """ICMP echo requests."""

    kind = "ping"


class Pages(Probe):
    """Pages by HTTP, each over a connection of its own."""

    kind = "page"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the attempts of a probe."""

    attempts: tuple[Attempt, ...]

    @property
    def lost(self) -> int:
        """Attempts that had no answer."""
        return sum(not attempt.answer for attempt in self.attempts)

    @property
    def answers(self) -> list[str]:
        """Who answered, in order; each change once."""
        given = [attempt.answer for attempt in self.attempts if attempt.answer]
        return [answer for previous, answer in pairwise(["", *given]) if answer != previous]

    @property
    def silence(self) -> float:
        """Longest time without an answer, from the first attempt to the end of the last, seconds."""
        ended = sorted(attempt.ended for attempt in self.attempts if attempt.answer)
        first = min((attempt.begun for attempt in self.attempts), default=0.0)
        last = max((attempt.ended for attempt in self.attempts), default=0.0)
        return max(later - earlier for earlier, later in pairwise([first, *ended, last]))

    def summary(self) -> str:
        """One line for a person."""
        return f"{self.lost} of {len(self.attempts)} had no answer, longest silence {self.silence:.3f} s"

    def first(self, answer: str) -> float:
        """When an answer was first given; infinity: never."""
        return min((attempt.ended for attempt in self.attempts if attempt.answer == answer), default=float("inf"))


def _begun(attempt: Attempt) -> float:
    return attempt.begun


def _record(begun: float, answer: str) -> None:
    ended = time.monotonic() if answer else min(time.monotonic(), begun + PATIENCE)
    print(f"{begun:.6f} {ended:.6f} {answer}", flush=True)


# --- the programs -----------------------------------------------------------------------------------------------------


class Pinger:
    """Sends echo requests and matches the replies."""

    def __init__(self, address: str, interval: float) -> None:
        self._address = address
        self._interval = interval
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self._id = os.getpid() & 0xFFFF
        self._sequence = 0
        self._waiting: dict[int, float] = {}
        self._over = False

    def run(self) -> None:
        """Until SIGTERM."""
        signal.signal(signal.SIGTERM, self._end)
        due = time.monotonic()
        while not self._over:
            if (now := time.monotonic()) >= due:
                self._send()
                due = max(due + self._interval, now)
            self._listen(due)
        limit = time.monotonic() + PATIENCE
        while self._waiting and time.monotonic() < limit:
            self._listen(limit)
        for begun in self._waiting.values():
            _record(begun, "")

    def _end(self, *_: object) -> None:
        self._over = True

    def _send(self) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        header = struct.pack("!BBHHH", 8, 0, 0, self._id, self._sequence)
        total = sum(struct.unpack("!4H", header))
        checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
        now = time.monotonic()
        if (lost := self._waiting.pop(self._sequence, None)) is not None:
            _record(lost, "")
        self._waiting[self._sequence] = now
        try:
            self._socket.sendto(header[:2] + struct.pack("!H", checksum) + header[4:], (self._address, 0))
        except OSError:  # no neighbour answers: an attempt like the others, and lost
            return

    def _listen(self, until: float) -> None:
        while select.select([self._socket], [], [], max(0.0, until - time.monotonic()))[0]:
            packet = self._socket.recv(2048)
            kind, _, _, identity, sequence = struct.unpack_from("!BBHHH", packet, (packet[0] & 15) * 4)
            if (kind, identity) == (0, self._id) and (begun := self._waiting.pop(sequence, None)) is not None:
                _record(begun, "pong" if time.monotonic() - begun <= PATIENCE else "")


async def fetch_pages(address: str, interval: float) -> None:
    """Fetch a page every interval until SIGTERM."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    due = loop.time()
    async with asyncio.TaskGroup() as group:
        while not over.is_set():
            group.create_task(_fetch(address))
            due = max(due + interval, loop.time())
            loop.call_at(due, (tick := asyncio.Event()).set)
            await tick.wait()


async def _fetch(address: str) -> None:
    begun = time.monotonic()
    answer = ""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(address, PORT)
            try:
                writer.write(b"GET / HTTP/1.0\r\n\r\n")
                _, _, body = (await reader.read()).partition(b"\r\n\r\n")
                answer = body.decode().strip()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        answer = ""
    _record(begun, answer)


def main() -> None:
    """Be one of the probes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("ping", "page"))
    parser.add_argument("address")
    parser.add_argument("interval", type=float)
    arguments = parser.parse_args()
    if arguments.kind == "ping":
        Pinger(arguments.address, arguments.interval).run()
    else:
        asyncio.run(fetch_pages(arguments.address, arguments.interval))


if __name__ == "__main__":
    main()
