"""vrrp_script: runs each script in time and tells whether what it tracks is up.

What is run is a program: path, arguments and user. There is never more than one run of a program, whatever the scripts
are called that name it and however often the configuration is read again; a script that is due while its program runs
takes the outcome of that run. How outcomes become verdicts is in verdict.py, when runs start in schedule.py.
"""

import asyncio
import errno
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alived.ipc.loop import Send
from alived.ipc.messages import Document, TrackerChanged
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.common import Program
from alived.workers.checker.alarm import Alarm
from alived.workers.checker.outcome import Down, LocalError, Outcome, Up
from alived.workers.checker.programs import GRACE, Run
from alived.workers.checker.schedule import Schedule, next_on_grid
from alived.workers.checker.verdict import ScriptVerdict, announces

UNKILLABLE = GRACE + 3.0
"""Seconds after which a program that we ended is not waited for any longer: it hangs in the kernel."""

_SHORT_OF = frozenset({errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Errors of starting a process that say nothing about the program."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tracked:
    """A script as configured, and what is known of it. Times are CLOCK_MONOTONIC seconds."""

    script: VrrpScript
    verdict: ScriptVerdict
    since: float
    started: float | None = None
    took: float | None = None
    reason: str = ""
    local_error: str = ""


class Scripts:
    """All vrrp_scripts of this worker."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._tracked: dict[str, _Tracked] = {}
        self._schedule: Schedule[str] = Schedule()
        self._alarm = Alarm(self._start_due)
        self._runs: dict[Program, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def configure(self, put: Iterable[VrrpScript], drop: Iterable[str], retained: Mapping[str, bool]) -> None:
        """Take on scripts and forget others. `retained`: verdicts of a predecessor, by tracker."""
        leaving = {}
        for key in drop:
            if (gone := self._tracked.pop(key, None)) is not None:
                leaving[gone.script.program] = gone
                self._schedule.remove(key)
        for script in put:
            known = self._tracked.get(script.key)
            if known is not None and known.script.program == script.program:
                self._change(known, script)
            else:
                self._begin(script, leaving.get(script.program), retained.get(_tracker(script)))
        wanted = {tracked.script.program for tracked in self._tracked.values()}
        for program, run in self._runs.items():
            if program not in wanted:
                run.end("no longer configured")
        self._alarm.set(self._schedule.deadline())

    def report(self) -> list[Document]:
        """What is known of each script, for alivectl."""
        return [
            {
                "script": tracked.script.name,
                "program": list(tracked.script.program.argv),
                "up": tracked.verdict.up if tracked.verdict.known else None,
                "since": tracked.since,
                "failures": tracked.verdict.failures,
                "reason": tracked.reason,
                "local_error": tracked.local_error,
                "last_started": tracked.started,
                "last_took": tracked.took,
                "next_due": self._schedule.due(key),
            }
            for key, tracked in self._tracked.items()
        ]

    async def stop(self) -> None:
        """End all runs and wait, for a bounded time, until their processes are gone."""
        self._alarm.set(None)
        for task in self._tasks:
            task.cancel()
        for run in self._runs.values():
            run.end("alived is stopping")
        if self._runs:
            await asyncio.wait([run.reaped for run in self._runs.values()], timeout=UNKILLABLE)

    def _begin(self, script: VrrpScript, renamed: _Tracked | None, retained: bool | None) -> None:
        """A new script; one that was only renamed, or whose verdict a predecessor knew, goes on with that verdict."""
        now = self._loop.time()
        if renamed is not None:
            verdict = renamed.verdict.refitted(rise=script.rise, fall=script.fall)
        elif retained is not None:
            verdict = ScriptVerdict.resumed(rise=script.rise, fall=script.fall, up=retained)
        else:
            verdict = ScriptVerdict.initial(rise=script.rise, fall=script.fall, init_fail=script.init_fail)
        self._tracked[script.key] = tracked = _Tracked(script=script, verdict=verdict, since=now)
        self._schedule.add(script.key, now)
        if verdict.known and retained is None:
            self._tell(tracked)

    def _change(self, tracked: _Tracked, script: VrrpScript) -> None:
        """Other numbers for the same program: the verdict stays, the next run comes no later than they say."""
        tracked.script = script
        tracked.verdict = tracked.verdict.refitted(rise=script.rise, fall=script.fall)
        self._schedule.advance(script.key, self._loop.time() + script.interval)

    def _start_due(self) -> None:
        for key, due in self._schedule.start_due(self._loop.time()):
            task = self._loop.create_task(self._perform(key, due))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._alarm.set(self._schedule.deadline())

    async def _perform(self, key: str, due: float) -> None:
        tracked = self._tracked[key]
        started = self._loop.time()
        try:
            outcome = await self._run(tracked.script)
        except Exception as error:  # a fault of ours is not the script's, and must not end its runs
            log.exception("%s", key)
            outcome = LocalError(repr(error))
        if self._tracked.get(key) is not tracked:
            return  # forgotten or replaced meanwhile
        now = self._loop.time()
        tracked.started, tracked.took = started, now - started
        self._schedule.finished(key, next_on_grid(due, tracked.script.interval, now))
        self._alarm.set(self._schedule.deadline())
        self._judge(tracked, outcome, now)

    async def _run(self, script: VrrpScript) -> Outcome:
        """Run the script's program, or join the run that is under way."""
        run = self._runs.get(script.program)
        if run is not None and run.outcome.done():
            if not await run.gone(UNKILLABLE):
                return Down("an earlier run can not be killed and still hangs")
            run = self._runs.get(script.program)  # another script may have been first
        if run is None:
            try:
                run = Run(script.program, timeout=script.timeout, dies_with_us=True)
            except OSError as error:
                return LocalError(str(error)) if error.errno in _SHORT_OF else Down(f"cannot be run: {error}")
            self._runs[script.program] = run
            run.reaped.add_done_callback(lambda _: self._runs.pop(script.program))
        return await asyncio.shield(run.outcome)

    def _judge(self, tracked: _Tracked, outcome: Outcome, now: float) -> None:
        name = tracked.script.name
        if isinstance(outcome, LocalError):
            if tracked.local_error != outcome.reason:
                log.error("vrrp_script %s could not be started, its state stays as it is: %s", name, outcome.reason)
            tracked.local_error = outcome.reason
            return
        tracked.local_error = ""
        before, tracked.verdict = tracked.verdict, tracked.verdict.after(outcome)
        tracked.reason = outcome.reason
        if announces(before, tracked.verdict):
            tracked.since = now
            level = logging.INFO if tracked.verdict.up else logging.WARNING
            log.log(level, "vrrp_script %s is %s: %s", name, _word(tracked.verdict), outcome.reason)
            self._tell(tracked)
        elif tracked.verdict.up != isinstance(outcome, Up):
            log.info("vrrp_script %s is still %s, but %s", name, _word(tracked.verdict), outcome.reason)

    def _tell(self, tracked: _Tracked) -> None:
        self._send(TrackerChanged(tracker=_tracker(tracked.script), up=tracked.verdict.up))


def _tracker(script: VrrpScript) -> str:
    return f"script {script.name}"


def _word(verdict: ScriptVerdict) -> str:
    return "up" if verdict.up else "down"
