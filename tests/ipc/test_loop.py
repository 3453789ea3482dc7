"""loop.py: the life of a worker on the bus, with a worker that does nothing else."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from alived.ipc import codec, loop, paths
from alived.ipc.bus import SupervisorBus
from alived.ipc.loop import CannotBoot, Send
from alived.ipc.messages import (
    Configure,
    Configured,
    Document,
    Heartbeat,
    Hello,
    Message,
    Query,
    Reply,
    Stop,
    StopHow,
    TrackerChanged,
    WorkerExit,
)

PATIENCE = 10.0
IDENTITY = b"dummy/1/1"
EXPLOSIVE = TrackerChanged(tracker="explosive", up=False)


class Dummy:
    """Says what it hears."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def configure(self, message: Configure) -> None:
        if message.generation == 13:
            raise CannotBoot("thirteen is too much")
        if message.generation == 14:
            raise RuntimeError("a fault of ours")

    def receive(self, message: Message) -> None:
        if message == EXPLOSIVE:
            asyncio.get_running_loop().call_soon(self.fail)
        self._send(message)

    def fail(self) -> None:
        raise RuntimeError("a callback of ours")

    def query(self, topic: str, arguments: Document) -> Document:
        if topic == "nothing":
            raise LookupError("there is no nothing")
        return {"topic": topic, **arguments}

    async def stop(self, how: StopHow) -> None:
        self._send(TrackerChanged(tracker=f"stopped {how}", up=False))
        if how is StopHow.LEAVE:
            raise RuntimeError("could not leave in order")


def live(directory: Path, steps: list[Message], until: Callable[[list[Message]], bool]) -> tuple[list[Message], int]:
    """Run a Dummy, give it messages after its hello, stop listening when `until`; what it said and its exit code."""
    codes: list[int] = []

    async def scenario() -> list[Message]:
        heard: list[Message] = []
        enough = asyncio.Event()

        def hear(identity: bytes, frame: codec.Frame) -> None:
            heard.append(frame.message)
            if isinstance(frame.message, Hello):
                for step in steps:
                    bus.send(identity, step)
            if until(heard):
                enough.set()

        bus = SupervisorBus(paths.bus(directory), paths.events(directory))
        bus.start(hear, lambda: iter(()))
        endpoint = paths.bus(directory)
        worker = threading.Thread(target=lambda: codes.append(loop.run("dummy", IDENTITY.decode(), endpoint, Dummy)))
        worker.start()
        try:
            async with asyncio.timeout(PATIENCE):
                await enough.wait()
                bus.send(IDENTITY, Stop(how=StopHow.CLEAN))
                await asyncio.to_thread(worker.join)
        finally:
            bus.close()
        return heard

    return asyncio.run(scenario()), codes[0]


def test_a_callback_that_raises_ends_the_worker_for_an_heir(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _, code = live(tmp_path, [Configure(generation=1, put=()), EXPLOSIVE], lambda heard: EXPLOSIVE in heard)
    assert code not in (WorkerExit.OK, WorkerExit.CANNOT_BOOT)
    assert "a callback of ours" in caplog.text


def test_hello_then_the_configuration_then_heartbeats(tmp_path: Path) -> None:
    beats = 3
    heard, code = live(
        tmp_path,
        [Configure(generation=7, put=())],
        lambda heard: sum(isinstance(message, Heartbeat) for message in heard) > beats,
    )
    assert isinstance(heard[0], Hello)
    assert Configured(generation=7) in heard
    assert heard[-1] == TrackerChanged(tracker="stopped clean", up=False)
    assert code == WorkerExit.OK


def test_questions_are_answered_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    heard, _ = live(
        tmp_path,
        [
            Query(id=3, topic=loop.ALIVE, arguments={}),
            Query(id=1, topic="x", arguments={"a": 1}),
            Query(id=2, topic="nothing", arguments={}),
        ],
        lambda heard: sum(isinstance(message, Reply) for message in heard) == 3,
    )
    assert Reply(id=3, ok=True, body={}) in heard
    assert Reply(id=1, ok=True, body={"topic": "x", "a": 1}) in heard
    assert Reply(id=2, ok=False, body={"error": "there is no nothing"}) in heard


def test_other_messages_are_the_workers_own_affair(tmp_path: Path) -> None:
    news = TrackerChanged(tracker="script a", up=True)
    heard, _ = live(tmp_path, [news], lambda heard: news in heard)
    assert news in heard


@pytest.mark.parametrize(("generation", "code"), [(13, WorkerExit.CANNOT_BOOT), (14, 1)])
def test_a_configuration_that_fails_ends_the_worker(tmp_path: Path, generation: int, code: int) -> None:
    heard, ended = live(tmp_path, [Configure(generation=generation, put=())], bool)
    assert ended == code
    assert not any(isinstance(message, Configured) for message in heard)


def test_a_worker_that_fails_to_stop_in_order_ends_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stopped = TrackerChanged(tracker="stopped leave", up=False)
    _, code = live(tmp_path, [Stop(how=StopHow.LEAVE)], lambda heard: stopped in heard)
    assert code == WorkerExit.OK
    assert "stopping failed" in caplog.text
