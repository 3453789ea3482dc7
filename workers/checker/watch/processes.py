"""vrrp_track_process: tells whether enough of some processes run, and not too many.

All processes are looked at when something is configured. Then the kernel tells of changes (connector.py); where it does
not, all are looked at every second, and the end of those that count is told at once all the same (endings.py).
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alived.ipc.loop import Send
from alived.ipc.messages import Document, TrackerChanged
from alived.ipc.model.tracking import TrackProcess
from alived.workers.checker.alarm import Alarm
from alived.workers.checker.watch import proc
from alived.workers.checker.watch.connector import Connector
from alived.workers.checker.watch.endings import Endings
from alived.workers.checker.watch.events import Ended, Event, Executed, Forked, Renamed
from alived.workers.checker.watch.matching import Matcher, Process
from alived.workers.checker.watch.quorum import Quorum

PERIOD = 1.0
"""Seconds between two looks at all processes, where the kernel does not tell of changes."""
AT_ONCE = 128
"""Processes that are looked at before others have their turn, which is some milliseconds."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tracked:
    """A vrrp_track_process, and the processes that count."""

    tracker: TrackProcess
    matcher: Matcher
    quorum: Quorum
    pids: set[int] = field(default_factory=set)
    known: bool = False
    """All processes have been looked at for its sake; before that it has no number."""


class Processes:
    """All vrrp_track_processes of this worker."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._tracked: dict[str, _Tracked] = {}
        self._alarm = Alarm(self._expire)
        self._connector: Connector | None = None
        self._endings = Endings(lambda pid: self._heard([Ended(pid)]))
        self._look = asyncio.Event()
        """All processes shall be looked at."""
        self._task: asyncio.Task[None] | None = None
        self._touched: set[int] = set()
        """Processes of which something was heard since the last look at all of them began."""
        self._trouble = ""
        """Why they can't be looked at now."""

    def configure(
        self, put: Iterable[TrackProcess], drop: Iterable[str], retained: Mapping[str, TrackerChanged]
    ) -> None:
        """Take on trackers and forget others. `retained`: what a predecessor told, by tracker."""
        for key in drop:
            self._tracked.pop(key, None)
        for tracker in put:
            self._put(tracker, retained.get(_name(tracker)))
        if not self._tracked:
            self.stop()
        elif self._task is None:
            self._connect()
            self._task = self._loop.create_task(self._look_again_and_again())
        self._look.set()
        self._alarm.set(self._deadline())

    def report(self) -> list[Document]:
        """What is known of each, for alivectl."""
        return [
            {
                "track_process": tracked.tracker.name,
                "process": list(tracked.tracker.process),
                "up": tracked.quorum.up,
                "count": tracked.quorum.count,
            }
            for tracked in self._tracked.values()
        ]

    def stop(self) -> None:
        """Watch nothing any more."""
        self._tracked.clear()
        self._alarm.set(None)
        self._endings.watch(set())
        if self._connector is not None:
            self._connector.close()
            self._connector = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _put(self, tracker: TrackProcess, retained: TrackerChanged | None) -> None:
        known = self._tracked.get(tracker.key)
        if known is None:
            quorum = Quorum(tracker, retained.up if retained else None)
            self._tracked[tracker.key] = _Tracked(tracker, Matcher(tracker), quorum)
            return
        known.tracker, known.matcher, known.known = tracker, Matcher(tracker), False
        if known.quorum.refit(tracker):
            self._tell(known)

    # --- finding them -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        try:
            self._connector = Connector(self._heard, self._look.set)
        except OSError as error:
            log.info("processes are looked for every second, as the kernel does not tell of them: %s", error.strerror)

    async def _look_again_and_again(self) -> None:
        while True:
            self._look.clear()
            try:
                await self._look_at_all()
                trouble = ""
            except OSError as error:  # we are short of something; nothing is known of the processes
                trouble = str(error)
            if trouble and trouble != self._trouble:
                log.error("processes can't be looked at, and count as before: %s", trouble)
            self._trouble = trouble
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PERIOD if trouble or self._connector is None else None):
                    await self._look.wait()

    async def _look_at_all(self) -> None:
        """Look at every process, and tell what has changed. OSError: it can't be done now."""
        self._touched.clear()
        matchers = {key: tracked.matcher for key, tracked in self._tracked.items()}
        found: dict[int, Process] = {}
        pids = proc.pids()
        for first in range(0, len(pids), AT_ONCE):
            self._look_at(pids[first : first + AT_ONCE], found)
            await self._give_way()
        for pid in self._touched:  # it may have changed after it was looked at
            found.pop(pid, None)
        self._look_at(self._touched, found)
        for key, matcher in matchers.items():
            tracked = self._tracked.get(key)
            if tracked is not None and tracked.matcher is matcher:  # else it wants another look
                tracked.pids = {pid for pid, process in found.items() if matcher.matches(process)}
                tracked.known = True
        self._settle()

    async def _give_way(self) -> None:
        turn = asyncio.Event()
        self._loop.call_soon(turn.set)
        await turn.wait()

    def _look_at(self, pids: Iterable[int], found: dict[int, Process]) -> None:
        command = any(tracked.matcher.needs_command for tracked in self._tracked.values())
        for pid in pids:
            process = proc.look(pid, command=command)
            if process is not None:
                found[pid] = process

    def _heard(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Forked():
                    self._forked(event)
                case Executed():
                    self._changed(event.pid)
                case Renamed():
                    self._renamed(event)
                case Ended():
                    self._touched.add(event.pid)
                    for tracked in self._tracked.values():
                        tracked.pids.discard(event.pid)
        self._settle()

    def _forked(self, event: Forked) -> None:
        self._touched.add(event.child)
        for tracked in self._tracked.values():
            if event.parent in tracked.pids:
                tracked.pids.add(event.child)

    def _renamed(self, event: Renamed) -> None:
        """A command line does not change with the name."""
        self._touched.add(event.pid)
        for tracked in self._tracked.values():
            if not tracked.matcher.needs_command:
                _count(tracked, event.pid, Process(event.name, b""))

    def _changed(self, pid: int) -> None:
        self._touched.add(pid)
        found: dict[int, Process] = {}
        try:
            self._look_at([pid], found)
        except OSError:
            self._look.set()
            return
        for tracked in self._tracked.values():
            _count(tracked, pid, found.get(pid))

    # --- what follows -------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """The processes are counted, and what has changed is told."""
        now = self._loop.time()
        for tracked in self._tracked.values():
            if tracked.known and tracked.quorum.counted(len(tracked.pids), now):
                self._tell(tracked)
        if self._connector is None:
            self._endings.watch({pid for tracked in self._tracked.values() for pid in tracked.pids})
        self._alarm.set(self._deadline())

    def _expire(self) -> None:
        now = self._loop.time()
        for tracked in self._tracked.values():
            if tracked.quorum.expire(now):
                self._tell(tracked)
        self._alarm.set(self._deadline())

    def _deadline(self) -> float | None:
        due = (tracked.quorum.deadline() for tracked in self._tracked.values())
        return min((at for at in due if at is not None), default=None)

    def _tell(self, tracked: _Tracked) -> None:
        up = bool(tracked.quorum.up)
        level = logging.INFO if up else logging.WARNING
        name, count = tracked.tracker.name, tracked.quorum.count
        log.log(level, "vrrp_track_process %s is %s: %s running", name, "up" if up else "down", count)
        self._send(TrackerChanged(tracker=_name(tracked.tracker), up=up))


def _count(tracked: _Tracked, pid: int, process: Process | None) -> None:
    if process is not None and tracked.matcher.matches(process):
        tracked.pids.add(pid)
    else:
        tracked.pids.discard(pid)


def _name(tracker: TrackProcess) -> str:
    return f"process {tracker.name}"
