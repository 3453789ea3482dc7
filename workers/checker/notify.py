"""Tells of what happens to instances and sync groups: by programs, in named pipes, by mail.

Joins what decides (ledger.py, notify_plan.py, mail_text.py) to what acts (run_queue.py, pipes.py, mail.py). For each
event the pipes are written first, since that takes no time, then programs are queued, then mail. A program that a dead
worker had started goes on, unlike a check script: its work may be half done.
"""

import asyncio
from collections.abc import Iterable

from alived.ipc.messages import Document, InstanceState
from alived.ipc.model.checker import Notify
from alived.ipc.model.globals import CheckerGlobals
from alived.workers.checker.ledger import Happening, Ledger
from alived.workers.checker.mail import Mailer
from alived.workers.checker.mail_text import Secretary
from alived.workers.checker.notify_plan import Occasion, calls, line
from alived.workers.checker.pipes import Pipes
from alived.workers.checker.run_queue import RunQueue

STOP_PATIENCE = 5.0
"""Seconds that `stop` waits for programs, readers and mail, each."""


class Notifier:
    """Everything that is told, and everybody who is."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._globals = CheckerGlobals()
        self._ledger = Ledger()
        self._queues: dict[str, RunQueue] = {}
        """By key of Notify."""
        self._pipes = Pipes()
        self._secretary = Secretary()
        self._mailer = Mailer()

    def resume(self, retained: Iterable[Happening], silent_for: float) -> None:
        """Take note of the world as it is; what began less than `silent_for` seconds ago is told."""
        for occasion in self._ledger.resume(retained, self._loop.time() - silent_for):
            self._tell(occasion)

    def configure(
        self,
        put: Iterable[Notify],
        drop: Iterable[str],
        settings: CheckerGlobals | None = None,
        *,
        first: bool = False,
        heir: bool = False,
    ) -> None:
        """Take on and forget how changes are told. That is no change of state: nothing runs.

        `settings` is None if they have not changed. `heir`: a predecessor of this worker may have left pipes.
        """
        if settings is not None:
            self._globals = settings
            self._mailer.mail, self._mailer.router_id = settings.mail, settings.router_id
            self._pipes.configure(settings, inherited=heir)
        self._ledger.configure(put, drop)
        self._forget_idle()
        if self._globals.fifo_write_vrrp_states_on_reload and not first:
            for occasion in self._ledger.present():
                self._pipes.write(line(occasion))

    def receive(self, message: Happening) -> None:
        """Something happened; if it is news, it is told."""
        for occasion in self._ledger.receive(message):
            self._tell(occasion)
        if isinstance(message, InstanceState) and message.formerly:
            self._renamed(Notify(name=message.instance).key)

    def report(self) -> Document:
        """What an operator may want to know of pipes and mail."""
        return {"pipes": self._pipes.report(), "mail": self._mailer.report()}

    async def stop(self) -> None:
        """Let what is queued finish, for a bounded time; what still runs then is left to itself."""
        await asyncio.gather(self._finish_programs(), self._pipes.stop(STOP_PATIENCE), self._mailer.stop(STOP_PATIENCE))

    def _tell(self, occasion: Occasion) -> None:
        self._pipes.write(line(occasion))
        for call in calls(occasion):
            self._queues.setdefault(occasion.notify.key, RunQueue()).put(call)
        faults = self._globals.mail.no_email_faults
        if (letter := self._secretary.letter(occasion, no_email_faults=faults)) is not None:
            self._mailer.send(letter)

    def _renamed(self, key: str) -> None:
        """A reload has given an instance the name that this is the key of."""
        self._secretary.forget(key)
        if self._globals.fifo_write_vrrp_states_on_reload:  # nothing was known under this name when that was done
            for occasion in self._ledger.present():
                if occasion.notify.key == key:
                    self._pipes.write(line(occasion))

    def _forget_idle(self) -> None:
        self._queues = {key: queue for key, queue in self._queues.items() if not queue.idle.is_set()}

    async def _finish_programs(self) -> None:
        busy = [queue.idle.wait() for queue in self._queues.values()]
        try:
            async with asyncio.timeout(STOP_PATIENCE):
                await asyncio.gather(*busy)
        except TimeoutError:
            for queue in self._queues.values():
                queue.abandon()
