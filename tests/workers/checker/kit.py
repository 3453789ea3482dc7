"""Helpers of the checker's tests: a bounded loop, what was sent, programs to run."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TypeVar

from alived.ipc.messages import Message
from alived.ipc.model.common import Program

Result = TypeVar("Result")

BOUND = 20.0
"""Seconds after which a test that waits for something has failed."""


def run(main: Coroutine[None, None, Result]) -> Result:
    """Run a coroutine to its end, for a bounded time."""

    async def bounded() -> Result:
        async with asyncio.timeout(BOUND):
            return await main

    return asyncio.run(bounded())


class Sent:
    """The supervisor's ear: what a worker sends, and waiting for more of it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._news = asyncio.Event()

    def __call__(self, message: Message) -> None:
        self.messages.append(message)
        self._news.set()

    async def until(self, condition: Callable[[list[Message]], bool]) -> None:
        """Return when what was sent so far fulfils a condition."""
        while not condition(self.messages):
            self._news.clear()
            await self._news.wait()

    async def count(self, wanted: int) -> list[Message]:
        """Return when at least `wanted` messages were sent: those."""
        await self.until(lambda messages: len(messages) >= wanted)
        return self.messages[:wanted]


class Lines:
    """A FIFO into which the programs of a test write what they do, line by line."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path, 0o666)
        path.chmod(0o666)
        self.path = path
        self.seen: list[str] = []
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)

    def _read(self) -> None:
        self.seen += os.read(self._descriptor, 65536).decode().splitlines()
        self._news.set()

    async def count(self, wanted: int) -> list[str]:
        """Return when at least `wanted` lines were written: all of them."""
        while len(self.seen) < wanted:
            self._news.clear()
            await self._news.wait()
        return list(self.seen)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)


def sh(text: str, *arguments: str, uid: int = 0, gid: int = 0) -> Program:
    """A program that is a line of shell."""
    return Program(argv=("/bin/sh", "-c", text, "sh", *arguments), uid=uid, gid=gid)
