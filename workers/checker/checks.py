"""Real-server checks: runs each in time and tells which real servers are up.

The same check is run once, however many real servers of however many virtual servers have it. A real server is up when
all its checks are; it counts as up until one has failed, as in keepalived without alpha mode, and nothing is said about
it before the first verdict. How outcomes become verdicts is in verdict.py, when runs start in schedule.py.
"""

import asyncio
import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from alived.ipc.loop import Send
from alived.ipc.messages import CheckState, Document, RealServerState
from alived.ipc.model.checks import RealServerChecks, TcpCheck
from alived.workers.checker.alarm import Alarm
from alived.workers.checker.outcome import LocalError, Outcome
from alived.workers.checker.probes import tcp
from alived.workers.checker.schedule import Schedule, spread
from alived.workers.checker.verdict import CheckVerdict, announces

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    """A check and what is known of its target. Times are CLOCK_MONOTONIC seconds."""

    check: TcpCheck
    verdict: CheckVerdict
    since: float
    started: float | None = None
    took: float | None = None
    reason: str = ""
    local_error: str = ""


@dataclass(slots=True)
class _Server:
    configured: RealServerChecks
    checks: tuple[TcpCheck, ...]
    """Those of its checks that this worker can run; the others count as passed."""
    said: RealServerState | None
    """What was last said about it; a predecessor may have."""


class Checks:
    """All real-server checks of this worker."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._servers: dict[str, _Server] = {}
        self._jobs: dict[TcpCheck, _Job] = {}
        self._users: dict[TcpCheck, list[_Server]] = {}
        self._schedule: Schedule[TcpCheck] = Schedule()
        self._alarm = Alarm(self._start_due)
        self._tasks: dict[TcpCheck, asyncio.Task[None]] = {}

    def configure(
        self, put: Iterable[RealServerChecks], drop: Iterable[str], retained: Iterable[RealServerState]
    ) -> None:
        """Take on real servers and forget others. `retained`: what a predecessor last said of each."""
        said = {(message.virtual_server, message.real_server): message for message in retained}
        for key in drop:
            self._servers.pop(key, None)
        new = [_Server(it, _runnable(it), said.get((it.virtual_server, it.real_server))) for it in put]
        for server in new:
            known = self._servers.get(server.configured.key)
            server.said = known.said if known is not None else server.said
            self._servers[server.configured.key] = server
        self._make_jobs({state.check: state for message in said.values() for state in message.checks})
        for server in new:
            self._publish(server)
        self._alarm.set(self._schedule.deadline())

    def report(self) -> list[Document]:
        """What is known of each real server and its checks, for alivectl."""
        return [
            {
                "virtual_server": server.configured.virtual_server,
                "real_server": server.configured.real_server,
                "up": all(self._jobs[check].verdict.up for check in server.checks),
                "checks": [self._report(self._jobs[check]) for check in server.checks],
            }
            for server in self._servers.values()
        ]

    def stop(self) -> None:
        """Cancel all runs; their sockets are closed."""
        self._alarm.set(None)
        for task in self._tasks.values():
            task.cancel()

    def _report(self, job: _Job) -> Document:
        return {
            "check": describe(job.check),
            "up": job.verdict.up if job.verdict.known else None,
            "since": job.since,
            "failures": job.verdict.failures,
            "reason": job.reason,
            "local_error": job.local_error,
            "last_started": job.started,
            "last_took": job.took,
            "next_due": self._schedule.due(job.check),
        }

    def _make_jobs(self, retained: dict[str, CheckState]) -> None:
        """Have a job for each check that a real server has, and no other; unchanged ones do not notice."""
        self._users = {}
        for server in self._servers.values():
            for check in server.checks:
                self._users.setdefault(check, []).append(server)
        leaving = {_target(check): self._forget(check) for check in [*self._jobs] if check not in self._users}
        for check in self._users:
            if check not in self._jobs:
                self._begin(check, leaving.get(_target(check)), retained.get(describe(check)))

    def _forget(self, check: TcpCheck) -> _Job:
        self._schedule.remove(check)
        if (task := self._tasks.pop(check, None)) is not None:
            task.cancel()
        return self._jobs.pop(check)

    def _begin(self, check: TcpCheck, changed: _Job | None, retained: CheckState | None) -> None:
        """A new check; where the target's state is known, from before a change or a restart, that goes on.

        A check that goes on runs again within one normal pause, a new one within its warm-up.
        """
        now = self._loop.time()
        if changed is not None:
            job = replace(changed, check=check)
        elif retained is not None:
            verdict = CheckVerdict(up=retained.up, known=True, failures=retained.failures)
            job = _Job(check=check, verdict=verdict, since=now, reason=retained.reason)
        else:
            job = _Job(check=check, verdict=CheckVerdict(), since=now)
        self._jobs[check] = job
        within = job.verdict.pause(check) if job.verdict.known else check.warmup
        self._schedule.add(check, spread(now, within, random.random()))  # noqa: S311 - spreads load, guards nothing

    def _start_due(self) -> None:
        for check, _ in self._schedule.start_due(self._loop.time()):
            self._tasks[check] = self._loop.create_task(self._perform(self._jobs[check]))
        self._alarm.set(self._schedule.deadline())

    async def _perform(self, job: _Job) -> None:
        job.started = self._loop.time()
        try:
            outcome = await tcp.probe(job.check)
        except Exception as error:  # a fault of ours is not the server's, and must not end its checks
            log.exception("%s", describe(job.check))
            outcome = LocalError(repr(error))
        now = self._loop.time()
        job.took = now - job.started
        del self._tasks[job.check]
        self._judge(job, outcome, now)
        self._schedule.finished(job.check, now + job.verdict.pause(job.check))
        self._alarm.set(self._schedule.deadline())

    def _judge(self, job: _Job, outcome: Outcome, now: float) -> None:
        name = describe(job.check)
        if isinstance(outcome, LocalError):
            if job.local_error != outcome.reason:
                log.error("%s could not be tried, its state stays as it is: %s", name, outcome.reason)
            job.local_error = outcome.reason
            return
        job.local_error = ""
        before, job.verdict = job.verdict, job.verdict.after(outcome, job.check.retry)
        job.reason = outcome.reason
        if announces(before, job.verdict):
            job.since = now
            level = logging.INFO if job.verdict.up else logging.WARNING
            log.log(level, "%s is %s: %s", name, "up" if job.verdict.up else "down", outcome.reason)
        elif job.verdict.up and job.verdict.failures:
            log.info("%s failed, %d of %d: %s", name, job.verdict.failures, job.check.retry + 1, outcome.reason)
        if job.verdict != before:
            for server in self._users[job.check]:
                self._publish(server)

    def _publish(self, server: _Server) -> None:
        """Say what there is to say about a real server, if it is not what was said last."""
        jobs = [self._jobs[check] for check in server.checks]
        known = [job for job in jobs if job.verdict.known]
        if not known and server.said is None:
            return
        message = RealServerState(
            virtual_server=server.configured.virtual_server,
            real_server=server.configured.real_server,
            up=all(job.verdict.up for job in jobs),
            checks=tuple(
                CheckState(
                    check=describe(job.check), up=job.verdict.up, failures=job.verdict.failures, reason=job.reason
                )
                for job in known
            ),
        )
        if server.said is None or _essence(message) != _essence(server.said):
            self._send(message)
            server.said = message


def _runnable(configured: RealServerChecks) -> tuple[TcpCheck, ...]:
    return tuple(check for check in configured.checks if isinstance(check, TcpCheck))


def describe(check: TcpCheck) -> str:
    """Name of a check in messages, logs and answers."""
    source = f" from {check.bindto or '*'}:{check.bind_port}" if check.bindto or check.bind_port else ""
    return f"TCP_CHECK {check.address}:{check.port}{source}"


def _target(check: TcpCheck) -> tuple[str, int, str, int]:
    """What a verdict is about; the rest of a check says how patiently it is found."""
    return check.address, check.port, check.bindto, check.bind_port


def _essence(message: RealServerState) -> object:
    """What a restart must not forget. How often a check has failed matters only on the way down."""
    return message.up, [(state.check, state.up, state.up and state.failures) for state in message.checks]
