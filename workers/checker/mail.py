"""Mail (`smtp_alert`): letters wait in a queue and are handed to the server one after the other, in their order.

A letter that the server does not take is tried once more after a while, then given up, which is logged; keepalived
gives it up at once. The server's name is looked up for each connection, on a thread of its own: the loop never waits
for a resolver, and neither does the end of this process. Like keepalived, it speaks plain SMTP without authentication,
which is for a relay on this host or network.

What does not live here: what is written (mail_text.py).
"""

import asyncio
import contextlib
import email.utils
import logging
import os
import socket
import threading
from collections import deque
from typing import Any

import aiosmtplib

from alived.ipc.messages import Document
from alived.ipc.model.settings import Mail, MailServer
from alived.workers.checker.mail_text import Letter, message

MAX_WAITING = 1000
"""Letters that wait; the oldest give way."""

RETRY_AFTER = 30.0
"""Seconds after which a letter that was not taken is tried again."""

_Address = tuple[socket.AddressFamily, Any]

log = logging.getLogger(__name__)


class Mailer:
    """The queue, and the task that empties it."""

    def __init__(self) -> None:
        self.mail = Mail()
        self.router_id = ""
        """Empty: the host's name."""
        self._host = socket.gethostname()
        self._waiting: deque[Letter] = deque()
        self._task: asyncio.Task[None] | None = None
        self._sent = 0
        self._given_up = 0
        self._stopping = asyncio.Event()

    def send(self, letter: Letter) -> None:
        """Send it after those that wait."""
        if len(self._waiting) >= MAX_WAITING:
            self._give_up(self._waiting.popleft(), f"{MAX_WAITING} others wait")
        self._waiting.append(letter)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def stop(self, within: float) -> None:
        """Send what waits, for `within` seconds at most and without trying anything twice."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=within)
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        while self._waiting:
            self._give_up(self._waiting.popleft(), "alived is stopping")

    def report(self) -> Document:
        """What an operator may want to know."""
        return {"waiting": len(self._waiting), "sent": self._sent, "given_up": self._given_up}

    async def _work(self) -> None:
        """Empty the queue; one connection takes all that waits when it is made. A letter leaves the queue when done."""
        tries = 0
        while self._waiting:
            letter = self._waiting[0]
            try:
                await self._converse()
            except (OSError, TimeoutError, aiosmtplib.SMTPException) as error:
                tries = tries + 1 if self._waiting and self._waiting[0] is letter else 1
                why = " ".join(str(error).split()) or type(error).__name__
                if tries < 2 and not self._stopping.is_set():
                    log.warning("mail was not sent, it is tried again in %g s: %s", RETRY_AFTER, why)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), RETRY_AFTER)
                elif self._waiting:
                    self._give_up(self._waiting.popleft(), why)
                    tries = 0

    async def _converse(self) -> None:
        """Hand over what waits. OSError, TimeoutError, SMTPException: the first that still waits was not taken."""
        mail = self.mail
        if mail.server is None:
            raise OSError("there is no smtp_server")
        connection = await self._connect(mail.server, mail.connect_timeout)
        client = aiosmtplib.SMTP(
            sock=connection,
            hostname=None,
            port=None,
            local_hostname=mail.helo_name or self._host,
            timeout=mail.connect_timeout,
            use_tls=False,
            start_tls=False,
        )
        try:
            async with client:
                while self._waiting:
                    letter = self._waiting[0]
                    await self._hand_over(client, mail, letter)
                    if self._waiting and self._waiting[0] is letter:  # it may have given way meanwhile
                        self._waiting.popleft()
                    self._sent += 1
                    log.info("mail sent: %s", letter.subject)
        finally:
            connection.close()

    async def _hand_over(self, client: aiosmtplib.SMTP, mail: Mail, letter: Letter) -> None:
        sender = mail.sender or f"keepalived@{self._host}"
        data = message(
            letter,
            mail,
            router_id=self.router_id or self._host,
            sender=sender,
            date=email.utils.formatdate(localtime=True),
        )
        refused, _ = await client.sendmail(sender, list(mail.to), data)
        for recipient, (code, text) in refused.items():
            log.warning("the mail server does not take mail for %s: %d %s", recipient, code, text)

    async def _connect(self, server: MailServer, within: float) -> socket.socket:
        """A connection to the first of the server's addresses that takes one. OSError, TimeoutError: none does."""
        failure = OSError(f"{server.host} has no address")
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(within):
            for family, address in await _look_up(server):
                connection = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
                try:
                    await loop.sock_connect(connection, address)
                except OSError as error:
                    connection.close()
                    why = os.strerror(error.errno) if error.errno else str(error)
                    failure = OSError(f"{server.host} port {server.port}: {why}")
                except BaseException:
                    connection.close()
                    raise
                else:
                    return connection
        raise failure

    def _give_up(self, letter: Letter, why: str) -> None:
        self._given_up += 1
        log.error("mail was not sent (%s): %s", letter.subject, why)


async def _look_up(server: MailServer) -> list[_Address]:
    """The server's addresses, in the order of RFC 6724. OSError: there is none.

    On a daemon thread: asyncio's own are waited for at the end of the process, and a resolver may take a minute.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[_Address]] = loop.create_future()

    def settle(found: list[_Address] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: list[_Address] | OSError
        try:
            entries = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
            found = [(family, address) for family, _, _, _, address in entries]
        except OSError as error:
            found = OSError(f"{server.host}: {error.strerror}")
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    return await answer
