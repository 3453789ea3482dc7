"""vrrp_track_process, with real processes; with the kernel's news of them and without."""

import asyncio
import errno
import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alived.ipc.messages import Message, TrackerChanged
from alived.ipc.model.tracking import ParamMatch, TrackProcess
from alived.workers.checker.watch import endings, proc, processes
from alived.workers.checker.watch.connector import Connector
from alived.workers.checker.watch.events import Event
from alived.workers.checker.watch.processes import Processes
from tests.workers.checker.kit import Sent, run

SLEEP = shutil.which("sleep") or "/bin/sleep"


def kernel_tells() -> str:
    """Why the kernel does not tell of processes here; empty: it does."""

    async def main() -> str:
        try:
            Connector(lambda _: None, lambda: None).close()
        except OSError as error:
            return str(error)
        return ""

    return asyncio.run(main())


@pytest.fixture(params=["told", "polled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How changes are noticed."""
    if request.param == "told":
        if reason := kernel_tells():
            pytest.skip(f"no process events: {reason}")
    else:
        monkeypatch.setattr(processes, "Connector", _refuse)
        monkeypatch.setattr(processes, "PERIOD", 0.05)
    return str(request.param)


def _refuse(*_: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


class Daemons:
    """Processes with a name of their own."""

    def __init__(self, directory: Path) -> None:
        self.program = directory / f"d{os.getpid()}"
        shutil.copy(SLEEP, self.program)
        self._running: list[subprocess.Popen[bytes]] = []
        self._ended: list[subprocess.Popen[bytes]] = []

    @property
    def name(self) -> str:
        return self.program.name

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        daemon = subprocess.Popen([str(self.program), *(arguments or ("1000",))])
        self._running.append(daemon)
        return daemon

    def end(self) -> None:
        """End one; it stays there as a zombie, which does not count."""
        self._ended.append(self._running.pop())
        self._ended[-1].kill()

    def end_all(self) -> None:
        for daemon in (*self._running, *self._ended):
            daemon.kill()
            daemon.wait()


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    found = Daemons(tmp_path)
    yield found
    found.end_all()


def told(up: bool) -> Message:
    return TrackerChanged(tracker="process P", up=up)


def tracked(*words: str, **settings: Any) -> TrackProcess:
    return TrackProcess(name="P", process=words, **settings)


def life(story: Callable[[Processes, Sent], Coroutine[None, None, None]]) -> list[Message]:
    """Run the story of some trackers; returns all that was told."""
    sent = Sent()

    async def main() -> None:
        watch = Processes(sent)
        await story(watch, sent)
        watch.stop()
        assert watch.report() == []

    run(main())
    return sent.messages


def test_a_process_comes_and_goes(way: str, daemons: Daemons, caplog: pytest.LogCaptureFixture) -> None:
    async def story(watch: Processes, sent: Sent) -> None:
        watch.configure([tracked(daemons.name)], [], {})
        await sent.count(1)
        daemons.start()
        await sent.count(2)
        assert watch.report() == [{"track_process": "P", "process": [daemons.name], "up": True, "count": 1}]
        daemons.end()
        await sent.count(3)

    with caplog.at_level(logging.INFO):
        assert life(story) == [told(False), told(True), told(False)]
    assert "vrrp_track_process P is down: 0 running" in caplog.messages
    assert "vrrp_track_process P is up: 1 running" in caplog.messages
    assert any("are looked for every second" in line for line in caplog.messages) == (way == "polled")


@pytest.mark.usefixtures("way")
def test_one_that_runs_already_is_up_at_once(daemons: Daemons) -> None:
    daemons.start()

    async def story(watch: Processes, sent: Sent) -> None:
        watch.configure([tracked(daemons.name)], [], {})
        await sent.count(1)

    assert life(story) == [told(True)]


def test_the_end_is_told_before_the_next_look(monkeypatch: pytest.MonkeyPatch, daemons: Daemons) -> None:
    monkeypatch.setattr(processes, "Connector", _refuse)
    monkeypatch.setattr(processes, "PERIOD", 1000.0)
    daemons.start()

    async def story(watch: Processes, sent: Sent) -> None:
        watch.configure([tracked(daemons.name)], [], {})
        await sent.count(1)
        daemons.end()
        await sent.count(2)

    assert life(story) == [told(True), told(False)]


@pytest.mark.usefixtures("way")
def test_quorums(daemons: Daemons) -> None:
    async def story(watch: Processes, sent: Sent) -> None:
        watch.configure([tracked(daemons.name, quorum=2, quorum_max=2)], [], {})
        await sent.count(1)
        daemons.start()
        daemons.start()
        await sent.count(2)
        daemons.start()
        await sent.count(3)
        daemons.end()
        await sent.count(4)

    assert life(story) == [told(False), told(True), told(False), told(True)]


@pytest.mark.usefixtures("way")
def test_parameters(daemons: Daemons) -> None:
    exact = tracked(str(daemons.program), "1000", param_match=ParamMatch.EXACT, full_command=True)

    async def story(watch: Processes, sent: Sent) -> None:
        watch.configure([exact], [], {})
        await sent.count(1)
        daemons.start("1001")
        daemons.start("1000")
        await sent.count(2)
        assert watch.report()[0]["count"] == 1
        daemons.end()
        await sent.count(3)

    assert life(story) == [told(False), told(True), told(False)]


@pytest.mark.usefixtures("way")
def test_delays(daemons: Daemons) -> None:
    daemons.start()

    async def story(watch: Processes, sent: Sent) -> None:
        loop = asyncio.get_running_loop()
        watch.configure([tracked(daemons.name, terminate_delay=0.3)], [], {})
        await sent.count(1)
        ended = loop.time()
        daemons.end()
        await sent.count(2)
        assert loop.time() - ended >= 0.3

    assert life(story) == [told(True), told(False)]


class Shell:
    """A script that does its next line when it is told to go on."""

    def __init__(self, script: str, program: str = "/bin/sh") -> None:
        self.process = subprocess.Popen([program, "-c", script], stdin=subprocess.PIPE, bufsize=0)

    def go_on(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"\n")

    def __enter__(self) -> "Shell":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        with self.process:
            pass


@pytest.mark.usefixtures("way")
def test_a_process_that_gets_another_name(daemons: Daemons) -> None:
    """By prctl(2), as threads and workers of many daemons do, and by running another program."""
    named = f"n{os.getpid()}"

    async def story(watch: Processes, sent: Sent) -> None:
        with Shell(f"read go; printf {named} >/proc/$$/comm; read go; exec {daemons.program} 1000") as shell:
            watch.configure([tracked(named)], [], {})
            await sent.count(1)
            shell.go_on()
            await sent.count(2)
            shell.go_on()
            await sent.count(3)

    assert life(story) == [told(False), told(True), told(False)]


@pytest.mark.usefixtures("way")
def test_children_of_a_process_count(tmp_path: Path) -> None:
    program = tmp_path / f"s{os.getpid()}"
    shutil.copy(Path("/bin/sh").resolve(), program)

    async def story(watch: Processes, sent: Sent) -> None:
        with Shell("read go; (read go; :) ; read go", str(program)) as shell:
            watch.configure([tracked(program.name, quorum=2)], [], {})
            await sent.count(1)
            shell.go_on()
            await sent.count(2)
            shell.go_on()
            await sent.count(3)

    assert life(story) == [told(False), told(True), told(False)]


# --- reload, successors, trouble --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
def test_a_successor_tells_only_what_has_changed(daemons: Daemons) -> None:
    daemons.start()

    async def story(watch: Processes, sent: Sent) -> None:
        others = replace(tracked("no-such-process"), name="Q")
        retained = {f"process {name}": TrackerChanged(tracker=f"process {name}", up=True) for name in ("P", "Q")}
        watch.configure([tracked(daemons.name), others], [], retained)
        await sent.count(1)

    assert life(story) == [TrackerChanged(tracker="process Q", up=False)]


@pytest.mark.usefixtures("way")
def test_a_reload(daemons: Daemons) -> None:
    daemons.start()

    async def story(watch: Processes, sent: Sent) -> None:
        watch.configure([tracked(daemons.name)], [], {})
        await sent.count(1)
        watch.configure([tracked(daemons.name, quorum=2)], [], {})
        assert len(sent.messages) == 2
        watch.configure([tracked("no-such-process", quorum=0)], [], {})
        await sent.count(3)
        watch.configure([tracked(daemons.name, quorum=0, terminate_delay=5.0)], [], {})
        watch.configure([], ["vrrp_track_process P", "vrrp_track_process of others"], {})
        assert watch.report() == []
        watch.configure([tracked(daemons.name)], [], {})
        await sent.count(4)

    assert life(story) == [told(True), told(False), told(True), told(True)]


@pytest.mark.usefixtures("way")
def test_want_of_descriptors_says_nothing_about_processes(
    daemons: Daemons, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(processes, "PERIOD", 0.05)
    daemons.start()
    look = proc.look
    tried = asyncio.Event()

    def refuse(*_: object, **__: object) -> None:
        tried.set()
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    async def story(watch: Processes, sent: Sent) -> None:
        watch.configure([tracked(daemons.name)], [], {})
        await sent.count(1)
        monkeypatch.setattr(proc, "look", refuse)
        daemons.start()
        watch.configure([tracked(daemons.name)], [], {})
        for _ in range(3):
            tried.clear()
            await tried.wait()
        assert watch.report()[0]["up"] is True
        monkeypatch.setattr(proc, "look", look)
        while watch.report()[0]["count"] != 2:
            turn = asyncio.Event()
            asyncio.get_running_loop().call_later(0.02, turn.set)
            await turn.wait()

    assert life(story) == [told(True)]
    complaints = [line for line in caplog.messages if "can't be looked at" in line]
    assert complaints == ["processes can't be looked at, and count as before: [Errno 24] Too many open files"]


def test_what_the_kernel_could_not_tell_is_looked_for(monkeypatch: pytest.MonkeyPatch, daemons: Daemons) -> None:
    """ENOBUFS: this stands for a socket whose buffer was too small."""
    lost: list[Callable[[], None]] = []

    class Deaf:
        def __init__(self, tell: Callable[[list[Event]], None], lose: Callable[[], None]) -> None:
            del tell
            lost.append(lose)

        def close(self) -> None:
            """Nothing is open."""

    monkeypatch.setattr(processes, "Connector", Deaf)

    async def story(watch: Processes, sent: Sent) -> None:
        watch.configure([tracked(daemons.name)], [], {})
        await sent.count(1)
        daemons.start()
        lost[0]()
        await sent.count(2)

    assert life(story) == [told(False), told(True)]


def test_a_socket_that_loses_events_says_so() -> None:
    if reason := kernel_tells():
        pytest.skip(f"no process events: {reason}")

    async def main() -> None:
        heard = asyncio.Event()
        connector = Connector(lambda _: None, heard.set)
        connector._socket.setsockopt(1, 8, 1)  # SO_RCVBUF: the least there is
        loop = asyncio.get_running_loop()
        loop.remove_reader(connector._socket)
        for _ in range(30):
            subprocess.run(["/bin/true"], check=True)
        loop.add_reader(connector._socket, connector._read)
        await heard.wait()
        connector.close()

    run(main())


def test_only_so_many_descriptors_are_taken(monkeypatch: pytest.MonkeyPatch, daemons: Daemons) -> None:
    monkeypatch.setattr(endings, "MOST", 1)

    async def main() -> None:
        ended: list[int] = []
        news = asyncio.Event()

        def tell(pid: int) -> None:
            ended.append(pid)
            news.set()

        watch = endings.Endings(tell)
        one, other = daemons.start(), daemons.start()
        watch.watch({one.pid})
        watch.watch({one.pid, other.pid})
        assert list(watch._descriptors) == [one.pid]
        one.kill()
        await news.wait()
        assert ended == [one.pid]
        watch.watch({2**22 + 1})
        assert watch._descriptors == {}

    run(main())


def test_what_proc_says(daemons: Daemons) -> None:
    daemon = daemons.start()
    while (found := proc.look(daemon.pid, command=True)) is None or found.name != daemons.name.encode():
        pass
    assert found.command == f"{daemons.program}\0001000\0".encode()
    assert proc.look(daemon.pid, command=False) == found._replace(command=b"")
    assert daemon.pid in proc.pids()
    daemon.kill()
    os.waitid(os.P_PID, daemon.pid, os.WEXITED | os.WNOWAIT)
    assert proc.look(daemon.pid, command=True) is None
    daemon.wait()
    assert proc.look(daemon.pid, command=True) is None
