"""`alivectl monitor`: adverts on the wire, each on a line, and what is wrong with them; with or without a daemon.

What does not live here: the judgement (adverts.py), the socket (capture.py), the bytes (workers/vrrp/wire).
"""

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from alived.ctl import adverts
from alived.ctl.adverts import Monitor, Seen
from alived.ctl.capture import Capture
from alived.ipc import paths
from alived.ipc.bus import Client, NoDaemon
from alived.ipc.messages import Document
from alived.workers.vrrp.wire.inspection import inspect

PATIENCE = 1.0
"""Seconds to wait for the daemon; adverts wait in the socket meanwhile."""

ASK_EVERY = 5.0
"""Seconds after which it is asked whether its configuration has changed."""

VERDICTS = 1024
"""Packets of which the daemon's verdict is remembered."""


class Daemon:
    """What the running daemon would say; nothing while there is none."""

    def __init__(self, runtime_dir: Path) -> None:
        self._runtime_dir = runtime_dir
        self._life: tuple[int, int] | None = None
        """Process and generation of the vrrp worker that was asked last."""
        self._answers: dict[tuple[str, bytes], str | None] = {}
        self._asked = -ASK_EVERY

    def changed(self, now: float) -> Sequence[Document] | None:
        """Its instances, if they may be others than those that it told last; of no daemon: none."""
        if now - self._asked < ASK_EVERY:
            return None
        self._asked = now
        life = self._present_life()
        if life == self._life:
            return None
        self._life = life
        self._answers.clear()
        instances: Sequence[Document] = (self._ask("vrrp") or {}).get("instances", ()) if life else ()
        return instances

    def verdict(self, instance: str, packet: bytes) -> str | None:
        """Why an instance would not accept a packet; empty: it would; None: it cannot be told."""
        key = (instance, packet)
        if key not in self._answers:
            if len(self._answers) >= VERDICTS:
                self._answers.clear()
            body = self._ask("vrrp", {"instance": instance, "packet": packet.hex()}) or {}
            told = [document.get("verdict") for document in body.get("instances", ())]
            self._answers[key] = told[0] if told else None
        return self._answers[key]

    def _present_life(self) -> tuple[int, int] | None:
        for worker in (self._ask("workers") or {}).get("workers", ()):
            if worker["name"] == "vrrp" and worker["state"] == "ready":
                return worker["pid"], worker["generation"]
        return None

    def _ask(self, topic: str, arguments: Document | None = None) -> Document | None:
        bus, events = paths.bus(self._runtime_dir), paths.events(self._runtime_dir)
        try:
            with contextlib.closing(Client(bus, events, PATIENCE)) as client:
                reply = client.ask(topic, arguments)
        except NoDaemon:
            return None
        return reply.body if reply.ok else None


def run(interface: str | None, runtime_dir: Path, *, count: int | None, seconds: float | None, as_json: bool) -> None:
    """Print adverts until there are `count` of them, `seconds` are over, or nobody reads. OSError: it can't listen."""
    daemon = Daemon(runtime_dir)
    monitor = Monitor(daemon.verdict)
    with Capture(interface) as capture:
        for seen in _seen(capture, count, seconds):
            if (instances := daemon.changed(time.monotonic())) is not None:
                monitor.update(instances)
            judged = monitor.judge(seen)
            print(json.dumps(judged) if as_json else adverts.line(judged, _clock(seen.time)), flush=True)


def _seen(capture: Capture, count: int | None, seconds: float | None) -> Iterator[Seen]:
    end = None if seconds is None else time.monotonic() + seconds
    heard = 0
    while count is None or heard < count:
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            return
        captured = capture.next(left, sys.stdout.fileno())
        if captured is not None and (advert := inspect(captured.packet)) is not None:
            heard += 1
            yield Seen(*captured, advert)


def _clock(moment: float) -> str:
    """Time of day, to the millisecond."""
    return f"{time.strftime('%H:%M:%S', time.localtime(moment))}.{int(moment % 1 * 1000):03d}"
