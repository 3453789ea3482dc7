"""Runs a vrrp worker without a supervisor: frames in hexadecimal, one a line, in on stdin and out on stdout."""

import asyncio
import logging
import os

from alived.ipc import codec
from alived.ipc.messages import Configure, Configured, Message, Query, Reply, Stop
from alived.workers.vrrp.worker import make


class Driver:
    """The supervisor's end of the bus, as far as one worker can tell."""

    def __init__(self) -> None:
        self._worker = make(self._send)
        self._pending = b""
        self._stopping: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(0, self._readable)

    def _send(self, message: Message) -> None:
        os.write(1, codec.encode(message).hex().encode() + b"\n")

    def _readable(self) -> None:
        data = os.read(0, 1 << 20)
        if not data:
            self.ended.set()
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            self._dispatch(codec.decode(bytes.fromhex(line.decode())).message)

    def _dispatch(self, message: Message) -> None:
        match message:
            case Configure():
                self._worker.configure(message)
                self._send(Configured(generation=message.generation))
            case Query():
                self._send(self._answer(message))
            case Stop():
                self._stopping = asyncio.create_task(self._stop(message))
            case _:
                self._worker.receive(message)

    def _answer(self, query: Query) -> Reply:
        try:
            return Reply(id=query.id, ok=True, body=self._worker.query(query.topic, query.arguments))
        except LookupError as error:
            return Reply(id=query.id, ok=False, body={"error": str(error)})

    async def _stop(self, message: Stop) -> None:
        await self._worker.stop(message.how)
        self.ended.set()


async def main() -> None:
    await Driver().ended.wait()


logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
asyncio.run(main())
