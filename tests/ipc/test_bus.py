"""bus.py over real sockets: what is sent arrives, what is malformed is dropped and ends nobody."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import zmq

from alived.ipc import codec, paths
from alived.ipc.bus import Client, NoDaemon, SupervisorBus, WorkerBus
from alived.ipc.messages import Hello, InstanceState, Message, Query, Reply, State, TrackerChanged

PATIENCE = 10.0


class Daemon:
    """A supervisor's end that remembers what it heard and answers queries."""

    def __init__(self, directory: Path) -> None:
        self.bus = SupervisorBus(paths.bus(directory), paths.events(directory))
        self.heard: list[tuple[bytes, Message]] = []
        self.retained: list[Message] = []
        self._news = asyncio.Event()
        self.bus.start(self._hear, lambda: iter(self.retained))

    def _hear(self, identity: bytes, frame: codec.Frame) -> None:
        self.heard.append((identity, frame.message))
        if isinstance(frame.message, Query):
            self.bus.send(identity, Reply(id=frame.message.id, ok=True, body={"topic": frame.message.topic}))
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something heard makes the condition true."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self._news.wait()
                self._news.clear()


@contextlib.asynccontextmanager
async def daemon(directory: Path) -> AsyncIterator[Daemon]:
    running = Daemon(directory)
    try:
        yield running
    finally:
        running.bus.close()


def run(test: Callable[[], object]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]  # each test is a coroutine function


def test_a_worker_and_the_supervisor_talk(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with daemon(tmp_path) as supervisor:
            received: asyncio.Queue[Message] = asyncio.Queue()
            worker = WorkerBus("vrrp", "vrrp/1/1", paths.bus(tmp_path))
            worker.start(received.put_nowait)
            worker.send(Hello(pid=7))
            await supervisor.until(lambda: bool(supervisor.heard))
            assert supervisor.heard == [(b"vrrp/1/1", Hello(pid=7))]
            for number in range(1000):  # more than one turn of the loop takes
                supervisor.bus.send(b"vrrp/1/1", TrackerChanged(tracker=str(number), up=True))
            async with asyncio.timeout(PATIENCE):
                arrived = [await received.get() for _ in range(1000)]
            assert arrived == [TrackerChanged(tracker=str(number), up=True) for number in range(1000)]
            worker.close()

    run(scenario)


def test_malformed_frames_are_counted_and_the_next_good_one_is_heard(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with daemon(tmp_path) as supervisor:
            context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
            rogue = context.socket(zmq.DEALER)
            rogue.connect(paths.bus(tmp_path))
            for junk in (b"", b"\xc1", b"\x00" * 100_000, codec.encode(Hello(pid=1))[:-1], os.urandom(1000)):
                rogue.send(junk)
                rogue.send_multipart([junk, b"", junk])
            rogue.send(codec.encode(Hello(pid=42)))
            await supervisor.until(lambda: any(message == Hello(pid=42) for _, message in supervisor.heard))
            assert sum(supervisor.bus.faults.counts.values()) == 10
            rogue.close(linger=0)
            context.term()

    run(scenario)


def test_a_message_for_nobody_is_lost_and_counted(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with daemon(tmp_path) as supervisor:
            supervisor.bus.send(b"nobody", Hello(pid=1))
            assert sum(supervisor.bus.faults.counts.values()) == 1

    run(scenario)


def test_an_observer_gets_the_state_first_and_then_what_happens(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with daemon(tmp_path) as supervisor:
            old = InstanceState(instance="VI_1", state=State.BACKUP, since=1.0, priority=100, reason="start")
            new = InstanceState(instance="VI_1", state=State.MASTER, since=2.0, priority=100, reason="nobody there")
            supervisor.retained.append(old)
            client = Client(paths.bus(tmp_path), paths.events(tmp_path), PATIENCE)
            stream = client.events()
            assert await asyncio.to_thread(next, stream) == old
            assert await asyncio.to_thread(next, stream) is None
            supervisor.bus.publish(new)
            assert await asyncio.to_thread(next, stream) == new
            stream.close()  # type: ignore[attr-defined]  # a generator
            client.close()

    run(scenario)


def test_a_question_is_answered(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with daemon(tmp_path):
            client = Client(paths.bus(tmp_path), paths.events(tmp_path), PATIENCE)
            assert (await asyncio.to_thread(client.ask, "status")).body == {"topic": "status"}
            client.close()

    run(scenario)


def test_without_a_daemon_a_client_says_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(NoDaemon, match="no alived runs there"):
        Client(paths.bus(tmp_path), paths.events(tmp_path), PATIENCE)


def test_a_daemon_that_is_gone_left_a_socket_that_answers_nobody(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with daemon(tmp_path):
            os.link(tmp_path / "bus", tmp_path / "stale")

    run(scenario)
    with pytest.raises(NoDaemon, match="no alived runs there"):
        Client(f"ipc://{tmp_path}/stale", paths.events(tmp_path), PATIENCE)


def test_a_daemon_that_does_not_answer_is_not_waited_for_without_end(tmp_path: Path) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    mute = context.socket(zmq.ROUTER)
    mute.bind(paths.bus(tmp_path))
    client = Client(paths.bus(tmp_path), paths.events(tmp_path), timeout=0.05)
    with pytest.raises(NoDaemon, match=r"does not answer within 0\.05 s"):
        client.ask("status")
    client.close()
    mute.close(linger=0)
    context.term()
