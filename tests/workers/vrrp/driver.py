"""Runs a vrrp worker without a supervisor: frames in hexadecimal, one a line, in on stdin and out on stdout."""

import asyncio
import logging
import os
import sys

from alived.ipc import codec
from alived.ipc.messages import Configure, Configured, Message, Query, Reply, Stop
from alived.workers.vrrp.worker import make


async def main() -> None:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    pending = bytearray()

    def send(message: Message) -> None:
        os.write(1, codec.encode(message).hex().encode() + b"\n")

    worker = make(send)

    async def stop(message: Stop) -> None:
        await worker.stop(message.how)
        ended.set_result(None)

    tasks = []

    def dispatch(message: Message) -> None:
        match message:
            case Configure():
                worker.configure(message)
                send(Configured(generation=message.generation))
            case Query():
                try:
                    send(Reply(id=message.id, ok=True, body=worker.query(message.topic, message.arguments)))
                except LookupError as error:
                    send(Reply(id=message.id, ok=False, body={"error": str(error)}))
            case Stop():
                tasks.append(loop.create_task(stop(message)))
            case _:
                worker.receive(message)

    def readable() -> None:
        data = os.read(0, 1 << 20)
        if not data:
            sys.exit("the test is gone")
        pending.extend(data)
        *lines, rest = pending.split(b"\n")
        pending[:] = rest
        for line in lines:
            dispatch(codec.decode(bytes.fromhex(line.decode())).message)

    loop.add_reader(0, readable)
    await ended


logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(levelname)s %(message)s")
asyncio.run(main())
