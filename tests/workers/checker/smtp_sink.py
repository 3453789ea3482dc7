"""An SMTP server on the loopback address that keeps what it is given."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Envelope:
    """One mail as it came."""

    sender: str
    recipients: list[str] = field(default_factory=list)
    data: bytes = b""


class Sink:
    """Start it with `async with`."""

    def __init__(self, *, refuse: int = 0, silent: bool = False) -> None:
        """`refuse`: so many mails are refused first; `silent`: it never says anything."""
        self.mails: list[Envelope] = []
        self.greetings: list[str] = []
        self.connections = 0
        self.port = 0
        self._refuse = refuse
        self._silent = silent
        self._news = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Sink":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    async def count(self, wanted: int) -> list[Envelope]:
        """Return when so many mails have come: all of them."""
        await self.until(lambda: len(self.mails) >= wanted)
        return self.mails

    async def until(self, condition: object) -> None:
        assert callable(condition)
        while not condition():
            self._news.clear()
            await self._news.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self.connections += 1
        self._news.set()
        if self._silent:
            return
        writer.write(b"220 sink\r\n")
        mail = Envelope("")
        while line := await reader.readline():
            word, _, rest = line.decode().strip().partition(" ")
            if word == "MAIL":
                mail = Envelope(rest.removeprefix("FROM:"))
            writer.write(await self._answer(word, rest, mail, reader, writer))
            self._news.set()
            if word == "QUIT":
                break
        writer.close()

    async def _answer(
        self, word: str, rest: str, mail: Envelope, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bytes:
        match word:
            case "EHLO" | "HELO":
                self.greetings.append(rest)
            case "RCPT" if "unknown" in rest:
                return b"550 nobody here\r\n"
            case "RCPT":
                mail.recipients.append(rest.removeprefix("TO:"))
            case "DATA":
                writer.write(b"354 go on\r\n")
                mail.data = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
                if self._refuse:
                    self._refuse -= 1
                    return b"451 not now\r\n"
                self.mails.append(mail)
            case "QUIT":
                return b"221 bye\r\n"
        return b"250 ok\r\n"
