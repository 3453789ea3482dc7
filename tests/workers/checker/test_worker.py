"""The checker as the loop calls it, with real programs and sockets."""

import asyncio
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alived.ipc.loop import CannotBoot
from alived.ipc.messages import (
    CheckState,
    Configure,
    GroupState,
    Heartbeat,
    InstanceState,
    LowerPriorityHeard,
    PriorityChanged,
    RealServerState,
    State,
    StopHow,
    TrackerChanged,
)
from alived.ipc.model.checker import Notify, NotifyKind, VrrpScript
from alived.ipc.model.checks import RealServerChecks, TcpCheck
from alived.ipc.model.globals import CheckerGlobals
from alived.ipc.model.settings import Fifo
from alived.ipc.model.tracking import TrackFile, TrackProcess
from alived.workers.checker import programs
from alived.workers.checker.worker import make
from tests.workers.checker.kit import Lines, Sent, run, sh

VIRTUAL, REAL = "192.0.2.10:80/TCP", "127.0.0.1:80"


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """The worker sets that of its process, which is ours here."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def script(text: str, *arguments: str) -> VrrpScript:
    return VrrpScript(name="web", program=sh(text, *arguments), interval=0.02, timeout=10.0)


def test_a_life(tmp_path: Path) -> None:
    """Configured, asked, told, stopped: everything of the checker's once."""

    async def main() -> None:
        sent, lines = Sent(), Lines(tmp_path / "lines")
        worker = make(sent)
        with socket.create_server(("127.0.0.1", 0)) as server:
            check = TcpCheck(address="127.0.0.1", port=server.getsockname()[1], warmup=0.0, delay_loop=1000.0)
            notify = Notify(name="VI_1", stop=sh('sleep 0.1; echo "$2" > "$1"', str(lines.path), "bye"))
            servers = RealServerChecks(virtual_server=VIRTUAL, real_server=REAL, checks=(check,))
            worker.configure(Configure(generation=1, put=(script("exit 0"), servers, notify)))
            await sent.count(2)
        assert TrackerChanged(tracker="script web", up=True) in sent.messages
        state = CheckState(check=f"TCP_CHECK 127.0.0.1:{check.port}", up=True, failures=0, reason="connected")
        assert RealServerState(virtual_server=VIRTUAL, real_server=REAL, up=True, checks=(state,)) in sent.messages

        answer = worker.query("checks", {})
        [of_script], [of_server] = answer["scripts"], answer["real_servers"]
        assert (of_script["script"], of_script["up"], of_script["reason"]) == ("web", True, "exited with status 0")
        assert of_script["program"][:2] == ["/bin/sh", "-c"]
        assert of_script["last_started"] <= of_script["since"] <= answer["now"]
        assert 0 < of_script["last_took"] < 10
        assert (of_server["virtual_server"], of_server["real_server"], of_server["up"]) == (VIRTUAL, REAL, True)
        [of_check] = of_server["checks"]
        assert (of_check["check"], of_check["up"], of_check["failures"]) == (state.check, True, 0)
        assert of_check["next_due"] == pytest.approx(answer["now"] + 1000, abs=10)
        with pytest.raises(LookupError, match="vrrp"):
            worker.query("vrrp", {})

        worker.receive(Heartbeat(loop_lag=0.0))
        worker.receive(
            InstanceState(
                instance="VI_1", state=State.MASTER, since=answer["now"], priority=100, reason="stopping", stopping=True
            )
        )
        await worker.stop(StopHow.CLEAN)
        assert await lines.count(1) == ["bye"]
        lines.close()

    run(main())


def test_what_is_watched(tmp_path: Path) -> None:
    """Files and processes: told, reported, kept by a successor."""
    path = tmp_path / "load"
    path.write_text("5")
    put = (TrackFile(name="F", file=str(path)), TrackProcess(name="P", process=("no-such-process",)))
    told = (TrackerChanged(tracker="file F", up=True, value=5), TrackerChanged(tracker="process P", up=False))

    async def main() -> None:
        sent, heir = Sent(), Sent()
        worker = make(sent)
        worker.configure(Configure(generation=1, put=put))
        assert set(await sent.count(2)) == set(told)
        answer = worker.query("checks", {})
        assert answer["files"] == [{"track_file": "F", "file": str(path), "value": 5, "trouble": ""}]
        assert answer["processes"] == [{"track_process": "P", "process": ["no-such-process"], "up": False, "count": 0}]
        await worker.stop(StopHow.LEAVE)
        successor = make(heir)
        successor.configure(Configure(generation=1, put=put, retained=told))
        path.write_text("6")
        await heir.until(lambda messages: TrackerChanged(tracker="file F", up=True, value=6) in messages)
        assert told[1] not in heir.messages
        await successor.stop(StopHow.CLEAN)

    run(main())


def test_a_reload_reaches_only_what_changed() -> None:
    async def main() -> None:
        sent = Sent()
        worker = make(sent)
        worker.configure(Configure(generation=1, put=(script("exit 1"),)))
        await sent.count(1)
        worker.configure(Configure(generation=2, put=(), drop=("checks nobody", "notify nobody", "vrrp_script nobody")))
        assert worker.query("checks", {})["scripts"][0]["up"] is False
        worker.configure(Configure(generation=3, put=(), drop=("vrrp_script web",)))
        assert worker.query("checks", {})["scripts"] == []
        await worker.stop(StopHow.CLEAN)
        assert len(sent.messages) == 1

    run(main())


def test_a_restart_takes_up_where_the_dead_one_stopped(tmp_path: Path) -> None:
    """A script, a real server and an instance, all of them down: nothing is said until something is different."""

    async def main() -> None:
        sent, lines, flag = Sent(), Lines(tmp_path / "lines"), tmp_path / "flag"
        now = asyncio.get_running_loop().time()
        check = TcpCheck(address="127.0.0.1", port=1, warmup=0.0, delay_loop=0.02)
        state = CheckState(check="TCP_CHECK 127.0.0.1:1", up=False, failures=4, reason="Connection refused")
        worker = make(sent)
        worker.configure(
            Configure(
                generation=7,
                put=(
                    script('echo run > "$1"; test -e "$2"', str(lines.path), str(flag)),
                    RealServerChecks(virtual_server=VIRTUAL, real_server=REAL, checks=(check,)),
                    Notify(name="VI_1", any_state=sh('echo "notified $4" > "$1"', str(lines.path))),
                ),
                retained=(
                    TrackerChanged(tracker="script web", up=False),
                    RealServerState(virtual_server=VIRTUAL, real_server=REAL, up=False, checks=(state,)),
                    InstanceState(instance="VI_1", state=State.FAULT, since=now - 60, priority=100, reason=""),
                ),
                silent_for=0.3,
            )
        )
        assert set(await lines.count(3)) == {"run"}
        assert sent.messages == []
        flag.touch()
        assert await sent.count(1) == [TrackerChanged(tracker="script web", up=True)]
        worker.receive(InstanceState(instance="VI_1", state=State.MASTER, since=now, priority=100, reason=""))
        await worker.stop(StopHow.LEAVE)
        assert [line for line in lines.seen if line != "run"] == ["notified MASTER"]
        lines.close()

    run(main())


def test_without_its_tool_it_cannot_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        with pytest.raises(CannotBoot, match="setpriv"):
            make(Sent())

    monkeypatch.setattr(programs, "_PATH", "/nonexistent")
    programs.setpriv.cache_clear()
    run(main())
    programs.setpriv.cache_clear()


@pytest.mark.parametrize("mask", [0o177, 0o027])
def test_programs_make_files_without_the_permissions_of_umask(tmp_path: Path, mask: int) -> None:
    """keepalived.conf(5), `umask`: what notify programs make is for their user alone unless it says otherwise."""

    async def main() -> None:
        sent, made = Sent(), tmp_path / "made"
        worker = make(sent)
        worker.configure(Configure(generation=1, put=(CheckerGlobals(umask=mask), script('echo x > "$1"', str(made)))))
        await sent.count(1)
        assert made.stat().st_mode & 0o777 == 0o666 & ~mask
        await worker.stop(StopHow.CLEAN)

    run(main())


def test_groups_priorities_and_pipes_outlive_a_checker(tmp_path: Path) -> None:
    """The heir tells what is new, keeps the pipe that the dead one made, and removes it at the end."""

    async def main() -> None:
        fifo = tmp_path / "fifo"
        settings = CheckerGlobals(vrrp_notify_fifo=Fifo(path=str(fifo), uid=os.geteuid(), gid=os.getegid()))
        group = Notify(kind=NotifyKind.GROUP, name="G")
        put = (settings, Notify(name="VI_1", priority_changes=True), group)
        now = asyncio.get_running_loop().time()
        old = InstanceState(instance="VI_1", state=State.MASTER, since=now - 60, priority=100, reason="")
        os.mkfifo(fifo, 0o600)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        worker = make(Sent())
        together = GroupState(group="G", state=State.MASTER, since=now - 0.1)
        worker.configure(Configure(generation=7, put=put, retained=(old, together), silent_for=0.3))
        worker.receive(PriorityChanged(instance="VI_1", effective=90, base=100, reasons=()))
        worker.receive(LowerPriorityHeard(instance="VI_1", priority=90))
        worker.receive(replace(together, state=State.FAULT))
        assert os.read(reader, 65536).decode().splitlines() == [
            'GROUP "G" MASTER 0',
            'INSTANCE "VI_1" MASTER_PRIORITY 90',
            'INSTANCE "VI_1" MASTER_RX_LOWER_PRI 90',
            'GROUP "G" FAULT 0',
        ]
        [pipe] = worker.query("checks", {})["telling"]["pipes"]
        assert (pipe["path"], pipe["written"], pipe["lost"]) == (str(fifo), 4, 0)
        await worker.stop(StopHow.CLEAN)
        assert not fifo.exists()
        os.close(reader)

    run(main())
