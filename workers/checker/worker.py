"""The front door of the checker: hands what the bus brings to scripts, checks and notify programs. Decides nothing."""

import asyncio
import os
from collections.abc import Iterable
from typing import TypeVar

from alived.ipc.loop import CannotBoot, Send
from alived.ipc.messages import Configure, Document, Message, RealServerState, StopHow, TrackerChanged
from alived.ipc.model.checker import Notify, VrrpScript
from alived.ipc.model.checks import RealServerChecks
from alived.ipc.model.globals import CheckerGlobals
from alived.ipc.model.tracking import TrackFile, TrackProcess
from alived.workers.checker import programs
from alived.workers.checker.checks import Checks
from alived.workers.checker.ledger import Happening
from alived.workers.checker.notify import Notifier
from alived.workers.checker.scripts import Scripts
from alived.workers.checker.watch.files import Files
from alived.workers.checker.watch.processes import Processes

Kind = TypeVar("Kind")


class CheckerWorker:
    """What `alived.ipc.loop` calls."""

    def __init__(self, send: Send) -> None:
        self._scripts = Scripts(send)
        self._files = Files(send)
        self._processes = Processes(send)
        self._checks = Checks(send)
        self._notifier = Notifier()
        self._configured = False

    def configure(self, message: Configure) -> None:
        """Take on and forget objects; what did not change does not notice."""
        settings = next(iter(_only(CheckerGlobals, message.put)), None)
        if settings is not None:
            os.umask(settings.umask)
        told = {tracker.tracker: tracker for tracker in _only(TrackerChanged, message.retained)}
        verdicts = {name: tracker.up for name, tracker in told.items()}
        self._scripts.configure(_only(VrrpScript, message.put), message.drop, verdicts)
        self._files.configure(_only(TrackFile, message.put), message.drop, told, at_start=message.generation == 1)
        self._processes.configure(_only(TrackProcess, message.put), message.drop, told)
        self._checks.configure(
            _only(RealServerChecks, message.put), message.drop, _only(RealServerState, message.retained)
        )
        self._notifier.configure(
            _only(Notify, message.put),
            message.drop,
            settings,
            first=not self._configured,
            heir=bool(message.retained),
        )
        self._configured = True
        if message.retained:
            happenings = [retained for retained in message.retained if isinstance(retained, Happening)]
            self._notifier.resume(happenings, message.silent_for)

    def receive(self, message: Message) -> None:
        """News of an instance or a group may be something to tell."""
        if isinstance(message, Happening):
            self._notifier.receive(message)

    def query(self, topic: str, arguments: Document) -> Document:  # noqa: ARG002 - no topic of ours has arguments
        """`checks`: scripts, checks of real servers, pipes, mail. Times are CLOCK_MONOTONIC seconds, like `now`."""
        if topic != "checks":
            raise LookupError(f"the checker knows nothing of {topic!r}")
        return {
            "now": asyncio.get_running_loop().time(),
            "scripts": self._scripts.report(),
            "files": self._files.report(),
            "processes": self._processes.report(),
            "real_servers": self._checks.report(),
            "telling": self._notifier.report(),
        }

    async def stop(self, how: StopHow) -> None:  # noqa: ARG002 - nothing of ours is in the kernel
        """End checks and check scripts; let notify programs finish what was asked of them, for a bounded time."""
        self._files.stop()
        self._processes.stop()
        self._checks.stop()
        await asyncio.gather(self._scripts.stop(), self._notifier.stop())


def make(send: Send) -> CheckerWorker:
    """Make the worker, inside the running loop. CannotBoot: a tool that every program needs is not installed."""
    try:
        programs.setpriv()
    except FileNotFoundError as error:
        raise CannotBoot(str(error)) from error
    programs.give_programs_default_signals()
    return CheckerWorker(send)


def _only(kind: type[Kind], items: Iterable[object]) -> list[Kind]:
    return [item for item in items if isinstance(item, kind)]
